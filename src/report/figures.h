/* The figures of a sweep: what is drawn, and what to say of it. A figure is a gnuplot script and its data, made
 * as text and then written to plots/. */
#pragma once
#include "base/text.h"

struct figure {
    char name[128];             /* of its files, without ending */
    struct text title;          /* plain text: what it is of, */
    struct text what, subtitle; /* what it shows, and what stands below its title */
    struct text gp, dat;
};
struct figure_list {
    struct figure *figure; /* (n) */
    size_t n, cap;
};
void figures_free(struct figure_list *l);

/* The figures of a sweep: what is drawn, and what to say of it. A figure is a gnuplot script and its data, made
 * as text and then written to plots/. */
#pragma once
#include "base/err.h"
#include "base/text.h"

struct figure {
    char name[128];              /* of its files, without ending */
    const char *what;            /* its kind, one sentence; static */
    struct text title, subtitle; /* plain text: what it is of, and what stands below */
    struct text gp, dat;
};
struct figure_list {
    struct figure *figure; /* (n) */
    size_t n, cap;
};
void figures_free(struct figure_list *l);

struct scores;
struct figures_options {
    bool draw; /* else only scripts and data are written */
    bool pdf;  /* pictures as PDF too */
};
/* plots.c: all figures, drawn by a gnuplot a CPU. Writes plots/NAME.{gp,dat} and all.gp; if `draw`, also
 * NAME.{svg,png}. Pictures that cannot be drawn (no gnuplot) are no failure: true, with a message in e that
 * says why. *made: the figures; figures_free() it, also on failure. */
bool figures_write(const struct scores *s, const char *dir, const struct figures_options *o,
                   struct figure_list *made, struct err *e);

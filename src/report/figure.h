/* The pictures that [figure] sections ask for, beside those of every sweep. */
#pragma once
#include "report/plots.h"

typedef bool figure_maker(const struct plot_input *in, const struct plan_figure *f, struct figure_list *l,
                          struct err *e);
figure_maker
    figure_contour; /* the loss over w and b, with the path of each optimizer's best cell; one a data set */
figure_maker
    figure_trace; /* gradients, v, u, rates and values over steps; one a data set, parameter and quantity */
figure_maker figure_schedules; /* the factor of eta0 over steps */
figure_maker figure_averages;  /* bias correction and the max norm, on a noisy signal */
figure_maker figure_balls;     /* unit balls of L^p */

/* Whether a figure draws a parameter. */
static inline bool figure_takes(const struct plan_figure *f, uint32_t parameter) {
    for (size_t k = 0; k < f->n; k++)
        if ((f->parameter[k].word == VALUE_NUMBER ? (uint32_t)f->parameter[k].number : PARAMETER_BIAS) ==
            parameter)
            return true;
    return f->n == 0;
}

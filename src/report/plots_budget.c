/* Budget curves: per data set, what tuning with k cells drawn at random brings, for every k: the median time of
 * the best of them, and the chance that one of them reaches the target. */
#include "report/plots.h"
#include <math.h>

static bool add_line(const struct plot_input *in, const struct group *g, bool hit, struct chart *c,
                     struct err *e) {
    struct budget_curve b;
    if (!budget_curve_make(in->r, g, &b, e))
        return false;
    struct chart_line *k = chart_add(c, g->optimizer, g->optimizer_index, LOOK_LINE, b.n, false, e);
    for (size_t i = 0; k && i < b.n; i++) {
        const double y = hit ? b.hit[i] : b.median[i];
        if (!hit &&
            !(y > 0 && isfinite(y))) /* a miss; at the start already, which has no place on a log axis */
            continue;
        k->x[k->n] = (double)(i + 1);
        k->y[k->n++] = y;
    }
    budget_curve_free(&b);
    return k;
}

static bool draw(const struct plot_input *in, size_t first, bool hit, struct figure_list *l, struct err *e) {
    const struct group *g = &in->group[first];
    struct text quantity = {0};
    bool ok = true;
    style_quantity(in->r, 1, &quantity);
    struct chart c = {.what = hit ? "Budget: the chance to reach the target against cells tried"
                                  : "Budget: time to the target against cells tried",
                      .x = {.label = "cells tried, at random", .lo = 1, .counts = true},
                      .y = {.label = hit          ? "chance to reach the target"
                                     : quantity.s ? quantity.s
                                                  : "",
                            .share = hit,
                            .scale = hit ? AXIS_LINEAR : AXIS_LOG},
                      .mark = (double)in->s->ranking[g->problem].k};
    for (size_t i = first; i < in->n && ok; i++)
        if (in->group[i].problem == g->problem)
            ok = add_line(in, &in->group[i], hit, &c, e);
    text_add(&c.title, g->data);
    text_add(&c.subtitle,
             hit ? "chance that one of the cells tried arrives" : "median best of the cells tried");
    gap_remark(in->s, g->problem, &c.remark);
    text_addf(&c.mark_name, "equal budget: %.0f", c.mark);
    c.title.failed |= quantity.failed;
    const char *words[] = {hit ? "budget-hit" : "budget", g->data};
    ok = ok && chart_draw(&c, l, words, 2, e);
    chart_free(&c);
    text_free(&quantity);
    return ok;
}

bool plots_budget(const struct plot_input *in, size_t first, struct figure_list *l, struct err *e) {
    size_t most = 0;
    for (size_t i = first; i < in->n; i++)
        if (in->group[i].problem == in->group[first].problem)
            most = in->group[i].n_cells > most ? in->group[i].n_cells : most;
    return most < 2 || /* without a choice there is nothing to tune */
           (draw(in, first, false, l, e) && draw(in, first, true, l, e));
}

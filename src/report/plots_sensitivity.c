/* Sensitivity: per data set, the final loss of each optimizer against eta0, at each eta0 the best over its
 * other hyperparameters: the median over seeds, with the quartiles as a band. */
#include "base/mem.h"
#include "base/stats.h"
#include "report/plots.h"
#include <math.h>
#include <stdlib.h>

/* Final losses of a cell, ascending, in space; how many. */
static size_t finals(const struct results *r, const struct cell *c, double *space) {
    size_t n = 0;
    for (size_t s = 0; s < c->n; s++) {
        const struct result *row = &r->row[c->first + s];
        if (row->status != STATUS_MISSING)
            space[n++] = row->blown_up ? INFINITY : plot_loss(r, c->first + s, row->final_loss);
    }
    stats_sort(space, n);
    return n;
}

/* The levels of eta0 that are positive, ascending, in level. */
static bool positive_levels(const struct results *r, const struct group *g, double *level, size_t *n,
                            struct err *e) {
    struct value *v;
    size_t n_levels;
    *n = 0;
    if (!plan_levels(r->plan, KEY_ETA0, g->optimizer_index, &v, &n_levels, e))
        return false;
    for (size_t k = 0; k < n_levels; k++)
        if (v[k].word == VALUE_NUMBER && v[k].number > 0)
            level[(*n)++] = v[k].number;
    free(v);
    return true;
}

static bool add_line(const struct results *r, const struct group *g, struct chart *c, struct err *e) {
    const size_t n_seeds = group_cell(r, g, 0)->n;
    double *level = mem_zeroed(g->n_cells, sizeof *level, e), *space = mem_zeroed(n_seeds, sizeof *space, e);
    size_t n = 0;
    bool ok = level && space && positive_levels(r, g, level, &n, e);
    struct chart_line *k =
        n < 2 ? NULL : chart_add(c, g->optimizer, g->optimizer_index, LOOK_MARKED, n, n_seeds > 1, e);
    ok = ok && (k || n < 2);
    bool *met = k ? mem_zeroed(n, sizeof *met, e) : NULL;
    ok = ok && (met || !k);
    for (size_t i = 0; met && i < g->n_cells; i++) {
        struct run run;
        plan_run(r->plan, g->cell[i], &run);
        size_t at = 0;
        while (at < n && level[at] != run.v[KEY_ETA0].number)
            at++;
        const size_t there = finals(r, group_cell(r, g, i), space);
        if (at == n || !there)
            continue;
        const double lo = stats_quantile(space, there, 0.25), hi = stats_quantile(space, there, 0.75),
                     y = stats_median(space, there);
        if (met[at] && !(y < k->y[at]))
            continue;
        met[at] = true;
        k->y[at] = y;
        if (k->lo) {
            k->lo[at] = lo;
            k->hi[at] = hi;
        }
    }
    for (size_t at = 0; met && at < n; at++) {
        if (!met[at]) /* not run */
            continue;
        k->x[k->n] = level[at];
        k->y[k->n] = k->y[at];
        if (k->lo) {
            k->lo[k->n] = k->lo[at];
            k->hi[k->n] = k->hi[at];
        }
        k->n++;
    }
    free(met);
    free(level);
    free(space);
    return ok;
}

/* Where the axis ends: twice the start, which only runs that diverged exceed. */
static double ceiling(const struct results *r, const struct group *g) {
    const struct cell *c = group_cell(r, g, 0);
    double most = 1;
    if (plan_target(r->plan)->word != TARGET_LOSS)
        return 2;
    for (size_t s = 0; s < c->n; s++)
        most = fmax(s ? most : 0, r->row[c->first + s].start_loss);
    return 2 * most;
}

bool plots_sensitivity(const struct plot_input *in, size_t first, struct figure_list *l, struct err *e) {
    const struct value *target = plan_target(in->r->plan);
    const struct group *g = &in->group[first];
    struct chart c = {.what = "Sensitivity: final loss against eta0",
                      .x = {.label = "eta0", .scale = AXIS_LOG},
                      .y = {.label = plot_loss_label[target->word], .scale = AXIS_LOG, .hi = ceiling(in->r, g)},
                      .level = target->number};
    bool ok = true;
    for (size_t i = first; i < in->n && ok; i++)
        if (in->group[i].problem == g->problem)
            ok = add_line(in->r, &in->group[i], &c, e);
    bool within = false, least = false; /* some at or below L*, which has no place on a log axis */
    for (size_t i = 0; i < c.n; i++)
        for (size_t k = 0; k < c.line[i].n; k++) {
            within |= c.line[i].y[k] <= c.y.hi;
            least |= c.line[i].y[k] <= 0;
        }
    if (!within) { /* all diverged: there is nothing below the top */
        chart_free(&c);
        return ok;
    }
    text_add(&c.title, g->data);
    text_add(&c.subtitle, least ? "final loss; diverged: off the top; at or below L*: bottom"
                                : "final loss, other keys at their best; diverged: off the top");
    gap_remark(in->s, g->problem, &c.remark);
    text_add(&c.level_name, "target: ");
    value_print(KEY_SWEEP_target, *target, &c.level_name);
    const char *words[] = {"sensitivity", g->data};
    ok = ok && chart_draw(&c, l, words, 2, e);
    chart_free(&c);
    return ok;
}

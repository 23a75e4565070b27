/* Convergence: per data set, the loss of each optimizer's best cell against epochs, the median over seeds and
 * the quartiles as a band, on the scale of the target. */
#include "base/mem.h"
#include "base/stats.h"
#include "report/plots.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

const char *const plot_loss_label[] = {
    [TARGET_GAP] = "(L - L*) / (L(start) - L*)", [TARGET_RATIO] = "L / L(start)", [TARGET_LOSS] = "loss L"};

double plot_loss(const struct results *r, size_t i, double loss) {
    const struct result *row = &r->row[i];
    const int target = plan_target(r->plan)->word;
    if (target == TARGET_GAP && row->start_loss <= row->lstar) /* no scale: L* was not the least there is */
        return loss <= row->lstar ? 0 : INFINITY;
    const double y = target == TARGET_GAP     ? (loss - row->lstar) / (row->start_loss - row->lstar)
                     : target == TARGET_RATIO ? loss / row->start_loss
                                              : loss;
    return isnan(y) ? INFINITY : y;
}

/* A run that blew up counts as infinite from then on, one that met the target and stopped as below all others:
 * the curve ends where the median is no longer a loss that was evaluated. */
static bool add_curve(const struct results *r, const struct group *g, struct chart *c, struct err *e) {
    const struct cell *cell = group_cell(r, g, g->best);
    struct outcome *o = mem_zeroed(cell->n, sizeof *o, e);
    size_t *run = mem_zeroed(cell->n, sizeof *run, e);
    double *at = mem_zeroed(cell->n, sizeof *at, e);
    size_t n = 0, longest = 0;
    bool ok = o && run && at;
    for (size_t s = 0; s < cell->n && ok; s++) {
        run[n] = cell->first + s;
        if (r->row[run[n]].status == STATUS_MISSING)
            continue;
        ok = results_curve(r, run[n], &o[n], e);
        longest = o[n].n_points > o[longest].n_points ? n : longest;
        n++;
    }
    const size_t n_points = ok && n ? o[longest].n_points : 0;
    struct chart_line *k =
        ok ? chart_add(c, g->optimizer, g->optimizer_index, LOOK_LINE, n_points + 1, n > 1, e) : NULL;
    /* Points closer than a printer tells apart are left out of long curves. */
    const double least_step = n_points > 2000 ? o[longest].points[n_points - 1].epoch / 2000 : 0;
    for (size_t p = 0; p < n_points && k; p++) {
        for (size_t s = 0; s < n; s++)
            at[s] = p < o[s].n_points ? plot_loss(r, run[s], o[s].points[p].loss)
                                      : (o[s].blown_up ? INFINITY : -INFINITY);
        const double y = stats_median(at, n), epoch = o[longest].points[p].epoch;
        if (isinf(y) && p > 0)
            break;
        const bool near =
            k->n && p + 1 < n_points && epoch < k->x[k->n - 1] + least_step && epoch > 100 * least_step;
        if (!(y > 0) || near)
            continue;
        k->x[k->n] = epoch;
        k->y[k->n] = y;
        if (k->lo) { /* at is sorted */
            k->lo[k->n] = stats_quantile(at, n, 0.25);
            k->hi[k->n] = stats_quantile(at, n, 0.75);
        }
        k->n++;
    }
    for (size_t s = 0; o && s < cell->n; s++)
        outcome_free(&o[s]);
    free(o);
    free(run);
    free(at);
    return k;
}

/* A log axis has no place for the start: the line begins at the first evaluation after it. */
static void drop_start(struct chart *c) {
    double first = INFINITY, last = 0;
    for (size_t i = 0; i < c->n; i++)
        for (size_t k = 0; k < c->line[i].n; k++) {
            const double x = c->line[i].x[k];
            first = x > 0 && x < first ? x : first;
            last = x > last ? x : last;
        }
    c->x.scale = last >= 20 * first ? AXIS_LOG : AXIS_LINEAR;
    for (size_t i = 0; i < c->n && c->x.scale == AXIS_LOG; i++) {
        struct chart_line *k = &c->line[i];
        if (!k->n || k->x[0] > 0)
            continue;
        k->n--;
        for (int column = 0; column < (k->lo ? 4 : 2); column++) {
            double *v = (double *[]){k->x, k->y, k->lo, k->hi}[column];
            memmove(v, v + 1, k->n * sizeof *v);
        }
    }
}

/* The curves of all groups of the problem of group `first`. */
bool plots_curves(const struct plot_input *in, size_t first, struct figure_list *l, struct err *e) {
    const struct value *target = plan_target(in->r->plan);
    const struct group *g = &in->group[first];
    struct chart c = {.what = "Loss of each optimizer's best cell against epochs",
                      .x = {.label = "epoch"},
                      .y = {.label = plot_loss_label[target->word], .scale = AXIS_LOG},
                      .level = target->number};
    bool ok = true;
    const size_t n_seeds = group_cell(in->r, g, 0)->n;
    for (size_t i = first; i < in->n && ok; i++)
        if (in->group[i].problem == g->problem)
            ok = add_curve(in->r, &in->group[i], &c, e);
    drop_start(&c);
    text_add(&c.title, g->data);
    text_add(&c.subtitle, "loss of best cells");
    if (n_seeds > 1)
        text_addf(&c.subtitle, ", median and quartiles of %zu seeds", n_seeds);
    gap_remark(in->s, g->problem, &c.remark);
    text_add(&c.level_name, "target: ");
    value_print(KEY_SWEEP_target, *target, &c.level_name);
    const char *words[] = {"curves", g->data};
    ok = ok && chart_draw(&c, l, words, 2, e);
    chart_free(&c);
    return ok;
}

/* Convergence: per data set, the loss of each optimizer's best cell against epochs, the median over seeds, on
 * the scale on which the target is one number for all seeds: (L - L*) / (L(start) - L*) for `gap`, L / L(start)
 * for `ratio`, L for `loss`. */
#include "base/mem.h"
#include "base/stats.h"
#include "report/plots.h"
#include <math.h>
#include <stdlib.h>

/* The loss of one run on the scale of the target: (L - shift) * scale. */
struct measure {
    double shift, scale;
};

static bool measure_of(const struct results *r, size_t i, int target, double start, struct measure *m,
                       struct err *e) {
    *m = (struct measure){0, target == TARGET_RATIO ? 1 / start : 1};
    if (target != TARGET_GAP)
        return true;
    struct run run;
    struct minimum lstar;
    bool found;
    plan_run(r->plan, i, &run);
    const char *fingerprint = plan_dataset_fingerprint(r->plan, run.dataset);
    if (!store_get_minimum(r->store, fingerprint, (enum loss)run.v[KEY_MODEL_loss].word,
                           run.v[KEY_MODEL_reduction].word == 0, run.v[KEY_MODEL_l2].number, &lstar, &found, e))
        return false;
    if (!found)
        return err_add(e, "no L* in the store for data set %s: its curves cannot be drawn", fingerprint);
    m->shift = lstar.loss;
    m->scale = 1 / (start - lstar.loss);
    return true;
}

/* The median over seeds at each evaluation. A run that blew up counts as infinite from then on, one that met
 * the target and stopped as below all others: the curve ends where the median is no longer a loss that was
 * evaluated. */
static bool median_curve(const struct results *r, const struct group *g, int target, struct curve *c,
                         struct err *e) {
    struct cell cell;
    results_cell(r, g->cell[g->best], &cell);
    struct outcome *o = mem_zeroed(cell.n, sizeof *o, e);
    struct measure *m = mem_zeroed(cell.n, sizeof *m, e);
    double *at = mem_zeroed(cell.n, sizeof *at, e);
    size_t n = 0, longest = 0;
    bool ok = o && m && at;
    c->group = g;
    for (size_t s = 0; s < cell.n && ok; s++) {
        size_t i = cell.first + s;
        if (r->row[i].status == STATUS_MISSING)
            continue;
        ok = results_curve(r, i, &o[n], e) && o[n].n_points &&
             measure_of(r, i, target, o[n].points[0].loss, &m[n], e);
        longest = o[n].n_points > o[longest].n_points ? n : longest;
        n++;
    }
    c->n_seeds = n;
    size_t n_points = ok && n ? o[longest].n_points : 0;
    c->epoch = ok ? mem_zeroed(n_points + 1, sizeof *c->epoch, e) : NULL;
    c->y = ok ? mem_zeroed(n_points + 1, sizeof *c->y, e) : NULL;
    ok = c->epoch && c->y;
    /* Points closer than a printer tells apart are left out of long curves. */
    double least_step = n_points > 2000 ? o[longest].points[n_points - 1].epoch / 2000 : 0;
    for (size_t k = 0; k < n_points && ok; k++) {
        for (size_t s = 0; s < n; s++) {
            double y = k < o[s].n_points ? (o[s].points[k].loss - m[s].shift) * m[s].scale
                                         : (o[s].blown_up ? INFINITY : -INFINITY);
            at[s] = isnan(y) ? INFINITY : y;
        }
        double y = stats_median(at, n), epoch = o[longest].points[k].epoch;
        if (isinf(y) && k > 0)
            break;
        bool near =
            c->n && k + 1 < n_points && epoch < c->epoch[c->n - 1] + least_step && epoch > 100 * least_step;
        if (y > 0 && !near) {
            c->epoch[c->n] = epoch;
            c->y[c->n++] = y;
        }
    }
    for (size_t s = 0; o && s < cell.n; s++)
        outcome_free(&o[s]);
    free(o);
    free(m);
    free(at);
    return ok;
}

/* The curves of all groups on the data set of group `first`. */
static bool draw(const struct plot_input *in, size_t first, struct figure_list *l, struct err *e) {
    const struct value *target = plan_target(in->r->plan);
    struct chart c = {
        .curve = mem_zeroed(in->n, sizeof *c.curve, e), .target = target->word, .target_value = target->number};
    bool ok = c.curve;
    for (size_t i = first; i < in->n && ok; i++) {
        if (!group_same_data(&in->group[i], &in->group[first]))
            continue;
        struct curve *k = &c.curve[c.n++];
        ok = median_curve(in->r, &in->group[i], c.target, k, e);
        if (ok && !k->n) { /* nothing to draw: not run yet, or blown up at once */
            free(k->epoch);
            free(k->y);
            *k = (struct curve){0};
            c.n--;
        }
    }
    if (ok && c.n) {
        const char *words[] = {"curves", in->group[first].data};
        struct figure *f = figures_add(l, words, 2, e);
        ok = f && chart_draw(in->r, &c, f, e);
    }
    for (size_t i = 0; i < c.n; i++) {
        free(c.curve[i].epoch);
        free(c.curve[i].y);
    }
    free(c.curve);
    return ok;
}

bool plots_curves(const struct plot_input *in, struct figure_list *l, struct err *e) {
    for (size_t i = 0; i < in->n; i++) {
        bool seen = false;
        for (size_t j = 0; j < i; j++)
            seen |= group_same_data(&in->group[j], &in->group[i]);
        if (!seen && !draw(in, i, l, e))
            return false;
    }
    return true;
}

/* Runs judged: a curve and a target make status, times and losses. Curves are read one at a time and not kept,
 * so that a hundred thousand runs take about 15 MB. */
#include "report/results.h"
#include "base/mem.h"
#include "base/stats.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

const char *const status_names[] = {"converged", "diverged", "exhausted", "missing"};

enum { REDUCTION_MEAN = 0 }; /* word of the key */

/* L* as a run needs it, looked up once for each run of runs with the same loss on the same data set. */
struct lstar {
    bool known;
    struct value loss, reduction, l2;
    double value; /* NAN: not in the store */
};

static bool same(struct value a, struct value b) {
    return a.word == b.word && (a.word != VALUE_NUMBER || a.number == b.number);
}

static bool lstar_find(struct lstar *memo, struct store *s, const char *fingerprint, const struct run *run,
                       double *value, struct err *e) {
    const struct value *v = run->v;
    if (!memo->known || !same(memo->loss, v[KEY_MODEL_loss]) ||
        !same(memo->reduction, v[KEY_MODEL_reduction]) || !same(memo->l2, v[KEY_MODEL_l2])) {
        struct minimum m;
        bool found;
        *memo = (struct lstar){false, v[KEY_MODEL_loss], v[KEY_MODEL_reduction], v[KEY_MODEL_l2], NAN};
        if (!store_get_minimum(s, fingerprint, (enum loss)memo->loss.word,
                               memo->reduction.word == REDUCTION_MEAN, memo->l2.number, &m, &found, e))
            return false;
        memo->known = true;
        memo->value = found ? m.loss : NAN;
    }
    *value = memo->value;
    return true;
}

/* The least finite value, NAN if there is none. */
static double least(double best, double x) {
    return isfinite(x) && !(best <= x) ? x : best;
}

static void judge(const struct outcome *o, struct value target, struct result *r) {
    const struct point *p = o->points, *last = &p[o->n_points - 1];
    r->blown_up = o->blown_up;
    r->steps = last->step;
    r->epochs = last->epoch;
    r->start_loss = p->loss;
    r->final_loss = last->loss;
    r->final_test_loss = last->test_loss;
    r->best_loss = r->best_test_loss = NAN;
    r->test_error = o->test_error;
    r->weights_hash = o->weights_hash;
    r->steps_to_target = r->epochs_to_target = r->nonzeros_to_target = INFINITY;
    for (size_t k = 0; k < o->n_points; k++) {
        r->best_loss = least(r->best_loss, p[k].loss);
        r->best_test_loss = least(r->best_test_loss, p[k].test_loss);
        if (isinf(r->steps_to_target) && target_met(target, p[k].loss, r->start_loss, r->lstar)) {
            r->steps_to_target = (double)p[k].step;
            r->epochs_to_target = p[k].epoch;
            r->nonzeros_to_target = (double)p[k].nonzeros;
        }
    }
    r->status = isfinite(r->steps_to_target)                   ? STATUS_CONVERGED
                : r->blown_up || r->final_loss > r->start_loss ? STATUS_DIVERGED
                                                               : STATUS_EXHAUSTED;
}

/* Row i from the store; missing if the run, or the L* that its target needs, is not there (yet). */
static bool load_row(struct results *r, const struct run *run, struct lstar *memo, struct result *row,
                     struct err *e) {
    struct value target = *plan_target(r->plan);
    struct outcome o;
    bool found;
    if (!store_get_run(r->store, run->id, &o, &found, e))
        return false;
    bool ok = !found ||
              lstar_find(memo, r->store, plan_dataset_fingerprint(r->plan, run->dataset), run, &row->lstar, e);
    bool judged = target.word != TARGET_GAP || !isnan(row->lstar);
    if (ok && found && judged && o.n_points)
        judge(&o, target, row);
    outcome_free(&o);
    return ok;
}

bool results_load(const struct plan *p, struct store *s, struct results *r, struct err *e) {
    *r = (struct results){.plan = p, .store = s, .n = plan_n_runs(p)};
    r->row = mem_zeroed(r->n, sizeof *r->row, e);
    struct lstar *memo = mem_zeroed(plan_n_datasets(p), sizeof *memo, e);
    bool ok = r->row && memo;
    for (size_t i = 0; ok && i < r->n; i++) {
        struct run run;
        plan_run(p, i, &run);
        struct result *row = &r->row[i];
        const struct data_params *data = plan_dataset(p, run.dataset);
        *row = (struct result){.id = run.id, .status = STATUS_MISSING, .lstar = NAN};
        row->held_out = data->test > 0 || (data->test_path && *data->test_path);
        if (i && row[-1].id == run.id) /* a seed that changes nothing */
            *row = row[-1];
        else
            ok = load_row(r, &run, &memo[run.dataset], row, e);
    }
    free(memo);
    if (!ok)
        results_free(r);
    return ok;
}

void results_free(struct results *r) {
    free(r->row);
    *r = (struct results){0};
}

bool results_curve(const struct results *r, size_t i, struct outcome *o, struct err *e) {
    bool found;
    if (!store_get_run(r->store, r->row[i].id, o, &found, e))
        return false;
    return found || err_add(e, "run %016llx is not in the store", (unsigned long long)r->row[i].id);
}

/* ---- cells ----------------------------------------------------------------------------------------------- */

enum { SEEDS_ON_STACK = 64 };

/* The median over the cell's runs that are there. A loss that is not a number is worse than any. */
static double median_of(const struct result *row, size_t n, size_t offset, double *space) {
    size_t kept = 0;
    for (size_t k = 0; k < n; k++) {
        if (row[k].status == STATUS_MISSING)
            continue;
        double x;
        memcpy(&x, (const char *)&row[k] + offset, sizeof x);
        space[kept++] = isnan(x) ? INFINITY : x;
    }
    return kept ? stats_median(space, kept) : INFINITY;
}

void results_cell(const struct results *r, size_t first, struct cell *c) {
    const struct result *row = &r->row[first];
    size_t n_seeds = plan_n_seeds(r->plan);
    /* Seeds that change nothing share one id. */
    *c = (struct cell){.first = first, .n = row[0].id == row[n_seeds - 1].id ? 1 : n_seeds};
    size_t *const count[] = {&c->n_converged, &c->n_diverged, &c->n_exhausted, &c->n_missing};
    for (size_t k = 0; k < c->n; k++)
        ++*count[row[k].status];
    double few[SEEDS_ON_STACK], *many = c->n > SEEDS_ON_STACK ? malloc(c->n * sizeof *many) : NULL;
    double *space = c->n > SEEDS_ON_STACK ? many : few;
    if (!space) { /* out of memory: nothing is known of the cell, so that it cannot be the best */
        c->median_epochs = c->median_steps = c->median_final_loss = c->median_best_loss = INFINITY;
        return;
    }
    c->median_epochs = median_of(row, c->n, offsetof(struct result, epochs_to_target), space);
    c->median_steps = median_of(row, c->n, offsetof(struct result, steps_to_target), space);
    c->median_final_loss = median_of(row, c->n, offsetof(struct result, final_loss), space);
    c->median_best_loss = median_of(row, c->n, offsetof(struct result, best_loss), space);
    free(many);
}

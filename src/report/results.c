/* Runs judged: a curve and a target make status, times and losses. Curves are read one at a time and not kept,
 * so that a hundred thousand runs take about 15 MB. */
#include "report/results.h"
#include "base/mem.h"
#include "base/stats.h"
#include "report/met.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

const char *const status_names[] = {"converged", "diverged", "exhausted", "missing"};

/* L* as a run needs it, looked up once for each run of runs with the same loss on the same data set. */
struct lstar {
    bool known;
    struct minimum_key key;
    double value; /* NAN: not in the store */
};

static bool lstar_find(struct lstar *memo, struct store *s, struct minimum_key key, double *value,
                       struct err *e) {
    if (!memo->known || !minimum_key_same(memo->key, key)) {
        struct minimum m;
        bool found;
        if (!store_get_minimum(s, key, &m, &found, e))
            return false;
        *memo = (struct lstar){true, key, found ? m.loss : NAN};
    }
    *value = memo->value;
    return true;
}

/* The least finite value, NAN if there is none. */
static double least(double best, double x) {
    return isfinite(x) && !(best <= x) ? x : best;
}

/* The curve's first meeting with each target of the ladder. */
static void climb(const struct results *r, const struct outcome *o, const struct result *row, double *steps) {
    for (size_t t = 0; t < r->n_targets; t++) {
        steps[t] = INFINITY;
        for (size_t k = 0; k < o->n_points && isinf(steps[t]); k++)
            if (target_met(r->target[t], o->points[k].loss, row->start_loss, row->lstar))
                steps[t] = (double)o->points[k].step;
    }
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
    memcpy(r->unlearnt, o->unlearnt, sizeof r->unlearnt);
    r->seconds = o->seconds;
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
                     double *ladder, struct err *e) {
    struct value target = *plan_target(r->plan);
    struct outcome o;
    bool found;
    if (!store_get_run(r->store, run->id, &o, &found, e))
        return false;
    bool ok = !found || lstar_find(memo, r->store, minimum_key_of(r->plan, run), &row->lstar, e);
    bool judged = target.word != TARGET_GAP || !isnan(row->lstar);
    if (ok && found && judged && o.n_points) {
        judge(&o, target, row);
        climb(r, &o, row, ladder);
    }
    outcome_free(&o);
    return ok;
}

static bool load_facts(struct results *r, struct err *e) {
    size_t n = plan_n_datasets(r->plan);
    r->facts = mem_zeroed(n, sizeof *r->facts, e);
    bool ok = r->facts != NULL, found;
    for (size_t k = 0; ok && k < n; k++) {
        ok = store_get_data(r->store, plan_dataset_fingerprint(r->plan, k), &r->facts[k], &found, e);
        if (ok && !found)
            r->facts[k] = (struct data_facts){0};
    }
    return ok;
}

static bool load_rows(struct results *r, struct err *e) {
    struct lstar *memo = mem_zeroed(plan_n_datasets(r->plan), sizeof *memo, e);
    struct met met = {0};
    bool ok = memo && met_make(&met, r->n, e);
    for (size_t i = 0; ok && i < r->n; i++) {
        struct run run;
        plan_run(r->plan, i, &run);
        struct result *row = &r->row[i];
        double *ladder = &r->ladder[i * r->n_targets];
        const struct data_params *data = plan_dataset(r->plan, run.dataset);
        *row = (struct result){.id = run.id, .status = STATUS_MISSING, .lstar = NAN};
        row->held_out = data->test > 0 || (data->test_path && *data->test_path);
        for (int band = 0; band < N_BANDS; band++)
            row->unlearnt[band] = NAN;
        for (size_t t = 0; t < r->n_targets; t++)
            ladder[t] = INFINITY;
        if (i && row[-1].id == run.id) { /* a seed that changes nothing */
            *row = row[-1];
            memcpy(ladder, ladder - r->n_targets, r->n_targets * sizeof *ladder);
        } else {
            ok = load_row(r, &run, &memo[run.dataset], row, ladder, e);
        }
        row->again = !met_first(&met, run.id);
    }
    met_free(&met);
    free(memo);
    return ok;
}

bool results_load(const struct plan *p, struct store *s, struct results *r, struct err *e) {
    *r = (struct results){.plan = p, .store = s, .n = plan_n_runs(p)};
    r->n_targets = plan_targets(p, &r->target);
    r->row = mem_zeroed(r->n, sizeof *r->row, e);
    r->ladder = mem_zeroed(r->n * (r->n_targets + 1), sizeof *r->ladder, e);
    bool ok = r->row && r->ladder && load_facts(r, e) && load_rows(r, e) && cells_make(r, e);
    if (!ok)
        results_free(r);
    return ok;
}

void results_free(struct results *r) {
    free(r->row);
    free(r->ladder);
    free(r->facts);
    free(r->cell);
    *r = (struct results){0};
}

bool results_curve(const struct results *r, size_t i, struct outcome *o, struct err *e) {
    bool found;
    if (!store_get_run(r->store, r->row[i].id, o, &found, e))
        return false;
    return found || err_add(e, "run %016llx is not in the store", (unsigned long long)r->row[i].id);
}

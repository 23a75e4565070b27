/* Cells: what a setting did over its seeds. results.h says how quantiles and misses are taken. */
#include "base/mem.h"
#include "base/stats.h"
#include "report/results.h"
#include <math.h>
#include <string.h>

/* The numbers of which a cell has quartiles. */
static const struct {
    size_t of, to;
} columns[] = {
#define COLUMN(field, quartiles)                                                                               \
    { offsetof(struct result, field), offsetof(struct cell, quartiles) }
    COLUMN(steps_to_target, steps),         COLUMN(epochs_to_target, epochs),
    COLUMN(nonzeros_to_target, nonzeros),   COLUMN(final_loss, final_loss),
    COLUMN(best_loss, best_loss),           COLUMN(final_test_loss, final_test_loss),
    COLUMN(best_test_loss, best_test_loss), COLUMN(test_error, test_error),
#undef COLUMN
};

/* The numbers at `offset` in the rows of a cell that are there, ascending, in space; how many. */
static size_t gather(const struct result *row, size_t n, size_t offset, double *space) {
    size_t kept = 0;
    for (size_t k = 0; k < n; k++) {
        if (row[k].status == STATUS_MISSING)
            continue;
        double x;
        memcpy(&x, (const char *)&row[k] + offset, sizeof x);
        space[kept++] = isnan(x) ? INFINITY : x;
    }
    stats_sort(space, kept);
    return kept;
}

static struct quartiles quartiles_of(double *sorted, size_t n) {
    if (!n)
        return (struct quartiles){INFINITY, INFINITY, INFINITY};
    return (struct quartiles){stats_quantile(sorted, n, 0.25), stats_median(sorted, n),
                              stats_quantile(sorted, n, 0.75)};
}

/* Not known of any run: not known. */
static struct quartiles learnt(const struct result *row, size_t n, int band, double *space) {
    bool known = false;
    for (size_t k = 0; k < n; k++)
        known |= !isnan(row[k].unlearnt[band]);
    if (!known)
        return (struct quartiles){NAN, NAN, NAN};
    return quartiles_of(
        space, gather(row, n, offsetof(struct result, unlearnt) + (size_t)band * sizeof(double), space));
}

/* Steps a run may take. An epoch of a full batch is one; without the number of rows, what the run took. */
double results_budget_steps(const struct results *r, const struct run *run, const struct result *row) {
    const struct value batch = run->v[KEY_SWEEP_batch];
    double a_epoch = 1;
    if (batch.word == VALUE_NUMBER) {
        const double rows = (double)r->facts[run->dataset].n_rows;
        if (!(rows > 0))
            return (double)row->steps;
        a_epoch = ceil(rows / batch.number);
    }
    return run->v[KEY_SWEEP_epochs].number * a_epoch;
}

static double ert_of(const struct results *r, const struct cell *c) {
    double spent = 0;
    for (size_t k = 0; k < c->n; k++) {
        const struct result *row = &r->row[c->first + k];
        struct run run;
        if (row->status == STATUS_MISSING)
            continue;
        if (row->status == STATUS_CONVERGED) {
            spent += row->steps_to_target;
            continue;
        }
        plan_run(r->plan, c->first + k, &run);
        spent += results_budget_steps(r, &run, row);
    }
    return c->n_converged ? spent / (double)c->n_converged : INFINITY;
}

static void fill(const struct results *r, size_t first, double *space, struct cell *c) {
    const struct result *row = &r->row[first];
    const size_t n_seeds = plan_n_seeds(r->plan);
    /* Seeds that change nothing share one id. */
    *c = (struct cell){.first = first, .n = row[0].id == row[n_seeds - 1].id ? 1 : n_seeds};
    size_t *const count[] = {&c->n_converged, &c->n_diverged, &c->n_exhausted, &c->n_missing};
    for (size_t k = 0; k < c->n; k++)
        ++*count[row[k].status];
    for (size_t k = 0; k < sizeof columns / sizeof *columns; k++) {
        const size_t n = gather(row, c->n, columns[k].of, space);
        const struct quartiles q = quartiles_of(space, n);
        memcpy((char *)c + columns[k].to, &q, sizeof q);
    }
    for (int band = 0; band < N_BANDS; band++)
        c->unlearnt[band] = learnt(row, c->n, band, space);
    c->ert = ert_of(r, c);
    c->seconds = quartiles_of(space, gather(row, c->n, offsetof(struct result, seconds), space)).median;
}

bool cells_make(struct results *r, struct err *e) {
    const size_t n_seeds = plan_n_seeds(r->plan);
    r->n_cells = r->n / n_seeds;
    r->cell = mem_zeroed(r->n_cells, sizeof *r->cell, e);
    double *space = mem_zeroed(n_seeds, sizeof *space, e);
    bool ok = r->cell && space;
    for (size_t k = 0; ok && k < r->n_cells; k++)
        fill(r, k * n_seeds, space, &r->cell[k]);
    free(space);
    return ok;
}

double cell_success(const struct cell *c) {
    const size_t there = c->n - c->n_missing;
    return there ? (double)c->n_converged / (double)there : NAN;
}

bool cell_better(const struct cell *a, const struct cell *b) {
    if (a->epochs.median != b->epochs.median)
        return a->epochs.median < b->epochs.median;
    return a->final_loss.median < b->final_loss.median;
}

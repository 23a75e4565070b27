#include "report/claims_trace.h"
#include "base/mem.h"
#include <math.h>
#include <stdlib.h>

static double at_step(const struct trace *t, uint64_t step, size_t k, enum trace_field field) {
    return step < t->n_rows ? trace_get(t, step - 1, k, field) : NAN; /* the last row is no step */
}

static double path(const struct trace *t, uint64_t steps, size_t k) {
    double sum = 0;
    if (steps >= t->n_rows)
        return NAN;
    for (size_t row = 0; row < steps; row++)
        sum += fabs(trace_get(t, row + 1, k, TRACE_W) - trace_get(t, row, k, TRACE_W));
    return sum;
}

/* Over the steps of rows first .. n_rows - 2, the last fifth. */
static double oscillation(const struct trace *t, size_t k) {
    const size_t steps = t->n_rows - 1, n = (steps + 4) / 5, first = steps - n;
    size_t changes = 0;
    double least = INFINITY, most = -INFINITY;
    for (size_t row = first; row < steps; row++) {
        const double w = trace_get(t, row, k, TRACE_W), g = trace_get(t, row, k, TRACE_G);
        least = fmin(least, w);
        most = fmax(most, w);
        changes += row > 0 && g * trace_get(t, row - 1, k, TRACE_G) < 0;
    }
    return 2 * changes >= n ? most - least : 0;
}

struct ranked {
    double x, rank;
    size_t row;
};
static int by_value(const void *a, const void *b) {
    const double x = ((const struct ranked *)a)->x, y = ((const struct ranked *)b)->x;
    return (x > y) - (x < y);
}
static int by_row(const void *a, const void *b) {
    const size_t x = ((const struct ranked *)a)->row, y = ((const struct ranked *)b)->row;
    return (x > y) - (x < y);
}

/* Ranks of x from their mean, ties sharing theirs; back in the order of rows. */
static void rank(struct ranked *r, size_t n) {
    qsort(r, n, sizeof *r, by_value);
    for (size_t i = 0, end; i < n; i = end) {
        for (end = i + 1; end < n && r[end].x == r[i].x;)
            end++;
        for (size_t k = i; k < end; k++)
            r[k].rank = ((double)i + (double)end - (double)n) / 2;
    }
    qsort(r, n, sizeof *r, by_row);
}

static bool correlation(const struct trace *t, size_t k, double steps, double *x, struct err *e) {
    const size_t n = steps < (double)(t->n_rows - 1) ? (size_t)steps : t->n_rows - 1;
    struct ranked *rates = mem_zeroed(2 * n, sizeof *rates, e);
    if (!rates)
        return false;
    struct ranked *curves = rates + n;
    double ab = 0, aa = 0, bb = 0;
    bool known = t->curved;
    for (size_t row = 0; known && row < n; row++) {
        rates[row] = (struct ranked){.x = trace_get(t, row, k, TRACE_RATE), .row = row};
        curves[row] = (struct ranked){.x = fabs(trace_get(t, row, k, TRACE_CURVATURE)), .row = row};
        known = !isnan(rates[row].x) && !isnan(curves[row].x);
    }
    if (known) {
        rank(rates, n);
        rank(curves, n);
    }
    for (size_t row = 0; known && row < n; row++) {
        ab += rates[row].rank * curves[row].rank;
        aa += rates[row].rank * rates[row].rank;
        bb += curves[row].rank * curves[row].rank;
    }
    free(rates);
    *x = known && aa > 0 && bb > 0 ? ab / sqrt(aa * bb) : NAN;
    return true;
}

bool claim_of_trace(const struct claim_measure *m, const struct trace *t, size_t k, double steps, double *x,
                    struct err *e) {
    *x = NAN;
    if (t->n_rows < 2)
        return true;
    switch (m->metric) {
    case CLAIM_w:
        *x = at_step(t, m->t, k, TRACE_W);
        return true;
    case CLAIM_v:
        *x = at_step(t, m->t, k, TRACE_V);
        return true;
    case CLAIM_u:
        *x = at_step(t, m->t, k, TRACE_U);
        return true;
    case CLAIM_rate:
        *x = at_step(t, m->t, k, TRACE_RATE);
        return true;
    case CLAIM_path:
        *x = path(t, m->k, k);
        return true;
    case CLAIM_osc:
        *x = oscillation(t, k);
        return true;
    case CLAIM_corr:
        return correlation(t, k, steps, x, e);
    default:
        return true;
    }
}

#include "report/claims_trace.h"
#include <math.h>

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

double claim_of_trace(const struct claim_measure *m, const struct trace *t, size_t k) {
    if (t->n_rows < 2)
        return NAN;
    switch (m->metric) {
    case CLAIM_w:
        return at_step(t, m->t, k, TRACE_W);
    case CLAIM_v:
        return at_step(t, m->t, k, TRACE_V);
    case CLAIM_u:
        return at_step(t, m->t, k, TRACE_U);
    case CLAIM_rate:
        return at_step(t, m->t, k, TRACE_RATE);
    case CLAIM_path:
        return path(t, m->k, k);
    case CLAIM_osc:
        return oscillation(t, k);
    default:
        return NAN;
    }
}

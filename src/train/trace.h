/* Trajectories: chosen parameters of chosen runs, step by step, beside the training and without touching it. */
#pragma once
#include "plan/plan.h"

/* What is kept of a parameter at a step: it and its gradient before the step, its state after it, and the rate,
 * the factor of g (or of mh) without momentum. NAN where the rule has none of it. Besides, where it was asked
 * for, the diagonal second derivative of the loss of the step's rows where its gradient is taken. */
enum trace_field {
    TRACE_W,
    TRACE_G,
    TRACE_M,
    TRACE_V,
    TRACE_U,
    TRACE_RATE,
    TRACE_FIELDS,
    TRACE_CURVATURE = TRACE_FIELDS
};

/* One run's. Rows are steps 1, 2, ..., n_rows - 1 as taken; the last row is where the run ended: its loss and
 * the w, all else NAN. Zero-initialise; trace_free() it. */
struct trace {
    size_t n_parameters, n_rows, cap; /* cap: rows allocated */
    uint32_t *parameter;              /* (n_parameters): PARAMETER_BIAS or a feature, 1-based */
    bool curved;                      /* TRACE_CURVATURE is there too */
    double *value; /* (n_rows, trace_width()): loss, eta, then trace_fields() of each parameter */
};
static inline size_t trace_fields(const struct trace *t) {
    return TRACE_FIELDS + t->curved;
}
static inline size_t trace_width(const struct trace *t) {
    return 2 + trace_fields(t) * t->n_parameters;
}
/* Loss of the training set at w before row's step, as reported; NAN at steps of mini-batches where no
 * evaluation is due. Row 0 is step 1. */
static inline double trace_loss(const struct trace *t, size_t row) {
    return t->value[row * trace_width(t)];
}
/* eta0 times the schedule at row's step; NAN where the rule has none. */
static inline double trace_eta(const struct trace *t, size_t row) {
    return t->value[row * trace_width(t) + 1];
}
/* k: which of the parameters; TRACE_CURVATURE only where it was recorded. */
static inline double trace_get(const struct trace *t, size_t row, size_t k, enum trace_field field) {
    return t->value[row * trace_width(t) + 2 + trace_fields(t) * k + (size_t)field];
}
void trace_free(struct trace *t);

/* Whose and of what: parameters as in struct trace; run() says of each run whether it is wanted. */
struct trace_wanted {
    const uint32_t *parameter;
    size_t n;
    bool (*run)(void *ctx, const struct run *r);
    void *ctx;
    bool curved; /* with second derivatives */
};

/* The name of the rule's state array that fills a field (TRACE_M: "m" ...), as the columns of trace.csv have
 * it; -1: the rule has none. */
int trace_state(const struct rule *r, enum trace_field field);

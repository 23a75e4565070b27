/* L-BFGS (J. Nocedal, "Updating quasi-Newton matrices with limited storage", Math. Comp. 35, 1980) as liblbfgs
 * has it, with the line search of More and Thuente. Close to a minimum that search fails for want of digits;
 * liblbfgs then goes back to the last good point, from where it is started again, until a start brings nothing
 * more. */
#include "data/minimum.h"
#include "data/objective.h"
#include <lbfgs.h>
#include <limits.h>
#include <math.h>

enum { HISTORY = 20, MAX_ITERATIONS = 500 };
static const double MAX_GRADIENT = 1e-10;

struct search {
    struct objective objective;
    size_t n; /* variables: liblbfgs rounds its own count up to whole registers */
    int iterations;
};

static double greatest(const double *x, size_t n) {
    double m = 0;
    for (size_t i = 0; i < n; i++)
        m = fabs(x[i]) <= m ? m : fabs(x[i]); /* a NaN stays */
    return m;
}

static double evaluate(void *instance, const double *w, double *g, const int n, const double step) {
    (void)n, (void)step;
    struct search *s = instance;
    return objective_value(&s->objective, w, g);
}

/* Called after each iteration; not 0 ends the search. */
static int progress(void *instance, const double *w, const double *g, const double loss, const double w_norm,
                    const double g_norm, const double step, int n, int k, int evaluations) {
    (void)w, (void)loss, (void)w_norm, (void)g_norm, (void)step, (void)n, (void)k, (void)evaluations;
    struct search *s = instance;
    s->iterations++;
    return greatest(g, s->n) <= MAX_GRADIENT || s->iterations >= MAX_ITERATIONS;
}

/* From w to the minimum, in as many starts as it takes. False when out of memory. */
static bool descend(struct search *s, double *w) {
    lbfgs_parameter_t parameter;
    lbfgs_parameter_init(&parameter);
    parameter.m = HISTORY;
    parameter.epsilon = 0; /* progress() judges */
    int before, result;
    do {
        before = s->iterations;
        result = lbfgs((int)s->n, w, NULL, evaluate, progress, s, &parameter);
        /* 1 is progress()'s word; the library's own good endings are a gradient of exactly 0. */
    } while (result < 0 && result != LBFGSERR_OUTOFMEMORY && s->iterations > before);
    return result != LBFGSERR_OUTOFMEMORY;
}

bool minimum_find(const struct dataset *d, enum loss loss, bool mean, double l2, int threads, struct minimum *m,
                  double *w, struct err *e) {
    if (d->n_features >= INT_MAX - 64)
        return err_add(e, "L* of %zu features: liblbfgs takes at most %d", d->n_features, INT_MAX - 65);
    const double n = (double)d->train.n_rows, scale = mean ? 1 : n;
    struct search s = {.n = d->n_features + 1};
    if (!objective_init(&s.objective, d, loss, mean ? l2 : l2 / n, threads, e))
        return false;
    double *x = lbfgs_malloc((int)s.n), *g = lbfgs_malloc((int)s.n);
    bool ok = x && g;
    if (ok) {
        for (size_t i = 0; i < s.n; i++)
            x[i] = 0;
        *m = (struct minimum){.start_loss = scale * objective_value(&s.objective, x, g)};
        if (!(greatest(g, s.n) <= MAX_GRADIENT))
            ok = descend(&s, x);
    }
    if (ok) {
        m->loss = scale * objective_value(&s.objective, x, g);
        m->max_gradient = greatest(g, s.n);
        m->max_weight = greatest(x, d->n_features);
        m->iterations = s.iterations;
        for (size_t i = 0; w && i < s.n; i++)
            w[i] = x[i];
    } else {
        err_add(e, "out of memory: L* of %zu features", d->n_features);
    }
    lbfgs_free(x);
    lbfgs_free(g);
    objective_free(&s.objective);
    return ok;
}

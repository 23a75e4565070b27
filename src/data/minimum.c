/* L-BFGS (J. Nocedal, "Updating quasi-Newton matrices with limited storage", Math. Comp. 35, 1980) as liblbfgs
 * has it, with the line search of More and Thuente. Two things are added, both to get to the bottom: scale The
 * search moves v = w / scale, scale_j = 1 / sqrt(mean x_ij^2), so that a feature of one row in a thousand is as
 * easy to move as one of every second. Without it, sparse data end far above the minimum after 500 iterations
 * (docs/data.md has figures). v = 0 is w = 0, and max|g| is judged on w's gradient. fine    Close to the
 * minimum the loss no longer changes in its last digit and the line search fails. It is then started again on
 * differences of the loss from the last accepted point, by the trapezoid rule from the gradients at both ends:
 * they keep their digits however small the step. */
#include "data/minimum.h"
#include "base/mem.h"
#include "data/objective.h"
#include <lbfgs.h>
#include <limits.h>
#include <math.h>

enum { HISTORY = 20, MAX_ITERATIONS = 500 };
static const double MAX_GRADIENT = 1e-10;

struct search {
    struct objective objective;
    size_t n;         /* variables: liblbfgs rounds its own count up to whole registers */
    double *scale;    /* (n), by rank: what is allocated, the others follow it */
    double *w, *g;    /* (n), by rank: the point evaluated last and the gradient there, of w */
    double *v0, *gv0; /* (n): the point accepted last and the gradient there, of v */
    double loss0;     /* as the line search saw it */
    bool fine;
    int iterations;
};

static double greatest(const double *x, size_t n) {
    double m = 0;
    for (size_t i = 0; i < n; i++)
        m = fabs(x[i]) <= m ? m : fabs(x[i]); /* a NaN stays */
    return m;
}

/* The rank of variable j of the search: they go by count, so that its sums over them do not depend on ranks. */
static size_t rank_at(const struct search *s, size_t j) {
    return j + 1 < s->n ? s->objective.data->by_count[j] : j; /* the last one is the bias */
}

static double evaluate(void *instance, const double *v, double *gv, const int n, const double step) {
    (void)n, (void)step;
    struct search *s = instance;
    for (size_t j = 0; j < s->n; j++)
        s->w[rank_at(s, j)] = s->scale[rank_at(s, j)] * v[j];
    double loss = objective_value(&s->objective, s->w, s->g), twice = 0;
    for (size_t j = 0; j < s->n; j++)
        gv[j] = s->scale[rank_at(s, j)] * s->g[rank_at(s, j)];
    if (!s->fine)
        return loss;
    for (size_t j = 0; j < s->n; j++)
        twice = fma(s->gv0[j] + gv[j], v[j] - s->v0[j], twice);
    return s->loss0 + 0.5 * twice;
}

static void accept(struct search *s, const double *v, const double *gv, double loss) {
    for (size_t j = 0; j < s->n; j++) {
        s->v0[j] = v[j];
        s->gv0[j] = gv[j];
    }
    s->loss0 = loss;
}

/* Called after each iteration; not 0 ends the search. */
static int progress(void *instance, const double *v, const double *gv, const double loss, const double v_norm,
                    const double g_norm, const double step, int n, int k, int evaluations) {
    (void)v_norm, (void)g_norm, (void)step, (void)n, (void)k, (void)evaluations;
    struct search *s = instance;
    accept(s, v, gv, loss);
    s->iterations++;
    return greatest(s->g, s->n) <= MAX_GRADIENT || s->iterations >= MAX_ITERATIONS;
}

/* From v to the minimum. liblbfgs goes back to the last accepted point when a line search fails; from there it
 * is started again, until a start brings nothing more. False when out of memory. */
static bool descend(struct search *s, double *v, double *gv) {
    lbfgs_parameter_t parameter;
    lbfgs_parameter_init(&parameter);
    parameter.m = HISTORY;
    parameter.epsilon = 0; /* progress() judges */
    for (;;) {
        const int before = s->iterations;
        const bool was_fine = s->fine;
        int result = lbfgs((int)s->n, v, NULL, evaluate, progress, s, &parameter);
        if (result == LBFGSERR_OUTOFMEMORY)
            return false;
        if (result >= 0 || (was_fine && s->iterations == before)) /* 1 is progress()'s word */
            return true;
        s->fine = false;
        evaluate(s, v, gv, 0, 0);
        accept(s, v, gv, 0);
        s->fine = true;
    }
}

static bool search_init(struct search *s, const struct dataset *d, enum loss loss, double l2, int threads,
                        struct err *e) {
    const struct data_part *p = &d->train;
    *s = (struct search){.n = d->n_features + 1};
    if (!objective_init(&s->objective, d, loss, l2, threads, e))
        return false;
    s->scale = mem_zeroed(5 * s->n, sizeof *s->scale, e);
    if (!s->scale)
        return false;
    s->w = s->scale + s->n;
    s->g = s->w + s->n;
    s->v0 = s->g + s->n;
    s->gv0 = s->v0 + s->n;
    for (uint64_t i = 0; i < p->nnz; i++)
        s->scale[p->row_idx[i]] += p->row_val ? p->row_val[i] * p->row_val[i] : 1;
    for (size_t j = 0; j < d->n_features; j++) {
        double curvature = s->scale[j] / (double)p->n_rows + 4 * l2;
        s->scale[j] = curvature > 0 && isfinite(curvature) ? 1 / sqrt(curvature) : 1;
    }
    s->scale[d->n_features] = 1; /* the bias */
    return true;
}

static void minimum_known(const struct dataset *d, struct minimum *m, double *w) {
    const struct surface_row *s = &surfaces[d->params.function];
    struct surface_point start;
    s->at(0, 0, &start);
    *m = (struct minimum){.max_weight = fabs(s->minimum[0][0]), .start_loss = start.value};
    for (int k = 0; w && k < 2; k++)
        w[k] = s->minimum[0][k];
}

bool minimum_find(const struct dataset *d, enum loss loss, bool mean, double l2, int threads, struct minimum *m,
                  double *w, struct err *e) {
    if (d->params.kind == DATA_SURFACE) {
        minimum_known(d, m, w);
        return true;
    }
    if (d->n_features >= INT_MAX - 64)
        return err_add(e, "L* of %zu features: liblbfgs takes at most %d", d->n_features, INT_MAX - 65);
    const double n = (double)d->train.n_rows, unit = mean ? 1 : n;
    struct search s;
    double *v = NULL, *gv = NULL;
    bool ok = search_init(&s, d, loss, mean ? l2 : l2 / n, threads, e);
    if (ok) {
        v = lbfgs_malloc((int)s.n); /* as liblbfgs wants it: aligned, padded, zero */
        gv = lbfgs_malloc((int)s.n);
        ok = v && gv;
        if (!ok)
            err_add(e, "out of memory: L* of %zu features", d->n_features);
    }
    if (ok) {
        *m = (struct minimum){.start_loss = unit * evaluate(&s, v, gv, 0, 0)};
        if (!(greatest(s.g, s.n) <= MAX_GRADIENT) && !descend(&s, v, gv))
            ok = err_add(e, "out of memory: L* of %zu features", d->n_features);
    }
    if (ok) {
        s.fine = false;
        m->loss = unit * evaluate(&s, v, gv, 0, 0);
        m->max_gradient = greatest(s.g, s.n);
        m->max_weight = greatest(s.w, d->n_features);
        m->iterations = s.iterations;
        for (size_t j = 0; w && j < d->n_features; j++)
            w[j] = s.w[d->rank_of[j]];
        if (w)
            w[d->n_features] = s.w[d->n_features];
    }
    lbfgs_free(v);
    lbfgs_free(gv);
    free(s.scale);
    objective_free(&s.objective);
    return ok;
}

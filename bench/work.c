/* An estimate of time: what --dry-run says, and what the progress bar and the order of tasks go by. Counts of
 * what is done, times what each took on the machine they were measured on (a Zen 5 core with AVX-512). */
#include "base/machine.h"
#include "job.h"
#include "kern/rest.h"
#include <math.h>

/* In units of what a full batch takes for a non-zero of a run, both passes, while its lines are in the second
 * cache: 0.7 ns for sixteen runs. */
static const double THIRD_CACHE = 1.7, MEMORY = 2.2; /* where they are further away */
static const double ROW = 7, CANDIDATE_ROW = 12;     /* loss and residual of a row; of a line search */
static const double STEP = 2, STEP_STATE = 2.2;      /* a feature's, the more the more state it has */
static const double STEP_MEMORY = 3.5;               /* as much where weights and state are beyond all caches */
static const double LOOK_NONZERO = 0.4;              /* a look at the loss has one pass; rows as above */
static const double ANY_PACK = 4e4, ANY_STEP = 700, ANY_LOOK = 700, ANY_BATCH = 150; /* however small */
/* Mini-batches: a non-zero; a feature that is touched, its states, which are gathered, and the law by which it
 * is brought up to date. */
static const double BATCH_NONZERO = 10, TOUCH = 5, TOUCH_STATE = 4.6;
static const double touch_law[] = {[REST_REPLAY] = 50,  [REST_STILL] = 0,    [REST_DECAY] = 4,
                                   [REST_VELOCITY] = 5, [REST_MOMENTS] = 20, [REST_CAPPED] = 6};

/* Of a core. The third cache is not asked for: some systems tell that of all cores together. */
static double l2_bytes(void) {
    const uint64_t bytes = machine_get()->l2_bytes;
    return bytes ? (double)bytes : 1 << 20;
}
static const double L3_BYTES = 32 << 20;

/* Features that a batch of so many rows touches, from below those of equal frequency: popular ones come again.
 */
static double features_of_a_batch(const struct data_params *d, const struct dataset *shape, double rows) {
    const double nonzeros = rows * (double)shape->train.nnz / (double)shape->train.n_rows,
                 features = (double)shape->n_features;
    if (d->kind != DATA_SYNTHETIC)
        return features ? fmin(nonzeros, features) : nonzeros;
    /* f_j = min(max_frequency, c / j^popularity) over bins of j an eighth wide, c by bisection of its logarithm
     */
    double low = -100, high = 100, sum = 0;
    for (int i = 0; i < 60; i++, sum = 0) {
        const double c = (low + high) / 2;
        for (double j = 1, width; j <= features; j += width) {
            width = fmax(1, floor(j / 8));
            sum += width * fmin(d->max_frequency, exp(c - d->popularity * log(j + (width - 1) / 2)));
        }
        *(sum < nonzeros / rows ? &low : &high) = c;
    }
    for (double j = 1, width; j <= features; j += width) {
        width = fmax(1, floor(j / 8));
        const double f = fmin(d->max_frequency, exp(low - d->popularity * log(j + (width - 1) / 2)));
        sum += width * -expm1(rows * log1p(-f));
    }
    return fmin(sum, features);
}

struct work work_of(const struct cost *c, const struct plan *p, const struct pack *pack,
                    struct touched *memory) {
    struct run r;
    plan_run(p, pack->run[0], &r);
    const struct dataset *shape = &c->shape[r.dataset];
    const double rows = (double)shape->train.n_rows, nonzeros = (double)shape->train.nnz,
                 features = (double)shape->n_features, lines = 64 * features;
    const int rule = rule_index(r.rule), variant = rule_variant_number(r.rule, r.h);
    const struct rule_variant *v = rule_variant(rule, variant);
    const double far = lines <= l2_bytes() ? 1
                       : lines <= L3_BYTES ? THIRD_CACHE
                                           : MEMORY,
                 step = (STEP + STEP_STATE * v->n_state) * features *
                        (lines * (1 + v->n_state) <= L3_BYTES ? 1 : STEP_MEMORY),
                 look = LOOK_NONZERO * far * nonzeros + ROW * rows;
    const double looks = c->epochs / r.v[KEY_SWEEP_evaluate].number + 1;
    struct work w = {.steps = ANY_PACK, .evaluations = looks * ANY_LOOK};
    if (!pack->batch) {
        w.steps += c->epochs * (far * nonzeros + ROW * rows + step + ANY_STEP);
        if (r.rule->line_search)
            w.steps += c->epochs * r.h[H_candidates] * CANDIDATE_ROW * rows;
        w.evaluations += v->point ? looks * look : 0;
    } else {
        const double batch = (double)pack->batch, steps = c->epochs * ceil(rows / batch);
        const bool lazy = r.v[KEY_SWEEP_sparse_updates].word == UPDATES_LAZY,
                   dense =
                       r.v[KEY_SWEEP_sparse_updates].word == UPDATES_DENSE || train_dense_because(&r, shape);
        const double touch =
            TOUCH + TOUCH_STATE * v->n_state + (lazy ? 0 : touch_law[rest_of(rule, variant).law]);
        if (memory->batch != pack->batch || memory->dataset != r.dataset)
            *memory = (struct touched){pack->batch, r.dataset,
                                       features_of_a_batch(plan_dataset(p, r.dataset), shape, batch)};
        w.steps += c->epochs * nonzeros * BATCH_NONZERO +
                   steps * (ANY_BATCH + (dense ? step : touch * memory->features));
        w.evaluations += looks * (look + (dense ? 0 : step));
    }
    w.steps *= LANES; /* a pack takes as long for one lane as for sixteen */
    w.evaluations *= LANES;
    return w;
}

/* Small data are one thread's. */
static double threads_used(const struct dataset *shape, int threads) {
    return shape->train.nnz < 1 << 18 ? 1 : threads;
}

double work_seconds_of_data(const struct dataset *shape, int threads) {
    return 25e-9 * (double)shape->train.nnz / threads_used(shape, threads);
}

double work_seconds_of_minimum(const struct dataset *shape, int threads) {
    /* More features than rows: a loss of nearly nothing is near. */
    const double iterations = shape->n_features < shape->train.n_rows ? 75 : 35;
    /* Twenty pairs of vectors, in double, by one thread. */
    const double features = (double)shape->n_features,
                 vectors = features * (320 * features <= l2_bytes() ? 10e-9 : 35e-9),
                 passes = 0.9e-9 * (double)shape->train.nnz + 20e-9 * (double)shape->train.n_rows;
    return iterations * (passes / threads_used(shape, threads) + vectors);
}

/* An estimate of time: what --dry-run says, and what the progress bar and the order of tasks go by. Counts of
 * what is done, times what each took on the machine the project was written on. */
#include "job.h"
#include "kern/rest.h"
#include <math.h>

/* In units of what a full batch takes for a non-zero of a run, both passes and its share of the steps (4 ns for
 * sixteen runs). A feature's step costs more the more state it has; a feature that a mini-batch touches is
 * brought up to date besides, by the law of its rest. A look at the loss is a third of a step's two passes, and
 * all weights are brought up to date for it. */
static const double BATCH_NONZERO = 5, STEP = 0.7, STEP_STATE = 0.6, LOOK = 0.3, CANDIDATE = 0.1;
static const double touch[] = {[REST_REPLAY] = 30,  [REST_STILL] = 1.5,  [REST_DECAY] = 2.5,
                               [REST_VELOCITY] = 3, [REST_MOMENTS] = 12, [REST_CAPPED] = 6};

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
                 features = (double)shape->n_features;
    const int rule = rule_index(r.rule), variant = rule_variant_number(r.rule, r.h);
    const struct rule_variant *v = rule_variant(rule, variant);
    const double step = STEP + STEP_STATE * v->n_state, look = LOOK * nonzeros;
    const double looks = c->epochs / r.v[KEY_SWEEP_evaluate].number + 1;
    struct work w = {0};
    if (!pack->batch) {
        w.steps = c->epochs * (nonzeros + step * features);
        if (r.rule->line_search)
            w.steps += c->epochs * r.h[H_candidates] * CANDIDATE * nonzeros;
        w.evaluations = v->point ? looks * look : 0;
    } else {
        const double batch = (double)pack->batch, steps = c->epochs * ceil(rows / batch);
        const bool lazy = r.v[KEY_SWEEP_sparse_updates].word == UPDATES_LAZY,
                   dense =
                       r.v[KEY_SWEEP_sparse_updates].word == UPDATES_DENSE || train_dense_because(&r, shape);
        const double law = touch[lazy ? REST_STILL : rest_of(rule, variant).law];
        if (memory->batch != pack->batch || memory->dataset != r.dataset)
            *memory = (struct touched){pack->batch, r.dataset,
                                       features_of_a_batch(plan_dataset(p, r.dataset), shape, batch)};
        w.steps = c->epochs * nonzeros * BATCH_NONZERO +
                  steps * (dense ? step * features : (step + law) * memory->features);
        w.evaluations = looks * (look + (dense ? 0 : step * features));
    }
    w.steps *= LANES; /* a pack takes as long for one lane as for sixteen */
    w.evaluations *= LANES;
    return w;
}

/* What the tests of training share: a grid file's text, all of its runs trained, and the same run by the
 * reference. */
#pragma once
#include "base/err.h"
#include "rule_cases.h"
#include "rules_ref.h"
#include "train/train.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
// cmocka.h needs what is above
#include <cmocka.h>

struct trained {
    struct plan *plan;
    struct dataset *data; /* the grid's only one */
    size_t n_runs;
    struct run *run;     /* (n_runs) */
    struct outcome *out; /* (n_runs); without points where the run repeats another's id */
};

static inline void ready(struct trained *t, const char *text) {
    struct err e = {0};
    t->plan = plan_read_text("grid.ini", text, strlen(text), NULL, NULL, &e);
    if (!t->plan)
        fail_msg("refused:\n%s\n%s", text, e.text);
    assert_int_equal(plan_n_datasets(t->plan), 1);
    t->n_runs = plan_n_runs(t->plan);
    t->run = calloc(t->n_runs, sizeof *t->run);
    t->out = calloc(t->n_runs, sizeof *t->out);
    assert_true(t->run && t->out);
    for (size_t i = 0; i < t->n_runs; i++)
        plan_run(t->plan, i, &t->run[i]);
    t->data = data_make(plan_dataset(t->plan, 0), 1, &e);
    if (!t->data || !data_prepare(t->data, PRECISION_F32, &e) || !data_prepare(t->data, PRECISION_F64, &e))
        fail_msg("%s", e.text);
}

static inline enum precision precision_of(const struct run *r) {
    return r->v[KEY_SWEEP_precision].word == 0 ? PRECISION_F32 : PRECISION_F64;
}

static inline void train_one_pack(struct trained *t, const struct pack *pack, enum isa isa,
                                  const double *lstar) {
    struct outcome out[LANES] = {0};
    struct err e = {0};
    if (!train_pack(t->plan, pack, t->data, kernels_get(isa, precision_of(&t->run[pack->run[0]])), lstar, NULL,
                    out, &e))
        fail_msg("%s", e.text);
    for (int lane = 0; lane < pack->n; lane++) {
        outcome_free(&t->out[pack->run[lane]]);
        t->out[pack->run[lane]] = out[lane];
    }
}

/* Trains every run of the grid, packed as the plan packs them. */
static inline void train_all(struct trained *t, enum isa isa) {
    struct pack *packs;
    size_t n_packs, n_todo;
    struct err e = {0};
    assert_true(plan_packs(t->plan, NULL, NULL, &packs, &n_packs, &n_todo, &e));
    for (size_t i = 0; i < n_packs; i++)
        train_one_pack(t, &packs[i], isa, NULL);
    free(packs);
}

static inline void done(struct trained *t) {
    for (size_t i = 0; i < t->n_runs; i++)
        outcome_free(&t->out[i]);
    free(t->run), free(t->out);
    data_free(t->data);
    plan_free(t->plan);
}

/* ---- the reference ----------------------------------------------------------------------------------------
 */

static inline struct ref_data ref_data_of(const struct dataset *d, const struct data_part *part) {
    return (struct ref_data){.n = part->n_rows,
                             .d = d->n_features,
                             .ptr = part->row_ptr,
                             .idx = part->row_idx,
                             .val = part->row_val,
                             .y = part->y};
}

static inline struct ref_run ref_run_of(const struct run *r) {
    struct ref_run ref = {.rule = ref_rule_find(r->rule->name),
                          .loss = ref_loss_find(loss_names[r->v[KEY_MODEL_loss].word]),
                          .mean = run_means(r),
                          .l2 = r->v[KEY_MODEL_l2].number};
    memcpy(ref.h, r->h, sizeof ref.h);
    if (r->rule->line_search) {
        ref.candidates = (int)r->h[H_candidates];
        ref.shrink = r->h[H_shrink];
    }
    ref.schedule = ref_schedule_find(r->sched->name);
    schedule_in_steps(r->s, 1, r->v[KEY_SWEEP_epochs].number, ref.k); /* full batch: an epoch is a step */
    return ref;
}

/* Where a run with a fixed start begins: (d + 1), free() it. */
static inline double *start_of(const struct dataset *d, const struct run *r) {
    double *w = calloc(d->n_features + 1, sizeof *w);
    assert_non_null(w);
    for (size_t j = 0; j < d->n_features; j++)
        w[j] = r->v[KEY_MODEL_w0].number;
    w[d->n_features] = r->v[KEY_MODEL_b0].number;
    return w;
}

/* ---- comparison -------------------------------------------------------------------------------------------
 */

/* Fails unless two outcomes agree to the bit. */
static inline void expect_same_outcome(const char *what, const struct outcome *a, const struct outcome *b) {
    bool same = a->id == b->id && a->blown_up == b->blown_up && a->n_points == b->n_points &&
                a->weights_hash == b->weights_hash &&
                memcmp(&a->test_error, &b->test_error, sizeof a->test_error) == 0;
    for (uint64_t i = 0; same && i < a->n_points; i++) {
        const struct point *p = &a->points[i], *q = &b->points[i];
        same = p->epoch == q->epoch && p->step == q->step && p->nonzeros == q->nonzeros &&
               memcmp(&p->loss, &q->loss, sizeof p->loss) == 0 &&
               memcmp(&p->test_loss, &q->test_loss, sizeof p->test_loss) == 0;
        if (!same)
            fail_msg("%s: at step %llu loss %a and %a", what, (unsigned long long)p->step, p->loss, q->loss);
    }
    if (!same)
        fail_msg("%s: %llu points, hash %016llx, blown up %d, error %g; and %llu points, hash %016llx, blown "
                 "up %d, error %g",
                 what, (unsigned long long)a->n_points, (unsigned long long)a->weights_hash, a->blown_up,
                 a->test_error, (unsigned long long)b->n_points, (unsigned long long)b->weights_hash,
                 b->blown_up, b->test_error);
}

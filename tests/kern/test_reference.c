/* The oracle's own trainer, held to what can be said without it: slopes by differences, batches that are the
 * whole set, a line search by hand. */
#include "rules_ref.h"
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
// cmocka.h needs what is above
#include <cmocka.h>

enum { N = 5, D = 3, D1 = D + 1 };
static const uint64_t ptr[N + 1] = {0, 2, 3, 3, 6, 7};
static const uint32_t idx[] = {0, 2, 1, 0, 1, 2, 2};
static const double val[] = {1, -2, 0.5, 3, 1, 1, -1}, y[N] = {1, 0, 0.3, 1, 0};
static const struct ref_data valued = {N, D, ptr, idx, val, y}, binary = {N, D, ptr, idx, NULL, y};
static const double start[D1] = {0.3, -0.2, 0.1, 0.4};

static struct ref_run run_of(const char *rule, double eta0) {
    struct ref_run r = {.rule = ref_rule_find(rule), .loss = ref_loss_find("logistic"), .mean = true};
    r.h[H_eta0] = eta0;
    return r;
}

/* One sgd step of size 1 is the gradient: the slopes of the loss. */
static void gradients_are_slopes(void **state) {
    (void)state;
    for (int i = 0; i < 16; i++) {
        const struct ref_data *x = i & 1 ? &valued : &binary;
        struct ref_run r = run_of("sgd", 1);
        r.loss = ref_loss_find(i & 2 ? "squared" : "logistic");
        r.mean = i & 4;
        r.l2 = i & 8 ? 0.7 : 0;
        double w[D1];
        memcpy(w, start, sizeof w);
        ref_train(x, &r, 1, w, NULL, NULL);
        for (int j = 0; j < D1; j++) {
            const double h = 1e-6;
            double up[D1], down[D1];
            memcpy(up, start, sizeof up), memcpy(down, start, sizeof down);
            up[j] += h, down[j] -= h;
            const double slope = (ref_total_loss(x, &r, up) - ref_total_loss(x, &r, down)) / (2 * h);
            if (!(fabs(start[j] - w[j] - slope) <= 1e-8))
                fail_msg("setting %d, parameter %d: gradient %.10g, slope %.10g", i, j, start[j] - w[j], slope);
        }
    }
}

/* A batch of all rows in any order is the full batch; a batch of one row is a data set of that row. */
static void batches_are_rows_in_order(void **state) {
    (void)state;
    static const uint32_t order[4 * N] = {3, 1, 4, 0, 2, 0, 1, 2, 3, 4, 4, 3, 2, 1, 0, 2, 0, 3, 1, 4};
    double full[D1], batch[D1];
    struct ref_run r = run_of("sgd", 0.5);
    memcpy(full, start, sizeof full), memcpy(batch, start, sizeof batch);
    ref_train(&valued, &r, 4, full, NULL, NULL);
    r.batch = N;
    r.order = order;
    ref_train(&valued, &r, 4, batch, NULL, NULL);
    for (int j = 0; j < D1; j++)
        assert_true(fabs(full[j] - batch[j]) <= 1e-14);

    memcpy(full, start, sizeof full), memcpy(batch, start, sizeof batch);
    r.batch = 2; /* 3 1, 4 0, 2: the last is short */
    ref_train(&valued, &r, 4, batch, NULL, NULL);
    static const uint32_t taken[4][2] = {{3, 1}, {4, 0}, {2, 2}, {0, 1}};
    for (int t = 0; t < 4; t++) {
        const uint32_t a = taken[t][0], b = taken[t][1];
        const uint64_t two_ptr[3] = {0, ptr[a + 1] - ptr[a], ptr[a + 1] - ptr[a] + ptr[b + 1] - ptr[b]};
        uint32_t two_idx[8];
        double two_val[8];
        const double two_y[2] = {y[a], y[b]};
        for (uint64_t k = 0; k < two_ptr[2]; k++) {
            const uint64_t from = k < two_ptr[1] ? ptr[a] + k : ptr[b] + k - two_ptr[1];
            two_idx[k] = idx[from];
            two_val[k] = val[from];
        }
        const struct ref_data two = {2, D, two_ptr, two_idx, two_val, two_y};
        r.batch = 0;
        ref_train(&two, &r, 1, full, NULL, NULL);
    }
    for (int j = 0; j < D1; j++)
        assert_true(fabs(full[j] - batch[j]) <= 1e-14);
}

/* eta0 shrink^k: the least loss is kept, and nothing moves where none is better. */
static void line_search_takes_the_best_of_its_candidates(void **state) {
    (void)state;
    struct ref_run r = run_of("linesearch", 64);
    r.candidates = 8;
    r.shrink = 0.5;
    double w[D1], losses[31], g[D1];
    memcpy(w, start, sizeof w), memcpy(g, start, sizeof g);
    struct ref_run slope = run_of("sgd", 1);
    ref_train(&valued, &slope, 1, g, NULL, NULL);
    double least = ref_total_loss(&valued, &r, start);
    for (int k = 0; k < 8; k++) {
        double trial[D1];
        for (int j = 0; j < D1; j++)
            trial[j] = start[j] - 64 * pow(0.5, k) * (start[j] - g[j]);
        least = fmin(least, ref_total_loss(&valued, &r, trial));
    }
    ref_train(&valued, &r, 30, w, losses, NULL);
    assert_true(losses[1] < losses[0] && fabs(losses[1] - least) <= 1e-15);
    for (int t = 0; t < 30; t++)
        assert_true(losses[t + 1] <= losses[t]);

    r = run_of("linesearch", 1e9); /* every candidate overshoots */
    r.candidates = 2;
    r.shrink = 0.5;
    memcpy(w, start, sizeof w);
    ref_train(&valued, &r, 3, w, losses, NULL);
    assert_memory_equal(w, start, sizeof w);
}

/* The schedule multiplies eta0; the bias neither decays nor counts in l2. */
static void schedules_and_decay_reach_the_step(void **state) {
    (void)state;
    double slow[D1], quick[D1];
    struct ref_run r = run_of("sgd", 0.5);
    memcpy(slow, start, sizeof slow), memcpy(quick, start, sizeof quick);
    r.schedule = ref_schedule_find("step");
    r.k[S_gamma] = 0.5;
    r.k[S_every] = 1; /* 0.5, then 0.25 */
    ref_train(&valued, &r, 2, slow, NULL, NULL);
    r.schedule = NULL;
    ref_train(&valued, &r, 1, quick, NULL, NULL);
    r.h[H_eta0] = 0.25;
    ref_train(&valued, &r, 1, quick, NULL, NULL);
    for (int j = 0; j < D1; j++)
        assert_true(fabs(slow[j] - quick[j]) <= 1e-15);

    double plain[D1], decayed[D1];
    struct ref_run adam = run_of("adam", 0.1);
    adam.h[H_beta1] = 0.9, adam.h[H_beta2] = 0.999, adam.h[H_epsilon] = 1e-8, adam.h[H_bias_correction] = 1;
    adam.h[H_weight_decay] = 0.3;
    memcpy(plain, start, sizeof plain), memcpy(decayed, start, sizeof decayed);
    ref_train(&valued, &adam, 1, plain, NULL, NULL);
    adam.rule = ref_rule_find("adamw");
    ref_train(&valued, &adam, 1, decayed, NULL, NULL);
    for (int j = 0; j < D1; j++)
        assert_true(fabs(decayed[j] - (plain[j] - (j < D ? 0.1 * 0.3 * start[j] : 0))) <= 1e-15);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gradients_are_slopes),
        cmocka_unit_test(batches_are_rows_in_order),
        cmocka_unit_test(line_search_takes_the_best_of_its_candidates),
        cmocka_unit_test(schedules_and_decay_reach_the_step),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* L* against closed forms, its gradient, and the laws of reduction, l2 and threads. */
#include "data/minimum.h"
#include "data/objective.h"
#include "data_help.h"

static struct dataset *from_text(const char *text, uint64_t features) {
    const struct scratch s = scratch_make();
    write_text(s.path, text);
    struct data_params p = {.kind = DATA_LIBSVM, .path = s.path, .features = features};
    struct dataset *d = made(&p, 1);
    scratch_remove(&s);
    return d;
}

static struct minimum found(const struct dataset *d, enum loss loss, bool mean, double l2, int threads,
                            double *w) {
    struct minimum m;
    struct err e = {0};
    if (!minimum_find(d, loss, mean, l2, threads, &m, w, &e))
        fail_msg("minimum_find: %s", e.text);
    return m;
}

static double logit(double p) {
    return log(p / (1 - p));
}
static double entropy(double p) {
    return -p * log(p) - (1 - p) * log(1 - p);
}

/* Data whose minimum is known on paper; weights are listed, the bias last. */
static void closed_forms_are_found(void **state) {
    (void)state;
    const double l2 = 1 / (1 + exp(1.0)); /* so that -(1 - sigmoid(w)) + l2 w = 0 at w = 1 */
    const struct {
        const char *name, *text;
        uint64_t features;
        enum loss loss;
        double l2, lstar, w[3];
    } cases[] = {
        {"bias alone", "1\n0\n1\n1\n", 1, LOSS_logistic, 0, entropy(0.75), {0, logit(0.75)}},
        {"bias alone, squared", "1\n0\n1\n1\n", 1, LOSS_squared, 0, 0.5 * 0.1875, {0, logit(0.75)}},
        {"two rows",
         "0.8 1:1\n0.3\n",
         0,
         LOSS_logistic,
         0,
         (entropy(0.8) + entropy(0.3)) / 2,
         {logit(0.8) - logit(0.3), logit(0.3)}},
        {"two rows, squared",
         "0.8 1:2\n0.3\n",
         0,
         LOSS_squared,
         0,
         0,
         {(logit(0.8) - logit(0.3)) / 2, logit(0.3)}},
        {"l2", "1 1:1\n0 1:-1\n", 0, LOSS_logistic, l2, log1p(exp(-1.0)) + l2 / 2, {1, 0}},
        {"l2, a feature no row has",
         "1 1:1\n0 1:-1\n",
         2,
         LOSS_logistic,
         l2,
         log1p(exp(-1.0)) + l2 / 2,
         {1, 0, 0}},
        {"rare and frequent",
         "0.9 1:1000\n0.2 2:0.001\n0.5\n",
         0,
         LOSS_logistic,
         0,
         (entropy(0.9) + entropy(0.2) + log(2)) / 3,
         {logit(0.9) / 1000, logit(0.2) * 1000, 0}},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct dataset *d = from_text(cases[i].text, cases[i].features);
        double w[3];
        struct minimum m = found(d, cases[i].loss, true, cases[i].l2, 1, w);
        assert_near(m.loss, cases[i].lstar, 1e-15, cases[i].name);
        assert_near(m.start_loss, cases[i].loss == LOSS_logistic ? log(2) : m.start_loss, 1e-15, "start loss");
        assert_true(m.max_gradient <= 1e-10);
        double greatest = 0;
        for (size_t j = 0; j <= d->n_features; j++) {
            assert_near(w[j], cases[i].w[j], 1e-5 * fmax(1, fabs(cases[i].w[j])), cases[i].name);
            if (j < d->n_features)
                greatest = fmax(greatest, fabs(w[j]));
        }
        assert_near(m.max_weight, greatest, 0, "max|w|");
        data_free(d);
    }
}

static void the_start_may_be_the_minimum(void **state) {
    (void)state;
    struct dataset *d = from_text("0.5 1:1\n0.5 2:1\n", 0);
    struct minimum m = found(d, LOSS_logistic, true, 0, 1, NULL);
    assert_int_equal(m.iterations, 0);
    assert_near(m.loss, m.start_loss, 0, "loss");
    data_free(d);
}

static void separable_data_have_no_finite_minimum(void **state) {
    (void)state;
    struct dataset *d = from_text("1 1:0.5\n-1 1:-0.5\n", 0);
    struct minimum m = found(d, LOSS_logistic, true, 0, 1, NULL);
    assert_true(minimum_missing(&m));
    assert_true(m.loss < 1e-8);
    data_free(d);
}

/* The gradient that the search relies on is that of the loss, within a block of rows and across two. */
static void the_gradient_is_that_of_the_loss(void **state) {
    (void)state;
    static const uint64_t rows[] = {700, BLOCK_ROWS + 700};
    for (size_t i = 0; i < COUNT(rows); i++)
        for (int loss = 0; loss < LOSS_COUNT; loss++) {
            struct data_params p = synthetic_params(rows[i], 12, 0.7);
            p.values = VALUES_GAUSSIAN;
            struct dataset *d = made(&p, 1);
            struct objective o;
            struct err e = {0};
            assert_true(objective_init(&o, d, loss, 0.3, 1, &e));
            double w[13], g[13], unused[13];
            struct rng r = rng_make(1, 1);
            for (int j = 0; j < 13; j++)
                w[j] = rng_normal(&r);
            objective_value(&o, w, g);
            for (int j = 0; j < 13; j++) {
                const double at = w[j], h = 1e-5;
                w[j] = at + h;
                double above = objective_value(&o, w, unused);
                w[j] = at - h;
                double below = objective_value(&o, w, unused);
                w[j] = at;
                assert_near(g[j], (above - below) / (2 * h), 1e-9, loss_names[loss]);
            }
            objective_free(&o);
            data_free(d);
        }
}

/* Sparse data as in sweeps/quick.ini: the gradient is reached, not the last iteration. */
static void the_gradient_is_reached_on_sparse_data(void **state) {
    (void)state;
    static const double sparsity[] = {0.8, 0.95, 0.99};
    for (size_t i = 0; i < COUNT(sparsity); i++)
        for (uint64_t seed = 1; seed <= 3; seed++) {
            struct data_params p = synthetic_params(2000, 300, sparsity[i]);
            p.seed = seed;
            p.labels = LABELS_SOFT;
            p.noise = 0.1;
            struct dataset *d = made(&p, 1);
            for (int loss = 0; loss < LOSS_COUNT; loss++) {
                struct minimum m = found(d, loss, true, 0, 1, NULL);
                if (minimum_missing(&m))
                    fail_msg("sparsity %g, seed %d, %s: max|g| = %g, max|w| = %g after %d iterations",
                             sparsity[i], (int)seed, loss_names[loss], m.max_gradient, m.max_weight,
                             m.iterations);
                assert_true(m.loss < m.start_loss);
            }
            data_free(d);
        }
}

static void a_sum_is_n_means(void **state) {
    (void)state;
    struct data_params p = synthetic_params(1024, 30, 0.8);
    struct dataset *d = made(&p, 1);
    for (int loss = 0; loss < LOSS_COUNT; loss++) {
        struct minimum mean = found(d, loss, true, 0.0625, 1, NULL), sum = found(d, loss, false, 64, 1, NULL);
        assert_near(sum.loss, 1024 * mean.loss, 0, "L* of the sum"); /* n is a power of two */
        assert_near(sum.start_loss, 1024 * mean.start_loss, 0, "start loss of the sum");
        assert_near(sum.max_gradient, mean.max_gradient, 0, "max|g|, of the mean in both");
    }
    data_free(d);
}

static void l2_shrinks_the_weights(void **state) {
    (void)state;
    struct data_params p = synthetic_params(1000, 100, 0.95);
    struct dataset *d = made(&p, 1);
    struct minimum last = found(d, LOSS_logistic, true, 0, 1, NULL);
    static const double l2[] = {1e-6, 1e-4, 1e-2, 1, 100};
    for (size_t i = 0; i < COUNT(l2); i++) {
        struct minimum m = found(d, LOSS_logistic, true, l2[i], 1, NULL);
        assert_false(minimum_missing(&m));
        assert_true(m.max_weight < last.max_weight && m.loss > last.loss);
        last = m;
    }
    data_free(d);
}

static void threads_change_nothing(void **state) {
    (void)state;
    struct data_params p = synthetic_params(70000, 400, 0.985);
    p.labels = LABELS_SOFT;
    p.values = VALUES_GAUSSIAN;
    struct dataset *d = made(&p, 2);
    assert_true(d->train.nnz > 1 << 18); /* below, one thread does it all */
    for (int loss = 0; loss < LOSS_COUNT; loss++) {
        double w1[401], w[401];
        struct minimum one = found(d, loss, true, 1e-3, 1, w1);
        for (int threads = 2; threads <= 3; threads++) {
            struct minimum m = found(d, loss, true, 1e-3, threads, w);
            assert_memory_equal(w, w1, sizeof w);
            assert_true(m.loss == one.loss && m.max_gradient == one.max_gradient &&
                        m.iterations == one.iterations);
        }
    }
    data_free(d);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(closed_forms_are_found),
        cmocka_unit_test(the_start_may_be_the_minimum),
        cmocka_unit_test(separable_data_have_no_finite_minimum),
        cmocka_unit_test(the_gradient_is_that_of_the_loss),
        cmocka_unit_test(the_gradient_is_reached_on_sparse_data),
        cmocka_unit_test(a_sum_is_n_means),
        cmocka_unit_test(l2_shrinks_the_weights),
        cmocka_unit_test(threads_change_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

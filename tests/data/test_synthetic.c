/* Synthetic data follow the distribution that docs/data.md states. Bounds are Bernstein's, with a chance of
 * 1e-9 for a whole test to fail though all is well; the seeds are fixed, so it either always does or never. */
#include "data_help.h"

static const double CHANCE = 1e-9;

static double logit(double p) {
    return log(p / (1 - p));
}

/* z* of each row, summed plainly. */
static double *true_z(const struct dataset *d, const struct data_part *p) {
    double *z = malloc(p->n_rows * sizeof *z);
    assert_non_null(z);
    for (size_t i = 0; i < p->n_rows; i++) {
        z[i] = d->b_true;
        for (uint64_t k = p->row_ptr[i]; k < p->row_ptr[i + 1]; k++)
            z[i] += d->w_true[d->feature_of[p->row_idx[k]]] * (p->row_val ? p->row_val[k] : 1);
    }
    return z;
}

static void mean_sd(const double *x, size_t n, double *mean, double *sd) {
    *mean = *sd = 0;
    for (size_t i = 0; i < n; i++)
        *mean += x[i] / (double)n;
    for (size_t i = 0; i < n; i++)
        *sd += (x[i] - *mean) * (x[i] - *mean) / (double)n;
    *sd = sqrt(*sd);
}

static void assert_frequencies(const struct dataset *d, const struct data_part *p) {
    double *count = calloc(d->n_features, sizeof *count), variance = 0, expected = 0;
    assert_non_null(count);
    const double n = (double)p->n_rows;
    for (uint64_t k = 0; k < p->nnz; k++)
        count[d->feature_of[p->row_idx[k]]]++;
    for (size_t j = 0; j < d->n_features; j++) {
        const double f = d->frequency[j];
        char what[40];
        snprintf(what, sizeof what, "rows with feature %zu", j + 1);
        assert_binomial(count[j], n, f, CHANCE / (double)d->n_features, what);
        variance += n * f * (1 - f);
        expected += n * f;
    }
    assert_near((double)p->nnz, expected, deviation_bound(variance, CHANCE), "non-zeros");
    assert_near(expected / n / (double)d->n_features, 1 - d->params.sparsity, 1e-12, "mean frequency");
    free(count);
}

static void features_are_as_frequent_as_the_law_says(void **state) {
    (void)state;
    static const struct {
        uint64_t rows, features;
        double sparsity, popularity, max_frequency;
    } laws[] = {{20000, 500, 0.9, 1, 0.5}, {20000, 500, 0.99, 1, 0.5}, {20000, 500, 0.9, 0, 0.5},
                {20000, 500, 0.8, 2, 1},   {70000, 100, 0.95, 1, 0.2}, {3000, 20000, 0.998, 1.2, 0.5},
                {5000, 40, 0, 1, 1}};
    for (size_t i = 0; i < COUNT(laws); i++) {
        struct data_params p = synthetic_params(laws[i].rows, laws[i].features, laws[i].sparsity);
        p.popularity = laws[i].popularity;
        p.max_frequency = laws[i].max_frequency;
        p.test = 0.25;
        struct dataset *d = made(&p, 2);
        assert_int_equal(d->train.n_rows, p.rows);
        assert_int_equal(d->test.n_rows, p.rows / 4);
        assert_frequencies(d, &d->train);
        assert_frequencies(d, &d->test);
        data_free(d);
    }
}

static void features_are_independent(void **state) {
    (void)state;
    struct data_params p = synthetic_params(40000, 12, 0.7);
    struct dataset *d = made(&p, 1);
    double both[12][12] = {{0}};
    for (size_t i = 0; i < d->train.n_rows; i++)
        for (uint64_t a = d->train.row_ptr[i]; a < d->train.row_ptr[i + 1]; a++)
            for (uint64_t b = d->train.row_ptr[i]; b < a; b++)
                both[d->feature_of[d->train.row_idx[b]]][d->feature_of[d->train.row_idx[a]]]++;
    for (int a = 0; a < 12; a++) /* a pair counts whichever of the two is ranked first */
        for (int b = 0; b < a; b++)
            both[b][a] += both[a][b];
    for (int a = 0; a < 12; a++)
        for (int b = 0; b < a; b++)
            assert_binomial(both[b][a], 40000, d->frequency[a] * d->frequency[b], CHANCE / 66,
                            "rows with two features");
    data_free(d);
}

static void true_weights_have_the_signal_and_the_bias(void **state) {
    (void)state;
    static const struct {
        double rare_signal, signal, bias;
        enum data_values values;
    } cases[] = {{0.5, 2, 0, VALUES_BINARY},
                 {0, 3, -1.5, VALUES_BINARY},
                 {1, 0.1, 2, VALUES_GAUSSIAN},
                 {-1, 5, 0, VALUES_BINARY},
                 {0.5, 2, 0.25, VALUES_STUDENT3}};
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct data_params p = synthetic_params(5000, 400, 0.9);
        p.rare_signal = cases[i].rare_signal;
        p.signal = cases[i].signal;
        p.bias = cases[i].bias;
        p.values = cases[i].values;
        struct dataset *d = made(&p, 1);
        double *z = true_z(d, &d->train), mean, sd, positive = 0;
        mean_sd(z, d->train.n_rows, &mean, &sd);
        assert_near(mean, p.bias, 1e-12, "mean of z*");
        assert_near(sd, p.signal, 1e-11, "standard deviation of z*");
        double k = fabs(d->w_true[0]) * pow(d->frequency[0], p.rare_signal);
        for (size_t j = 0; j < d->n_features; j++) {
            assert_near(fabs(d->w_true[j]) * pow(d->frequency[j], p.rare_signal), k, 1e-12 * k, "k");
            positive += d->w_true[j] > 0;
        }
        const size_t n_cases = COUNT(cases);
        assert_binomial(positive, 400, 0.5, CHANCE / (double)n_cases, "positive true weights");
        free(z);
        data_free(d);
    }
}

static void rows_without_spread_have_weights_of_zero(void **state) {
    (void)state;
    struct data_params p = synthetic_params(100, 7, 0); /* every feature in every row */
    p.max_frequency = 1;
    p.bias = 0.5;
    struct dataset *d = made(&p, 1);
    for (size_t j = 0; j < 7; j++)
        assert_true(d->w_true[j] == 0);
    assert_near(d->b_true, 0.5, 0, "b*");
    data_free(d);
    p.max_frequency = 0.5, p.sparsity = 0.8, p.signal = 0;
    d = made(&p, 1);
    for (size_t j = 0; j < 7; j++)
        assert_true(d->w_true[j] == 0 && !signbit(d->w_true[j]));
    data_free(d);
}

static void soft_labels_are_the_probability(void **state) {
    (void)state;
    struct data_params p = synthetic_params(20000, 200, 0.9);
    p.labels = LABELS_SOFT;
    p.bias = -1;
    p.test = 0.5;
    struct dataset *d = made(&p, 2);
    const struct data_part *parts[] = {&d->train, &d->test};
    for (int k = 0; k < 2; k++) {
        double *z = true_z(d, parts[k]);
        for (size_t i = 0; i < parts[k]->n_rows; i++) {
            assert_near(parts[k]->y[i], 1 / (1 + exp(-z[i])), 1e-14, "soft label");
            assert_true(parts[k]->y32[i] == (float)parts[k]->y[i]);
        }
        free(z);
    }
    data_free(d);
}

static void noise_is_normal_on_the_logit(void **state) {
    (void)state;
    struct data_params p = synthetic_params(50000, 100, 0.9);
    p.labels = LABELS_SOFT;
    p.noise = 0.7;
    struct dataset *d = made(&p, 2);
    double *z = true_z(d, &d->train), mean, sd, beyond = 0;
    for (size_t i = 0; i < d->train.n_rows; i++) {
        z[i] = (logit(d->train.y[i]) - z[i]) / p.noise;
        beyond += fabs(z[i]) > 1.959963984540054;
    }
    mean_sd(z, d->train.n_rows, &mean, &sd);
    assert_near(mean, 0, 6 / sqrt(50000), "mean of the noise");
    assert_near(sd, 1, 6 / sqrt(2 * 50000), "standard deviation of the noise");
    assert_binomial(beyond, 50000, 0.05, CHANCE, "noise beyond 1.96");
    free(z);
    data_free(d);
}

static void bernoulli_labels_are_drawn_with_it(void **state) {
    (void)state;
    struct data_params p = synthetic_params(50000, 100, 0.9), soft;
    p.noise = 0.5;
    p.bias = 0.5;
    p.test = 0.5;
    soft = p;
    soft.labels = LABELS_SOFT;
    struct dataset *d = made(&p, 2), *q = made(&soft, 2); /* the same rows and the same noise */
    const struct data_part *drawn[] = {&d->train, &d->test}, *law[] = {&q->train, &q->test};
    for (int k = 0; k < 2; k++)
        for (int tenth = 0; tenth < 10; tenth++) {
            double ones = 0, expected = 0, variance = 0;
            for (size_t i = 0; i < drawn[k]->n_rows; i++) {
                double y = drawn[k]->y[i], probability = law[k]->y[i];
                assert_true(y == 0 || y == 1);
                if ((int)(probability * 10) == tenth) {
                    ones += y;
                    expected += probability;
                    variance += probability * (1 - probability);
                }
            }
            assert_near(ones, expected, deviation_bound(variance, CHANCE / 20), "labels of 1");
        }
    data_free(d);
    data_free(q);
}

static void values_have_their_distribution(void **state) {
    (void)state;
    static const struct {
        enum data_values values;
        double at, share; /* of |x| beyond */
    } tails[] = {{VALUES_GAUSSIAN, 0.67448975, 0.5},   {VALUES_GAUSSIAN, 1.95996398, 0.05},
                 {VALUES_GAUSSIAN, 3.29052673, 0.001}, {VALUES_STUDENT3, 0.76489233, 0.5},
                 {VALUES_STUDENT3, 3.18244631, 0.05},  {VALUES_STUDENT3, 12.9239786, 0.001}};
    for (size_t t = 0; t < COUNT(tails); t++) {
        struct data_params p = synthetic_params(20000, 300, 0.95);
        p.values = tails[t].values;
        p.test = 0.5;
        struct dataset *d = made(&p, 2);
        const struct data_part *parts[] = {&d->train, &d->test};
        for (int k = 0; k < 2; k++) {
            double beyond = 0, positive = 0, n = (double)parts[k]->nnz;
            for (uint64_t i = 0; i < parts[k]->nnz; i++) {
                beyond += fabs(parts[k]->row_val[i]) > tails[t].at;
                positive += parts[k]->row_val[i] > 0;
            }
            assert_binomial(beyond, n, tails[t].share, CHANCE, "values in the tails");
            assert_binomial(positive, n, 0.5, CHANCE, "positive values");
        }
        data_free(d);
    }
}

static void impossible_parameters_are_refused(void **state) {
    (void)state;
    struct data_params cases[6];
    for (size_t i = 0; i < COUNT(cases); i++)
        cases[i] = synthetic_params(100, 10, 0.9);
    static const char *const expected[] = {"max_frequency = 0.5", "rows = 0",         "features = 0",
                                           "test = -0.1",         "rare_signal = 80", "out of memory"};
    cases[0].sparsity = 0.4;
    cases[1].rows = 0;
    cases[2].features = 0;
    cases[3].test = -0.1;
    cases[4].rare_signal = 80;
    cases[4].features = 100000;
    cases[4].sparsity = 0.9999;
    cases[5].rows = cases[5].features = 4294967295;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct err e = {0};
        struct dataset *d = data_make(&cases[i], 1, &e);
        if (d || !strstr(e.text, expected[i]))
            fail_msg("case %zu: %s, expected '%s'", i, e.text, expected[i]);
        err_clear(&e);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(features_are_as_frequent_as_the_law_says),
        cmocka_unit_test(features_are_independent),
        cmocka_unit_test(true_weights_have_the_signal_and_the_bias),
        cmocka_unit_test(rows_without_spread_have_weights_of_zero),
        cmocka_unit_test(soft_labels_are_the_probability),
        cmocka_unit_test(noise_is_normal_on_the_logit),
        cmocka_unit_test(bernoulli_labels_are_drawn_with_it),
        cmocka_unit_test(values_have_their_distribution),
        cmocka_unit_test(impossible_parameters_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

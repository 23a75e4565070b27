/* The lecture's toy set: its rows, and the numbers that the lecture works out on it. */
#include "data/dataset.h"
#include "data/minimum.h"
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
// cmocka.h needs what is above
#include <cmocka.h>

static struct dataset *make(double sparsity) {
    struct err e = {0};
    const struct data_params p = {
        .kind = DATA_LECTURE, .rows = LECTURE_ROWS, .features = 1, .sparsity = sparsity};
    struct dataset *d = data_make(&p, 2, &e);
    if (!d)
        fail_msg("%s", e.text);
    return d;
}

static void every_fifth_row_has_a_value(void **state) {
    (void)state;
    struct dataset *d = make(0.8);
    assert_int_equal(d->train.n_rows, 500);
    assert_int_equal(d->train.nnz, 100);
    assert_int_equal(d->n_features, 1);
    for (size_t i = 1; i <= 500; i++)
        assert_int_equal(d->train.row_ptr[i], i / 5);
    data_free(d);
    d = make(0.5);
    assert_int_equal(d->train.nnz, 250);
    data_free(d);
}

/* x of row 5k is the quantile of ((37 k mod 100) + 0.5) / 100: so the distribution function, here libm's, leads
 * back. */
static void values_are_normal_quantiles(void **state) {
    (void)state;
    struct dataset *d = make(0.8);
    for (size_t k = 1; k <= 100; k++) {
        const double p = ((double)(37 * k % 100) + 0.5) / 100, x = d->train.row_val[k - 1];
        const double back = 0.5 * erfc(-x / sqrt(2));
        if (fabs(back - p) > 4e-16)
            fail_msg("k = %zu: Phi(%.17g) = %.17g, not %.17g", k, x, back, p);
    }
    data_free(d);
}

static double sigmoid(double z) {
    return 1 / (1 + exp(-z));
}

static void targets_are_those_of_the_law(void **state) {
    (void)state;
    struct dataset *d = make(0.8);
    for (size_t i = 1; i <= 500; i++) {
        const double x = i % 5 ? 0 : d->train.row_val[i / 5 - 1];
        const double y = sigmoid(-0.843580 * x - 0.774756);
        assert_true(fabs(d->train.y[i - 1] - y) < 1e-15);
    }
    data_free(d);
}

/* At (-2, -2), squared loss summed: db = -9.19, dw^2 = 0.019, so that AdaGrad with eta0 0.1 begins with the
 * rates 0.1 / sqrt(0.019) = 0.7255 of w and 0.1 / 9.19 = 0.0109 of b. The digits are as many as were published:
 * the law was found from them. */
static void gradients_at_the_lecture_s_start(void **state) {
    (void)state;
    struct dataset *d = make(0.8);
    double db = 0, dw = 0;
    for (size_t i = 1; i <= 500; i++) {
        const double x = i % 5 ? 0 : d->train.row_val[i / 5 - 1], p = sigmoid(-2 * x - 2);
        const double e = (p - d->train.y[i - 1]) * p * (1 - p);
        db += e;
        dw += e * x;
    }
    assert_true(fabs(db + 9.19) < 0.005);
    assert_true(fabs(dw * dw - 0.019) < 0.0005);
    assert_true(fabs(0.1 / fabs(dw) - 0.7255) < 0.0005);
    assert_true(fabs(0.1 / fabs(db) - 0.0109) < 0.00005);
    data_free(d);
}

static void the_law_is_the_minimum(void **state) {
    (void)state;
    struct dataset *d = make(0.8);
    struct minimum m;
    struct err e = {0};
    double w[2];
    assert_true(minimum_find(d, LOSS_squared, false, 0, 1, &m, w, &e));
    assert_true(m.loss < 1e-12);
    assert_true(fabs(w[0] + 0.843580) < 1e-6 && fabs(w[1] + 0.774756) < 1e-6);
    data_free(d);
}

static void the_two_forms_have_names_of_their_own(void **state) {
    (void)state;
    struct dataset *a = make(0.8), *b = make(0.5);
    assert_string_not_equal(a->fingerprint, b->fingerprint);
    data_free(a);
    data_free(b);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_fifth_row_has_a_value),  cmocka_unit_test(values_are_normal_quantiles),
        cmocka_unit_test(targets_are_those_of_the_law), cmocka_unit_test(gradients_at_the_lecture_s_start),
        cmocka_unit_test(the_law_is_the_minimum),       cmocka_unit_test(the_two_forms_have_names_of_their_own),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

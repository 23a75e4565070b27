/* Order statistics, infinities taking part. */
#include "base/stats.h"
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
// cmocka.h needs those above
#include <cmocka.h>

enum { MOST = 6 };

static void medians(void **s) {
    (void)s;
    static const struct {
        size_t n;
        double x[MOST], median, mad;
    } cases[] = {
        {1, {3}, 3, 0},
        {2, {4, 1}, 2.5, 1.5},
        {3, {9, 1, 2}, 2, 1},
        {4, {4, 1, 3, 2}, 2.5, 1},
        {3, {INFINITY, 1, 2}, 2, 1},
        {3, {INFINITY, INFINITY, 2}, INFINITY, 0},
        {4, {1, INFINITY, 2, INFINITY}, INFINITY, INFINITY},
        {4, {1, 2, 3, INFINITY}, 2.5, 1},
        {2, {1.7e308, 1.7e308}, 1.7e308, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        double x[MOST], y[MOST];
        memcpy(x, cases[i].x, sizeof x);
        memcpy(y, cases[i].x, sizeof y);
        double median = stats_median(x, cases[i].n), mad = stats_mad(y, cases[i].n);
        if (median != cases[i].median || mad != cases[i].mad)
            fail_msg("case %zu: median %g, mad %g; expected %g, %g", i, median, mad, cases[i].median,
                     cases[i].mad);
    }
    assert_true(isnan(stats_median(NULL, 0)));
}

static void quantiles_are_order_statistics(void **s) {
    (void)s;
    double x[100];
    for (int i = 0; i < 100; i++)
        x[i] = (i * 37 + 5) % 100 + 1;
    stats_sort(x, 100);
    for (int k = 1; k <= 100; k++) /* the k-th smallest is k, however k / 100 is rounded */
        assert_true(stats_quantile(x, 100, k / 100.0) == k);
    assert_true(stats_quantile(x, 100, 1e-9) == 1);
    assert_true(stats_quantile(x, 100, 0.501) == 51);
    assert_true(stats_quantile(x, 3, 0.25) == 1 && stats_quantile(x, 3, 0.75) == 3);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(medians),
                                       cmocka_unit_test(quantiles_are_order_statistics)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}

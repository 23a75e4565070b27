/* The best of k cells drawn at random, against counts by hand. */
#include "report/canned.h"

static void near(double got, double wanted, const char *what, size_t i) {
    if (!(fabs(got - wanted) <= 1e-15 * (1 + fabs(wanted))) && got != wanted)
        fail_msg("%s, case %zu: %.17g, expected %.17g", what, i, got, wanted);
}

static void none_of_the_best_is_a_ratio_of_binomials(void **state) {
    (void)state;
    static const struct {
        size_t n, m, k;
        double chance;
    } cases[] = {
        {5, 0, 3, 1},        /* none to be missed */
        {5, 1, 1, 4.0 / 5},  /* C(4,1) / C(5,1) */
        {5, 2, 2, 3.0 / 10}, /* C(3,2) / C(5,2) */
        {5, 3, 2, 1.0 / 10}, /* C(2,2) / C(5,2) */
        {5, 4, 2, 0},        /* two of one cannot be drawn */
        {5, 1, 5, 0},        /* all are drawn */
        {5, 5, 1, 0},
        {1, 1, 1, 0},
        {10, 3, 4, 1.0 / 6},             /* C(7,4) / C(10,4) = 35 / 210 */
        {52, 4, 5, 1712304.0 / 2598960}, /* no ace in a hand of poker */
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        near(budget_none_of(cases[i].n, cases[i].m, cases[i].k), cases[i].chance, "none", i);
        near(budget_hit(cases[i].n, cases[i].n - cases[i].m, cases[i].k), 1 - cases[i].chance, "hit", i);
    }
}

static void quantiles_are_order_statistics(void **state) {
    (void)state;
    static const double x[] = {10, 20, 30, 40, INFINITY};
    static const struct {
        size_t n, k;
        double q, value;
    } cases[] = {
        {5, 1, 0.5, 30}, /* P = 1/5, 2/5, 3/5: one random cell's median is the cells' */
        {5, 2, 0.5, 20}, /* P = 4/10, 7/10 */
        {5, 3, 0.5, 10}, /* P = 6/10 */
        {5, 5, 0.5, 10},  {5, 1, 1, INFINITY}, {4, 1, 0.5, 20},  /* P = 1/4, 2/4: exactly one half is enough */
        {4, 1, 0.75, 30}, {5, 2, 0.7, 20},     {5, 2, 0.71, 30}, /* P = 9/10 */
        {1, 1, 0.5, 10},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        near(budget_quantile(x, cases[i].n, cases[i].k, cases[i].q), cases[i].value, "quantile", i);
}

/* Every chance that is a half exactly is taken as one: C(2k, k)-like cases up to sizes of real sweeps. */
static void a_half_is_a_half_whatever_the_rounding(void **state) {
    (void)state;
    for (size_t n = 2; n <= 20000; n += n < 100 ? 2 : 998)
        if (budget_rank(n, 1, 0.5) != n / 2 - 1)
            fail_msg("of %zu cells the median one is the %zu-th", n, budget_rank(n, 1, 0.5) + 1);
    for (size_t n = 3; n <= 20000; n += 997) /* P(first) = k / n */
        if (n % 2 == 0 && budget_rank(n, n / 2, 0.5) != 0)
            fail_msg("half of %zu cells hold the best half the time", n);
}

static void a_curve_is_monotone_and_ends_at_the_best(void **state) {
    (void)state;
    struct canned c;
    struct scores s;
    canned_open(&c, "[data d]\nkind = synthetic\nrows = 100\nfeatures = 10\nsparsity = 0.8\n"
                    "[optimizer sgd]\neta0 = 1, 2, 3, 4, 5\n");
    canned_minima(&c, 0, false);
    canned_times(&c, 0, (double[]){20, 0, 10, 40, 30}, 5); /* one missed */
    canned_scores(&c, &s);
    struct budget_curve b;
    canned_ok(budget_curve_make(&c.r, &s.group[0], &b, &canned_err));
    static const double median[] = {30, 20, 10, 10, 10};
    assert_int_equal(b.n, 5);
    for (size_t k = 0; k < 5; k++) {
        near(b.median[k], median[k], "median at budget", k + 1);
        near(b.hit[k], k == 0 ? 0.8 : 1, "chance of a hit at budget", k + 1); /* one miss: C(1,k) / C(5,k) */
    }
    budget_curve_free(&b);
    scores_free(&s);
    canned_close(&c);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(none_of_the_best_is_a_ratio_of_binomials),
        cmocka_unit_test(quantiles_are_order_statistics),
        cmocka_unit_test(a_half_is_a_half_whatever_the_rounding),
        cmocka_unit_test(a_curve_is_monotone_and_ends_at_the_best),
    };
    return cmocka_run_group_tests_name("budget", tests, NULL, NULL);
}

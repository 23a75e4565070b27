/* The law of the frequencies: f_j = min(max_frequency, c / j^popularity) with the mean asked for. */
#include "data/frequency.h"
#include "data_help.h"

static const struct {
    uint64_t n;
    double mean, popularity, cap;
    uint64_t capped; /* how many features are at the cap, by bisection on c in another program */
} laws[] = {
    {300, 0.2, 1, 0.5, 39},    {300, 0.05, 1, 0.5, 6},      {300, 0.01, 1, 0.5, 0},
    {1, 0.3, 1, 0.5, 0},       {1000, 0.1, 0, 0.5, 0},      {1000, 0.1, 0.5, 1, 2},
    {1000, 0.1, 2, 0.5, 105},  {2000, 0.25, 100, 0.5, 990}, {100000, 0.0005, 1, 0.5, 9},
    {50, 1 - 0.7, 1, 0.3, 50}, {50, 1 - 0.9, 1, 0.1, 50},   {10, 1, 1, 1, 10},
};

static void frequencies_follow_the_law(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT(laws); i++) {
        struct err e = {0};
        const uint64_t n = laws[i].n;
        double *f = malloc(n * sizeof *f), sum = 0;
        assert_non_null(f);
        assert_true(frequency_fill(f, n, laws[i].mean, laws[i].popularity, laws[i].cap, 1, &e));
        uint64_t capped = 0;
        while (capped < n && f[capped] >= laws[i].cap * (1 - 1e-12))
            capped++;
        for (uint64_t j = n; j-- > 0;) {
            sum += f[j];
            char what[80];
            snprintf(what, sizeof what, "law %zu, feature %llu", i, (unsigned long long)j + 1);
            if (j >= capped) {
                double expected = f[capped] * pow((double)(capped + 1) / (double)(j + 1), laws[i].popularity);
                assert_near(f[j], expected, 1e-12 * expected, what);
            }
            assert_true(f[j] <= laws[i].cap);
        }
        assert_near(sum / (double)n, laws[i].mean, 1e-13 * laws[i].mean, "mean");
        assert_int_equal(capped, laws[i].capped);
        free(f);
    }
}

static void impossible_laws_are_refused(void **state) {
    (void)state;
    double f[10];
    static const double means[] = {0.6, 0, -0.1, NAN};
    for (size_t i = 0; i < COUNT(means); i++) {
        struct err e = {0};
        assert_false(frequency_fill(f, 10, means[i], 1, 0.5, 1, &e));
        assert_non_null(strstr(e.text, "max_frequency = 0.5"));
        err_clear(&e);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(frequencies_follow_the_law),
        cmocka_unit_test(impossible_laws_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

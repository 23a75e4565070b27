/* Rows drawn by gaps: ascending, as frequent as asked, without memory from row to row. */
#include "data/gaps.h"
#include "data_help.h"

static const struct {
    double f;
    uint64_t n_rows;
} cases[] = {{1, 1000},         {0.5, 4000000},      {0.999, 100000}, {0.1, 400000},        {1e-3, 4000000},
             {1e-6, 400000000}, {1e-12, 4294967295}, {0, 4294967295}, {4e-320, 4294967295}, {0.5, 1}};
static const double CHANCE = 1e-9;

static struct rows_list drawn(double f, uint64_t n_rows, uint64_t stream, enum isa isa) {
    struct rows_list rows = {0};
    assert_true(gaps_draw(rng_for(11, RNG_FEATURE, stream), f, n_rows, batch_get(isa), &rows));
    return rows;
}

static void frequencies_hold(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct rows_list rows = drawn(cases[i].f, cases[i].n_rows, i, ISA_SCALAR);
        double adjacent = 0;
        for (size_t k = 0; k < rows.n; k++) {
            assert_true(rows.row[k] < cases[i].n_rows);
            assert_true(k == 0 || rows.row[k] > rows.row[k - 1]);
            adjacent += k > 0 && rows.row[k] == rows.row[k - 1] + 1;
        }
        const double f = cases[i].f, n = (double)cases[i].n_rows;
        char what[40];
        snprintf(what, sizeof what, "rows, f = %g", f);
        assert_binomial((double)rows.n, n, f, CHANCE, what);
        /* Given how many there are, each is followed at once by another with probability f. */
        snprintf(what, sizeof what, "adjacent rows, f = %g", f);
        assert_binomial(adjacent, (double)rows.n, f, CHANCE, what);
        free(rows.row);
    }
}

static void a_feature_of_every_row_is_in_every_row(void **state) {
    (void)state;
    struct rows_list rows = drawn(1, 1000, 0, ISA_SCALAR);
    assert_int_equal(rows.n, 1000);
    for (size_t i = 0; i < rows.n; i++)
        assert_int_equal(rows.row[i], i);
    free(rows.row);
}

/* Rare features are where a biased gap would hide: many of them, few rows each. */
static void rare_features_fall_anywhere(void **state) {
    (void)state;
    enum { STREAMS = 200000, ROWS = 1000, PARTS = 10 };
    double part[PARTS] = {0};
    for (uint64_t s = 0; s < STREAMS; s++) {
        struct rows_list rows = drawn(5e-4, ROWS, s, ISA_SCALAR);
        for (size_t i = 0; i < rows.n; i++)
            part[rows.row[i] * PARTS / ROWS]++;
        free(rows.row);
    }
    for (int k = 0; k < PARTS; k++)
        assert_binomial(part[k], (double)STREAMS * ROWS / PARTS, 5e-4, CHANCE / PARTS, "rows of a tenth");
}

static void every_isa_draws_the_same(void **state) {
    (void)state;
    for (int isa = ISA_SCALAR + 1; isa < ISA_COUNT; isa++)
        for (size_t i = 0; batch_get(isa) && i < COUNT(cases); i++) {
            struct rows_list a = drawn(cases[i].f, cases[i].n_rows, i, ISA_SCALAR);
            struct rows_list b = drawn(cases[i].f, cases[i].n_rows, i, isa);
            assert_int_equal(a.n, b.n);
            if (a.n)
                assert_memory_equal(a.row, b.row, a.n * sizeof *a.row);
            free(a.row);
            free(b.row);
        }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(frequencies_hold),
        cmocka_unit_test(a_feature_of_every_row_is_in_every_row),
        cmocka_unit_test(rare_features_fall_anywhere),
        cmocka_unit_test(every_isa_draws_the_same),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

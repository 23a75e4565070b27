/* Rows drawn by gaps: ascending, as frequent as asked, without memory from row to row. */
#include "base/math.h"
#include "base/mem.h"
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
    size_t end[RNGS];
    assert_true(gaps_draw(11, RNG_FEATURE, stream, 1, &f, n_rows, batch_get(isa), &rows, end));
    assert_int_equal(end[0], rows.n);
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
    enum { FEATURES = 200000, ROWS = 1000, PARTS = 10 };
    double part[PARTS] = {0};
    for (uint64_t s = 0; s < FEATURES; s++) {
        struct rows_list rows = drawn(5e-4, ROWS, s, ISA_SCALAR);
        for (size_t i = 0; i < rows.n; i++)
            part[rows.row[i] * PARTS / ROWS]++;
        free(rows.row);
    }
    for (int k = 0; k < PARTS; k++)
        assert_binomial(part[k], (double)FEATURES * ROWS / PARTS, 5e-4, CHANCE / PARTS, "rows of a tenth");
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

/* A feature's rows as the law says them, one uniform after the other. */
static void law(double f, uint64_t n_rows, uint64_t stream, struct rows_list *rows) {
    struct rng r = rng_for(11, RNG_FEATURE, stream);
    const double scale = 1 / m_log1p(-f);
    for (double next = 0; f >= DBL_MIN;) {
        next += floor(m_log(rng_unit(&r)) * scale);
        if (next >= (double)n_rows)
            return;
        assert_true(mem_grow(&rows->row, &rows->cap, rows->n + 1, sizeof *rows->row, NULL));
        rows->row[rows->n++] = (uint32_t)next++;
    }
}

/* Rare or not, with rarer neighbours or popular ones. */
static void features_side_by_side_are_drawn_by_the_law(void **state) {
    (void)state;
    static const double f[][RNGS] = {{0.5, 0.4, 1, 0.01, 1e-3, 1e-5, 0, 0.25},
                                     {4e-4, 1e-5, 0, 4e-320, 1e-300, 2e-4, 3e-4, 1e-3},
                                     {5e-3, 4e-3, 3e-3, 2e-3, 1e-3, 5e-3, 4e-3, 3e-3},
                                     {1e-4, 9e-5, 8e-5, 7e-5, 6e-5, 5e-5, 4e-5, 3e-5}};
    for (uint64_t first = 0; first < 4000; first += RNGS) {
        const size_t n = RNGS - first / RNGS % 3;
        struct rows_list expected = {0}, rows = {0};
        size_t end[RNGS];
        assert_true(
            gaps_draw(11, RNG_FEATURE, first, n, f[first / RNGS % COUNT(f)], 5000, batch_best(), &rows, end));
        for (size_t k = 0; k < n; k++) {
            law(f[first / RNGS % COUNT(f)][k], 5000, first + k, &expected);
            assert_int_equal(end[k], expected.n);
        }
        assert_int_equal(rows.n, expected.n);
        if (rows.n)
            assert_memory_equal(rows.row, expected.row, rows.n * sizeof *rows.row);
        free(rows.row);
        free(expected.row);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(frequencies_hold),
        cmocka_unit_test(a_feature_of_every_row_is_in_every_row),
        cmocka_unit_test(rare_features_fall_anywhere),
        cmocka_unit_test(every_isa_draws_the_same),
        cmocka_unit_test(features_side_by_side_are_drawn_by_the_law),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

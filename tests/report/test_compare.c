/* Two folders, cell by cell, on runs whose differences are known. */
#include "report/canned.h"
#include "report/compare.h"

static const char grid[] = "[sweep]\nseeds = %s\n%s\n"
                           "[data %s]\nkind = synthetic\nrows = 100\nfeatures = 10\nsparsity = 0.8\n"
                           "[optimizer %s]\nkind = sgd\neta0 = %s\n";

static void open_grid(struct canned *c, const char *seeds, const char *sweep, const char *data,
                      const char *optimizer, const char *eta0) {
    struct text t = {0};
    text_addf(&t, grid, seeds, sweep, data, optimizer, eta0);
    canned_open(c, t.s);
    text_free(&t);
    canned_minima(c, 0, false);
}

static void close_both(struct canned *a, struct canned *b, struct comparison *k) {
    comparison_free(k);
    canned_close(a);
    canned_close(b);
}

static void cells_match_by_what_fixes_them(void **state) {
    (void)state;
    struct canned a, b;
    struct comparison c;
    /* Other labels, another order, one cell less on either side. */
    open_grid(&a, "1, 2", "", "d", "x", "1, 2, 3");
    open_grid(&b, "1, 2", "", "e", "y", "4, 3, 2");
    canned_times(&a, 0, (double[]){10, 10, 20, 20, 30, 30}, 6);
    canned_times(&b, 0, (double[]){40, 40, 30, 30, 25, 22}, 6);
    canned_load(&a);
    canned_load(&b);
    canned_ok(comparison_make(&a.r, &b.r, &c, &canned_err));
    assert_true(c.n == 2 && c.n_only_a == 1 && c.n_only_b == 1 && c.times && !c.loosely && !c.n_unpaired);
    assert_true(c.row[0].a == 1 && c.row[0].b == 2 && c.row[1].a == 2 && c.row[1].b == 1);
    assert_true(c.row[0].time.verdict == VERDICT_MORE && c.row[0].time.n_more == 2); /* 20 became 25 and 22 */
    assert_true(c.row[1].time.verdict == VERDICT_UNDECIDED && c.row[1].time.difference == 0);
    assert_true(c.n_slower == 1 && c.n_faster == 0 && c.n_worse == 0 && c.n_better == 0);
    assert_true(c.n_speeds == 1 && c.speed[0].n == 2 && c.speed[0].median == 1);
    assert_string_equal(c.speed[0].optimizer, "x");
    close_both(&a, &b, &c);
}

static void what_counts_as_worse(void **state) {
    (void)state;
    static const struct {
        double a[8], b[8]; /* epochs to the target; 0: missed, with a final loss of 0.9 */
        int n_seeds;
        size_t slower, faster, worse, better;
    } cases[] = {
        {{10, 10}, {11, 9}, 2, 0, 0, 0, 0},  /* within one evaluation */
        {{10, 10}, {12, 11}, 2, 0, 0, 0, 0}, /* not on all seeds */
        {{10, 10}, {12, 12}, 2, 1, 0, 0, 0},
        {{12, 12}, {10, 10}, 2, 0, 1, 0, 0},
        {{10, 10}, {0, 0}, 2, 1, 0, 1, 0}, /* no longer arrives, and ends higher */
        {{0, 0}, {10, 10}, 2, 0, 1, 0, 1},
        {{0, 0}, {0, 0}, 2, 0, 0, 0, 0},
        {{10, 10, 10, 10, 10, 10, 10, 10}, {20, 20, 20, 20, 20, 20, 20, 5}, 8, 1, 0, 0, 0},
        {{10, 10, 10, 10, 10, 10, 10, 10}, {20, 20, 20, 20, 5, 5, 5, 5}, 8, 0, 0, 0, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct canned a, b;
        struct comparison c;
        char seeds[16];
        snprintf(seeds, sizeof seeds, "1..%d", cases[i].n_seeds);
        open_grid(&a, seeds, "", "d", "x", "1");
        open_grid(&b, seeds, "", "d", "x", "1");
        canned_times(&a, 0, cases[i].a, (size_t)cases[i].n_seeds);
        canned_times(&b, 0, cases[i].b, (size_t)cases[i].n_seeds);
        canned_load(&a);
        canned_load(&b);
        canned_ok(comparison_make(&a.r, &b.r, &c, &canned_err));
        if (c.n_slower != cases[i].slower || c.n_faster != cases[i].faster || c.n_worse != cases[i].worse ||
            c.n_better != cases[i].better)
            fail_msg("case %zu: %zu slower, %zu faster, %zu worse, %zu better", i, c.n_slower, c.n_faster,
                     c.n_worse, c.n_better);
        close_both(&a, &b, &c);
    }
}

static void seeds_are_paired_by_their_number(void **state) {
    (void)state;
    struct canned a, b;
    struct comparison c;
    open_grid(&a, "1, 2", "", "d", "x", "1");
    open_grid(&b, "2, 3", "", "d", "x", "1");
    canned_times(&a, 0, (double[]){10, 20}, 2);
    canned_times(&b, 0, (double[]){20, 99}, 2);
    canned_load(&a);
    canned_load(&b);
    canned_ok(comparison_make(&a.r, &b.r, &c, &canned_err));
    assert_true(c.n == 1 && c.row[0].time.n_seeds == 1 && c.row[0].time.difference == 0 && !c.n_unpaired);
    close_both(&a, &b, &c);

    open_grid(&a, "1", "", "d", "x", "1");
    open_grid(&b, "2", "", "d", "x", "1");
    canned_times(&a, 0, (double[]){10}, 1);
    canned_times(&b, 0, (double[]){99}, 1);
    canned_load(&a);
    canned_load(&b);
    canned_ok(comparison_make(&a.r, &b.r, &c, &canned_err));
    assert_true(c.n == 1 && c.n_unpaired == 1 && c.n_slower == 0);
    close_both(&a, &b, &c);
}

static void otherwise_cells_match_loosely(void **state) {
    (void)state;
    struct canned a, b;
    struct comparison c;
    open_grid(&a, "1", "epochs = 100", "d", "x", "1");
    open_grid(&b, "1", "epochs = 200\nprecision = f64\ntarget = gap 0.02", "d", "x", "1");
    canned_times(&a, 0, (double[]){10}, 1);
    canned_times(&b, 0, (double[]){99}, 1);
    canned_load(&a);
    canned_load(&b);
    canned_ok(comparison_make(&a.r, &b.r, &c, &canned_err));
    assert_true(c.loosely && c.n == 1 && !c.times && c.n_slower == 1);
    close_both(&a, &b, &c);

    open_grid(&a, "1", "", "d", "x", "1");
    open_grid(&b, "1", "", "d", "x", "2");
    canned_times(&a, 0, (double[]){10}, 1);
    canned_times(&b, 0, (double[]){99}, 1);
    canned_load(&a);
    canned_load(&b);
    canned_ok(comparison_make(&a.r, &b.r, &c, &canned_err));
    assert_int_equal(c.n, 0);
    close_both(&a, &b, &c);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cells_match_by_what_fixes_them),
        cmocka_unit_test(what_counts_as_worse),
        cmocka_unit_test(seeds_are_paired_by_their_number),
        cmocka_unit_test(otherwise_cells_match_loosely),
    };
    return cmocka_run_group_tests_name("compare", tests, NULL, NULL);
}

/* Verdicts worked by hand, from stores with made-up curves. */
#include "canned.h"
#include "report/claims.h"

#define HEAD                                                                                                   \
    "[sweep]\nepochs = 100\ntarget = gap 0.5\n%s"                                                              \
    "[data d]\nrows = 10\nfeatures = 4\nsparsity = %s\n"                                                       \
    "[optimizer sgd]\n%s[optimizer adam]\n[expect c]\nclaim = %s\n"

/* Times of sgd's runs, then adam's, seeds fastest; 0: a miss. */
static struct claim_result *judged(struct canned *c, const char *seeds, const char *sparsity, const char *sgd,
                                   const char *claim, const double *epochs) {
    struct claim_result *results;
    size_t n;
    char grid[1024];
    snprintf(grid, sizeof grid, HEAD, seeds, sparsity, sgd, claim);
    canned_open(c, grid);
    canned_minima(c, 0, false);
    canned_times(c, 0, epochs, plan_n_runs(c->plan));
    canned_load(c);
    canned_ok(claims_make(&c->r, &results, &n, &canned_err));
    assert_int_equal(n, 1);
    return results;
}

static void near(double x, double y) {
    if (!(x == y || fabs(x - y) <= 1e-12 * fabs(y)))
        fail_msg("%.17g is not %.17g", x, y);
}

static void an_interval_decides_only_where_it_has_one_answer(void **state) {
    (void)state;
    static const struct {
        enum claim_relation relation;
        double lo, hi;
        enum claim_outcome verdict;
    } cases[] = {{CLAIM_LESS, -2, -1, CLAIM_HELD},      {CLAIM_LESS, -1, 0, CLAIM_UNDECIDED},
                 {CLAIM_LESS, 0, 0, CLAIM_FAILED},      {CLAIM_LESS, -1, 1, CLAIM_UNDECIDED},
                 {CLAIM_LESS, 1, 2, CLAIM_FAILED},      {CLAIM_AT_MOST, -1, 0, CLAIM_HELD},
                 {CLAIM_AT_MOST, 0, 0, CLAIM_HELD},     {CLAIM_AT_MOST, 0, 1, CLAIM_UNDECIDED},
                 {CLAIM_AT_MOST, 1, 2, CLAIM_FAILED},   {CLAIM_MORE, 1, 2, CLAIM_HELD},
                 {CLAIM_MORE, 0, 1, CLAIM_UNDECIDED},   {CLAIM_MORE, 0, 0, CLAIM_FAILED},
                 {CLAIM_AT_LEAST, 0, 1, CLAIM_HELD},    {CLAIM_AT_LEAST, -1, 0, CLAIM_UNDECIDED},
                 {CLAIM_AT_LEAST, -2, -1, CLAIM_FAILED}};
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++)
        assert_int_equal(claim_judge(cases[k].relation, cases[k].lo, cases[k].hi), cases[k].verdict);
}

/* Three seeds: sgd 10 20 30, adam 20 20 60. D = log .5, 0, log .5: the median is log .5, but one seed ties. */
static void fewer_than_six_seeds_must_all_agree(void **state) {
    (void)state;
    static const double epochs[] = {10, 20, 30, 20, 20, 60};
    static const struct {
        const char *claim;
        enum claim_outcome verdict;
        size_t n_hold;
    } cases[] = {{"epochs(sgd) < epochs(adam)", CLAIM_UNDECIDED, 2},
                 {"epochs(sgd) <= epochs(adam)", CLAIM_HELD, 3},
                 {"epochs(sgd) > epochs(adam)", CLAIM_FAILED, 0},
                 {"0.9 * steps(sgd) < steps(adam)", CLAIM_HELD, 3},
                 {"nonzeros(sgd) < 301", CLAIM_HELD, 3},
                 {"nonzeros(sgd) < 201", CLAIM_UNDECIDED, 2}};
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        struct canned c;
        struct claim_result *r = judged(&c, "seeds = 1..3\n", "0.8", "", cases[k].claim, epochs);
        if (r->verdict != cases[k].verdict || r->n_hold != cases[k].n_hold)
            fail_msg("%s: %s on %zu seeds", cases[k].claim, claim_outcome_names[r->verdict], r->n_hold);
        assert_true(r->chance && r->complete && r->n_seeds == 3 && isnan(r->lo));
        if (k == 0) {
            near(r->left, 20);
            near(r->right, 20);
            near(r->d, log(0.5));
        }
        claims_free(r, 1);
        canned_close(&c);
    }
}

/* Eight seeds, adam always twice as long: every resample says log .5. */
static void six_seeds_give_an_interval(void **state) {
    (void)state;
    static const double epochs[] = {1, 2, 3, 4, 5, 6, 7, 8, 2, 4, 6, 8, 10, 12, 14, 16};
    struct canned c;
    struct claim_result *r = judged(&c, "seeds = 1..8\n", "0.8", "", "epochs(sgd) < epochs(adam)", epochs);
    assert_int_equal(r->verdict, CLAIM_HELD);
    near(r->left, 4.5);
    near(r->right, 9);
    near(r->d, log(0.5));
    near(r->lo, log(0.5));
    near(r->hi, log(0.5));
    claims_free(r, 1);
    canned_close(&c);
}

/* Half of the seeds say twice as fast, half twice as slow. */
static void an_interval_with_both_answers_is_undecided(void **state) {
    (void)state;
    static const double epochs[] = {1, 1, 1, 1, 4, 4, 4, 4, 2, 2, 2, 2, 2, 2, 2, 2};
    struct canned c;
    struct claim_result *r = judged(&c, "seeds = 1..8\n", "0.8", "", "epochs(sgd) < epochs(adam)", epochs);
    assert_int_equal(r->verdict, CLAIM_UNDECIDED);
    assert_int_equal(r->n_hold, 4);
    near(r->lo, log(0.5));
    near(r->hi, log(2));
    claims_free(r, 1);
    canned_close(&c);
}

/* sgd's cells have medians 30, 10, a miss; of them best is 10, median 30, worst the miss. Two misses make 0. */
static void cells_are_chosen_by_their_medians(void **state) {
    (void)state;
    static const double epochs[] = {30, 29, 31, 10, 9, 11, 0, 0, 5, 20, 20, 20};
    static const struct {
        const char *claim;
        double left;
        const char *cell;
        enum claim_outcome verdict;
    } cases[] = {{"epochs(sgd) < epochs(adam)", 10, "eta0=0.2", CLAIM_HELD},
                 {"best epochs(sgd) < epochs(adam)", 10, "eta0=0.2", CLAIM_HELD},
                 {"median epochs(sgd) < epochs(adam)", 30, "eta0=0.1", CLAIM_FAILED},
                 {"worst epochs(sgd) > epochs(adam)", INFINITY, "eta0=0.3", CLAIM_UNDECIDED},
                 {"epochs(sgd, eta0=0.1) > epochs(adam)", 30, NULL, CLAIM_HELD},
                 {"worst epochs(sgd) <= epochs(sgd, eta0=0.3)", INFINITY, "eta0=0.3", CLAIM_HELD}};
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        struct canned c;
        struct claim_result *r =
            judged(&c, "seeds = 1..3\n", "0.8", "eta0 = 0.1, 0.2, 0.3\n", cases[k].claim, epochs);
        if (r->verdict != cases[k].verdict || r->left != cases[k].left)
            fail_msg("%s: %s, left %g", cases[k].claim, claim_outcome_names[r->verdict], r->left);
        if (cases[k].cell)
            assert_string_equal(r->left_cell.s, cases[k].cell);
        else
            assert_null(r->left_cell.s);
        claims_free(r, 1);
        canned_close(&c);
    }
}

/* sgd 10, 20 and a miss of 100 epochs: ERT (10 + 20 + 100) / 2 = 65. adam 60, 70, 80: 70. */
static void ert_is_of_all_seeds_together(void **state) {
    (void)state;
    static const double epochs[] = {10, 20, 0, 60, 70, 80};
    struct canned c;
    struct claim_result *r = judged(&c, "seeds = 1..3\n", "0.8", "", "ert(sgd) < ert(adam)", epochs);
    near(r->left, 65);
    near(r->right, 70);
    near(r->d, log(65. / 70));
    assert_int_equal(r->n_hold, 2); /* the missed one alone never arrives */
    assert_int_equal(r->verdict, CLAIM_UNDECIDED);
    claims_free(r, 1);
    canned_close(&c);
}

/* 1 - sparsity 0.4, 0.2, 0.1; sgd 10, 20, 40; adam 5, 5, 5: the ratio goes as its -1st power. */
static void slopes_are_fitted_in_logarithms(void **state) {
    (void)state;
    static const double epochs[] = {10, 5, 20, 5, 40, 5}, missed[] = {10, 5, 20, 5, 0, 5};
    struct canned c;
    struct claim_result *r = judged(&c, "", "0.6, 0.8, 0.9\nmax_frequency = 0.9", "",
                                    "slope(epochs(sgd) / epochs(adam), sparsity) < -0.9", epochs);
    near(round(r->left * 1e9) / 1e9, -1);
    near(r->right, -0.9);
    near(round(r->d * 1e9) / 1e9, -0.1);
    assert_true(r->is_difference);
    assert_int_equal(r->verdict, CLAIM_HELD);
    claims_free(r, 1);
    canned_close(&c);

    r = judged(&c, "", "0.6, 0.8, 0.9\nmax_frequency = 0.9", "",
               "slope(epochs(sgd) / epochs(adam), sparsity) < -0.9", missed);
    assert_int_equal(r->verdict, CLAIM_UNDECIDED);
    assert_string_equal(r->remark.s, "left out of the slope: sparsity=0.9; fewer than 3 levels are left");
    claims_free(r, 1);
    canned_close(&c);
}

/* Data pinned, full batches: the seed changes nothing. */
static void without_chance_sides_are_compared_directly(void **state) {
    (void)state;
    static const double epochs[] = {10, 10, 10, 20, 20, 20};
    struct canned c;
    struct claim_result *r =
        judged(&c, "seeds = 1..3\n", "0.8\ndata_seed = 7", "", "2 * epochs(sgd) <= epochs(adam)", epochs);
    assert_false(r->chance);
    assert_int_equal(r->n_seeds, 1);
    assert_int_equal(r->verdict, CLAIM_HELD);
    near(r->left, 20);
    claims_free(r, 1);
    canned_close(&c);
}

static void what_is_missing_or_unknown_decides_nothing(void **state) {
    (void)state;
    static const char *const cases[][2] = {
        {"test_loss(sgd) < 1", "what it measures is not known of these runs"},
        {"unlearnt(sgd, band=1) < 1", "what it measures is not known of these runs"},
        {"final_loss(adam) < 1", "1 of its runs are not in the store"}};
    for (size_t k = 0; k < 3; k++) {
        struct canned c;
        struct claim_result *r;
        size_t n;
        char grid[1024];
        snprintf(grid, sizeof grid, HEAD, "", "0.8", "", cases[k][0]);
        canned_open(&c, grid);
        canned_minima(&c, 0, false);
        canned_times(&c, 0, (double[]){5}, 1);
        canned_load(&c);
        canned_ok(claims_make(&c.r, &r, &n, &canned_err));
        assert_int_equal(r->verdict, CLAIM_UNDECIDED);
        assert_int_equal(r->complete, k != 2);
        assert_string_equal(r->remark.s, cases[k][1]);
        struct text out = {0};
        assert_int_equal(claims_unexpected(r, n, &out), k != 2); /* what was not run is not unexpected */
        text_free(&out);
        claims_free(r, n);
        canned_close(&c);
    }
}

static void the_message_says_what_is_unexpected(void **state) {
    (void)state;
    struct canned c;
    struct text out = {0};
    struct claim_result *r = judged(&c, "", "0.8", "", "epochs(sgd) < epochs(adam)", (double[]){30, 0});
    assert_int_equal(claims_unexpected(r, 1, &out), 0);
    claims_free(r, 1);
    canned_close(&c);
    r = judged(&c, "", "0.8", "", "epochs(adam) < epochs(sgd)", (double[]){30, 0});
    assert_int_equal(claims_unexpected(r, 1, &out), 1);
    assert_string_equal(
        out.s, "[expect c]: failed, but held was expected: epochs(adam) < epochs(sgd) (left inf, right 30)\n");
    text_free(&out);
    claims_free(r, 1);
    canned_close(&c);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_interval_decides_only_where_it_has_one_answer),
        cmocka_unit_test(fewer_than_six_seeds_must_all_agree),
        cmocka_unit_test(six_seeds_give_an_interval),
        cmocka_unit_test(an_interval_with_both_answers_is_undecided),
        cmocka_unit_test(cells_are_chosen_by_their_medians),
        cmocka_unit_test(ert_is_of_all_seeds_together),
        cmocka_unit_test(slopes_are_fitted_in_logarithms),
        cmocka_unit_test(without_chance_sides_are_compared_directly),
        cmocka_unit_test(what_is_missing_or_unknown_decides_nothing),
        cmocka_unit_test(the_message_says_what_is_unexpected),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

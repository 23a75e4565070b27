/* Rankings at equal budget, performance profiles and ECDFs, on times of whole numbers. */
#include "report/canned.h"

#define INF INFINITY

/* Two data sets, three optimizers with 3, 2 and 1 cells, two seeds. */
static const char grid[] = "[sweep]\nseeds = 1, 2\nepochs = 100\ntargets = 0.95, 0.5, 0.01\n"
                           "[data d]\nkind = synthetic\nrows = 100\nfeatures = 10\nsparsity = 0.8, 0.9\n"
                           "[optimizer a]\nkind = sgd\neta0 = 1, 2, 3\n"
                           "[optimizer b]\nkind = momentum\neta0 = 1, 2\n"
                           "[optimizer c]\nkind = nag\n";
/* (2 data sets, 6 cells, 2 seeds): epochs to the target, 0: missed */
static const double times[] = {
    4,  6,  10, 10, 0, 0, /* a: medians 5, 10, miss */
    8,  8,  20, 0,        /* b: 8, miss */
    6,  6,                /* c: 6 */
    0,  0,  0,  0,  0, 0, /* a never arrives */
    30, 30, 40, 40,       /* b: 30, 40 */
    31, 31,               /* c: within one evaluation of b */
};

static void open_grid(struct canned *c, struct scores *s) {
    canned_open(c, grid);
    canned_minima(c, 0, false);
    canned_times(c, 0, times, sizeof times / sizeof *times);
    canned_scores(c, s);
}

static void rankings_are_at_equal_budget(void **state) {
    (void)state;
    struct canned c;
    struct scores s;
    open_grid(&c, &s);
    static const struct {
        const char *optimizer;
        double typical, hit, best;
        size_t n_less, n_more;
        enum verdict verdict;
    } wanted[2][3] = {
        /* k = 1: the median of one random cell. a: P = 1/3, 2/3: 10. b: P = 1/2: 8. */
        {{"c", 6, 1, 6, 0, 0, VERDICT_UNDECIDED},
         {"b", 8, 0.5, 8, 0, 2, VERDICT_MORE},
         {"a", 10, 2.0 / 3, 5, 1, 0, VERDICT_UNDECIDED}},
        {{"b", 30, 1, 30, 0, 0, VERDICT_UNDECIDED},
         {"c", 31, 1, 31, 0, 2, VERDICT_MORE},
         {"a", INF, 0, INF, 0, 2, VERDICT_MORE}},
    };
    assert_int_equal(s.n_problems, 2);
    for (size_t p = 0; p < 2; p++) {
        const struct ranking *k = &s.ranking[p];
        assert_true(k->k == 1 && k->n == 3 && k->n_seeds == 2 && k->chance && k->solved && !k->by_test);
        for (size_t i = 0; i < 3; i++) {
            const struct standing *row = &k->row[i];
            if (strcmp(s.group[row->group].optimizer, wanted[p][i].optimizer) ||
                row->typical != wanted[p][i].typical || fabs(row->hit - wanted[p][i].hit) > 1e-15 ||
                row->best != wanted[p][i].best || row->behind.n_less != wanted[p][i].n_less ||
                row->behind.n_more != wanted[p][i].n_more || row->behind.verdict != wanted[p][i].verdict)
                fail_msg("data %zu, place %zu: %s, typical %g, hit %g, best %g, %zu less, %zu more, verdict %d",
                         p, i, s.group[row->group].optimizer, row->typical, row->hit, row->best,
                         row->behind.n_less, row->behind.n_more, row->behind.verdict);
        }
    }
    /* On 0.8 c is always first of three: b's one of one is 8, a's second best is 10. */
    assert_true(s.ranking[0].row[0].first == 1 && s.ranking[0].row[1].first == 0);
    scores_free(&s);
    canned_close(&c);
}

static void held_out_rows_have_a_ranking_of_their_own(void **state) {
    (void)state;
    struct canned c;
    struct scores s;
    canned_open(&c,
                "[sweep]\n[data d]\nkind = synthetic\nrows = 100\nfeatures = 10\nsparsity = 0.8\ntest = 0.5\n"
                "[optimizer a]\nkind = sgd\neta0 = 1, 2\n[optimizer b]\nkind = nag\neta0 = 1, 2\n");
    canned_minima(&c, 0, false);
    static const struct curve fast = CURVE(1, 0), slow = CURVE(1, 1, 0);
    static const double test_loss[][3] = {{1, 0.75}, {1, 0.5}, {1, 0.25, 0.5}, {1, 0.75, 0.625}};
    for (size_t i = 0; i < 4; i++)
        canned_put(&c, i, i < 2 ? &fast : &slow, test_loss[i], 0.25);
    canned_scores(&c, &s);
    const struct ranking *k = &s.ranking[0];
    assert_string_equal(s.group[k->row[0].group].optimizer, "a"); /* in 1 epoch, b takes 2 */
    assert_int_equal(k->k, 2);
    assert_non_null(k->by_test);
    assert_true(k->by_test[0] == 1 && k->by_test[1] == 0); /* b's best of two is 0.25, a's 0.5 */
    assert_true(k->row[1].test_typical == 0.25 && k->row[0].test_typical == 0.5 && k->row[0].test_best == 0.5);
    scores_free(&s);
    canned_close(&c);
}

static void profiles_are_of_best_cells_over_data(void **state) {
    (void)state;
    struct canned c;
    struct scores s;
    open_grid(&c, &s);
    const struct profile *p = &s.profile;
    assert_true(p->n_optimizers == 3 && p->n_problems == 2);
    /* Bests: 5, 8, 6 and -, 30, 31; 6 and 31 are within one epoch of the least. */
    static const double ratio[3][2] = {{1, INF}, {1, 1.6}, {1, 1}};
    static const double score[] = {0.5, (1 + 0.8) / 2, 1};
    for (size_t k = 0; k < 3; k++) {
        if (p->ratio[2 * k] != ratio[k][0] || p->ratio[2 * k + 1] != ratio[k][1] ||
            fabs(p->score[k] - score[k]) > 1e-15)
            fail_msg("optimizer %zu: %g, %g, score %g", k, p->ratio[2 * k], p->ratio[2 * k + 1], p->score[k]);
        assert_int_equal(p->optimizer[k], k);
    }
    assert_true(profile_share(p, 0, 1) == 0.5 && profile_share(p, 0, 1e300) == 0.5);
    assert_true(profile_share(p, 1, 1.5) == 0.5 && profile_share(p, 1, 1.6) == 1);
    scores_free(&s);
    canned_close(&c);
}

static void ecdfs_keep_misses_in_the_denominator(void **state) {
    (void)state;
    struct canned c;
    struct scores s;
    open_grid(&c, &s);
    /* Targets: gaps of 0.95, met by the 0.9 of a run that missed too (after 100 steps), 0.5 and 0.01. Best
     * cells of a: 4 and 6 epochs on 0.8, three targets each; on 0.9 both seeds only reach 0.95. */
    assert_int_equal(s.n_ecdf, 3);
    const struct ecdf *a = &s.ecdf[0];
    assert_int_equal(a->n, 12);
    assert_int_equal(a->n_hit, 8);
    static const double steps[] = {4, 4, 4, 6, 6, 6, 100, 100};
    for (size_t i = 0; i < 8; i++)
        if (a->steps[i] != steps[i])
            fail_msg("step %zu: %g", i, a->steps[i]);
    assert_true(ecdf_share(a, 3) == 0 && ecdf_share(a, 4) == 0.25 && ecdf_share(a, 99) == 0.5);
    assert_true(ecdf_share(a, INF) == 8.0 / 12);
    assert_true(ecdf_share(&s.ecdf[2], 31) == 1);
    scores_free(&s);
    canned_close(&c);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rankings_are_at_equal_budget),
        cmocka_unit_test(held_out_rows_have_a_ranking_of_their_own),
        cmocka_unit_test(profiles_are_of_best_cells_over_data),
        cmocka_unit_test(ecdfs_keep_misses_in_the_denominator),
    };
    return cmocka_run_group_tests_name("ranking", tests, NULL, NULL);
}

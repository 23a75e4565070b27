/* Comparisons over seeds, on numbers whose answers can be counted. */
#include "base/rng.h"
#include "base/stats.h"
#include "report/canned.h"

#define INF INFINITY

static void differences_have_a_sign_even_without_a_number(void **state) {
    (void)state;
    static const struct {
        double a, b, log;
    } cases[] = {
        {1, 1, 0},      {INF, INF, 0}, {0, 0, 0},   {INF, 3, INF},
        {3, INF, -INF}, {0, 3, -INF},  {3, 0, INF}, {0, INF, -INF},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        if (log_ratio(cases[i].a, cases[i].b) != cases[i].log)
            fail_msg("log %g / %g = %g", cases[i].a, cases[i].b, log_ratio(cases[i].a, cases[i].b));
    assert_true(fabs(log_ratio(8, 2) - 1.3862943611198906) < 1e-15);
    assert_true(median_difference((double[]){3, -1, 2}, 3) == 2);
    assert_true(median_difference((double[]){INF, 1, -INF, 2}, 4) == 1.5);
    assert_true(median_difference((double[]){INF, -INF}, 2) == 0);
    assert_true(median_difference((double[]){INF, 1}, 2) == INF);
}

struct compared {
    size_t n_left, n_right, n_seeds;
    double left[16], right[16];
    bool chance;
    double ratio; /* the median over seeds of left / right */
    size_t n_less, n_more;
    enum verdict verdict;
};

static void verdicts_follow_the_seeds(void **state) {
    (void)state;
    static const struct compared cases[] = {
        /* few seeds: all must agree */
        {1, 1, 3, {1, 2, 3}, {2, 4, 6}, true, 0.5, 3, 0, VERDICT_LESS},
        {1, 1, 3, {1, 2, 7}, {2, 4, 6}, true, 0.5, 2, 1, VERDICT_UNDECIDED},
        {1, 1, 3, {1, 4, 3}, {2, 4, 6}, true, 0.5, 2, 0, VERDICT_UNDECIDED}, /* a tie does not agree */
        {1, 1, 3, {9, 8, 7}, {3, 4, 7}, true, 2, 0, 2, VERDICT_UNDECIDED},
        {1, 1, 2, {4, INF}, {2, 3}, true, INF, 0, 2, VERDICT_MORE},
        {1, 1, 2, {INF, INF}, {INF, INF}, true, 1, 0, 0, VERDICT_UNDECIDED}, /* two misses are equal */
        /* the best cell of each side, by the median over the seeds: here the second on the left */
        {2, 1, 3, {1, 9, 9, 2, 3, 8}, {4, 6, 8}, true, 0.5, 2, 0, VERDICT_UNDECIDED},
        /* without chance one run says it */
        {1, 1, 1, {1}, {2}, false, 0.5, 1, 0, VERDICT_LESS},
        {1, 1, 1, {2}, {2}, false, 1, 0, 0, VERDICT_UNDECIDED},
        {1, 1, 1, {INF}, {2}, false, INF, 0, 1, VERDICT_MORE},
        /* enough seeds: the interval decides */
        {1, 1, 8, {1, 1, 1, 1, 1, 1, 1, 1}, {2, 2, 2, 2, 2, 2, 2, 2}, true, 0.5, 8, 0, VERDICT_LESS},
        {1, 1, 8, {1, 1, 1, 1, 4, 4, 4, 4}, {2, 2, 2, 2, 2, 2, 2, 2}, true, 1, 4, 4, VERDICT_UNDECIDED},
        {1, 1, 8, {4, 4, 4, 4, 4, 4, 4, 1}, {2, 2, 2, 2, 2, 2, 2, 2}, true, 2, 1, 7, VERDICT_MORE},
        {1,
         1,
         8,
         {INF, INF, INF, INF, INF, INF, INF, INF},
         {2, 2, 2, 2, 2, 2, 2, 2},
         true,
         INF,
         0,
         8,
         VERDICT_MORE},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct compared *k = &cases[i];
        const struct side left = {k->left, k->n_left}, right = {k->right, k->n_right};
        struct contrast c;
        uint32_t *draws = bootstrap_draws(k->n_seeds, &canned_err);
        canned_ok(draws && contrast_make(&left, &right, k->n_seeds, k->chance, draws, &c, &canned_err));
        const double wanted = isinf(k->ratio) ? INF : log_ratio(k->ratio, 1);
        if (!(c.difference == wanted || fabs(c.difference - wanted) < 1e-15) || c.n_less != k->n_less ||
            c.n_more != k->n_more || c.verdict != k->verdict)
            fail_msg("case %zu: difference %g, %zu less, %zu more, verdict %d", i, c.difference, c.n_less,
                     c.n_more, c.verdict);
        if (k->n_seeds < ENOUGH_SEEDS && !(isnan(c.lo) && isnan(c.hi) && isnan(c.p)))
            fail_msg("case %zu: an interval from %zu seeds", i, k->n_seeds);
        if (k->n_seeds >= ENOUGH_SEEDS &&
            !(c.lo <= c.difference && c.difference <= c.hi && c.p > 0 && c.p <= 1))
            fail_msg("case %zu: [%g, %g], p %g", i, c.lo, c.hi, c.p);
        free(draws);
    }
}

/* Seven of eight seeds say more. The median of a resample is below 0 only when the one that disagrees is drawn
 * five times or more of eight: binomial, p = 1/8: 0.00124. */
static void the_p_value_is_the_share_of_resamples(void **state) {
    (void)state;
    static const double x[] = {4, 4, 4, 4, 4, 4, 4, 1}, y[] = {2, 2, 2, 2, 2, 2, 2, 2};
    const struct side left = {x, 1}, right = {y, 1};
    struct contrast c;
    uint32_t *draws = bootstrap_draws(8, &canned_err);
    canned_ok(draws && contrast_make(&left, &right, 8, true, draws, &c, &canned_err));
    /* At 0 are the resamples that draw it four times: 0.0100; both sides: 2 (0.0113 + 1/10000). */
    if (fabs(c.p - 2 * 0.0113) > 0.006)
        fail_msg("p = %g", c.p);
    free(draws);
}

static void holm_multiplies_by_what_is_left(void **state) {
    (void)state;
    static const struct {
        size_t n;
        double p[4], corrected[4];
    } cases[] = {
        {3, {0.01, 0.04, 0.03}, {0.03, 0.06, 0.06}}, /* 3 x 0.01; 2 x 0.03; 1 x 0.04, but not below the last */
        {3, {0.01, 0.02, 0.5}, {0.03, 0.04, 0.5}},
        {2, {0.9, 0.6}, {1, 1}},
        {4, {NAN, 0.02, NAN, 0.01}, {NAN, 0.02, NAN, 0.02}},
        {3, {0.02, 0.02, 0.02}, {0.06, 0.06, 0.06}},
        {1, {0.04}, {0.04}},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        double got[4];
        canned_ok(holm_correct(cases[i].p, cases[i].n, got, &canned_err));
        for (size_t k = 0; k < cases[i].n; k++)
            if (!(fabs(got[k] - cases[i].corrected[k]) < 1e-15) &&
                !(isnan(got[k]) && isnan(cases[i].corrected[k])))
                fail_msg("case %zu, p %zu: %g", i, k, got[k]);
    }
}

/* The chance of being first, with pruning and without: cells that are never needed change nothing. */
static void chances_are_the_shares_of_resamples(void **state) {
    (void)state;
    /* Two seeds, drawn as 11, 12, 21, 22. Left is at 1 and 5, right at 3: left is first on 11; 12 and 21 tie.
     */
    static const double left[] = {1, 5, 900, 901}, right[] = {3, 3}, never[] = {INF, INF};
    const struct side side[] = {{left, 2}, {right, 1}, {never, 1}};
    const size_t rank[] = {0, 0, 0};
    double first[3];
    uint32_t *draws = bootstrap_draws(2, &canned_err);
    canned_ok(draws && bootstrap_first(side, rank, 3, 2, draws, first, &canned_err));
    if (fabs(first[0] - 0.5) > 0.02 || fabs(first[0] + first[1] - 1) > 1e-9 || first[2] != 0)
        fail_msg("first: %g, %g, %g", first[0], first[1], first[2]);
    canned_ok(bootstrap_first(side + 2, rank, 1, 2, draws, first, &canned_err));
    assert_true(first[0] == 0); /* nobody arrives, nobody is first */
    /* By the second best of its cells left is last. */
    canned_ok(bootstrap_first(side, (size_t[]){1, 0}, 2, 2, draws, first, &canned_err));
    assert_true(first[0] == 0 && fabs(first[1] - 1) < 1e-9);
    free(draws);
}

static void the_best_of_each_resample_is_named(void **state) {
    (void)state;
    static const double x[] = {50, 60, 1, 9, 2, 2, INF, INF};
    static const uint32_t draws[] = {0, 0, 1, 1, 0, 1};
    const struct side side = {x, 4};
    static const size_t wanted[] = {1, 2, 2};
    static const double times[] = {1, 2, 2};
    size_t cell[3];
    double median[3];
    canned_ok(bootstrap_bests(&side, 2, draws, 3, cell, median, &canned_err));
    for (int b = 0; b < 3; b++)
        if (cell[b] != wanted[b] || median[b] != times[b])
            fail_msg("resample %d: cell %zu with %g", b, cell[b], median[b]);
    const struct side never = {x + 6, 1};
    canned_ok(bootstrap_bests(&never, 2, draws, 1, cell, median, &canned_err));
    assert_true(cell[0] == 0 && isinf(median[0]));
}

/* Random sides: what pruning leaves out would have changed nothing. */
static void pruning_changes_nothing(void **state) {
    (void)state;
    enum { SEEDS = 5, CELLS = 30 };
    struct rng rng = rng_make(1, 2);
    uint32_t *draws = bootstrap_draws(SEEDS, &canned_err);
    canned_ok(draws != NULL);
    for (int trial = 0; trial < 20; trial++) {
        double x[CELLS * SEEDS], median[RESAMPLES];
        size_t *cell = malloc(RESAMPLES * sizeof *cell);
        for (int i = 0; i < CELLS * SEEDS; i++)
            x[i] = rng_below(&rng, 10) == 0 ? INF : 1 + rng_below(&rng, 12) + (i / SEEDS % 3) * 6;
        const struct side side = {x, CELLS};
        canned_ok(cell && bootstrap_bests(&side, SEEDS, draws, RESAMPLES, cell, median, &canned_err));
        for (int b = 0; b < RESAMPLES; b += 97) {
            double least = INF;
            size_t best = 0;
            for (size_t k = 0; k < CELLS; k++) {
                double drawn[SEEDS];
                for (int s = 0; s < SEEDS; s++)
                    drawn[s] = x[k * SEEDS + draws[b * SEEDS + s]];
                const double m = stats_median(drawn, SEEDS);
                if (m < least) {
                    least = m;
                    best = k;
                }
            }
            if (least != median[b] || (isfinite(least) && best != cell[b]))
                fail_msg("trial %d, resample %d: cell %zu with %g, expected %zu with %g", trial, b, cell[b],
                         median[b], best, least);
        }
        free(cell);
    }
    free(draws);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(differences_have_a_sign_even_without_a_number),
        cmocka_unit_test(verdicts_follow_the_seeds),
        cmocka_unit_test(the_p_value_is_the_share_of_resamples),
        cmocka_unit_test(holm_multiplies_by_what_is_left),
        cmocka_unit_test(chances_are_the_shares_of_resamples),
        cmocka_unit_test(the_best_of_each_resample_is_named),
        cmocka_unit_test(pruning_changes_nothing),
    };
    return cmocka_run_group_tests_name("bootstrap", tests, NULL, NULL);
}

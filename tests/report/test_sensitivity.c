/* Robustness, importance and slopes, on grids of a few cells. */
#include "report/canned.h"

#define INF INFINITY

static void open_grid(struct canned *c, struct scores *s, const char *optimizer, const double *times,
                      size_t n) {
    struct text t = {0};
    text_addf(&t, "[data d]\nkind = synthetic\nrows = 100\nfeatures = 10\nsparsity = 0.8\n[optimizer o]\n%s\n",
              optimizer);
    canned_open(c, t.s);
    text_free(&t);
    canned_minima(c, 0, false);
    canned_times(c, 0, times, n);
    canned_scores(c, s);
}

static void robustness_is_the_width_around_the_best(void **state) {
    (void)state;
    static const struct {
        const char *optimizer;
        double times[15];
        size_t n;
        struct robustness wanted;
    } cases[] = {
        /* 12 is more than twice 5, 10 is not; the 8 beyond it does not belong to it */
        {"kind = sgd\neta0 = logspace(0.001, 100, 6)", {8, 12, 10, 5, 9, 11}, 6, {true, 0.1, 10, 2, false}},
        {"kind = sgd\neta0 = logspace(0.001, 1, 4)", {9, 10, 5, 0}, 4, {true, 0.001, 0.1, 2, true}},
        {"kind = sgd\neta0 = logspace(0.001, 1, 4)", {0, 0, 0, 7}, 4, {true, 1, 1, 0, true}},
        {"kind = sgd\neta0 = logspace(0.001, 1, 4)", {0, 7, 0, 0}, 4, {true, 0.01, 0.01, 0, false}},
        {"kind = sgd\neta0 = logspace(0.001, 1, 4)", {0, 0, 0, 0}, 4, {false, 0, 0, 0, false}},
        {"kind = sgd", {7}, 1, {true, 0.001, 0.001, 0, true}},
        {"kind = adadelta\nbeta = 0.5, 0.9", {7, 8}, 2, {false, 0, 0, 0, false}},
        /* only the cells with the best beta count: 0.9, the second of each pair */
        {"kind = momentum\neta0 = 0.1, 1, 10\nbeta = 0.5, 0.9",
         {20, 6, 20, 5, 9, 11},
         6,
         {true, 0.1, 1, 1, true}},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct canned c;
        struct scores s;
        open_grid(&c, &s, cases[i].optimizer, cases[i].times, cases[i].n);
        const struct robustness *wanted = &cases[i].wanted;
        struct robustness got;
        canned_ok(robustness_make(&c.r, &s.group[0], &got, &canned_err));
        if (got.known != wanted->known || got.lo != wanted->lo || got.hi != wanted->hi ||
            fabs(got.decades - wanted->decades) > 1e-12 || got.at_least != wanted->at_least)
            fail_msg("case %zu: known %d, %g to %g, %g decades, at least %d", i, got.known, got.lo, got.hi,
                     got.decades, got.at_least);
        scores_free(&s);
        canned_close(&c);
    }
}

static void importance_is_the_price_of_not_tuning(void **state) {
    (void)state;
    struct canned c;
    struct scores s;
    struct importance *list;
    size_t n;
    /* beta 0.5: 20, 20, 9; beta 0.9: 6, 5, miss. eta0 0.1: 6, 1: 5, 10: 9. */
    open_grid(&c, &s, "kind = momentum\neta0 = 0.1, 1, 10\nbeta = 0.5, 0.9", (double[]){20, 6, 20, 5, 9, 0}, 6);
    canned_ok(importance_make(&c.r, &s.group[0], &list, &n, &canned_err));
    assert_int_equal(n, 2);
    assert_true(list[0].key == KEY_H + H_eta0 && list[0].factor == 9.0 / 5 && list[0].worst.number == 10);
    assert_true(list[1].key == KEY_H + H_beta && list[1].factor == 9.0 / 5 && list[1].worst.number == 0.5);
    free(list);
    scores_free(&s);
    canned_close(&c);

    open_grid(&c, &s, "kind = sgd\neta0 = 0.1, 1", (double[]){4, 0}, 2); /* one level never arrives */
    canned_ok(importance_make(&c.r, &s.group[0], &list, &n, &canned_err));
    assert_true(n == 1 && isinf(list[0].factor) && list[0].worst.number == 1);
    free(list);
    scores_free(&s);
    canned_close(&c);

    open_grid(&c, &s, "kind = sgd\neta0 = 0.1, 1", (double[]){0, 0}, 2); /* nor does the other */
    canned_ok(importance_make(&c.r, &s.group[0], &list, &n, &canned_err));
    assert_int_equal(n, 0);
    free(list);
    scores_free(&s);
    canned_close(&c);
}

static void schedules_matter_too(void **state) {
    (void)state;
    struct canned c;
    struct scores s;
    struct importance *list;
    size_t n;
    open_grid(&c, &s, "kind = sgd\n[schedule constant]\n[schedule down]\nkind = exponential\nrate = 0.1, 0.2\n",
              (double[]){12, 4, 6}, 3);
    canned_ok(importance_make(&c.r, &s.group[0], &list, &n, &canned_err));
    assert_int_equal(n, 2);
    assert_true(list[0].key == KEY_S + S_rate && list[0].factor == 1.5 && list[0].worst.number == 0.2);
    assert_true(list[1].key == KEY_COUNT && list[1].factor == 3);
    assert_string_equal(list[1].worst_schedule, "constant");
    free(list);
    scores_free(&s);
    canned_close(&c);
}

static void slopes_are_least_squares(void **state) {
    (void)state;
    static const double x[] = {0, 1, 2, 3}, line[] = {5, 3, 1, -1}, y[] = {0, 2, 1, 5};
    assert_true(fabs(slope_fit(x, line, 4) + 2) < 1e-15);
    assert_true(fabs(slope_fit(x, y, 4) - 1.4) < 1e-15); /* sum (x - 1.5)(y - 2) / 5 = 7 / 5 */
    assert_true(isnan(slope_fit(x, y, 1)));
    assert_true(isnan(slope_fit((double[]){2, 2}, y, 2)));
}

static const struct trend *find(const struct scores *s, enum trend_of of, enum key key, const char *optimizer) {
    for (size_t k = 0; k < s->n_trends; k++)
        if (s->trend[k].of == of && s->trend[k].key == key &&
            !strcmp(s->group[s->trend[k].group].optimizer, optimizer))
            return &s->trend[k];
    return NULL;
}

/* Densities 1/2, 1/4, 1/8, 1/16: a's time doubles at every step, b's is the same and its best eta0 doubles. */
static void trends_are_powers_of_an_axis(void **state) {
    (void)state;
    struct canned c;
    struct scores s;
    canned_open(&c,
                "[sweep]\nseeds = 1, 2\n"
                "[data d]\nkind = synthetic\nrows = 100\nfeatures = 10\nsparsity = 0.5, 0.75, 0.875, 0.9375\n"
                "[optimizer a]\nkind = sgd\n[optimizer b]\nkind = nag\neta0 = 1, 2, 4, 8\n");
    canned_minima(&c, 0, false);
    for (size_t level = 0; level < 4; level++) {
        const double a[] = {2 << level, level == 3 ? 0 : 2 << level}, best[] = {2, 2}, worse[] = {9, 9};
        canned_times(&c, level * 10, a, 2);
        for (size_t k = 0; k < 4; k++)
            canned_times(&c, level * 10 + 2 + 2 * k, k == level ? best : worse, 2);
    }
    canned_scores(&c, &s);
    const struct trend *time = find(&s, TREND_TIME, KEY_DATA_sparsity, "a");
    const struct trend *behind = find(&s, TREND_BEHIND, KEY_DATA_sparsity, "a");
    const struct trend *eta0 = find(&s, TREND_ETA0, KEY_DATA_sparsity, "b");
    assert_true(time && behind && eta0);
    /* The last level was missed by one seed of two, whose median is then infinite. */
    assert_true(time->n == 4 && time->n_left_out == 1 && fabs(time->slope + 1) < 1e-14);
    assert_true(time->x[0] == 0.0625 && isinf(time->y[0]) && time->y[3] == 2);
    assert_true(fabs(time->lo + 1) < 1e-14 && fabs(time->hi + 1) < 1e-14); /* each seed alone says the same */
    assert_true(fabs(behind->slope + 1) < 1e-14 && !strcmp(s.group[behind->base].optimizer, "b"));
    assert_true(eta0->n_left_out == 0 && fabs(eta0->slope + 1) < 1e-14 && eta0->y[0] == 8);
    assert_null(find(&s, TREND_BEHIND, KEY_DATA_sparsity, "b"));
    scores_free(&s);
    canned_close(&c);
}

static void two_levels_are_undecided(void **state) {
    (void)state;
    struct canned c;
    struct scores s;
    canned_open(&c, "[data d]\nkind = synthetic\nrows = 100\nfeatures = 10\nsparsity = 0.5, 0.75, 0.875\n"
                    "[optimizer a]\nkind = sgd\n");
    canned_minima(&c, 0, false);
    canned_times(&c, 0, (double[]){2, 4, 0}, 3);
    canned_scores(&c, &s);
    const struct trend *t = find(&s, TREND_TIME, KEY_DATA_sparsity, "a");
    assert_true(t && isnan(t->slope) && isnan(t->lo) && t->n_left_out == 1);
    scores_free(&s);
    canned_close(&c);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(robustness_is_the_width_around_the_best),
        cmocka_unit_test(importance_is_the_price_of_not_tuning),
        cmocka_unit_test(schedules_matter_too),
        cmocka_unit_test(slopes_are_least_squares),
        cmocka_unit_test(trends_are_powers_of_an_axis),
        cmocka_unit_test(two_levels_are_undecided),
    };
    return cmocka_run_group_tests_name("sensitivity", tests, NULL, NULL);
}

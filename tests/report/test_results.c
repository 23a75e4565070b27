/* Measures, on runs small enough to be judged by eye. */
#include "report/canned.h"

static const char grid_head[] = "[sweep]\nepochs = 7\n%s\n"
                                "[data text]\nkind = synthetic\nrows = 100\nfeatures = 10\nsparsity = 0.8\n%s\n"
                                "[optimizer sgd]\n%s\n";

static void open_grid(struct canned *c, const char *sweep, const char *data, const char *optimizer) {
    struct text t = {0};
    text_addf(&t, grid_head, sweep, data, optimizer);
    canned_open(c, t.s);
    text_free(&t);
}

static bool equal(double a, double b) {
    return a == b || (isnan(a) && isnan(b));
}

static void a_curve_and_a_target_make_status_and_times(void **state) {
    (void)state;
    static const struct {
        const char *target;
        struct curve curve;
        enum status status;
        double steps, best, final;
    } cases[] = {
        /* L* = 0.5: the gap starts at 1, the target is 0.6 */
        {"gap 0.1", CURVE(1.5, 1, 0.75, 0.55, 0.5), STATUS_CONVERGED, 3, 0.5, 0.5},
        {"gap 0.25", CURVE(1.5, 0.75, 0.5), STATUS_CONVERGED, 1, 0.5, 0.5}, /* just met */
        {"gap 0.1", CURVE(1.5, 0.55, 2), STATUS_CONVERGED, 1, 0.55, 2},     /* met, whatever came later */
        {"gap 0.1", BLOWN(1.5, 0.55, INFINITY), STATUS_CONVERGED, 1, 0.55, INFINITY},
        {"gap 0.1", CURVE(1.5, 0.4), STATUS_CONVERGED, 1, 0.4, 0.4},   /* below L* */
        {"gap 0.1", CURVE(0.5, 0.5), STATUS_CONVERGED, 0, 0.5, 0.5},   /* there at the start */
        {"gap 0.1", CURVE(0.25, 0.5), STATUS_CONVERGED, 0, 0.25, 0.5}, /* L* was not found: any gap is met */
        {"gap 2", CURVE(0.25, 0.5), STATUS_CONVERGED, 0, 0.25, 0.5},
        {"gap 0.1", CURVE(0.25, 2), STATUS_CONVERGED, 0, 0.25, 2},
        {"gap 0.1", CURVE(1.5, 1, 0.75), STATUS_EXHAUSTED, INFINITY, 0.75, 0.75},
        {"gap 0.1", CURVE(1.5, 1, 1.5), STATUS_EXHAUSTED, INFINITY, 1, 1.5}, /* not above the start */
        {"gap 0.1", CURVE(1.5, 1, 1.75), STATUS_DIVERGED, INFINITY, 1, 1.75},
        {"gap 0.1", BLOWN(1.5, 1, NAN), STATUS_DIVERGED, INFINITY, 1, NAN},
        {"gap 0.1", BLOWN(1.5, -INFINITY, 1), STATUS_CONVERGED, 1, 1, 1},
        {"gap 0.1", BLOWN(1.5, 1.25, 1), STATUS_DIVERGED, INFINITY, 1, 1}, /* a parameter, not the loss */
        {"gap 0.1", BLOWN(NAN), STATUS_DIVERGED, INFINITY, NAN, NAN},
        {"ratio 0.5", CURVE(2, 1.5, 1), STATUS_CONVERGED, 2, 1, 1},
        {"ratio 0.5", CURVE(2, 1.5, 1.25), STATUS_EXHAUSTED, INFINITY, 1.25, 1.25},
        {"loss 1.25", CURVE(2, 1.5, 1.25), STATUS_CONVERGED, 2, 1.25, 1.25},
        {"loss 1", CURVE(2, 1.5, 1.25), STATUS_EXHAUSTED, INFINITY, 1.25, 1.25},
    };
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        struct canned c;
        char sweep[64];
        snprintf(sweep, sizeof sweep, "target = %s", cases[k].target);
        open_grid(&c, sweep, "", "");
        canned_minima(&c, 0.5, false);
        canned_put(&c, 0, &cases[k].curve, NULL, NAN);
        canned_load(&c);
        const struct result *r = c.r.row;
        if (r->status != cases[k].status || !equal(r->steps_to_target, cases[k].steps) ||
            !equal(r->epochs_to_target, cases[k].steps) || !equal(r->nonzeros_to_target, 10 * cases[k].steps) ||
            !equal(r->best_loss, cases[k].best) || !equal(r->final_loss, cases[k].final) ||
            !equal(r->start_loss, cases[k].curve.loss[0]) || r->steps != (uint64_t)cases[k].curve.n - 1 ||
            r->epochs != cases[k].curve.n - 1 || r->blown_up != cases[k].curve.blown_up ||
            !equal(r->lstar, 0.5))
            fail_msg("case %zu: %s, %g steps to the target, best %g, final %g", k, status_names[r->status],
                     r->steps_to_target, r->best_loss, r->final_loss);
        canned_close(&c);
    }
}

static void without_run_or_minimum_a_row_is_missing(void **state) {
    (void)state;
    struct canned c;
    open_grid(&c, "seeds = 1, 2", "", "");
    canned_put(&c, 0, &(struct curve)CURVE(1, 0), NULL, NAN);
    canned_load(&c);
    assert_int_equal(c.r.n, 2);
    assert_int_equal(c.r.row[0].status, STATUS_MISSING);
    assert_int_equal(c.r.row[1].status, STATUS_MISSING);
    results_free(&c.r);
    canned_minima(&c, 0, false);
    canned_load(&c);
    assert_int_equal(c.r.row[0].status, STATUS_CONVERGED);
    assert_int_equal(c.r.row[1].status, STATUS_MISSING);
    canned_close(&c);
}

static void medians_keep_misses_and_count_seeds(void **state) {
    (void)state;
    enum { MISS = -1, BLOW = -2, NONE = -3 };
    static const struct {
        int n, epochs[4]; /* to the target, by seed */
        double median, final;
        size_t converged, diverged, exhausted, missing;
    } cases[] = {
        {1, {3}, 3, 0, 1, 0, 0, 0},
        {3, {4, 2, 6}, 4, 0, 3, 0, 0, 0},
        {3, {4, MISS, 2}, 4, 0, 2, 0, 1, 0},
        {3, {4, MISS, BLOW}, INFINITY, 0.75, 1, 1, 1, 0},
        {3, {BLOW, BLOW, 1}, INFINITY, INFINITY, 1, 2, 0, 0},
        {2, {2, 5}, 3.5, 0, 2, 0, 0, 0},
        {2, {2, MISS}, INFINITY, 0.375, 1, 0, 1, 0},
        {4, {2, BLOW, 5, 4}, 4.5, 0, 3, 1, 0, 0},
        {3, {NONE, 3, NONE}, 3, 0, 1, 0, 0, 2},
        {2, {NONE, NONE}, INFINITY, INFINITY, 0, 0, 0, 2},
    };
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        struct canned c;
        char sweep[64];
        snprintf(sweep, sizeof sweep, "seeds = 1..%d\ntarget = gap 0.5", cases[k].n);
        open_grid(&c, sweep, "", "");
        canned_minima(&c, 0, false);
        for (int s = 0; s < cases[k].n; s++) {
            int epochs = cases[k].epochs[s];
            struct curve curve = CURVE(1, 0.75);
            if (epochs == BLOW)
                curve = (struct curve)BLOWN(1, NAN);
            for (int i = 2; epochs > 0 && i <= epochs; i++)
                curve.loss[curve.n++] = 0.75;
            if (epochs > 0)
                curve.loss[curve.n - 1] = 0;
            if (epochs != NONE)
                canned_put(&c, (size_t)s, &curve, NULL, NAN);
        }
        canned_load(&c);
        const struct cell got = c.r.cell[0];
        if (got.n != (size_t)cases[k].n || !equal(got.epochs.median, cases[k].median) ||
            !equal(got.steps.median, cases[k].median) || !equal(got.final_loss.median, cases[k].final) ||
            got.n_converged != cases[k].converged || got.n_diverged != cases[k].diverged ||
            got.n_exhausted != cases[k].exhausted || got.n_missing != cases[k].missing)
            fail_msg("case %zu: median %g of %zu, final loss %g; %zu converged, %zu diverged, %zu exhausted, "
                     "%zu missing",
                     k, got.epochs.median, got.n, got.final_loss.median, got.n_converged, got.n_diverged,
                     got.n_exhausted, got.n_missing);
        canned_close(&c);
    }
}

static void seeds_that_change_nothing_count_once(void **state) {
    (void)state;
    struct canned c;
    open_grid(&c, "seeds = 1..3", "data_seed = 7", "eta0 = 0.1, 1");
    canned_minima(&c, 0, false);
    canned_put(&c, 3, &(struct curve)CURVE(1, 0), NULL, NAN);
    canned_load(&c);
    assert_int_equal(c.r.n, 6);
    for (size_t i = 0; i < 6; i++)
        assert_int_equal(c.r.row[i].status, i < 3 ? STATUS_MISSING : STATUS_CONVERGED);
    const struct cell cell = c.r.cell[1];
    assert_int_equal(cell.n, 1);
    assert_int_equal(cell.n_converged, 1);
    canned_close(&c);
}

static void groups_are_optimizer_sections_on_one_data_set(void **state) {
    (void)state;
    static const struct {
        const char *optimizer, *data;
        size_t n_cells, first;
    } wanted[] = {
        {"sgd", "text features=10 sparsity=0.8", 2, 0},
        {"adam", "text features=10 sparsity=0.8", 1, 4},
        {"sgd", "text features=10 sparsity=0.9", 2, 6},
        {"adam", "text features=10 sparsity=0.9", 1, 10},
        {"sgd", "text features=20 sparsity=0.8", 2, 12},
        {"adam", "text features=20 sparsity=0.8", 1, 16},
        {"sgd", "text features=20 sparsity=0.9", 2, 18},
        {"adam", "text features=20 sparsity=0.9", 1, 22},
        {"sgd", "other", 2, 24},
        {"adam", "other", 1, 28},
    };
    struct canned c;
    canned_open(&c, "[sweep]\nseeds = 1, 2\n"
                    "[data text]\nrows = 100\nfeatures = 10, 20\nsparsity = 0.8, 0.9\nkind = synthetic\n"
                    "[data other]\nkind = synthetic\nrows = 100\nfeatures = 10\nsparsity = 0.5\n"
                    "[optimizer sgd]\neta0 = 0.1, 1\n[optimizer adam]\n");
    canned_load(&c);
    struct group *g;
    size_t n;
    canned_ok(results_groups(&c.r, &g, &n, &canned_err));
    assert_int_equal(n, sizeof wanted / sizeof *wanted);
    for (size_t k = 0; k < n; k++) {
        if (strcmp(g[k].optimizer, wanted[k].optimizer) || strcmp(g[k].data, wanted[k].data) ||
            g[k].n_cells != wanted[k].n_cells || g[k].cell[0] != wanted[k].first)
            fail_msg("group %zu: %s on `%s`, %zu cells from %zu", k, g[k].optimizer, g[k].data, g[k].n_cells,
                     g[k].cell[0]);
        assert_false(g[k].hit);
    }
    results_groups_free(g, n);
    canned_close(&c);
}

static void the_best_cell_is_the_fastest_then_the_lowest_then_the_first(void **state) {
    (void)state;
    static const struct {
        struct curve curve[3];
        size_t best;
        bool hit;
    } cases[] = {
        {{CURVE(1, 1, 0), CURVE(1, 0), CURVE(1, 1, 0)}, 1, true},
        {{CURVE(1, 0.25), CURVE(1, 0.25), CURVE(1, 0.125)}, 2, true},
        {{CURVE(1, 0.25), CURVE(1, 0.25), CURVE(1, 0.25)}, 0, true},
        {{CURVE(1, 0.75), CURVE(1, 0.625), CURVE(1, 0.625)}, 1, false},
        {{BLOWN(1, NAN), CURVE(1, 2), BLOWN(1, NAN)}, 1, false},
        {{CURVE(1, 0.5625), CURVE(1, 0.75), CURVE(1, 1, 1, 0.5)}, 2, true}, /* late is better than never */
        {{BLOWN(1, NAN), BLOWN(1, NAN), BLOWN(1, NAN)}, 0, false},
    };
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        struct canned c;
        open_grid(&c, "target = gap 0.5", "", "eta0 = 0.1, 1, 7");
        canned_minima(&c, 0, false);
        for (size_t i = 0; i < 3; i++)
            canned_put(&c, i, &cases[k].curve[i], NULL, NAN);
        canned_load(&c);
        struct group *g;
        size_t n;
        canned_ok(results_groups(&c.r, &g, &n, &canned_err));
        assert_int_equal(n, 1);
        if (g->best != cases[k].best || g->hit != cases[k].hit)
            fail_msg("case %zu: best %zu, hit %d", k, g->best, g->hit);
        results_groups_free(g, n);
        canned_close(&c);
    }
}

static void edges_are_those_of_log_axes(void **state) {
    (void)state;
    static const struct {
        const char *axis;
        size_t best; /* of the cells in the order of the axis */
        const char *edge;
    } cases[] = {
        {"eta0 = logspace(1e-3, 1, 4)", 0, "eta0"},
        {"eta0 = logspace(1e-3, 1, 4)", 3, "eta0"},
        {"eta0 = logspace(1e-3, 1, 4)", 2, NULL},
        {"eta0 = 0.03, 0.1, 0.3, 1", 3, "eta0"},
        {"eta0 = 0.1, 1", 1, NULL},            /* two levels are no axis */
        {"eta0 = linspace(1, 4, 4)", 0, NULL}, /* even in value */
        {"eta0 = 1, 0.01, 0.1", 0, "eta0"},    /* whatever the order written */
        {"eta0 = 1, 0.01, 0.1", 2, NULL},
        {"kind = momentum\nbeta = 0.9, 0.95, 0.99", 2, NULL},
        {"kind = momentum\nbeta = 0, 0.01, 0.1", 2, NULL},
        {"kind = adagrad\nepsilon = 1e-8, 1e-2, 1", 0, NULL},
        {"kind = adagrad\nepsilon = 1e-8, 1e-4, 1", 0, "epsilon"},
    };
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        struct canned c;
        open_grid(&c, "", "", cases[k].axis);
        canned_minima(&c, 0, false);
        for (size_t i = 0; i < plan_n_runs(c.plan); i++)
            canned_put(&c, i, i == cases[k].best ? &(struct curve)CURVE(1, 0) : &(struct curve)CURVE(1, 0.5),
                       NULL, NAN);
        canned_load(&c);
        struct group *g;
        size_t n;
        enum key edge;
        canned_ok(results_groups(&c.r, &g, &n, &canned_err));
        canned_ok(results_edge(&c.r, g, &edge, &canned_err));
        const bool got = edge != KEY_COUNT;
        if (g->best != cases[k].best || got != !!cases[k].edge ||
            (got && strcmp(keys[edge].name, cases[k].edge)))
            fail_msg("%s, best %zu: edge of %s", cases[k].axis, g->best, got ? keys[edge].name : "nothing");
        results_groups_free(g, n);
        canned_close(&c);
    }
}

static void a_curve_can_be_had_again(void **state) {
    (void)state;
    struct canned c;
    struct outcome o;
    open_grid(&c, "seeds = 1, 2", "test = 0.5", "");
    canned_minima(&c, 0, false);
    canned_put(&c, 1, &(struct curve)CURVE(1, 0.5, 0.25), (double[]){1, NAN, 0.75}, 0.25);
    canned_load(&c);
    assert_true(c.r.row[1].held_out);
    assert_true(c.r.row[1].best_test_loss == 0.75 && c.r.row[1].final_test_loss == 0.75 &&
                c.r.row[1].test_error == 0.25);
    canned_ok(results_curve(&c.r, 1, &o, &canned_err));
    assert_int_equal(o.n_points, 3);
    assert_true(o.points[2].loss == 0.25);
    outcome_free(&o);
    assert_false(results_curve(&c.r, 0, &o, &canned_err));
    assert_non_null(strstr(canned_err.text, "not in the store"));
    canned_close(&c);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_curve_and_a_target_make_status_and_times),
        cmocka_unit_test(without_run_or_minimum_a_row_is_missing),
        cmocka_unit_test(medians_keep_misses_and_count_seeds),
        cmocka_unit_test(seeds_that_change_nothing_count_once),
        cmocka_unit_test(groups_are_optimizer_sections_on_one_data_set),
        cmocka_unit_test(the_best_cell_is_the_fastest_then_the_lowest_then_the_first),
        cmocka_unit_test(edges_are_those_of_log_axes),
        cmocka_unit_test(a_curve_can_be_had_again),
    };
    return cmocka_run_group_tests_name("results", tests, NULL, NULL);
}

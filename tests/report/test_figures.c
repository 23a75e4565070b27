/* What figures are drawn from: the data beside each script, worked by hand from canned runs. L* = 0 and every
 * run starts at 1, so that losses are gaps. */
#include "report/canned.h"
#include "report/figures.h"
#include <dirent.h>

#define DATA "[data d]\nkind = synthetic\nrows = 100\nfeatures = 10\nsparsity = "

static void remove_plots(const char *dir) {
    char path[512];
    snprintf(path, sizeof path, "%s/plots", dir);
    DIR *d = opendir(path);
    for (struct dirent *f; d && (f = readdir(d));) {
        snprintf(path, sizeof path, "%s/plots/%s", dir, f->d_name);
        if (f->d_name[0] != '.')
            unlink(path);
    }
    if (d)
        closedir(d);
    snprintf(path, sizeof path, "%s/plots", dir);
    rmdir(path);
}

static void draw(struct canned *c) {
    struct scores s;
    struct figure_list made;
    canned_scores(c, &s);
    canned_ok(figures_write(&s, c->dir, &(struct figures_options){false, false}, &made, &canned_err));
    figures_free(&made);
    scores_free(&s);
}

static void close_drawn(struct canned *c) {
    remove_plots(c->dir);
    canned_close(c);
}

/* The numbers of a .dat, comments left out: a line a point, an empty one between lines of a chart. */
static char *numbers(struct canned *c, const char *name) {
    char *text = canned_read(c, name), *to = text;
    for (const char *from = text; *from;) {
        const size_t len = strcspn(from, "\n") + 1;
        const bool twice = *from == '\n' && to > text + 1 && to[-1] == '\n' && to[-2] == '\n';
        if (*from != '#' && !twice) {
            memmove(to, from, len);
            to += len;
        }
        from += len;
    }
    *to = '\0';
    return text;
}

static void holds(struct canned *c, const char *name, const char *wanted) {
    char *got = numbers(c, name);
    if (strcmp(got, wanted))
        fail_msg("%s holds\n%sexpected\n%s", name, got, wanted);
    free(got);
}

static void remarks(struct canned *c, const char *name, const char *words) {
    char *gp = canned_read(c, name);
    if (!strstr(gp, words))
        fail_msg("%s: lacks %s", name, words);
    free(gp);
}

/* ---- curves, sensitivity, budget, bands, heatmap: one data set ------------------------------------------- */

/* Optimizer a has two values of eta0 and two of beta, b none that vary; three seeds. Runs: a(1, 0.5), a(1,
 * 0.9), a(10, 0.5), a(10, 0.9), b. */
static void one_data_set(struct canned *c, bool runaway) {
    static const struct curve runs[] = {
        CURVE(1, 0.5, 0.25),   CURVE(1, 0.75, 0.5),      CURVE(1, 0.5, 0.125),      /* misses gap 0.1 */
        CURVE(1, 0.5, 0.0625), CURVE(1, 0.25, 0.0625),   CURVE(1, 0.0625, 0.03125), /* 2, 2, 1 epochs */
        BLOWN(1, INFINITY),    BLOWN(1, INFINITY),       CURVE(1, 0.5, 0.25),       /* diverged */
        CURVE(1, 2, 3),        CURVE(1, 2, 4),           CURVE(1, 2, 0.0625), /* a miss: one of three arrives */
        CURVE(1, 0.5, 0.5),    CURVE(1, 0.0625, 0.0625), CURVE(1, 0.0625, 0.03125), /* a miss, 1, 1 epochs */
    };
    canned_open(c,
                "[sweep]\nseeds = 1..3\nepochs = 2\ntarget = gap 0.1\n" DATA "0.8\n"
                "[optimizer a]\nkind = momentum\neta0 = 1, 10\nbeta = 0.5, 0.9\n[optimizer b]\nkind = sgd\n");
    canned_minima(c, 0, runaway);
    for (size_t i = 0; i < sizeof runs / sizeof *runs; i++)
        canned_put(c, i, &runs[i], NULL, NAN);
    draw(c);
}

static void curves_are_medians_with_quartiles(void **state) {
    (void)state;
    struct canned c;
    one_data_set(&c, false);
    /* epoch, median, quartiles: of three values the 1st, 2nd and 3rd */
    holds(&c, "plots/curves-d.dat",
          "0 1 1 1\n1 0.25 0.0625 0.5\n2 0.0625 0.03125 0.0625\n\n"
          "0 1 1 1\n1 0.0625 0.0625 0.5\n2 0.0625 0.03125 0.5\n");
    close_drawn(&c);
}

static void sensitivity_is_the_best_over_other_keys(void **state) {
    (void)state;
    struct canned c;
    one_data_set(&c, false);
    /* eta0 = 1: finals 0.25, 0.5, 0.125 or 0.0625, 0.0625, 0.03125. eta0 = 10: inf, inf, 0.25 or 3, 4, 0.0625.
     * b has no axis of eta0, and no line. */
    holds(&c, "plots/sensitivity-d.dat", "1 0.0625 0.03125 0.0625\n10 3 0.0625 4\n");
    close_drawn(&c);
}

/* A level at L* or below stands on the lower edge: left out, its neighbours would be joined above it. The name
 * is led to from where the line leaves the plot at the top, on its way up from that edge. */
static void sensitivity_keeps_what_is_at_the_minimum(void **state) {
    (void)state;
    static const struct curve runs[] = {CURVE(1, 0.5, 0.25), CURVE(1, 0.25, -0.125), CURVE(1, 0.5, 0),
                                        CURVE(1, 0.5, 3)};
    struct canned c;
    canned_open(&c, "[sweep]\nepochs = 2\ntarget = gap 0.1\n" DATA "0.5\n"
                    "[optimizer sgd]\neta0 = 0.001, 0.01, 0.1, 1\n");
    canned_minima(&c, 0, false);
    for (size_t i = 0; i < 4; i++)
        canned_put(&c, i, &runs[i], NULL, NAN);
    draw(&c);
    holds(&c, "plots/sensitivity-d.dat", "0.001 0.25\n0.01 -0.125\n0.1 0\n1 3\n");
    remarks(&c, "plots/sensitivity-d.gp", "at or below L*: bottom");
    remarks(&c, "plots/sensitivity-d.gp", "v < BOTTOM ? BOTTOM");
    /* From 0.1 / 1.2 at 0.1 to 3 at 1, in logarithms: at 2. */
    remarks(&c, "plots/sensitivity-d.gp", "set arrow 100 from first 0.7706");
    close_drawn(&c);
}

static void budgets_are_exact(void **state) {
    (void)state;
    struct canned c;
    one_data_set(&c, false);
    /* Medians of a: a miss, 2, a miss, a miss. Of k = 1, 2 cells the best arrives in 1/4, 2/4 of the draws,
     * which is enough; P(hit) = 1 - C(3, k) / C(4, k). b: 1, always. */
    holds(&c, "plots/budget-d.dat", "2 2\n3 2\n4 2\n\n1 1\n");
    holds(&c, "plots/budget-hit-d.dat", "1 0.25\n2 0.5\n3 0.75\n4 1\n\n1 1\n");
    close_drawn(&c);
}

static void heatmaps_tell_hits_misses_and_divergence(void **state) {
    (void)state;
    struct canned c;
    one_data_set(&c, false);
    /* a: eta0 by beta. Two of three seeds diverged: so did the cell; the last: two of three ended above the
     * start */
    holds(&c, "plots/heatmap-d.dat",
          "0 0 nan missed - 0 0 3 1 0.5\n1 0 nan diverged - 0 2 3 10 0.5\n"
          "0 1 2 hit best 3 0 3 1 0.9\n1 1 nan diverged - 1 2 3 10 0.9\n\n"
          "0 0 1 hit best 2 0 3 0.001 -\n");
    close_drawn(&c);
}

static void no_minimum_is_said_on_every_gap(void **state) {
    (void)state;
    static const char *const figures[] = {"curves-d",     "sensitivity-d", "budget-d",
                                          "budget-hit-d", "heatmap-d",     "ecdf"};
    struct canned c;
    for (int runaway = 0; runaway < 2; runaway++) {
        one_data_set(&c, runaway);
        for (size_t k = 0; k < sizeof figures / sizeof *figures; k++) {
            char name[64];
            snprintf(name, sizeof name, "plots/%s.gp", figures[k]);
            if (runaway) {
                remarks(&c, name, "'no finite minimum found'");
            } else {
                char *gp = canned_read(&c, name);
                assert_null(strstr(gp, "minimum"));
                free(gp);
            }
        }
        close_drawn(&c);
    }
}

static void bands_are_of_best_cells(void **state) {
    (void)state;
    struct canned c;
    canned_open(&c, "[sweep]\nseeds = 1..3\n" DATA "0.8\n[optimizer a]\nkind = sgd\neta0 = 1, 2\n");
    canned_minima(&c, 0, false);
    for (size_t k = 0; k < plan_n_datasets(c.plan); k++) {
        struct data_facts f = {
            .n_rows = 100, .n_features = 10, .band_frequency = {0.5, 0.25, 0.125, 0.0625, 0.03125}};
        strcpy(f.fingerprint, plan_dataset_fingerprint(c.plan, k));
        canned_ok(store_put_data(c.store, &f, &canned_err));
    }
    for (size_t i = 0; i < 6; i++) { /* the first cell arrives, the second does not */
        struct run run;
        plan_run(c.plan, i, &run);
        const double x = (double)(1 << i % 3); /* 1, 2, 4 */
        struct point p[] = {{0, 0, 0, 1, NAN}, {1, 1, 10, i < 3 ? 0 : 1, NAN}};
        struct outcome o = {
            run.id, false, 2,  p, NAN, 1, {x / 16, x / 8, x / 4, i < 3 ? 0 : 1, i % 3 ? INFINITY : 1},
            0.5,    {0},   {0}};
        canned_ok(store_put_runs(c.store, &o, 1, &canned_err));
    }
    draw(&c);
    /* band, median, quartiles; learnt to the last bit: no place on a log axis */
    holds(&c, "plots/bands-d.dat", "1 0.125 0.0625 0.25\n2 0.25 0.125 0.5\n3 0.5 0.25 1\n5 inf 1 inf\n");
    remarks(&c, "plots/bands-d.gp", "('0.5' 1, '0.25' 2, '0.125' 3, '0.0625' 4, '0.0312' 5)");
    close_drawn(&c);
}

/* ---- profile, ECDF, trends: an axis of the data ---------------------------------------------------------- */

/* Densities 1/2, 1/4, 1/8: a takes 2, 4, 8 epochs, b 8, misses, 4 with eta0 = 1, 9 with eta0 = 2 and all
 * others.
 */
static void three_data_sets(struct canned *c) {
    canned_open(c, "[sweep]\nepochs = 100\ntargets = 0.95, 0.01\ntarget = gap 0.01\n" DATA "0.5, 0.75, 0.875\n"
                   "[optimizer a]\nkind = nag\n[optimizer b]\nkind = sgd\neta0 = 1, 2\n");
    canned_minima(c, 0, false);
    canned_times(c, 0, (double[]){2, 8, 9, 4, 0, 0, 8, 9, 4}, 9);
    draw(c);
}

static void profiles_are_shares_of_data_sets(void **state) {
    (void)state;
    struct canned c;
    three_data_sets(&c);
    /* a: 2/2, 4/4, 8/4; b: 8/2, a miss, 4/4. Drawn to 1.1 times the farthest. */
    holds(&c, "plots/profile.dat",
          "1 0.6666666666666666\n2 1\n4.4 1\n\n1 0.3333333333333333\n4 0.6666666666666666\n4.4 "
          "0.6666666666666666\n");
    close_drawn(&c);
}

static void ecdfs_are_shares_of_targets(void **state) {
    (void)state;
    struct canned c;
    three_data_sets(&c);
    /* Six targets each. b: both at 8, both at 4, and, having missed, 0.95 with its 0.9 after 100 steps. */
    holds(&c, "plots/ecdf.dat",
          "1 0\n2 0.3333333333333333\n4 0.6666666666666666\n8 1\n100 1\n\n"
          "1 0\n4 0.3333333333333333\n8 0.6666666666666666\n100 0.8333333333333334\n");
    close_drawn(&c);
}

static void trends_are_marks_and_a_fitted_power(void **state) {
    (void)state;
    struct canned c;
    three_data_sets(&c);
    /* a: time = 1 / density, twice the density half the time. b missed a level: joined, without a fit. */
    char *got = numbers(&c, "plots/trend-time-d-by-sparsity.dat");
    double x[7], y[7];
    assert_int_equal(sscanf(got, "%lf %lf\n%lf %lf\n%lf %lf\n\n%lf %lf\n%lf %lf\n\n%lf %lf\n%lf %lf\n", x, y,
                            x + 1, y + 1, x + 2, y + 2, x + 3, y + 3, x + 4, y + 4, x + 5, y + 5, x + 6, y + 6),
                     14);
    free(got);
    static const double wanted[7][2] = {{0.125, 8}, {0.25, 4}, {0.5, 2}, /* a, */
                                        {0.125, 8}, {0.5, 2},            /* its power -1, */
                                        {0.125, 4}, {0.5, 8}};           /* b */
    for (size_t k = 0; k < 7; k++)
        if (x[k] != wanted[k][0] || fabs(y[k] - wanted[k][1]) > 1e-12)
            fail_msg("point %zu: %.17g %.17g", k, x[k], y[k]);
    remarks(&c, "plots/trend-time-d-by-sparsity.gp", "'a'.' '.'-1.00'");
    close_drawn(&c);
}

static void a_row_of_a_heatmap_is_a_level_of_the_data(void **state) {
    (void)state;
    struct canned c;
    three_data_sets(&c);
    holds(
        &c, "plots/heatmap-d-tuning-by-sparsity.dat",
        "0 0 2 hit best 1 0 1 0.001 0.5\n0 1 4 hit best 1 0 1 0.001 0.75\n0 2 8 hit best 1 0 1 0.001 0.875\n\n"
        "0 0 8 hit best 1 0 1 1 0.5\n1 0 9 hit - 1 0 1 2 0.5\n"
        "0 1 nan missed - 0 0 1 1 0.75\n1 1 nan missed - 0 0 1 2 0.75\n"
        "0 2 9 hit - 1 0 1 1 0.875\n1 2 4 hit best 1 0 1 2 0.875\n");
    close_drawn(&c);
}

/* Two axes: a figure for each level of the other, with a panel an optimizer and no more. */
static void slices_hold_each_panel_once(void **state) {
    (void)state;
    struct canned c;
    canned_open(
        &c,
        "[sweep]\nepochs = 100\n[data d]\nkind = synthetic\nrows = 100\nfeatures = 10, 20, 30\nsparsity = 0.8, "
        "0.9\n[optimizer a]\nkind = sgd\neta0 = 1, 2\n[optimizer b]\nkind = nag\n");
    canned_minima(&c, 0, false);
    for (size_t i = 0; i < 18; i++)
        canned_times(&c, i, (double[]){(double)(i + 1)}, 1);
    draw(&c);
    char *got = canned_read(&c, "plots/heatmap-d-sparsity-0.9-tuning-by-features.dat");
    assert_non_null(strstr(got, "# panel 1: "));
    assert_null(strstr(got, "# panel 2: "));
    free(got);
    close_drawn(&c);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(curves_are_medians_with_quartiles),
        cmocka_unit_test(sensitivity_is_the_best_over_other_keys),
        cmocka_unit_test(sensitivity_keeps_what_is_at_the_minimum),
        cmocka_unit_test(budgets_are_exact),
        cmocka_unit_test(heatmaps_tell_hits_misses_and_divergence),
        cmocka_unit_test(no_minimum_is_said_on_every_gap),
        cmocka_unit_test(bands_are_of_best_cells),
        cmocka_unit_test(profiles_are_shares_of_data_sets),
        cmocka_unit_test(ecdfs_are_shares_of_targets),
        cmocka_unit_test(trends_are_marks_and_a_fitted_power),
        cmocka_unit_test(a_row_of_a_heatmap_is_a_level_of_the_data),
        cmocka_unit_test(slices_hold_each_panel_once),
    };
    return cmocka_run_group_tests_name("figures", tests, NULL, NULL);
}

/* cells.csv, data.csv, bands.csv and summary.csv, by column. */
#include "report/canned.h"
#include "report/csv.h"
#include "report/summary.h"

/* The field of a line (0: the header) under a column's name, copied to out. None is quoted here. */
static void field(const char *text, size_t line, const char *column, char *out, size_t size) {
    size_t at = 0, len;
    const char *name = text;
    for (;; at++, name += len + 1) {
        len = strcspn(name, ",\n");
        if (len == strlen(column) && !memcmp(name, column, len))
            break;
        if (name[len] != ',')
            fail_msg("no column %s", column);
    }
    for (; line > 0; line--) {
        text += strcspn(text, "\n");
        if (!*text++ || !*text)
            fail_msg("too few lines");
    }
    for (; at > 0; at--)
        text += strcspn(text, ",\n") + 1;
    len = strcspn(text, ",\n");
    snprintf(out, size, "%.*s", (int)len, text);
}

struct wanted {
    size_t line;
    const char *column, *value;
};

static void check(const char *what, const char *text, const struct wanted *wanted, size_t n) {
    char got[64];
    for (size_t i = 0; i < n; i++) {
        field(text, wanted[i].line, wanted[i].column, got, sizeof got);
        if (strcmp(got, wanted[i].value))
            fail_msg("%s, line %zu, %s: %s, expected %s", what, wanted[i].line, wanted[i].column, got,
                     wanted[i].value);
    }
}

static size_t lines(const char *text) {
    size_t n = 0;
    for (; *text; text++)
        n += *text == '\n';
    return n;
}

static char *path_of(struct canned *c, const char *name) {
    static char path[96];
    snprintf(path, sizeof path, "%s/%s", c->dir, name);
    return path;
}

static const char grid[] = "[sweep]\nseeds = 1..4\nepochs = 50\ntarget = gap 0.1\nbatch = 30\n"
                           "[data d]\nkind = synthetic\nrows = 100\nfeatures = 7\nsparsity = 0.8\n"
                           "[optimizer sgd]\neta0 = 0.1, 1, 10\n[optimizer nag]\n";

/* L* = 0. Cell 0: 3 and 5 steps to the target, a miss, a blow-up. Cell 1: nothing arrives. Cell 2: not run. */
static void fill(struct canned *c) {
    canned_open(c, grid);
    canned_minima(c, 0, false);
    for (size_t k = 0; k < plan_n_datasets(c->plan); k++) {
        struct data_facts f = {.n_rows = 100,
                               .n_features = 7,
                               .nnz = 140,
                               .max_frequency = 0.5,
                               .min_frequency = 0.1,
                               .mean_label = 0.25,
                               .band_frequency = {0.5, 0.25, 0.125, 0.125, 0.0625}};
        strcpy(f.fingerprint, plan_dataset_fingerprint(c->plan, k));
        canned_ok(store_put_data(c->store, &f, &canned_err));
    }
    static const struct curve curves[] = {CURVE(1, 1, 1, 0), CURVE(1, 1, 1, 1, 1, 0.0625), CURVE(1, 0.5),
                                          BLOWN(1, INFINITY)};
    for (size_t i = 0; i < 4; i++)
        canned_put(c, i, &curves[i], NULL, NAN);
    for (size_t i = 4; i < 8; i++)
        canned_put(c, i, &curves[2], NULL, NAN);
    struct run run;
    plan_run(c->plan, 12, &run);
    struct point p[] = {{0, 0, 0, 1, NAN}, {1, 4, 400, 0, NAN}};
    struct outcome o = {run.id, false, 2, p, NAN, 1, {0.5, 0.25, 0.125, NAN, INFINITY}, 0.5, {0}, {0}};
    canned_ok(store_put_runs(c->store, &o, 1, &canned_err));
}

static void cells_hold_quartiles_and_expected_times(void **state) {
    (void)state;
    struct canned c;
    fill(&c);
    canned_load(&c);
    canned_ok(csv_write_cells(&c.r, path_of(&c, "cells.csv"), &canned_err));
    char *got = canned_read(&c, "cells.csv");
    static const struct wanted wanted[] = {
        {1, "optimizer", "sgd"},
        {1, "eta0", "0.1"},
        {1, "batch", "30"},
        {1, "n", "4"},
        {1, "converged", "2"},
        {1, "diverged", "1"},
        {1, "exhausted", "1"},
        {1, "missing", "0"},
        {1, "success_rate", "0.5"},
        /* 3 + 5 steps, and twice the budget of 50 epochs of 4 steps, over two successes */
        {1, "ert", "204"},
        {1, "steps_to_target_q1", "3"},       /* the 1st of 3, 5, inf, inf */
        {1, "steps_to_target_median", "inf"}, /* the mean of 5 and inf */
        {1, "steps_to_target_q3", "inf"},
        {1, "nonzeros_to_target_q1", "30"},
        {1, "final_loss_q1", "0"}, /* 0, 0.0625, 0.5, inf */
        {1, "final_loss_median", "0.28125"},
        {1, "final_loss_q3", "0.5"},
        {1, "best_loss_q3", "0.5"}, /* 0, 0.0625, 0.5, 1: the blow-up's start */
        {1, "best_test_loss_median", ""},
        {2, "eta0", "1"},
        {2, "ert", "inf"},
        {2, "success_rate", "0"},
        {3, "optimizer", "nag"},
        {3, "n", "4"},
        {3, "missing", "3"},
        {3, "success_rate", "1"},
        {3, "ert", "4"},
    };
    check("cells.csv", got, wanted, sizeof wanted / sizeof *wanted);
    assert_int_equal(lines(got), 4); /* the cell that was not run has no row */
    free(got);
    canned_close(&c);
}

static void data_hold_facts_and_minima(void **state) {
    (void)state;
    struct canned c;
    fill(&c);
    canned_load(&c);
    canned_ok(csv_write_data(&c.r, path_of(&c, "data.csv"), &canned_err));
    char *got = canned_read(&c, "data.csv");
    static const struct wanted wanted[] = {
        {1, "data", "d"},
        {1, "kind", "synthetic"},
        {1, "seed", "1"},
        {4, "seed", "4"},
        {1, "n", "100"},
        {1, "d", "7"},
        {1, "nonzeros", "140"},
        {1, "max_feature_frequency", "0.5"},
        {1, "mean_label", "0.25"},
        {1, "start_loss", "1"},
        {1, "lstar", "0"},
        {1, "lstar_gradient", "1e-12"},
        {1, "lstar_iterations", "10"},
        {1, "loss", "logistic"},
    };
    check("data.csv", got, wanted, sizeof wanted / sizeof *wanted);
    assert_int_equal(lines(got), 5);
    free(got);
    canned_close(&c);
}

static void bands_are_rows_of_runs(void **state) {
    (void)state;
    struct canned c;
    fill(&c);
    canned_load(&c);
    canned_ok(csv_write_bands(&c.r, path_of(&c, "bands.csv"), &canned_err));
    char *got = canned_read(&c, "bands.csv");
    static const struct wanted wanted[] = {
        {1, "band", "1"},
        {1, "features", "2"},
        {2, "features", "2"},
        {3, "features", "1"},
        {1, "mean_frequency", "0.5"},
        {5, "band", "5"},
        {5, "mean_frequency", "0.0625"},
        {41, "unlearnt", "0.5"},
        {43, "unlearnt", "0.125"},
        {44, "unlearnt", "nan"},
        {45, "unlearnt", "inf"},
    };
    check("bands.csv", got, wanted, sizeof wanted / sizeof *wanted);
    assert_int_equal(lines(got), 1 + 9 * N_BANDS);
    free(got);
    canned_close(&c);
}

static void the_summary_has_every_measure(void **state) {
    (void)state;
    struct canned c;
    struct scores s;
    canned_open(&c,
                "[sweep]\nseeds = 1..6\n"
                "[data d]\nkind = synthetic\nrows = 100\nfeatures = 7\nsparsity = 0.8\n"
                "[optimizer slow]\nkind = sgd\neta0 = 0.1, 1, 10\n[optimizer fast]\nkind = nag\neta0 = 1, 2\n");
    canned_minima(&c, 0, false);
    for (size_t i = 0; i < 30; i += 6) {
        static const double times[] = {30, 20, 0, 5, 10};
        const double t = times[i / 6];
        canned_times(&c, i, (double[]){t, t, t, t, t, t}, 6);
    }
    canned_scores(&c, &s);
    canned_ok(summary_write_csv(&s, path_of(&c, "summary.csv"), &canned_err));
    char *got = canned_read(&c, "summary.csv");
    static const struct wanted wanted[] = {
        {1, "data", "d"},
        {1, "optimizer", "fast"},
        {1, "kind", "nag"},
        {1, "rank", "1"},
        {1, "cells", "2"},
        {1, "budget_cells", "2"},
        {1, "epochs_typical", "5"},
        {1, "hit_chance", "1"},
        {1, "epochs_best", "5"},
        {1, "steps_best", "5"},
        {1, "nonzeros_best", "50"},
        {1, "ert_best", "5"},
        {1, "success_rate_best", "1"},
        {1, "first_chance", "1"},
        {1, "times_first", "1"},
        {1, "verdict", "first"},
        {1, "test_rank", ""},
        {1, "best_setting", "eta0=1"},
        {1, "edge", ""},
        {1, "eta0_decades_at_least", "yes"},
        {1, "eta0_lo", "1"},
        {1, "eta0_hi", "2"},
        {1, "importance", "eta0=2"},
        /* two of 30, 20 and a miss: the best is 20 in two draws of three */
        {2, "optimizer", "slow"},
        {2, "rank", "2"},
        {2, "cells", "3"},
        {2, "epochs_typical", "20"},
        {2, "hit_chance", "1"},
        {2, "epochs_best", "20"},
        {2, "first_chance", "0"},
        {2, "times_first", "4"},
        {2, "times_first_lo", "4"},
        {2, "times_first_hi", "4"},
        {2, "verdict", "slower"},
        {2, "importance", "eta0=inf"},
    };
    check("summary.csv", got, wanted, sizeof wanted / sizeof *wanted);
    assert_int_equal(lines(got), 3);
    free(got);
    scores_free(&s);
    canned_close(&c);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cells_hold_quartiles_and_expected_times),
        cmocka_unit_test(data_hold_facts_and_minima),
        cmocka_unit_test(bands_are_rows_of_runs),
        cmocka_unit_test(the_summary_has_every_measure),
    };
    return cmocka_run_group_tests_name("tables", tests, NULL, NULL);
}

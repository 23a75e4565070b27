/* summary.md, line by line. */
#include "report/canned.h"
#include "report/summary.h"

static const char grid[] = "[sweep]\nname = small\nseeds = 1, 2\ntarget = gap 0.25\n"
                           "[data a|b_c]\nkind = synthetic\nrows = 100\nfeatures = 10\nsparsity = 0.8, 0.9\n"
                           "[optimizer sgd]\neta0 = logspace(1e-3, 1, 4)\n"
                           "[optimizer adam]\n";

/* Cells 0..3 sgd, 4 adam at sparsity 0.8; 5..9 likewise at 0.9, where nothing was run. Two runs a cell. */
static void fill(struct canned *c) {
    canned_open(c, grid);
    canned_minima(c, 0, true);
    for (size_t k = 0; k < 2; k++) {
        struct data_facts f = {.n_rows = 100, .n_features = 10, .nnz = 196 + 8 * k, .n_test = 0};
        strcpy(f.fingerprint, plan_dataset_fingerprint(c->plan, k));
        canned_ok(store_put_data(c->store, &f, &canned_err));
    }
    static const struct curve runs[] = {
        CURVE(1, 0.75),     CURVE(1, 0.75),    /* missed */
        CURVE(1, 0.5),      CURVE(1, 0.25),    /* half */
        CURVE(1, 1, 0.25),  CURVE(1, 0.25),    /* 1.5 epochs */
        BLOWN(1, INFINITY), CURVE(1, 1.5),     /* diverged */
        CURVE(1, 1.0 / 8),  CURVE(1, 1.0 / 8), /* adam */
    };
    for (size_t i = 0; i < sizeof runs / sizeof *runs; i++)
        canned_put(c, i, &runs[i], NULL, NAN);
}

/* summary.md of it; free() it. */
static char *summary(struct canned *c) {
    char path[96];
    struct scores s;
    canned_scores(c, &s);
    snprintf(path, sizeof path, "%s/summary.md", c->dir);
    canned_ok(summary_write_markdown(&s, path, &canned_err));
    scores_free(&s);
    return canned_read(c, "summary.md");
}

static void has(const char *text, const char *line) {
    char whole[256];
    snprintf(whole, sizeof whole, "\n%s\n", line);
    if (!strstr(text, whole)) {
        fputs(text, stderr); /* messages are cut short */
        fail_msg("no line\n%s", line);
    }
}

static void it_says_what_was_run_on_what_and_what_was_best(void **state) {
    (void)state;
    struct canned c;
    fill(&c);
    char *got = summary(&c);
    static const char *const lines[] = {
        "20 runs: 10 settings of optimizer and data, 2 seeds each; 2 data sets. Target: gap 0.25.",
        "| converged |    5 | 25.0% |", "| diverged  |    2 | 10.0% |", "| exhausted |    3 | 15.0% |",
        "| not run   |   10 | 50.0% |",
        /* clang-format off */
        "| data                | rows | features |  non-zeros |       sparsity | held out |  L* | gradient there |                         |",
        "| a\\|b_c sparsity=0.8 |  100 |       10 | 196 to 204 | 0.796 to 0.804 |        0 |   0 |          1e-12 | no finite minimum found |",
        "| a\\|b_c sparsity=0.9 |    - |        - |          - |              - |        - |   0 |          1e-12 | no finite minimum found |",
        "### a\\|b_c sparsity=0.8", "Target: gap 0.25 (no finite minimum found)",
        "- a\\|b_c sparsity=0.8: adam is first, with 1 epoch (no finite minimum found): the median best of 1 of its 1",
        "  cell. It stays first in 88% of 10000 resamplings of the 2 seeds. Its best cell (1 epoch) is not",
        "  distinguishable from that of sgd.",
        "Epochs to the target (no finite minimum found). Typical: median best of 1 cell. Hit: the chance that one of",
        "- a\\|b_c sparsity=0.9: nothing was run.",
        "|   2 | sgd       |       - |  25.0% |  1.5 |     4 | 12.2% |     1.41 (1 of 2 seeds) | not distinguishable |",
        "| optimizer | cells | best setting                                      | epochs | steps | ERT | arrived | final loss |     |",
        "| sgd       |     4 | eta0=0.1                                          |    1.5 |   1.5 | 1.5 |     2/2 |       0.25 |     |",
        "| adam      |     1 | eta0=0.001, epsilon=1e-08, beta1=0.9, beta2=0.999 |      1 |     1 |   1 |     2/2 |      0.125 |     |",
        "| sgd       |     4 |              |      - |     - |   - |     0/2 |          - |     |",
        "| a\\|b_c sparsity=0.8 | sgd       |               0 | 0.1 to 0.1        | eta0 never (0.001) |",
        "| a\\|b_c sparsity=0.8 | sgd       |    8 |     37.5% |     37.5% |    25.0% |             50.0% |       0 |",
        "| a\\|b_c sparsity=0.9 | adam      |    0 |         - |         - |        - |                 - |       2 |",
        /* clang-format on */
    };
    for (size_t k = 0; k < sizeof lines / sizeof *lines; k++)
        has(got, lines[k]);
    assert_null(strstr(got, "below L*"));
    free(got);
    canned_close(&c);
}

static void it_marks_edges_and_names_runs_below_the_minimum(void **state) {
    (void)state;
    struct canned c;
    canned_open(&c, "[data d]\nkind = synthetic\nrows = 100\nfeatures = 10\nsparsity = 0.8\n"
                    "[optimizer momentum]\neta0 = logspace(0.01, 1, 3)\nbeta = 0.5, 0.9\n");
    canned_minima(&c, 0.5, false);
    canned_put(&c, 5, &(struct curve)CURVE(1.5, 0.5 - 9e-7), NULL, NAN);
    canned_put(&c, 4, &(struct curve)CURVE(1.5, 0.5 - 2e-6), NULL, NAN);
    char line[64], *got = summary(&c);
    has(got, "| momentum  |     6 | eta0=1, beta=0.5 |      1 |     1 |   1 |     1/1 |        0.5 | edge of "
             "eta0 |");
    snprintf(line, sizeof line, "- run %016llx: 0.499998, L* 0.5", (unsigned long long)c.r.row[4].id);
    has(got, line);
    snprintf(line, sizeof line, "%016llx", (unsigned long long)c.r.row[5].id);
    assert_null(strstr(got, line));
    free(got);
    canned_close(&c);
}

/* The verdict on two optimizers that reach the target at the same evaluation; free() it. */
static char *tie(const struct curve *curve) {
    struct canned c;
    canned_open(&c, "[sweep]\ntarget = gap 0.25\n[data d]\nkind = synthetic\nrows = 100\nfeatures = 10\n"
                    "sparsity = 0.8\n[optimizer sgd]\n[optimizer adam]\n");
    canned_minima(&c, 0, true);
    for (size_t i = 0; i < 2; i++)
        canned_put(&c, i, curve, NULL, NAN);
    char *got = summary(&c);
    canned_close(&c);
    return got;
}

static void it_says_when_the_first_evaluation_is_too_late(void **state) {
    (void)state;
    char *first = tie(&(struct curve)CURVE(1, 0.125, 0.125)),
         *second = tie(&(struct curve)CURVE(1, 0.5, 0.125));
    if (!strstr(first, "That is the first evaluation: a harder target, or"))
        fail_msg("%s", first);
    if (!strstr(second, "are first together") || strstr(second, "first evaluation"))
        fail_msg("%s", second);
    free(first);
    free(second);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_says_what_was_run_on_what_and_what_was_best),
        cmocka_unit_test(it_marks_edges_and_names_runs_below_the_minimum),
        cmocka_unit_test(it_says_when_the_first_evaluation_is_too_late),
    };
    return cmocka_run_group_tests_name("summary", tests, NULL, NULL);
}

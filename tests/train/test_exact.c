/* Updates that are put off beside updates at every step: training with sparse_updates = exact ends where dense
 * does, to rounding.
 *
 * The rows are made so that, one row a step and in order, features rest for 1, 10, 200 and 5,000 steps; others
 * come at random. The gradients of some are tiny, of others large. */
#include "base/rng.h"
#include "weights.h"

enum { EPOCHS = 5, MANY = 5000, FEW = 1000 };

static struct scratch many_rows, few_rows;

/* ---- data -------------------------------------------------------------------------------------------------
 */

/* Feature 1 is in every row, 2..9 in every 10th, 10..29 in every 200th, 30..49 in one; 50..69 come at random,
 * from once in 2 rows to once in 1,500. A feature's values are of one size, from 1e-4 to 10. */
static void write_rows(struct scratch *to, int n) {
    static const double sizes[] = {1, 0.1, 3, 1e-2, 10, 1, 1e-4};
    FILE *f = scratch_open(to);
    struct rng r = rng_make(5, 0);
    for (int i = 0; i < n; i++) {
        fprintf(f, "%.3f", rng_unit(&r));
        for (int j = 1; j < 70; j++) {
            const int every = j < 2 ? 1 : j < 10 ? 10 : j < 30 ? 200 : n;
            const bool regular = (i + 17 * j) % every == 0,
                       random = rng_unit(&r) < 0.5 * pow(10, (50 - j) * 0.15);
            if (j < 50 ? regular : random)
                fprintf(f, " %d:%.6g", j, sizes[j % 7] * rng_normal(&r));
        }
        fputc('\n', f);
    }
    assert_int_equal(fclose(f), 0);
}

static int write_files(void **state) {
    (void)state;
    write_rows(&many_rows, MANY);
    write_rows(&few_rows, FEW);
    return 0;
}
static int remove_files(void **state) {
    (void)state;
    scratch_remove(&many_rows);
    scratch_remove(&few_rows);
    return 0;
}

/* ---- grids ------------------------------------------------------------------------------------------------
 */

static const char all_schedules[] = "[schedule constant]\n"
                                    "[schedule step]\ngamma = 0.5\nevery = 3000\n"
                                    "[schedule grow]\nkind = step\ngamma = 1.2\nevery = 2000\n"
                                    "[schedule exponential]\nrate = 3e-4\n"
                                    "[schedule inverse]\nrate = 1e-2\n"
                                    "[schedule triangular]\nperiod = 300\nfloor = 0, 0.1\n"
                                    "[schedule cosine]\nperiod = 50\ngrowth = 2\n"
                                    "[schedule warmup]\nsteps = 700\nthen = constant, inverse_sqrt\n";

/* What each rule runs with, besides its words: `keys` with all schedules; `more` at a constant rate, from the
 * smallest epsilon to the largest; `growing`, where the terms of a rest grow before they fade. The rates are
 * such that dense steps in f32 end near dense steps in f64: faster ones throw runs into chaos, where nothing
 * can be compared. */
static const struct setting {
    const char *rule, *keys, *more, *growing;
} settings[] = {
    {"sgd", "eta0 = 0.03\n", "eta0 = 0.001, 0.1\n", NULL},
    {"momentum", "eta0 = 3e-4\n", "eta0 = 1e-6, 1e-5\nbeta = 0, 0.5, 0.99, 0.9999\n", NULL},
    {"nag", "eta0 = 3e-4\n", "eta0 = 1e-6, 1e-5\nbeta = 0, 0.5, 0.99, 0.9999\n", NULL},
    {"adagrad", "eta0 = 0.03\nepsilon = 1e-3\n", "epsilon = 1e-10, 1e-5, 1e-2, 1\n", NULL},
    {"rmsprop", "eta0 = 3e-4\nepsilon = 1e-3\n", "eta0 = 1e-4\nbeta = 0.9, 0.999\nepsilon = 1e-4, 1e-2, 1\n",
     NULL},
    {"maxprop", "eta0 = 3e-4\nepsilon = 1e-3\n", "eta0 = 1e-4\nbeta = 0.9, 0.999\nepsilon = 1e-4, 1e-2, 1\n",
     NULL},
    {"adadelta", "epsilon = 1e-4\n", "beta = 0.5, 0.9, 0.999\nepsilon = 1e-8, 1e-6, 1e-4\n", NULL},
    {"adamax", "eta0 = 1e-3\nepsilon = 1e-4\n",
     "eta0 = 1e-3\nbeta1 = 0, 0.5, 0.9\nbeta2 = 0.95, 0.999\nepsilon = 1e-10, 1e-6, 1e-2, 1\n",
     "eta0 = 1e-5\nbeta1 = 0.9, 0.99\nbeta2 = 0.5, 0.9\nepsilon = 1e-3, 1\n"},
    {"adamw", "eta0 = 1e-3\nepsilon = 1e-5\nweight_decay = 0.1\n",
     "eta0 = 1e-3\nbeta1 = 0, 0.9\nbeta2 = 0.99, 0.999\nepsilon = 1e-10, 1e-6, 1e-2, 1\nweight_decay = 0, "
     "0.5\n",
     "eta0 = 1e-5\nbeta1 = 0.9, 0.99\nbeta2 = 0.5, 0.81\nepsilon = 1e-3, 1\nweight_decay = 0.5\n"},
    {NULL, "eta0 = 1e-3\nepsilon = 1e-5\n",
     "eta0 = 1e-3\nbeta1 = 0, 0.5, 0.9\nbeta2 = 0.95, 0.999\nepsilon = 1e-10, 1e-6, 1e-2, 1\n",
     "eta0 = 1e-5\nbeta1 = 0.9, 0.99\nbeta2 = 0.5, 0.81\nepsilon = 1e-3, 1\n"},
};
static const struct setting *setting_of(const char *rule) {
    const struct setting *s = settings;
    while (s->rule && strcmp(s->rule, rule) != 0)
        s++;
    return s;
}

/* The rows, what each optimizer is to try on them, and how near exact must come to dense. */
struct comparison {
    const struct scratch *rows;
    const char *own, *rates; /* keys of the optimizer, schedules */
    bool f32;
    double weights, loss; /* bounds in f64, relative to the largest weight and to the loss */
};

static struct weights train(struct trained *t, const struct rule_case *c, const struct comparison *x,
                            const char *precision, const char *updates) {
    /* most features occur in no row: segments are then long, but dense steps cheap, save where weights decay */
    const int features = c->rule->defaults[H_weight_decay] > 0 ? 150 : 60000;
    char text[2048];
    snprintf(
        text, sizeof text,
        "[sweep]\nepochs = %d\nevaluate = %d\nbatch = 1\norder = sequential\nprecision = %s\nsparse_updates = "
        "%s\n[data a]\nkind = libsvm\npath = %s\nfeatures = %d\n[model]\nw0 = 0.1\n[optimizer %s]\n%s%s%s",
        EPOCHS, EPOCHS, precision, updates, x->rows->file, features, c->rule->name, x->own, c->keys,
        isnan(c->rule->defaults[H_eta0]) ? "" : x->rates);
    ready(t, text);
    return train_weights(t, isa_best());
}

/* ---- tests ------------------------------------------------------------------------------------------------
 */

static void describe(char *label, size_t size, const struct rule_case *c, const struct run *r) {
    int n = snprintf(label, size, "%s, schedule %s", c->label, r->schedule ? r->schedule : "none");
    for (int k = 0; k < H_COUNT; k++)
        if (!isnan(r->h[k]) && !*hyper_words[k])
            n += snprintf(label + n, size - (size_t)n, ", %s %g", hyper_names[k], r->h[k]);
}

/* Distances of run i: TEST_MEASURE shows them, else they are held to their bounds. */
static void judge(const char *label, const struct comparison *x, double weights, double loss) {
    if (getenv("TEST_MEASURE"))
        printf("%-100s f64 %.1e, loss %.1e\n", label, weights, loss);
    else if (!(weights <= x->weights && loss <= x->loss))
        fail_msg("%s: f64 weights are %.2g max|w| from those of dense steps, the loss %.2g (relative)", label,
                 weights, loss);
}
static void judge_f32(const char *label, double dense, double exact) {
    if (getenv("TEST_MEASURE"))
        printf("%-100s f32 %.1e, dense %.1e\n", label, exact, dense);
    else if (!(exact <= 2 * dense + 1e-6))
        fail_msg("%s: f32 weights are %.2g max|w| from those of dense steps in f64, dense ones %.2g", label,
                 exact, dense);
    if (!(dense < 0.02))
        fail_msg("%s: dense steps in f32 end %.2g max|w| from those in f64: nothing can be compared", label,
                 dense);
}

static void compare(const struct rule_case *c, const struct comparison *x) {
    static const char *const precision[] = {"f64", "f32"}, *const updates[] = {"dense", "exact"};
    const int n_precisions = x->f32 ? 2 : 1;
    struct trained t[2][2];
    struct weights w[2][2];
    for (int p = 0; p < n_precisions; p++)
        for (int u = 0; u < 2; u++)
            w[p][u] = train(&t[p][u], c, x, precision[p], updates[u]);
    if (w[0][1].n_exact == 0 || w[0][1].n_exact + w[0][1].n_fast != w[0][1].n_packs || w[0][0].n_exact != 0)
        fail_msg("%s: %d of %d packs put updates off", c->label, w[0][1].n_exact, w[0][1].n_packs);
    for (size_t i = 0; i < t[0][0].n_runs; i++) {
        char label[256];
        describe(label, sizeof label, c, &t[0][0].run[i]);
        /* NOLINTNEXTLINE(clang-analyzer-core.NullDereference): what was trained has points */
        const double largest = weights_largest(&w[0][0], i), dense = t[0][0].out[i].points[1].loss;
        judge(label, x, weights_apart(&w[0][1], &w[0][0], i) / largest,
              fabs(t[0][1].out[i].points[1].loss - dense) / dense);
        if (x->f32)
            judge_f32(label, weights_apart(&w[1][0], &w[0][0], i) / largest,
                      weights_apart(&w[1][1], &w[0][0], i) / largest);
    }
    for (int p = 0; p < n_precisions; p++)
        for (int u = 0; u < 2; u++) {
            free(w[p][u].w);
            done(&t[p][u]);
        }
}

static void every_rule_and_schedule(void **state) {
    (void)state;
    struct rule_case c;
    for (int i = 0; rule_case(i, &c); i++)
        if (!c.rule->line_search)
            compare(&c, &(struct comparison){&many_rows, setting_of(c.rule->name)->keys, all_schedules, true,
                                             1e-10, 1e-11});
}

static void every_rule_from_small_epsilon_to_large(void **state) {
    (void)state;
    struct rule_case c;
    for (int i = 0; rule_case(i, &c); i++)
        if (!c.rule->line_search)
            compare(&c,
                    &(struct comparison){&few_rows, setting_of(c.rule->name)->more, "", true, 1e-10, 1e-11});
}

static void terms_that_grow_before_they_fade(void **state) {
    (void)state;
    struct rule_case c;
    for (int i = 0; rule_case(i, &c); i++)
        if (setting_of(c.rule->name)->growing && !c.rule->line_search)
            compare(&c,
                    &(struct comparison){&few_rows, setting_of(c.rule->name)->growing, "", false, 1e-8, 1e-8});
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_rule_and_schedule),
        cmocka_unit_test(every_rule_from_small_epsilon_to_large),
        cmocka_unit_test(terms_that_grow_before_they_fade),
    };
    return cmocka_run_group_tests(tests, write_files, remove_files);
}

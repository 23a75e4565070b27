/* Whole trajectories: 60 full-batch steps of every rule and variant, step by step beside the plain reference in
 * double. */
#include "base/text.h"
#include "trained.h"

enum { STEPS = 60 };

/* Largest relative distance of the loss from the reference, over all steps and settings. Measured: f64 7e-15,
 * f32 1.5e-6 (nag, rewritten, reduction sum); all other rules stay below 3e-15 and 6e-7, and most of them below
 * 1e-15 and 1e-7. */
static const struct {
    const char *name;
    double bound;
} precisions[PRECISION_COUNT] = {{"f32", 1e-5}, {"f64", 1e-12}};

static const char data[] =
    "[data a]\nrows = 200\nfeatures = 40\nsparsity = 0.8\nvalues = gaussian\nnoise = 0.5\n";

/* Rates that move but do not throw a run away; the rest keeps its default. RMSProp's are small: with larger
 * ones, a parameter at its optimum is pushed to and fro by g / |g|, and that doubles a difference in the last
 * bit with every step (f64 then drifts by 1e-8 to 1e-4 in 60 steps, whoever computes it). */
static const struct {
    const char *rule, *keys;
} settings[] = {
    {"sgd", "eta0 = 0.1, 0.01\n"},
    {"momentum", "eta0 = 0.1, 0.01\nbeta = 0.9, 0.5\n"},
    {"nag", "eta0 = 0.1, 0.01\nbeta = 0.9, 0.5\n"},
    {"adagrad", "eta0 = 0.1, 0.01\nepsilon = 1e-2\n"},
    {"rmsprop", "eta0 = 0.001, 0.0003\nbeta = 0.9, 0.99\nepsilon = 1e-3\n"},
    {"adadelta", "beta = 0.9, 0.95\nepsilon = 1e-6, 1e-3\n"},
    {"linesearch", "eta0 = 1, 0.1\n"},
    {NULL, "eta0 = 0.01, 0.001\n"},
};
static const char *keys_of(const char *rule) {
    int i = 0;
    while (settings[i].rule && strcmp(settings[i].rule, rule) != 0)
        i++;
    return settings[i].keys;
}

static double drift_of(const struct trained *t, size_t i, const char *label) {
    double losses[STEPS + 1], worst = 0;
    const struct ref_data x = ref_data_of(t->data, &t->data->train);
    const struct ref_run r = ref_run_of(&t->run[i]);
    double *w = start_of(t->data, &t->run[i]);
    ref_train(&x, &r, STEPS, w, losses, NULL);
    free(w);
    assert_int_equal(t->out[i].n_points, STEPS + 1);
    for (int k = 0; k <= STEPS; k++) {
        const struct point *p = &t->out[i].points[k];
        if (p->step != (uint64_t)k || p->epoch != k || p->nonzeros != (uint64_t)k * t->data->train.nnz)
            fail_msg("%s: point %d is of step %llu", label, k, (unsigned long long)p->step);
        const double off = fabs(p->loss - losses[k]) / losses[k];
        worst = off <= worst ? worst : off; /* NaN counts */
    }
    if (!(fabs(losses[STEPS] - losses[0]) > 1e-4 * losses[0]))
        fail_msg("%s: the loss does not move (%g, then %g)", label, losses[0], losses[STEPS]);
    return worst;
}

static void walks_are_the_references(void **state) {
    (void)state;
    const bool measure = getenv("TEST_MEASURE") != NULL;
    struct rule_case c;
    for (int i = 0; rule_case(i, &c); i++)
        for (enum precision p = 0; p < PRECISION_COUNT; p++) {
            char text[1024];
            snprintf(text, sizeof text,
                     "[sweep]\nepochs = %d\nprecision = %s\n%s[model]\nloss = logistic, squared\nreduction = "
                     "mean, sum\n"
                     "l2 = 0, 0.03\nw0 = 0.1\nb0 = -0.3\n[optimizer %s]\n%s%s",
                     STEPS, precisions[p].name, data, c.rule->name, keys_of(c.rule->name), c.keys);
            struct trained t;
            ready(&t, text);
            train_all(&t, isa_best());
            double worst = 0;
            for (size_t k = 0; k < t.n_runs; k++) {
                char label[256];
                const struct run *r = &t.run[k];
                snprintf(label, sizeof label, "%s %s eta0=%g, %s, reduction %d, l2 %g", c.label,
                         precisions[p].name, r->h[H_eta0], loss_names[r->v[KEY_MODEL_loss].word],
                         r->v[KEY_MODEL_reduction].word, r->v[KEY_MODEL_l2].number);
                const double drift = drift_of(&t, k, label);
                worst = drift <= worst ? worst : drift;
                if (!measure && !(drift <= precisions[p].bound))
                    fail_msg("%s: the loss drifts from the reference by %.2g, bound %g", label, drift,
                             precisions[p].bound);
            }
            if (measure)
                printf("%-58s %s %.2g\n", c.label, precisions[p].name, worst);
            done(&t);
        }
}

/* Every rule, variant and schedule, as shipped. Measured, 400 runs: 3.9e-13. */
static void the_shipped_grid_is_the_references(void **state) {
    (void)state;
    char *text;
    size_t len, n_compared = 0;
    double worst = 0;
    assert_true(file_read("../sweeps/all-rules.ini", &text, &len, NULL));
    struct trained t;
    ready(&t, text);
    train_all(&t, isa_best());
    for (size_t i = 0; i < t.n_runs; i++) {
        if (t.out[i].n_points == 0) /* another of the same id was trained in its stead */
            continue;
        char label[256];
        snprintf(label, sizeof label, "run %zu: %s, schedule %s", i, t.run[i].optimizer, t.run[i].schedule);
        const double drift = drift_of(&t, i, label);
        if (!(drift <= 1e-9))
            fail_msg("%s: the loss drifts from the reference by %.2g", label, drift);
        worst = fmax(worst, drift);
        n_compared++;
    }
    if (getenv("TEST_MEASURE"))
        printf("sweeps/all-rules.ini: %zu runs, %.2g\n", n_compared, worst);
    assert_in_range(n_compared, 300, t.n_runs);
    done(&t);
    free(text);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(walks_are_the_references),
        cmocka_unit_test(the_shipped_grid_is_the_references),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

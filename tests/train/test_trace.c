/* Traces: they change no number, they say what the run did, and for mini-batches they are of parameters brought
 * up to date.
 */
#include "trained.h"

static const uint32_t traced[] = {1, 40, PARAMETER_BIAS, 200, 999};
enum { N_TRACED = 5 }; /* 999: no such feature here */

static bool all(void *ctx, const struct run *r) {
    (void)ctx, (void)r;
    return true;
}
static bool none_of_adam(void *ctx, const struct run *r) {
    (void)ctx;
    return strcmp(r->rule->name, "adam") != 0;
}

static const char grid[] =
    "[sweep]\nepochs = 4\nevaluate = 2\n%s\n"
    "[data d]\nrows = 600\nfeatures = 200\nsparsity = 0.97\n"
    "[model]\nstart = 0.1:-0.2\n"
    "[optimizer sgd]\neta0 = 0.1, 1\n[optimizer momentum]\n[optimizer nag]\nform = rewritten, "
    "lookahead\n"
    "[optimizer adagrad]\n[optimizer rmsprop]\n[optimizer adadelta]\n[optimizer adam]\n"
    "eta0 = 0.01, 0.1\n[optimizer adamw]\n[optimizer maxprop]\n[optimizer adamax]\n"
    "[optimizer nadam]\n[optimizer amsgrad]\n";

/* Trains every run, traced by `run`, into out (n_runs). */
static void train_with(struct trained *t, bool (*run)(void *, const struct run *), struct outcome *out) {
    struct pack *packs;
    size_t n_packs, n_todo;
    struct err e = {0};
    const struct trace_wanted wanted = {traced, N_TRACED, run, NULL};
    assert_true(plan_packs(t->plan, NULL, NULL, &packs, &n_packs, &n_todo, &e));
    for (size_t i = 0; i < n_packs; i++) {
        struct outcome of_pack[LANES] = {0};
        if (!train_traced(t->plan, &packs[i], 1, t->data,
                          kernels_get(isa_best(), precision_of(&t->run[packs[i].run[0]])), NULL, NULL, &wanted,
                          of_pack, &e))
            fail_msg("%s", e.text);
        for (int lane = 0; lane < packs[i].n; lane++)
            out[packs[i].run[lane]] = of_pack[lane];
    }
    free(packs);
}

static void begin(struct trained *t, const char *settings) {
    char text[2000];
    snprintf(text, sizeof text, grid, settings);
    ready(t, text);
}

static const char *const ways[] = {
    "batch = full",
    "batch = 16",
    "batch = 16\nsparse_updates = dense",
    "batch = 16\nsparse_updates = lazy",
    "batch = 3\nprecision = f64",
};
enum { N_WAYS = sizeof ways / sizeof *ways };

static void a_traced_run_is_the_run(void **state) {
    (void)state;
    for (int way = 0; way < N_WAYS; way++) {
        struct trained t;
        begin(&t, ways[way]);
        train_all(&t, isa_best());
        struct outcome *out = calloc(t.n_runs, sizeof *out);
        train_with(&t, none_of_adam, out);
        for (size_t i = 0; i < t.n_runs; i++) {
            expect_same_outcome(ways[way], &t.out[i], &out[i]);
            assert_int_equal(out[i].trace.n_rows == 0, strcmp(t.run[i].rule->name, "adam") == 0);
            outcome_free(&out[i]);
        }
        free(out);
        done(&t);
    }
}

static void rows_are_steps_and_the_end(void **state) {
    (void)state;
    for (int way = 0; way < N_WAYS; way++) {
        struct trained t;
        begin(&t, ways[way]);
        struct outcome *out = calloc(t.n_runs, sizeof *out);
        train_with(&t, all, out);
        for (size_t i = 0; i < t.n_runs; i++) {
            const struct trace *tr = &out[i].trace;
            const struct point *last = &out[i].points[out[i].n_points - 1];
            assert_int_equal(tr->n_rows, last->step + 1);
            assert_true(trace_get(tr, 0, 0, TRACE_W) == (double)(float)0.1 ||
                        t.run[i].v[KEY_SWEEP_precision].word);
            /* losses are those of the curve, at its steps */
            for (uint64_t k = 0; k < out[i].n_points; k++) {
                const double loss = trace_loss(tr, out[i].points[k].step);
                assert_true(loss == out[i].points[k].loss);
            }
            for (size_t k = 0; k < N_TRACED; k++)
                for (int f = 0; f < TRACE_FIELDS && traced[k] == 999; f++)
                    assert_true(isnan(trace_get(tr, 3, k, (enum trace_field)f)));
            outcome_free(&out[i]);
        }
        free(out);
        done(&t);
    }
}

/* rate, g and w of sgd, step by step: w(t+1) = w(t) - rate g. In single precision the product is rounded once.
 */
static void steps_lead_from_row_to_row(void **state) {
    (void)state;
    for (int way = 0; way < N_WAYS; way++) {
        struct trained t;
        begin(&t, ways[way]);
        struct outcome *out = calloc(t.n_runs, sizeof *out);
        train_with(&t, all, out);
        for (size_t i = 0; i < t.n_runs; i++) {
            const struct trace *tr = &out[i].trace;
            const bool plain = !strcmp(t.run[i].rule->name, "sgd") || !strcmp(t.run[i].rule->name, "adagrad") ||
                               !strcmp(t.run[i].rule->name, "rmsprop");
            for (size_t row = 0; plain && row + 1 < tr->n_rows; row++)
                for (size_t k = 0; k < 4; k++) {
                    const double w = trace_get(tr, row, k, TRACE_W), next = trace_get(tr, row + 1, k, TRACE_W);
                    const double step = trace_get(tr, row, k, TRACE_RATE) * trace_get(tr, row, k, TRACE_G);
                    if (fabs(w - step - next) > 1e-6 * (fabs(w) + fabs(step)))
                        fail_msg("%s, %s, step %zu, parameter %u: %.9g - %.9g is not %.9g", ways[way],
                                 t.run[i].rule->name, row + 1, traced[k], w, step, next);
                }
            outcome_free(&out[i]);
        }
        free(out);
        done(&t);
    }
}

/* What exact updates put off is brought up to date for the trace: it is that of dense updates, to rounding. */
static void put_off_updates_are_made_up_for(void **state) {
    (void)state;
    struct trained a, b;
    begin(&a, "batch = 3\nprecision = f64");
    begin(&b, "batch = 3\nprecision = f64\nsparse_updates = dense");
    struct outcome *x = calloc(a.n_runs, sizeof *x), *y = calloc(b.n_runs, sizeof *y);
    train_with(&a, all, x);
    train_with(&b, all, y);
    for (size_t i = 0; i < a.n_runs; i++) {
        for (size_t row = 0; row < x[i].trace.n_rows; row++)
            for (size_t k = 0; k < 4; k++)
                for (int f = 0; f < TRACE_FIELDS; f++) {
                    const double p = trace_get(&x[i].trace, row, k, (enum trace_field)f),
                                 q = trace_get(&y[i].trace, row, k, (enum trace_field)f);
                    if (isnan(p) != isnan(q) || fabs(p - q) > 1e-9 * (1 + fabs(q)))
                        fail_msg("%s, step %zu, parameter %u, field %d: exact %.17g, dense %.17g",
                                 a.run[i].rule->name, row + 1, traced[k], f, p, q);
                }
        outcome_free(&x[i]);
        outcome_free(&y[i]);
    }
    free(x), free(y);
    done(&a), done(&b);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_traced_run_is_the_run),
        cmocka_unit_test(rows_are_steps_and_the_end),
        cmocka_unit_test(steps_lead_from_row_to_row),
        cmocka_unit_test(put_off_updates_are_made_up_for),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

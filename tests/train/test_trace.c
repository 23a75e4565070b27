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
    const struct trace_wanted wanted = {.parameter = traced, .n = N_TRACED, .run = run};
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

/* Traces every run of the grid, every way, and calls check for each. */
static void each_traced(void (*check)(const char *way, const struct trained *t, size_t i,
                                      const struct outcome *o)) {
    for (int way = 0; way < N_WAYS; way++) {
        struct trained t;
        begin(&t, ways[way]);
        struct outcome *out = calloc(t.n_runs, sizeof *out);
        train_with(&t, all, out);
        for (size_t i = 0; i < t.n_runs; i++) {
            check(ways[way], &t, i, &out[i]);
            outcome_free(&out[i]);
        }
        free(out);
        done(&t);
    }
}

static void rows_of_run(const char *way, const struct trained *t, size_t i, const struct outcome *o) {
    (void)way;
    const struct trace *tr = &o->trace;
    const struct point *last = &o->points[o->n_points - 1];
    assert_int_equal(tr->n_rows, last->step + 1);
    assert_true(trace_get(tr, 0, 0, TRACE_W) == (double)(float)0.1 || t->run[i].v[KEY_SWEEP_precision].word);
    /* losses are those of the curve, at its steps */
    for (uint64_t k = 0; k < o->n_points; k++) {
        const double loss = trace_loss(tr, o->points[k].step);
        assert_true(loss == o->points[k].loss);
    }
    for (size_t k = 0; k < N_TRACED; k++)
        for (int f = 0; f < TRACE_FIELDS && traced[k] == 999; f++)
            assert_true(isnan(trace_get(tr, 3, k, (enum trace_field)f)));
}
static void rows_are_steps_and_the_end(void **state) {
    (void)state;
    each_traced(rows_of_run);
}

/* rate, g and w of sgd, step by step: w(t+1) = w(t) - rate g. In single precision the product is rounded once.
 */
static void steps_of_run(const char *way, const struct trained *t, size_t i, const struct outcome *o) {
    const struct trace *tr = &o->trace;
    const char *rule = t->run[i].rule->name;
    const bool plain = !strcmp(rule, "sgd") || !strcmp(rule, "adagrad") || !strcmp(rule, "rmsprop");
    for (size_t row = 0; plain && row + 1 < tr->n_rows; row++)
        for (size_t k = 0; k < 4; k++) {
            const double w = trace_get(tr, row, k, TRACE_W), next = trace_get(tr, row + 1, k, TRACE_W);
            const double step = trace_get(tr, row, k, TRACE_RATE) * trace_get(tr, row, k, TRACE_G);
            if (fabs(w - step - next) > 1e-6 * (fabs(w) + fabs(step)))
                fail_msg("%s, %s, step %zu, parameter %u: %.9g - %.9g is not %.9g", way, rule, row + 1,
                         traced[k], w, step, next);
        }
}
static void steps_lead_from_row_to_row(void **state) {
    (void)state;
    each_traced(steps_of_run);
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
        assert_true(x[i].trace.value && y[i].trace.value && x[i].trace.n_rows == y[i].trace.n_rows);
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

/* The derivative by w or b of the loss of rows first .. first + n - 1, as the papers have it. */
static double slope(const struct dataset *d, const struct run *r, size_t first, size_t n, double w, double b,
                    bool by_bias) {
    const struct ref_loss *loss = ref_loss_find(loss_names[r->v[KEY_MODEL_loss].word]);
    const struct data_part *p = &d->train;
    long double sum = 0;
    for (size_t row = first; row < first + n; row++) {
        const double x = p->row_ptr[row + 1] > p->row_ptr[row] ? p->row_val[p->row_ptr[row]] : 0;
        sum += loss->residual((long double)w * x + b, p->y[row]) * (by_bias ? 1 : x);
    }
    sum = run_means(r) ? sum / n : sum;
    return (double)(by_bias ? sum : sum + r->v[KEY_MODEL_l2].number * w);
}

/* Second derivatives are the differences of the first, at the w of the trace, over the rows of the step. */
static void second_derivatives_are_differences_of_gradients(void **state) {
    (void)state;
    static const char *const batches[] = {"full", "64\norder = sequential",
                                          "64\norder = sequential\nsparse_updates = lazy"};
    static const uint32_t both[] = {1, PARAMETER_BIAS};
    const struct trace_wanted wanted = {.parameter = both, .n = 2, .run = all, .curved = true};
    for (size_t way = 0; way < sizeof batches / sizeof *batches; way++) {
        char text[512];
        snprintf(text, sizeof text,
                 "[sweep]\nepochs = 3\nprecision = f64\nbatch = %s\n[data toy]\nkind = lecture\n[model]\n"
                 "loss = logistic, squared\nreduction = mean, sum\nl2 = 0, 0.3\nstart = -2:1\n"
                 "[optimizer adam]\neta0 = 0.1\n",
                 batches[way]);
        struct trained t;
        ready(&t, text);
        for (size_t i = 0; i < t.n_runs; i++) {
            const struct pack one = {.run = {i}, .n = 1, .batch = way ? 64 : 0};
            const size_t rows = t.data->train.n_rows;
            struct outcome out[LANES] = {0};
            struct err e = {0};
            assert_true(train_traced(t.plan, &one, 1, t.data, kernels_get(isa_best(), PRECISION_F64), NULL,
                                     NULL, &wanted, out, &e));
            const struct trace *tr = &out->trace;
            for (size_t step = 0; step + 1 < tr->n_rows; step++) {
                const double w = trace_get(tr, step, 0, TRACE_W), b = trace_get(tr, step, 1, TRACE_W), h = 1e-4;
                const size_t first = way ? step % 8 * 64 : 0, n = !way                 ? rows
                                                                  : first + 64 <= rows ? 64
                                                                                       : rows - first;
                const double expected[] = {(slope(t.data, &t.run[i], first, n, w + h, b, false) -
                                            slope(t.data, &t.run[i], first, n, w - h, b, false)) /
                                               (2 * h),
                                           (slope(t.data, &t.run[i], first, n, w, b + h, true) -
                                            slope(t.data, &t.run[i], first, n, w, b - h, true)) /
                                               (2 * h)};
                for (size_t k = 0; k < 2; k++) {
                    const double got = trace_get(tr, step, k, TRACE_CURVATURE);
                    if (!(fabs(got - expected[k]) <= 1e-7 * (1 + fabs(expected[k]))))
                        fail_msg("batch = %s, run %zu, step %zu, parameter %zu: %.10g, expected %.10g",
                                 batches[way], i, step + 1, k, got, expected[k]);
                }
            }
            assert_int_equal(trace_width(tr), 2 + 2 * (TRACE_FIELDS + 1));
            outcome_free(out);
        }
        done(&t);
    }
}

/* And on a surface, where they are known: himmelblau's by w is 12 w^2 + 4 b - 42, by b 4 w + 12 b^2 - 26. */
static void second_derivatives_of_a_surface(void **state) {
    (void)state;
    static const uint32_t both[] = {PARAMETER_BIAS, 1};
    const struct trace_wanted wanted = {.parameter = both, .n = 2, .run = all, .curved = true};
    const struct pack one = {.run = {0}, .n = 1};
    struct outcome out[LANES] = {0};
    struct err e = {0};
    struct trained t;
    ready(&t,
          "[sweep]\nepochs = 20\nprecision = f64\n[data s]\nkind = surface\nfunction = himmelblau\nnoise = 1\n"
          "[optimizer adam]\neta0 = 0.1\n");
    assert_true(train_traced(t.plan, &one, 1, t.data, kernels_get(isa_best(), PRECISION_F64), NULL, NULL,
                             &wanted, out, &e));
    for (size_t step = 0; step < 20; step++) {
        const double b = trace_get(&out->trace, step, 0, TRACE_W), w = trace_get(&out->trace, step, 1, TRACE_W);
        assert_true(fabs(trace_get(&out->trace, step, 0, TRACE_CURVATURE) - (4 * w + 12 * b * b - 26)) < 1e-12);
        assert_true(fabs(trace_get(&out->trace, step, 1, TRACE_CURVATURE) - (12 * w * w + 4 * b - 42)) < 1e-12);
    }
    outcome_free(out);
    done(&t);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_traced_run_is_the_run),
        cmocka_unit_test(rows_are_steps_and_the_end),
        cmocka_unit_test(steps_lead_from_row_to_row),
        cmocka_unit_test(put_off_updates_are_made_up_for),
        cmocka_unit_test(second_derivatives_are_differences_of_gradients),
        cmocka_unit_test(second_derivatives_of_a_surface),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Training on surfaces: every rule and variant beside a reference that shares nothing with it, whatever the
 * packing and the instruction set; noise by seed and step. */
#include "trained.h"
// needs what is above
#include "surface_ref.h"

enum { STEPS = 40 };
static const char *const names[] = {"saddle", "beale", "rosenbrock", "himmelblau"};

/* Rates that move but do not throw a run away, nor set it swinging, which doubles every difference. */
static const char *keys_of(const char *rule) {
    return !strcmp(rule, "linesearch") ? "eta0 = 0.1\n"
           : !strcmp(rule, "adadelta") ? "epsilon = 1e-3\n"
           : !strcmp(rule, "rmsprop")  ? "eta0 = 0.003\nepsilon = 1e-2\n"
           : !strcmp(rule, "sgd") || !strcmp(rule, "momentum") || !strcmp(rule, "nag")
               ? "eta0 = 0.0003, 0.001\n"
               : "eta0 = 0.03, 0.01\nepsilon = 1e-3\n";
}
static const char schedules_of_test[] =
    "[schedule constant]\n[schedule cosine]\nperiod = 7\n[schedule warmup]\n"
    "steps = 5\nthen = inverse_sqrt\n";

static double value(const char *name, const double w[2]) {
    return creal(ref_surface(name, w[0], w[1]));
}

/* Steepest descent, as the specification has it. */
static void search(const char *name, const struct run *r, double eta, const double g[2], double w[2]) {
    double least = value(name, w), best = 0;
    for (int k = 0; k < (int)r->h[H_candidates]; k++) {
        const double rate = eta * pow(r->h[H_shrink], k);
        const double loss = value(name, (double[2]){w[0] - rate * g[0], w[1] - rate * g[1]});
        if (loss < least) {
            least = loss;
            best = rate;
        }
    }
    w[0] -= best * g[0];
    w[1] -= best * g[1];
}

/* losses (STEPS + 1): at the start and after every step. */
static void walk(const struct run *r, double *losses) {
    const char *name = names[r->v[KEY_DATA_function].word];
    const struct ref_rule *rule = ref_rule_find(r->rule->name);
    const struct ref_schedule *schedule = ref_schedule_find(r->sched->name);
    double w[2] = {r->v[KEY_MODEL_w0].number, r->v[KEY_MODEL_b0].number}, s[2][REF_MAX_STATE] = {{0}};
    double h[2][H_COUNT], k[S_COUNT];
    schedule_in_steps(r->s, 1, STEPS, k);
    for (int i = 0; i < 2; i++)
        memcpy(h[i], r->h, sizeof h[i]);
    h[1][H_weight_decay] = 0;
    for (int t = 0; t < STEPS; t++) {
        double point[2], g[2];
        const double eta = r->h[H_eta0] * schedule->factor(k, t);
        losses[t] = value(name, w);
        for (int i = 0; i < 2; i++)
            point[i] = rule->point ? rule->point(w[i], s[i], h[i], eta) : w[i];
        ref_surface_gradient(name, point[0], point[1], g);
        if (!rule->step)
            search(name, r, eta, g, w);
        for (int i = 0; rule->step && i < 2; i++)
            w[i] = rule->step(w[i], g[i], s[i], h[i], eta, t + 1);
    }
    losses[STEPS] = value(name, w);
}

static void check_walks(const char *rule, const char *words, const char *function, const char *precision,
                        double bound) {
    char text[1024];
    snprintf(text, sizeof text,
             "[sweep]\nepochs = %d\nprecision = %s\n[data s]\nkind = surface\nfunction = %s\n"
             "[model]\nstart = -1.2:1, 0.5:0.3\n[optimizer %s]\n%s%s%s",
             STEPS, precision, function, rule, keys_of(rule), words, schedules_of_test);
    struct trained t;
    ready(&t, text);
    train_all(&t, isa_best());
    for (size_t i = 0; i < t.n_runs; i++) {
        double losses[STEPS + 1];
        walk(&t.run[i], losses);
        assert_int_equal(t.out[i].n_points, STEPS + 1);
        for (int k = 0; k <= STEPS; k++) {
            const struct point *p = &t.out[i].points[k];
            if (!(fabs(p->loss - losses[k]) <= bound * losses[0]))
                fail_msg(
                    "%s (%s) on %s, %s, schedule %s, eta0 %g: after step %d the loss is %.17g, expected %.17g",
                    rule, words, function, precision, t.run[i].sched->name, t.run[i].h[H_eta0], k, p->loss,
                    losses[k]);
        }
        if (!(losses[STEPS] != losses[0]))
            fail_msg("%s on %s does not move", rule, function);
    }
    done(&t);
}

/* Measured: f64 5e-13, f32 2e-4 of the loss at the start (rosenbrock). */
static void walks_are_the_references(void **state) {
    (void)state;
    struct rule_case c;
    for (int i = 0; rule_case(i, &c); i++)
        for (int k = 0; k < SURFACE_COUNT; k++) {
            check_walks(c.rule->name, c.keys, names[k], "f64", 1e-11);
            check_walks(c.rule->name, c.keys, names[k], "f32", 1e-3);
        }
}

static const char *const packs_of_test[] = {
    "[sweep]\nepochs = 50\nseeds = 3\n[data s]\nkind = surface\nfunction = rosenbrock\nnoise = 0.5\n"
    "[model]\nstart = -1.2:1, 0.5:0.3\n[optimizer adam]\neta0 = logspace(1e-4, 10, 8)\n",
    "[sweep]\nepochs = 50\nprecision = f64\n[data s]\nkind = surface\nfunction = beale\n"
    "[model]\nw0 = normal(1)\nb0 = 0, 1\n[optimizer nag]\nform = lookahead\neta0 = logspace(1e-4, 1, 8)\n",
    "[sweep]\nepochs = 50\n[data s]\nkind = surface\nfunction = himmelblau\nnoise = 2\n"
    "[model]\nstart = 0:0, 1:1\n[optimizer linesearch]\ncandidates = 1, 8, 20\nshrink = 0.3, 0.5\n",
};
enum { N_PACKS = sizeof packs_of_test / sizeof *packs_of_test };

static void a_pack_is_its_runs_alone_on_every_isa(void **state) {
    (void)state;
    for (int i = 0; i < N_PACKS; i++) {
        struct trained packed;
        ready(&packed, packs_of_test[i]);
        train_all(&packed, isa_best());
        for (enum isa isa = 0; isa < ISA_COUNT; isa++) {
            if (!isa_usable(isa))
                continue;
            struct trained alone;
            ready(&alone, packs_of_test[i]);
            for (size_t k = 0; k < alone.n_runs; k++) {
                const struct pack one = {.run = {k}, .n = 1};
                train_one_pack(&alone, &one, isa, NULL);
                expect_same_outcome(packs_of_test[i], &packed.out[k], &alone.out[k]);
            }
            done(&alone);
        }
        done(&packed);
    }
}

static bool every(void *ctx, const struct run *r) {
    (void)ctx, (void)r;
    return true;
}

/* The noise of each step, from traces: what a gradient is more than the function's. */
static size_t noise_of(const char *seed, const char *precision, const char *optimizer, int steps,
                       double *noise) {
    char text[512];
    snprintf(text, sizeof text,
             "[sweep]\nseeds = %s\nepochs = %d\nprecision = %s\n[data s]\nkind = surface\nfunction = saddle\n"
             "noise = 0.25\n[model]\nstart = 0.5:0.5\n[optimizer %s]\n",
             seed, steps, precision, optimizer);
    const uint32_t parameters[] = {1, PARAMETER_BIAS};
    const struct trace_wanted wanted = {.parameter = parameters, .n = 2, .run = every};
    const struct pack one = {.run = {0}, .n = 1};
    struct outcome out[LANES] = {0};
    struct err e = {0};
    struct trained t;
    ready(&t, text);
    assert_true(train_traced(t.plan, &one, 1, t.data, kernels_get(isa_best(), precision_of(&t.run[0])), NULL,
                             NULL, &wanted, out, &e));
    for (int row = 0; row < steps; row++) {
        double g[2];
        ref_surface_gradient("saddle", trace_get(&out->trace, (size_t)row, 0, TRACE_W),
                             trace_get(&out->trace, (size_t)row, 1, TRACE_W), g);
        for (size_t k = 0; k < 2; k++)
            noise[2 * row + (int)k] = trace_get(&out->trace, (size_t)row, k, TRACE_G) - g[k];
    }
    outcome_free(out);
    done(&t);
    return 2 * (size_t)steps;
}

/* N(0, 0.25) of 4,000 draws: mean within 4 standard errors, standard deviation within 4%, components and
 * following steps uncorrelated. It is that of the seed and the step, whatever runs on it and in which
 * precision. */
static void noise_is_normal_and_of_seed_and_step_alone(void **state) {
    (void)state;
    enum { N = 2000 };
    static double a[2 * N], b[2 * N];
    const size_t n = noise_of("1", "f64", "sgd", N, a);
    double sum = 0, squares = 0, products = 0;
    for (size_t i = 0; i < n; i++) {
        sum += a[i];
        squares += a[i] * a[i];
        products += i ? a[i] * a[i - 1] : 0;
    }
    assert_true(fabs(sum / n) < 4 * 0.25 / sqrt(n));
    assert_true(fabs(sqrt(squares / n) / 0.25 - 1) < 0.04);
    assert_true(fabs(products / squares) < 4 / sqrt(n));
    noise_of("1", "f64", "adam", N, b);
    for (size_t i = 0; i < n; i++)
        assert_true(fabs(a[i] - b[i]) < 1e-12);
    noise_of("1", "f32", "adam", 50, b);
    for (size_t i = 0; i < 100; i++)
        assert_true(fabs(a[i] - b[i]) < 1e-6);
    noise_of("2", "f64", "sgd", 50, b);
    for (size_t i = 0; i < 100; i++)
        assert_true(a[i] != b[i]);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(walks_are_the_references),
        cmocka_unit_test(a_pack_is_its_runs_alone_on_every_isa),
        cmocka_unit_test(noise_is_normal_and_of_seed_and_step_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* The scalar kernels against the textbook (rules_ref.c), step by step: each step starts from the kernel's own w
 * and state, so that what is measured is one step's rounding. Errors are in units of epsilon times a scale: the
 * same step with |w|, |g| and |state|, where nothing cancels. Inputs: gradients over nine decades, zeros of
 * both signs, the least subnormal, and sizes whose squares are close to the ends of the range. */
#include "buffers.h"
#include "rule_cases.h"
#include "rules_ref.h"
#include <float.h>

static uint64_t seed;
static bool measure; /* TEST_MEASURE: print the errors instead of judging them */

static const double epsilon_of[PRECISION_COUNT] = {FLT_EPSILON, DBL_EPSILON};
static const double least_of[PRECISION_COUNT] = {FLT_TRUE_MIN, DBL_TRUE_MIN};

/* Bounds, in epsilon. Largest errors seen over the seeds 1 to 100, w and state, f32 | f64 (where the textbook
 * has an error of its own): sgd 0.94 | 1.00; momentum 1.41 0.71 | 1.81 1.00; nag 1.90 0.72 | 2.76 1.00;
 * adagrad 1.83 0.50 | 1.97 1.00; rmsprop 2.11 1.29 | 1.93 1.92; adadelta 1.53 3.11 | 2.52 4.88; adam 2.48 1.35
 * | 3.17 1.94; adamw 2.32 1.36 | 3.10 1.97; maxprop 1.97 0.70 | 0 0; adamax 2.34 1.29 | 2.45 1.00;
 * nadam 2.83 1.36 | 3.45 1.94; amsgrad 2.30 1.94 | 2.93 2.64. */
static const struct bound {
    const char *rule; /* NULL: any other */
    double w, state;
    double largest; /* gradient in f32 */
} bounds[] = {
    {"adadelta", 4, 6,
     1e13}, /* above it (u + epsilon) / (v + epsilon) is subnormal, and its root loses digits */
    {NULL, 4.5, 3.5, 1e17},
};

static const struct bound *bound_of(const char *rule) {
    const struct bound *b = bounds;
    while (b->rule && strcmp(b->rule, rule) != 0)
        b++;
    return b;
}

/* ---- hyperparameters and gradients --------------------------------------------------------------------------
 */

/* Other numbers than the defaults in one case of two. */
static void vary(double h[H_COUNT], struct rng *r) {
    static const double betas[] = {0, 0.5, 0.9, 0.99, 0.999}, epsilons[] = {1e-8, 1e-4, 1},
                        rates[] = {1e-4, 0.1, 3};
    if (rng_below(r, 2))
        return;
    const int beta_keys[] = {H_beta, H_beta1, H_beta2};
    for (int i = 0; i < 3; i++)
        if (!isnan(h[beta_keys[i]]))
            h[beta_keys[i]] = betas[rng_below(r, 5)];
    if (!isnan(h[H_epsilon]))
        h[H_epsilon] = epsilons[rng_below(r, 3)];
    if (!isnan(h[H_eta0]))
        h[H_eta0] = rates[rng_below(r, 3)];
}

static double random_gradient(struct rng *r, enum precision p, double largest) {
    static const double special[PRECISION_COUNT][6] = {{0, -0.0, 1e-45, -1e-19, 1e17, -1e17},
                                                       {0, -0.0, 5e-324, -1e-155, 1e150, -1e150}};
    const double g = rng_below(r, 8) == 0 ? fmax(-largest, fmin(largest, special[p][rng_below(r, 6)]))
                                          : rng_normal(r) * pow(10, 3 - 9 * rng_unit(r));
    return p == PRECISION_F32 ? (double)(float)g : g;
}

/* ---- one step of both ---------------------------------------------------------------------------------------
 */

struct walk { /* of one parameter */
    const struct rule_case *c;
    const struct ref_rule *ref;
    const struct rule_variant *v;
    const struct kernels *k;
    struct reals w, g, state[RULE_MAX_STATE], coefs;
};

/* From w = 0 and no state. The step of a line search, its size chosen, is sgd's. */
static struct walk walk_start(const struct rule_case *c, enum precision p) {
    struct walk a = {.c = c,
                     .ref = ref_rule_find(c->rule->line_search ? "sgd" : c->rule->name),
                     .k = kernels_get(ISA_SCALAR, p)};
    a.v = rule_variant(rule_index(c->rule), c->variant);
    a.w = reals_new(p, 1, 0), a.g = reals_new(p, 1, 0), a.coefs = reals_new(p, RULE_MAX_COEFS, 0);
    reals_put(&a.w, 0, 0);
    for (int j = 0; j < a.v->n_state; j++) {
        a.state[j] = reals_new(p, 1, 0);
        reals_put(&a.state[j], 0, 0);
    }
    return a;
}
static void walk_end(struct walk *a) {
    reals_free(&a->w), reals_free(&a->g), reals_free(&a->coefs);
    for (int j = 0; j < a->v->n_state; j++)
        reals_free(&a->state[j]);
}

static double *ref_state(const struct ref_rule *ref, const char *name, double *s) {
    for (int i = 0; i < REF_MAX_STATE && ref->state[i]; i++)
        if (strcmp(ref->state[i], name) == 0)
            return &s[i];
    fail_msg("rules_ref.c: %s has no state '%s'", ref->name, name);
    return NULL;
}

static double error_of(double got, double expected, double scale, double least, enum precision p) {
    if (isnan(got))
        return INFINITY;
    const double error = fabs(got - expected);
    return error <= least ? 0 : error / (epsilon_of[p] * scale + DBL_MIN);
}

/* Step t; worst[0] is raised to the error of w (and of the point where the next gradient is taken), worst[1] to
 * that of state. */
static void walk_step(struct walk *a, double t, double g, double worst[2]) {
    const enum precision p = a->k->precision;
    const double *h = a->c->h, eta = h[H_eta0] / sqrt(t), eta_next = h[H_eta0] / sqrt(t + 1);
    const struct rule_time time = {eta, eta_next, pow(h[H_beta1], t), pow(h[H_beta2], t)};
    double c[RULE_MAX_COEFS], s[REF_MAX_STATE] = {0}, s_abs[REF_MAX_STATE] = {0};
    void *state[RULE_MAX_STATE];
    a->c->rule->coefs(h, &time, c);
    for (int i = 0; i < a->v->n_coefs; i++)
        reals_put(&a->coefs, (size_t)i, c[i]);
    for (int i = 0; i < a->v->n_state; i++) {
        state[i] = a->state[i].at;
        if (i + 1 == a->v->point)
            continue;
        *ref_state(a->ref, a->c->rule->state[i], s) = reals_get(&a->state[i], 0);
        *ref_state(a->ref, a->c->rule->state[i], s_abs) = fabs(reals_get(&a->state[i], 0));
    }
    const double w = reals_get(&a->w, 0);
    reals_put(&a->g, 0, g);
    a->k->dense[rule_index(a->c->rule)][a->c->variant](1, a->w.at, state, a->g.at, a->coefs.at);

    const double expected = a->ref->step(w, g, s, h, eta, t);
    const double scale = fabs(w) + fabs(a->ref->step(0, fabs(g), s_abs, h, eta, t));
    /* A subnormal moment that is rounded is multiplied by its correction and by the rate, and divided by
     * epsilon. */
    const double least = 2 * least_of[p], gain1 = 1 / (1 - (isnan(time.beta1_t) ? 0 : time.beta1_t)),
                 gain2 = 1 / (1 - (isnan(time.beta2_t) ? 0 : time.beta2_t));
    const double least_w =
        least * fmax(1, isnan(eta) ? 1 : eta * gain1) / (isnan(h[H_epsilon]) ? 1 : h[H_epsilon]);
    worst[0] = fmax(worst[0], error_of(reals_get(&a->w, 0), expected, scale, least_w, p));
    for (int i = 0; i < a->v->n_state; i++) {
        const double got = reals_get(&a->state[i], 0);
        if (i + 1 == a->v->point) {
            const double at = a->ref->point(expected, s, h, eta_next);
            worst[0] = fmax(worst[0], error_of(got, at, scale + fabs(at - expected), least_w, p));
        } else {
            const char *name = a->c->rule->state[i];
            worst[1] = fmax(worst[1], error_of(got, *ref_state(a->ref, name, s),
                                               *ref_state(a->ref, name, s_abs), least * gain2, p));
        }
    }
}

/* ---- tests ------------------------------------------------------------------------------------------------
 */

static void every_rule_is_here(void **s) {
    (void)s;
    for (int i = 0; i < n_rules; i++)
        if (!ref_rule_find(rules[i]->name))
            fail_msg("rules_ref.c has no '%s': write its formula there again", rules[i]->name);
}

static void scalar_is_near_the_textbook(void **state_) {
    (void)state_;
    enum { WALKS = 200, STEPS = 12 };
    struct rule_case c;
    for (int i = 0; rule_case(i, &c); i++)
        for (enum precision p = 0; p < PRECISION_COUNT; p++) {
            const struct rule_case plain = c;
            struct rng r = rng_make(seed, (uint64_t)(2 * i + (int)p));
            double worst[2] = {0, 0};
            for (int k = 0; k < WALKS; k++) {
                memcpy(c.h, plain.h, sizeof c.h);
                vary(c.h, &r);
                struct walk a = walk_start(&c, p);
                for (int t = 1; t <= STEPS; t++) {
                    if (t == 1 ||
                        k % 2) /* half of the steps start at w = 0: there nothing hides a step's own error */
                        reals_put(&a.w, 0, k % 2 ? 0 : rng_normal(&r));
                    walk_step(
                        &a, t,
                        random_gradient(&r, p, p == PRECISION_F32 ? bound_of(c.rule->name)->largest : INFINITY),
                        worst);
                }
                walk_end(&a);
            }
            const struct bound *b = bound_of(c.rule->name);
            if (measure)
                printf("%-60s %s  w %5.2f  state %5.2f\n", c.label, precision_names[p], worst[0], worst[1]);
            else if (worst[0] > b->w || worst[1] > b->state)
                fail_msg(
                    "%s, %s: w is off by %.2f (bound %g), state by %.2f (bound %g) epsilon (TEST_SEED=%llu)",
                    c.label, precision_names[p], worst[0], b->w, worst[1], b->state, (unsigned long long)seed);
        }
}

/* max(a, b) is a > b ? a : b with the new value second: a gradient of NaN reaches w and every state array at
 * once, and w stays NaN from then on. */
static void a_nan_is_never_lost(void **state_) {
    (void)state_;
    struct rule_case c;
    for (int i = 0; rule_case(i, &c); i++)
        for (enum precision p = 0; p < PRECISION_COUNT; p++)
            for (int when = 1; when <= 3; when++) {
                struct walk a = walk_start(&c, p);
                double ignored[2] = {0, 0};
                bool all = true;
                for (int t = 1; t <= 5; t++) {
                    walk_step(&a, t, t == when ? NAN : 0.1, ignored);
                    for (int j = 0; t == when && j < a.v->n_state; j++)
                        all &= isnan(reals_get(&a.state[j], 0)) != 0;
                }
                if (!all || !isnan(reals_get(&a.w, 0)))
                    fail_msg("%s, %s: a gradient of NaN at step %d is lost", c.label, precision_names[p], when);
                walk_end(&a);
            }
}

/* Bias corrections from running products, over 10,000 steps: m and v stay at 1 while g = 1, so that a step from
 * w = 0 is the corrections alone. A product of t factors is off by t epsilon / 2, and what 1 - beta^t cancels
 * comes on top. */
static void corrections_hold_over_ten_thousand_steps(void **state_) {
    (void)state_;
    static const double betas[] = {0, 0.5, 0.9, 0.999, 0.9999};
    struct rule_case c;
    for (int i = 0; rule_case(i, &c); i++)
        for (int b = 0; b < 25 && !isnan(c.h[H_beta1]); b++) {
            c.h[H_beta1] = betas[b / 5];
            c.h[H_beta2] = betas[b % 5];
            struct rule_time time = {c.h[H_eta0], c.h[H_eta0], 1, 1};
            for (int t = 1; t <= 10000; t += 1) {
                time.beta1_t *= c.h[H_beta1];
                time.beta2_t *= c.h[H_beta2];
                if (t > 100 && t % 97)
                    continue;
                double coefs[RULE_MAX_COEFS], w = 0, g = 1, s[RULE_MAX_STATE] = {1, 1, 0},
                                              r[REF_MAX_STATE] = {1, 1, 0};
                void *state[] = {&s[0], &s[1], &s[2]};
                c.rule->coefs(c.h, &time, coefs);
                kernels_get(ISA_SCALAR, PRECISION_F64)
                    ->dense[rule_index(c.rule)][c.variant](1, &w, state, &g, coefs);
                const double expected = ref_rule_find(c.rule->name)->step(0, 1, r, c.h, c.h[H_eta0], t);
                const double lost = time.beta1_t / (1 - time.beta1_t) + time.beta2_t / (1 - time.beta2_t);
                const double bound = DBL_EPSILON * (4 + (t + 1) * lost);
                if (!(fabs(w - expected) <= bound * fabs(expected)))
                    fail_msg("%s, beta1 = %g, beta2 = %g, t = %d: %.17g, expected %.17g", c.label, c.h[H_beta1],
                             c.h[H_beta2], t, w, expected);
            }
        }
}

int main(void) {
    seed = test_seed(1);
    measure = getenv("TEST_MEASURE") != NULL;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_rule_is_here),
        cmocka_unit_test(scalar_is_near_the_textbook),
        cmocka_unit_test(a_nan_is_never_lost),
        cmocka_unit_test(corrections_hold_over_ten_thousand_steps),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

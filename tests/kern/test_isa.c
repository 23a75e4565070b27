/* Every ISA against scalar, bit for bit: rules. After checkasm of the dav1d project: random inputs, special
 * values one in 32, guard bytes around every array, every length up to two registers and one more; TEST_SEED
 * repeats a failure. */
#include "buffers.h"
#include "rule_cases.h"

static uint64_t seed;

/* ---- one step of a rule on w, state and g, in either loop
 * ---------------------------------------------------- */

enum loop { LINES, PARAMETERS };
static const char *const loop_names[] = {"lines", "parameters"};

struct step {
    struct reals w, g, state[RULE_MAX_STATE], coefs, finite;
    const struct rule_variant *v;
};

static struct step step_new(const struct rule_variant *v, enum precision p, enum loop loop, size_t n,
                            struct rng *r) {
    const size_t lanes = loop == LINES ? LANES : 1, reals = n * lanes;
    /* lines are aligned; parameters stand anywhere */
    struct step s = {.v = v, .finite = reals_new(p, loop == LINES ? LANES : 0, 0)};
    s.coefs = reals_new(p, (size_t)v->n_coefs * lanes, 0);
    s.w = reals_new(p, reals, loop == LINES ? 0 : rng_below(r, 16));
    s.g = reals_new(p, reals, loop == LINES ? 0 : rng_below(r, 16));
    for (int k = 0; k < v->n_state; k++) {
        s.state[k] = reals_new(p, reals, loop == LINES ? 0 : rng_below(r, 16));
        reals_random(&s.state[k], r);
        const bool squares =
            rng_below(r, 4); /* mostly non-negative, as sums of squares are, for the sake of roots */
        for (size_t i = 0; squares && i < reals; i++)
            reals_put(&s.state[k], i, fabs(reals_get(&s.state[k], i)));
    }
    reals_random(&s.w, r);
    reals_random(&s.g, r);
    reals_random(&s.coefs, r);
    for (size_t i = 0; i < s.finite.n; i++)
        reals_put(&s.finite, i, 0);
    return s;
}

static struct step step_copy(const struct step *from) {
    struct step s = {.v = from->v, .w = reals_copy(&from->w), .g = reals_copy(&from->g)};
    s.coefs = reals_copy(&from->coefs);
    s.finite = reals_copy(&from->finite);
    for (int k = 0; k < s.v->n_state; k++)
        s.state[k] = reals_copy(&from->state[k]);
    return s;
}

static void step_free(struct step *s) {
    reals_free(&s->w), reals_free(&s->g), reals_free(&s->coefs), reals_free(&s->finite);
    for (int k = 0; k < s->v->n_state; k++)
        reals_free(&s->state[k]);
}

static void step_run(struct step *s, const struct kernels *k, int rule, int variant, enum loop loop) {
    void *state[RULE_MAX_STATE];
    for (int i = 0; i < s->v->n_state; i++)
        state[i] = s->state[i].at;
    if (loop == LINES) {
        k->step[rule][variant](s->w.n / LANES, s->w.at, state, s->g.at, s->coefs.at);
        k->watch(s->w.n / LANES, s->w.at, s->finite.at);
    } else
        k->dense[rule][variant](s->w.n, s->w.at, state, s->g.at, s->coefs.at);
}

/* ---- comparison -------------------------------------------------------------------------------------------
 */

static void expect_array(const char *what, const char *name, const struct reals *got,
                         const struct reals *expected) {
    if (!reals_guarded(got))
        fail_msg("%s: wrote outside %s (TEST_SEED=%llu)", what, name, (unsigned long long)seed);
    for (size_t i = 0; i < got->n; i++)
        if (!reals_same(got, i, expected, i))
            fail_msg("%s: %s[%zu of %zu] = %a, scalar %a (TEST_SEED=%llu)", what, name, i, got->n,
                     reals_get(got, i), reals_get(expected, i), (unsigned long long)seed);
}

static void expect_step(const char *what, const struct step *got, const struct step *expected) {
    expect_array(what, "w", &got->w, &expected->w);
    expect_array(what, "g", &got->g, &expected->g);
    expect_array(what, "coefs", &got->coefs, &expected->coefs);
    expect_array(what, "finite", &got->finite, &expected->finite);
    static const char *const names[RULE_MAX_STATE] = {"state[0]", "state[1]", "state[2]"};
    for (int k = 0; k < got->v->n_state; k++)
        /* NOLINTNEXTLINE(clang-analyzer-core.CallAndMessage): no rule has more than RULE_MAX_STATE */
        expect_array(what, names[k], &got->state[k], &expected->state[k]);
}

/* Calls f for every variant of every rule in each precision. */
static void each_variant(void (*f)(int rule, int variant, enum precision p, struct rng *r)) {
    for (int rule = 0; rule < n_rules; rule++)
        for (int variant = 0; rule_variant(rule, variant)->exists; variant++)
            for (enum precision p = 0; p < PRECISION_COUNT; p++) {
                struct rng r = rng_make(seed, (uint64_t)(rule * 16 + variant * 2 + (int)p));
                f(rule, variant, p, &r);
            }
}

/* ---- tests ------------------------------------------------------------------------------------------------
 */

static void isas_of_variant(int rule, int variant, enum precision p, struct rng *r) {
    static const size_t lengths[2] = {41, 2 * 16 + 2}; /* 0..40 lines: more than a tile; 0..33 parameters */
    enum { ROUNDS = 4 };
    for (int round = 0; round < ROUNDS; round++)
        for (enum loop loop = LINES; loop <= PARAMETERS; loop++)
            for (size_t n = 0; n < lengths[loop]; n++) {
                struct step input = step_new(rule_variant(rule, variant), p, loop, n, r);
                struct step scalar = step_copy(&input);
                step_run(&scalar, kernels_get(ISA_SCALAR, p), rule, variant, loop);
                for (enum isa isa = ISA_SCALAR; isa < ISA_COUNT; isa++) {
                    char what[96];
                    snprintf(what, sizeof what, "%s variant %d, %s %s, %zu %s", rules[rule]->name, variant,
                             isa_names[isa], precision_names[p], n, loop_names[loop]);
                    if (!isa_usable(isa))
                        continue;
                    struct step s = step_copy(&input);
                    step_run(&s, kernels_get(isa, p), rule, variant, loop);
                    expect_step(what, &s, &scalar);
                    step_free(&s);
                }
                step_free(&input), step_free(&scalar);
            }
}
static void every_rule_has_scalars_bits(void **s) {
    (void)s;
    each_variant(isas_of_variant);
}

/* Sixteen runs with their own coefficients are sixteen calls of the other loop. */
static void loops_of_variant(int rule, int variant, enum precision p, struct rng *r) {
    enum { N = 37 };
    struct step lines = step_new(rule_variant(rule, variant), p, LINES, N, r), before = step_copy(&lines);
    const struct kernels *k = kernels_get(isa_best(), p);
    step_run(&lines, k, rule, variant, LINES);
    for (size_t lane = 0; lane < LANES; lane++) {
        struct step one = step_new(lines.v, p, PARAMETERS, N, r);
        for (size_t i = 0; i < N; i++) {
            reals_put(&one.w, i, reals_get(&before.w, i * LANES + lane));
            reals_put(&one.g, i, reals_get(&before.g, i * LANES + lane));
            for (int j = 0; j < one.v->n_state; j++)
                reals_put(&one.state[j], i, reals_get(&before.state[j], i * LANES + lane));
        }
        for (size_t j = 0; j < one.coefs.n; j++)
            reals_put(&one.coefs, j, reals_get(&before.coefs, j * LANES + lane));
        step_run(&one, k, rule, variant, PARAMETERS);
        for (size_t i = 0; i < N; i++) {
            bool same = reals_same(&lines.w, i * LANES + lane, &one.w, i);
            for (int j = 0; j < one.v->n_state; j++)
                same &= reals_same(&lines.state[j], i * LANES + lane, &one.state[j], i);
            if (!same)
                fail_msg(
                    "%s variant %d, %s: parameter %zu of lane %zu differs between the loops (TEST_SEED=%llu)",
                    rules[rule]->name, variant, precision_names[p], i, lane, (unsigned long long)seed);
        }
        step_free(&one);
    }
    step_free(&lines), step_free(&before);
}
static void both_loops_are_one_rule(void **s) {
    (void)s;
    each_variant(loops_of_variant);
}

/* A rule on columns: their gradients, finished, and a step, as by the three kernels for that. */
static void columns_of_variant(int rule, int variant, enum precision p, struct rng *r) {
    enum { COLUMNS = 21, SOURCE = 30, MOST = 9, FIRST = 2 };
    static const size_t ends[] = {FIRST, FIRST + 1, FIRST + 3, FIRST + 4, COLUMNS};
    const size_t line = LANES * real_size(p);
    for (int kind = 0; kind < 2 * (int)(sizeof ends / sizeof *ends); kind++) {
        const size_t end = ends[kind / 2], n = end - FIRST;
        uint64_t ptr[COLUMNS + 1] = {0};
        uint32_t idx[COLUMNS * MOST + INDEX_PADDING] = {0};
        for (size_t j = 0; j < COLUMNS; j++) {
            ptr[j + 1] = ptr[j] + rng_below(r, MOST + 1);
            for (uint64_t k = ptr[j]; k < ptr[j + 1]; k++)
                idx[k] = rng_below(r, SOURCE);
        }
        struct reals val = reals_new(p, ptr[COLUMNS], 0), e = reals_new(p, (size_t)SOURCE * LANES, 0),
                     scale = reals_new(p, LANES, 0), l2 = reals_new(p, LANES, 0);
        reals_random(&val, r), reals_random(&e, r), reals_random(&scale, r), reals_random(&l2, r);
        const struct sparse x = {ptr, idx, kind % 2 ? val.at : NULL};
        for (enum isa isa = ISA_SCALAR; isa < ISA_COUNT; isa++) {
            if (!isa_usable(isa))
                continue;
            const struct kernels *k = kernels_get(isa, p);
            struct step apart = step_new(rule_variant(rule, variant), p, LINES, n, r), once = step_copy(&apart);
            const int point = apart.v->point;
            k->gradient(&x, e.at, FIRST, FIRST + n / 2, apart.g.at, false);
            k->gradient(&x, e.at, FIRST + n / 2, end, apart.g.at + n / 2 * line, false);
            k->finish_gradient(n, scale.at, l2.at, point ? apart.state[point - 1].at : apart.w.at, apart.g.at);
            step_run(&apart, k, rule, variant, LINES);
            void *state[RULE_MAX_STATE];
            for (int i = 0; i < once.v->n_state; i++)
                state[i] = once.state[i].at;
            k->columns[rule][variant](&x, e.at, FIRST, end, scale.at, l2.at, once.w.at, state, once.coefs.at,
                                      once.finite.at);
            char what[96];
            snprintf(what, sizeof what, "%s variant %d, %s %s, %zu columns%s", rules[rule]->name, variant,
                     isa_names[isa], precision_names[p], n, kind % 2 ? " with values" : "");
            memcpy(once.g.at, apart.g.at, n * line); /* it hands out no gradients */
            expect_step(what, &once, &apart);
            step_free(&apart), step_free(&once);
        }
        reals_free(&val), reals_free(&e), reals_free(&scale), reals_free(&l2);
    }
}
static void columns_are_gradient_step_and_watch(void **s) {
    (void)s;
    each_variant(columns_of_variant);
}

/* finite: NaN in the lanes where a new w is not finite, untouched in the others, whatever was there before
 * kept. */
static void finite_of_variant(int rule, int variant, enum precision p, struct rng *r) {
    enum { N = 43 };
    for (enum isa isa = ISA_SCALAR; isa < ISA_COUNT; isa++) {
        if (!isa_usable(isa))
            continue;
        struct step s = step_new(rule_variant(rule, variant), p, LINES, N, r);
        for (size_t i = 0; i < s.w.n; i++) /* some lanes have no special value in them */
            if (i % LANES % 2) {
                reals_put(&s.w, i, rng_normal(r));
                reals_put(&s.g, i, rng_normal(r));
                for (int k = 0; k < s.v->n_state; k++)
                    reals_put(&s.state[k], i, rng_unit(r));
            }
        for (size_t i = 0; i < s.coefs.n; i++)
            reals_put(&s.coefs, i, rng_unit(r));
        reals_put(&s.finite, 3, NAN);
        step_run(&s, kernels_get(isa, p), rule, variant, LINES);
        for (size_t lane = 0; lane < LANES; lane++) {
            bool finite = lane != 3;
            for (size_t i = 0; i < N; i++)
                finite &= isfinite(reals_get(&s.w, i * LANES + lane)) != 0;
            const double got = reals_get(&s.finite, lane);
            if (finite ? got != 0 : !isnan(got))
                fail_msg("%s variant %d, %s %s: finite[%zu] = %g, expected %s (TEST_SEED=%llu)",
                         rules[rule]->name, variant, isa_names[isa], precision_names[p], lane, got,
                         finite ? "0" : "nan", (unsigned long long)seed);
        }
        step_free(&s);
    }
}
static void finite_tells_the_lanes_that_are_not(void **s) {
    (void)s;
    each_variant(finite_of_variant);
}

/* What lets evaluations look at weights in place of every step: once inf or NaN, never finite again. */
static void no_return_of_variant(int rule, int variant, enum precision p, struct rng *r) {
    enum { N = 24 };
    static const double lost[] = {INFINITY, -INFINITY, NAN};
    struct step s = step_new(rule_variant(rule, variant), p, LINES, N, r);
    for (size_t i = 0; i < s.w.n; i++)
        reals_put(&s.w, i, lost[i % 3]);
    for (size_t i = 0; i < s.coefs.n; i++)
        reals_put(&s.coefs, i, i / LANES % 2 ? 0 : rng_unit(r));
    step_run(&s, kernels_get(ISA_SCALAR, p), rule, variant, LINES);
    for (size_t i = 0; i < s.w.n; i++)
        if (isfinite(reals_get(&s.w, i)))
            fail_msg("%s variant %d, %s: w[%zu] = %g again after %g (TEST_SEED=%llu)", rules[rule]->name,
                     variant, precision_names[p], i, reals_get(&s.w, i), lost[i % 3], (unsigned long long)seed);
    step_free(&s);
}
static void no_step_makes_a_weight_finite_again(void **s) {
    (void)s;
    each_variant(no_return_of_variant);
}

/* A lane's results are its own: garbage in the fifteen others changes nothing. */
static void lanes_of_variant(int rule, int variant, enum precision p, struct rng *r) {
    enum { N = 5 };
    static const double garbage[] = {NAN, INFINITY, -INFINITY, 3e38, -0.0};
    for (enum isa isa = ISA_SCALAR; isa < ISA_COUNT; isa++) {
        if (!isa_usable(isa))
            continue;
        struct step input = step_new(rule_variant(rule, variant), p, LINES, N, r), clean = step_copy(&input);
        step_run(&clean, kernels_get(isa, p), rule, variant, LINES);
        for (size_t lane = 0; lane < LANES; lane++) {
            struct step s = step_copy(&input);
            struct reals *arrays[] = {&s.w, &s.g, &s.coefs, &s.finite, &s.state[0], &s.state[1], &s.state[2]};
            for (size_t a = 0; a < 4 + (size_t)s.v->n_state; a++)
                for (size_t i = 0; i < arrays[a]->n; i++)
                    if (i % LANES != lane)
                        reals_put(arrays[a], i, garbage[rng_below(r, 5)]);
            step_run(&s, kernels_get(isa, p), rule, variant, LINES);
            bool same = reals_same(&s.finite, lane, &clean.finite, lane);
            for (size_t i = lane; i < s.w.n; i += LANES) {
                same &= reals_same(&s.w, i, &clean.w, i);
                for (int k = 0; k < s.v->n_state; k++)
                    same &= reals_same(&s.state[k], i, &clean.state[k], i);
            }
            if (!same)
                fail_msg("%s variant %d, %s %s: lane %zu depends on the lanes beside it (TEST_SEED=%llu)",
                         rules[rule]->name, variant, isa_names[isa], precision_names[p], lane,
                         (unsigned long long)seed);
            step_free(&s);
        }
        step_free(&input), step_free(&clean);
    }
}
static void lanes_are_independent(void **s) {
    (void)s;
    each_variant(lanes_of_variant);
}

int main(void) {
    seed = kernels_seed();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_rule_has_scalars_bits),
        cmocka_unit_test(both_loops_are_one_rule),
        cmocka_unit_test(columns_are_gradient_step_and_watch),
        cmocka_unit_test(finite_tells_the_lanes_that_are_not),
        cmocka_unit_test(no_step_makes_a_weight_finite_again),
        cmocka_unit_test(lanes_are_independent),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

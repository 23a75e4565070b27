/* Parameters at rest: what the closed forms of kern/rest.c make of a random state with a segment's tables,
 * beside the reference's steps with a zero gradient, one by one. Every ISA gives the same bits, and no lane
 * looks at another. */
#include "base/rng.h"
#include "train/segment.h"
#include "trained.h"

enum { CAP = 6000, LINES = 4, REALS = LINES * LANES, AHEAD = 500 };

static const char *const schedules_of[] = {
    "[schedule constant]\n",
    "[schedule step]\ngamma = 0.5\nevery = 500\n",
    "[schedule step]\ngamma = 1.1\nevery = 150\n",
    "[schedule exponential]\nrate = 1e-3\n",
    "[schedule inverse]\nrate = 1e-2\n",
    "[schedule triangular]\nperiod = 100\n",
    "[schedule cosine]\nperiod = 50\ngrowth = 2\n",
    "[schedule warmup]\nsteps = 700\nthen = inverse_sqrt\n",
};
enum { GROWS = 2, N_SCHEDULES = sizeof schedules_of / sizeof *schedules_of };

static uint64_t test_seed(void) {
    const char *s = getenv("TEST_SEED");
    return s ? strtoull(s, NULL, 10) : 1;
}

/* ---- sixteen runs of a rule, each with keys of its own ----------------------------------------------------
 */

struct bench {
    struct trained t;
    struct batches b;
    struct team team;
    struct segment segment;
    double *eta; /* (2 CAP + 2, LANES): of each step, by the reference */
};

static double drawn(struct rng *r, int key) {
    const double u = rng_unit(r);
    switch (key) {
    case H_eta0:
        return pow(10, -4 + 3 * u);
    case H_epsilon:
        return pow(10, -10 + 10 * u);
    case H_weight_decay:
        return u * 1e-2;
    case H_beta1:
        return rng_below(r, 4) == 0 ? 0.9 + 0.001 * u : 0.98 * u; /* below sqrt(beta2), adamax: below beta2 */
    case H_beta2:
        return 1 - 0.015 * pow(10, -2 * u);
    default:
        return 1 - pow(10, -3 * u);
    }
}

static void bench_set_up(struct bench *k, const struct rule_case *c, enum precision p, int schedule,
                         struct rng *r) {
    char zip[128] = "", own[4096] = "", text[8192];
    for (int h = 0; h < H_COUNT; h++) {
        if (isnan(c->rule->defaults[h]) || *hyper_words[h])
            continue;
        snprintf(zip + strlen(zip), sizeof zip - strlen(zip), "%s%s", *zip ? ", " : "", hyper_names[h]);
        snprintf(own + strlen(own), sizeof own - strlen(own), "%s = ", hyper_names[h]);
        for (int lane = 0; lane < LANES; lane++)
            snprintf(own + strlen(own), sizeof own - strlen(own), "%.9g%s", drawn(r, h),
                     lane < LANES - 1 ? ", " : "\n");
    }
    const bool scheduled = !isnan(c->rule->defaults[H_eta0]);
    const bool alone = !strchr(zip, ',');
    snprintf(
        text, sizeof text,
        "[sweep]\nbatch = 2\nepochs = %d\nprecision = %s\n%s%s\n[data a]\nrows = 4\nfeatures = 3\nsparsity = "
        "0.5\n[optimizer %s]\n%s%s%s",
        2 * CAP, p ? "f64" : "f32", alone ? "" : "zip = ", alone ? "" : zip, c->rule->name, own, c->keys,
        scheduled ? schedules_of[schedule] : "");
    *k = (struct bench){0};
    struct err e = {0};
    ready(&k->t, text);
    assert_int_equal(k->t.n_runs, LANES);
    struct pack pack = {.n = LANES};
    for (size_t i = 0; i < LANES; i++)
        pack.run[i] = i;
    if (!batches_init(&k->b, k->t.data, p, 2, true, 1, &e) ||
        !team_init(&k->team, k->t.plan, &pack, k->t.data, kernels_get(ISA_SCALAR, p), &k->b, NULL, NULL, &e) ||
        !segment_init(&k->segment, &k->team, CAP, &e))
        fail_msg("%s", e.text);
    k->eta = calloc((2 * CAP + 2) * LANES, sizeof *k->eta);
    assert_non_null(k->eta);
    for (int lane = 0; lane < LANES; lane++) {
        const struct run *run = &k->t.run[lane];
        const struct ref_schedule *s = ref_schedule_find(run->sched->name);
        double keys_in_steps[S_COUNT];
        schedule_in_steps(run->s, 2, 4 * CAP, keys_in_steps);
        for (int step = 1; step < 2 * CAP + 2; step++)
            k->eta[step * LANES + lane] = run->h[H_eta0] * s->factor(keys_in_steps, step - 1);
    }
}

static void bench_take_down(struct bench *k) {
    segment_free(&k->segment);
    team_free(&k->team);
    batches_free(&k->b);
    free(k->eta);
    done(&k->t);
}

/* ---- states -----------------------------------------------------------------------------------------------
 */

struct lines {
    void *w, *state[RULE_MAX_STATE];
};
static struct lines lines_new(void) {
    struct lines l;
    void **const arrays[] = {&l.w, &l.state[0], &l.state[1], &l.state[2]};
    for (int i = 0; i < 4; i++)
        assert_non_null(*arrays[i] = aligned_alloc(64, REALS * sizeof(double)));
    return l;
}
static void lines_free(struct lines *l) {
    free(l->w);
    for (int i = 0; i < RULE_MAX_STATE; i++)
        free(l->state[i]);
}
static void lines_copy(struct lines *to, const struct lines *from) {
    memcpy(to->w, from->w, REALS * sizeof(double));
    for (int i = 0; i < RULE_MAX_STATE; i++)
        memcpy(to->state[i], from->state[i], REALS * sizeof(double));
}

/* A state that gradients can have led to: |m| no more than sqrt(v) allows, vmax no less than v; from a gradient
 * of 1e-15 (f32: 1e-12) to one of 1,000, and now and then none at all. */
static void lines_draw(const struct bench *k, struct lines *l, struct rng *r) {
    const struct team *t = &k->team;
    const bool linear = strcmp(rules[t->rule]->name, "adamax") == 0;
    for (int i = 0; i < REALS; i++) {
        const double *h = k->t.run[i % LANES].h;
        const double low = t->precision == PRECISION_F32 ? -12 : -15;
        const double g = rng_below(r, 16) == 0 ? 0 : pow(10, low + (3 - low) * rng_unit(r));
        const double share = rng_below(r, 3) == 0 ? 1 : (2 * rng_unit(r) - 1) * pow(10, -4 * rng_unit(r));
        const double w = rng_normal(r);
        double s[RULE_MAX_STATE] = {g * share, g * g, 0};
        if (!isnan(h[H_beta1])) {
            s[0] = (1 - h[H_beta1]) * g * share;
            s[1] = linear ? g : (1 - h[H_beta2]) * g * g;
            s[2] = g * g * pow(10, rng_unit(r));
        }
        if (t->rest.law == REST_DECAY || t->rest.law == REST_STILL)
            s[0] = fabs(s[0]);
        if (t->rest.traits & REST_POINT)
            s[1] = w;
        team_put(t, l->w, (size_t)i, w);
        for (int n = 0; n < RULE_MAX_STATE; n++)
            team_put(t, l->state[n], (size_t)i, s[n]);
    }
}

/* ---- tests ------------------------------------------------------------------------------------------------
 */

struct worst {
    double f64,
        f32; /* distance in units of the largest weight on the way; f32: beyond twice that of dense f32 */
};

/* One rest of all lines, from step `from` to step `to` of the segment whose first step is `first`. */
static void rest_and_judge(struct bench *k, const struct rule_case *c, uint32_t first, uint32_t from,
                           uint32_t to, struct rng *r, struct worst *worst, const char *schedule) {
    const struct team *t = &k->team;
    struct lines start = lines_new(), rested = lines_new(), dense = lines_new();
    lines_draw(k, &start, r);
    lines_copy(&rested, &start);
    lines_copy(&dense, &start);
    const uint32_t since[LINES] = {from, from, from, from};
    rest_kernels_get(ISA_SCALAR, t->precision)
        ->rest[t->rule][t->variant_number](LINES, rested.w, rested.state, since, to, &k->segment.tables);

    double zero[REALS] __attribute__((aligned(64))) = {0};
    for (uint32_t step = from + 1; t->precision == PRECISION_F32 && k->segment.coefs && step <= to; step++)
        t->k->step[t->rule][t->variant_number](LINES, dense.w, dense.state, zero,
                                               (char *)k->segment.coefs + step * k->segment.n_coefs * t->line);

    const struct ref_rule *rule = ref_rule_find(c->rule->name);
    for (int i = 0; i < REALS; i++) {
        const int lane = i % LANES;
        const double *h = k->t.run[lane].h;
        double w = team_get(t, start.w, (size_t)i), s[REF_MAX_STATE], largest = fabs(w);
        for (int n = 0; n < REF_MAX_STATE; n++)
            s[n] = team_get(t, start.state[n], (size_t)i);
        for (uint32_t step = from + 1; step <= to; step++) {
            const uint32_t at = first + step - 1;
            w = rule->step(w, 0, s, h, k->eta[at * LANES + (uint32_t)lane], at);
            largest = fmax(largest, fabs(w));
        }
        /* and what would come if it went on: the scale on which w moves */
        double further = w, ahead[REF_MAX_STATE];
        memcpy(ahead, s, sizeof ahead);
        for (uint32_t step = to + 1; step <= to + AHEAD && first + step - 1 <= 2 * CAP; step++) {
            const uint32_t at = first + step - 1;
            further = rule->step(further, 0, ahead, h, k->eta[at * LANES + (uint32_t)lane], at);
            largest = fmax(largest, fabs(further));
        }
        const double got = team_get(t, rested.w, (size_t)i), plain = team_get(t, dense.w, (size_t)i);
        double off = fabs(got - w) / largest;
        const bool f32 = t->precision == PRECISION_F32;
        if (f32)
            off = fmax(0, off - 2 * fabs(plain - w) / largest);
        double *most = f32 ? &worst->f32 : &worst->f64;
        *most = off <= *most ? *most : off;
        if (!getenv("TEST_MEASURE") && !(off <= (f32 ? 3e-6 : 1e-11)))
            fail_msg("%s %s, %s: %u steps after %u: w = %.17g, expected %.17g, dense %.17g, largest %g; lane "
                     "%d: m %g, v %g, "
                     "eta0 %g beta %g beta1 %.17g beta2 %.17g epsilon %g (TEST_SEED=%llu)",
                     c->label, f32 ? "f32" : "f64", schedule, to - from, first + from - 1, got, w, plain,
                     largest, lane, team_get(t, start.state[0], (size_t)i),
                     team_get(t, start.state[1], (size_t)i), h[H_eta0], h[H_beta], h[H_beta1], h[H_beta2],
                     h[H_epsilon], (unsigned long long)test_seed());
        for (int n = 0; n < t->variant->n_state; n++) {
            const double state = team_get(t, rested.state[n], (size_t)i);
            double expected = s[n];
            if ((t->rest.traits & REST_POINT) && n == 1)
                expected = rule->point(w, s, h, k->eta[(first + to) * LANES + (uint32_t)lane]);
            const double scale =
                (t->rest.traits & REST_POINT) && n == 1 ? largest + fabs(s[0]) : fabs(expected);
            const double s0 = fabs(team_get(t, start.state[n], (size_t)i));
            const double tiny =
                f32 ? 1e-25 * s0 + 1e-37 : 1e-200 * s0 + 1e-300; /* powers this small are forgotten */
            if (!(fabs(state - expected) <= (f32 ? 1e-5 + 1e-7 * (to - from) : 1e-10) * scale + tiny))
                fail_msg("%s %s, %s: %u steps after %u: state %d is %.17g, expected %.17g (TEST_SEED=%llu)",
                         c->label, f32 ? "f32" : "f64", schedule, to - from, first + from - 1, n, state,
                         expected, (unsigned long long)test_seed());
        }
    }
    lines_free(&start), lines_free(&rested), lines_free(&dense);
}

static void rests_are_steps_without_gradient(void **state) {
    (void)state;
    static const uint32_t gaps[] = {1, 2, 3, 7, 10, 20, 50, 100, 200, 500, 1000, 5000};
    struct rule_case c;
    for (int i = 0; rule_case(i, &c); i++)
        for (enum precision p = 0; p < PRECISION_COUNT && !c.rule->line_search; p++) {
            struct rng r = rng_make(test_seed(), (uint64_t)(2 * i) + p);
            int schedule = (int)((uint64_t)i + 3 * p + test_seed()) % N_SCHEDULES;
            schedule += c.rule->defaults[H_weight_decay] > 0 && schedule == GROWS; /* then steps are dense */
            struct worst worst = {0};
            struct bench k;
            bench_set_up(&k, &c, p, schedule, &r);
            for (uint32_t first = 1; first <= CAP + 1; first += CAP) {
                if (k.segment.coefs)
                    segment_build(&k.segment, &k.team, first, CAP);
                for (size_t g = 0; g < sizeof gaps / sizeof *gaps; g++) {
                    /* right after the start of the segment, and anywhere */
                    const uint32_t early = 1 + rng_below(&r, 4), late = 1 + rng_below(&r, CAP - gaps[g] - 1);
                    rest_and_judge(&k, &c, first, early, early + gaps[g], &r, &worst, schedules_of[schedule]);
                    rest_and_judge(&k, &c, first, late, late + gaps[g], &r, &worst, schedules_of[schedule]);
                }
            }
            if (getenv("TEST_MEASURE"))
                printf("%-58s %s %.2g\n", c.label, p ? "f64" : "f32", p ? worst.f64 : worst.f32);
            bench_take_down(&k);
        }
}

/* Lines that rest from different steps, among them none, long and special ones: the same bits on every ISA, and
 * in a lane whatever the others hold. */
static void expect_same(const struct team *t, const struct lines *got, const struct lines *expected, int lane,
                        const char *what) {
    for (int i = 0; i < REALS; i++)
        for (int n = -1; n < t->variant->n_state && (lane < 0 || i % LANES == lane); n++) {
            const double a = team_get(t, n < 0 ? got->w : got->state[n], (size_t)i),
                         b = team_get(t, n < 0 ? expected->w : expected->state[n], (size_t)i);
            if (!(isnan(a) && isnan(b)) && memcmp(&a, &b, sizeof a) != 0)
                fail_msg("%s: lane %d, array %d: %a, expected %a (TEST_SEED=%llu)", what, i % LANES, n, a, b,
                         (unsigned long long)test_seed());
        }
}

static void make_special(const struct team *t, struct lines *l, int but, struct rng *r) {
    static const double special[] = {0,        -0.0,      1e-45, -1e-40, 3e38, -3e38,
                                     INFINITY, -INFINITY, NAN,   1e-310, 1e308};
    for (int i = 0; i < REALS; i++)
        for (int n = -1; n < t->variant->n_state && i % LANES != but; n++)
            if (but >= 0 || rng_below(r, 32) == 0)
                team_put(t, n < 0 ? l->w : l->state[n], (size_t)i,
                         special[rng_below(r, sizeof special / sizeof *special)]);
}

static void bits_of_case(struct bench *k, const char *label, struct rng *r) {
    const struct team *t = &k->team;
    struct lines start = lines_new(), scalar = lines_new(), other = lines_new();
    for (int round = 0; round < 40; round++) {
        const uint32_t to = 1 + rng_below(r, round % 2 ? 40 : 2000);
        uint32_t from[LINES];
        for (int i = 0; i < LINES; i++)
            from[i] = rng_below(r, to + 1);
        lines_draw(k, &start, r);
        make_special(t, &start, -1, r);
        lines_copy(&scalar, &start);
        rest_kernels_get(ISA_SCALAR, t->precision)
            ->rest[t->rule][t->variant_number](LINES, scalar.w, scalar.state, from, to, &k->segment.tables);
        for (enum isa isa = ISA_SCALAR; isa < ISA_COUNT; isa++)
            for (int alone = 0; alone < 2 && isa_usable(isa); alone++) {
                const int lane = alone ? (int)rng_below(r, LANES) : -1;
                char what[256];
                snprintf(what, sizeof what, "%s %s on %s%s", label, t->precision ? "f64" : "f32",
                         isa_names[isa], alone ? " beside garbage" : "");
                lines_copy(&other, &start);
                if (alone)
                    make_special(t, &other, lane, r);
                rest_kernels_get(isa, t->precision)
                    ->rest[t->rule][t->variant_number](LINES, other.w, other.state, from, to,
                                                       &k->segment.tables);
                expect_same(t, &other, &scalar, lane, what);
            }
    }
    lines_free(&start), lines_free(&scalar), lines_free(&other);
}

static void every_isa_and_lane_rests_alike(void **state) {
    (void)state;
    for (enum isa isa = 0; isa < ISA_COUNT; isa++)
        if (!isa_usable(isa))
            printf("skipped: %s (this CPU does not have it)\n", isa_names[isa]);
    struct rule_case c;
    for (int i = 0; rule_case(i, &c); i++)
        for (enum precision p = 0; p < PRECISION_COUNT && !c.rule->line_search; p++) {
            struct rng r = rng_make(test_seed() + 1000, (uint64_t)(2 * i) + p);
            struct bench k;
            bench_set_up(&k, &c, p, i % GROWS, &r);
            if (k.segment.coefs)
                segment_build(&k.segment, &k.team, 1, CAP);
            bits_of_case(&k, c.label, &r);
            bench_take_down(&k);
        }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rests_are_steps_without_gradient),
        cmocka_unit_test(every_isa_and_lane_rests_alike),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

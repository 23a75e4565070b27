/* Schedules: by hand, against the formulas written again (rules_ref.c), and their lengths in each unit. */
#include "kern/schedule.h"
#include "rules_ref.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
// cmocka.h needs what is above
#include <cmocka.h>

static const char *const key_names[S_COUNT] = {
#define X(name, ...) #name,
    SCHEDULE_KEYS(X)
#undef X
};
enum { CONSTANT, INVERSE_SQRT, STEPS = 0, EPOCHS, BUDGET };
#define K(...)                                                                                                 \
    { [S_growth] = 1, __VA_ARGS__ }

static void every_schedule_is_in_the_reference(void **state) {
    (void)state;
    for (int i = 0; i < n_schedules; i++)
        if (!ref_schedule_find(schedules[i]->name))
            fail_msg("rules_ref.c has no schedule '%s': write its formula there again", schedules[i]->name);
}

/* ---- by hand ----------------------------------------------------------------------------------------------
 */

#pragma GCC diagnostic ignored "-Woverride-init" /* K: growth is 1 unless a row says otherwise */
/* clang-format off */
static const struct {
    const char *schedule;
    double k[S_COUNT], t, expected;
} by_hand[] = {
    {"constant", K([S_floor] = 0), 1e15, 1},
    {"step", K([S_gamma] = 0.5, [S_every] = 10), 0, 1},
    {"step", K([S_gamma] = 0.5, [S_every] = 10), 9, 1},
    {"step", K([S_gamma] = 0.5, [S_every] = 10), 10, 0.5},
    {"step", K([S_gamma] = 0.5, [S_every] = 10), 39, 0.125},
    {"step", K([S_gamma] = 2, [S_every] = 2.5), 5, 4},
    {"exponential", K([S_rate] = 0.1), 0, 1},
    {"exponential", K([S_rate] = 0.1), 10, 0.36787944117144233},
    {"exponential", K([S_rate] = 0), 1e9, 1},
    {"exponential", K([S_rate] = 1), 1e9, 0},
    {"inverse", K([S_rate] = 0.5), 0, 1},
    {"inverse", K([S_rate] = 0.5), 2, 0.5},
    {"inverse", K([S_rate] = 1), 999999, 1e-6},
    {"triangular", K([S_period] = 20), 0, 0},
    {"triangular", K([S_period] = 20), 5, 0.25},
    {"triangular", K([S_period] = 20), 20, 1},
    {"triangular", K([S_period] = 20), 35, 0.25},
    {"triangular", K([S_period] = 20), 40, 0},
    {"triangular", K([S_period] = 20), 60, 1},
    {"triangular", K([S_period] = 20, [S_floor] = 0.2), 10, 0.6},
    {"triangular", K([S_period] = 20), 40000005, 0.25},
    {"cosine", K([S_period] = 4), 0, 1},
    {"cosine", K([S_period] = 4), 1, 0.8535533905932737},
    {"cosine", K([S_period] = 4), 2, 0.5},
    {"cosine", K([S_period] = 4), 4, 0},
    {"cosine", K([S_period] = 4), 5, 1},
    {"cosine", K([S_period] = 4), 9, 0},
    {"cosine", K([S_period] = 4, [S_floor] = 0.5), 2, 0.75},
    {"cosine", K([S_period] = 4), 5e9 + 2, 0.5},
    /* growth 2: cycles of 5, 9, 17 steps, with T = 4, 8, 16 */
    {"cosine", K([S_period] = 4, [S_growth] = 2), 4, 0},
    {"cosine", K([S_period] = 4, [S_growth] = 2), 5, 1},
    {"cosine", K([S_period] = 4, [S_growth] = 2), 9, 0.5},
    {"cosine", K([S_period] = 4, [S_growth] = 2), 13, 0},
    {"cosine", K([S_period] = 4, [S_growth] = 2), 14, 1},
    {"cosine", K([S_period] = 4, [S_growth] = 2), 22, 0.5},
    {"cosine", K([S_period] = 4, [S_growth] = 2), 30, 0},
    {"cosine", K([S_period] = 4, [S_growth] = 2), 31, 1},
    /* growth 1.5: T = 3, round(4.5) = 5, round(6.75) = 7, ending at 3, 9, 17 */
    {"cosine", K([S_period] = 3, [S_growth] = 1.5), 3, 0},
    {"cosine", K([S_period] = 3, [S_growth] = 1.5), 9, 0},
    {"cosine", K([S_period] = 3, [S_growth] = 1.5), 10, 1},
    {"cosine", K([S_period] = 3, [S_growth] = 1.5), 17, 0},
    {"warmup", K([S_steps] = 10), 0, 0.1},
    {"warmup", K([S_steps] = 10), 8, 0.9},
    {"warmup", K([S_steps] = 10), 9, 1},
    {"warmup", K([S_steps] = 10), 1e6, 1},
    {"warmup", K([S_steps] = 10, [S_then] = INVERSE_SQRT), 4, 0.5},
    {"warmup", K([S_steps] = 10, [S_then] = INVERSE_SQRT), 9, 1},
    {"warmup", K([S_steps] = 10, [S_then] = INVERSE_SQRT), 39, 0.5},
    {"warmup", K([S_steps] = 10, [S_then] = INVERSE_SQRT), 999, 0.1},
    {"warmup", K([S_steps] = 1), 0, 1},
};
/* clang-format on */

static void describe(const double k[S_COUNT], char *out, size_t size) {
    size_t len = 0;
    out[0] = 0;
    for (int i = 0; i < S_COUNT; i++)
        if (k[i] != 0 && !isnan(k[i]))
            len += (size_t)snprintf(out + len, size - len, " %s=%g", key_names[i], k[i]);
}

static void factors_are_those_worked_by_hand(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof by_hand / sizeof *by_hand; i++) {
        struct schedule_cursor c = {0};
        const double got = schedule_find(by_hand[i].schedule)->factor(by_hand[i].k, by_hand[i].t, &c);
        const double again = ref_schedule_find(by_hand[i].schedule)->factor(by_hand[i].k, by_hand[i].t);
        char keys[256];
        describe(by_hand[i].k, keys, sizeof keys);
        if (!(fabs(got - by_hand[i].expected) <= 1e-14))
            fail_msg("%s%s at t = %g: %.17g, expected %.17g", by_hand[i].schedule, keys, by_hand[i].t, got,
                     by_hand[i].expected);
        if (!(fabs(again - by_hand[i].expected) <= 1e-6)) /* cos(pi t) of libm where t is in the billions */
            fail_msg("the reference, %s%s at t = %g: %.17g, expected %.17g", by_hand[i].schedule, keys,
                     by_hand[i].t, again, by_hand[i].expected);
    }
}

/* ---- against the reference
 * ----------------------------------------------------------------------------------- */

/* clang-format off */
static const struct {
    const char *schedule;
    double k[S_COUNT];
} settings[] = {
    {"constant", K([S_floor] = 0)},
    {"step", K([S_gamma] = 0.3, [S_every] = 7)},
    {"step", K([S_gamma] = 0.999, [S_every] = 0.75)},
    {"exponential", K([S_rate] = 0.013)},
    {"inverse", K([S_rate] = 0.17)},
    {"triangular", K([S_period] = 13)},
    {"triangular", K([S_period] = 2.5, [S_floor] = 0.3)},
    {"triangular", K([S_period] = 1, [S_floor] = 1)},
    {"cosine", K([S_period] = 17, [S_floor] = 0.1)},
    {"cosine", K([S_period] = 1)},
    {"cosine", K([S_period] = 7.5)},
    {"cosine", K([S_period] = 10, [S_growth] = 1.3)},
    {"cosine", K([S_period] = 3, [S_growth] = 2, [S_floor] = 0.05)},
    {"cosine", K([S_period] = 100, [S_growth] = 0.5)},
    {"cosine", K([S_period] = 0.2)},
    {"warmup", K([S_steps] = 25)},
    {"warmup", K([S_steps] = 12.5, [S_then] = INVERSE_SQRT)},
    {"warmup", K([S_steps] = 0.5, [S_then] = INVERSE_SQRT)},
};
/* clang-format on */

static void factors_are_the_references(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof settings / sizeof *settings; i++) {
        struct schedule_cursor forward = {0};
        char keys[256];
        describe(settings[i].k, keys, sizeof keys);
        for (int t = 0; t < 3000; t++) {
            const double expected = ref_schedule_find(settings[i].schedule)->factor(settings[i].k, t);
            const double got = schedule_find(settings[i].schedule)->factor(settings[i].k, t, &forward);
            if (!(fabs(got - expected) <= 1e-13))
                fail_msg("%s%s at t = %d: %.17g, expected %.17g", settings[i].schedule, keys, t, got, expected);
        }
    }
}

/* The factor is a function of t: it does not matter where the cursor comes from. */
static void cursors_only_save_time(void **state) {
    (void)state;
    static const int times[] = {0, 1, 2999, 17, 400, 401, 399, 0, 100000, 3};
    for (size_t i = 0; i < sizeof settings / sizeof *settings; i++) {
        struct schedule_cursor wandering = {0};
        char keys[256];
        describe(settings[i].k, keys, sizeof keys);
        for (size_t j = 0; j < sizeof times / sizeof *times; j++) {
            struct schedule_cursor fresh = {0};
            const struct schedule *s = schedule_find(settings[i].schedule);
            const double got = s->factor(settings[i].k, times[j], &wandering);
            const double expected = s->factor(settings[i].k, times[j], &fresh);
            if (memcmp(&got, &expected, sizeof got) != 0)
                fail_msg("%s%s at t = %d: %a, with a fresh cursor %a", settings[i].schedule, keys, times[j],
                         got, expected);
        }
    }
}

/* ---- units ------------------------------------------------------------------------------------------------
 */

static void lengths_are_in_the_unit(void **state) {
    (void)state;
    static const struct { double unit, factor; } units[] = {{STEPS, 1}, {EPOCHS, 16}, {BUDGET, 4000}};
    for (int u = 0; u < 3; u++) {
        double written[S_COUNT], k[S_COUNT];
        for (int i = 0; i < S_COUNT; i++)
            written[i] = 0.25 + i;
        written[S_unit] = units[u].unit;
        schedule_in_steps(written, 16, 4000, k);
        for (int i = 0; i < S_COUNT; i++) {
            const bool length = i == S_every || i == S_period || i == S_steps;
            if (k[i] != written[i] * (length ? units[u].factor : 1))
                fail_msg("unit %g: %s = %g becomes %g", units[u].unit, key_names[i], written[i], k[i]);
        }
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_schedule_is_in_the_reference),
        cmocka_unit_test(factors_are_those_worked_by_hand),
        cmocka_unit_test(factors_are_the_references),
        cmocka_unit_test(cursors_only_save_time),
        cmocka_unit_test(lengths_are_in_the_unit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

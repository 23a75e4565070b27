/* Each rule's steps in words, worked out, against its arithmetic: the same w and state to rounding. So what a
 * trace or an explanation says is what was done. */
#include "base/rng.h"
#include "kern/formula.h"
#include "kern/kern.h"
#include "rule_cases.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
// cmocka.h needs what is above
#include <cmocka.h>

static bool near(double a, double b, double scale) {
    return fabs(a - b) <= 1e-13 * scale;
}

static void steps_in_words_are_the_rule_s_own(void **state_) {
    (void)state_;
    const uint64_t seed = 20;
    struct rng r = rng_for(seed, RNG_START, 0);
    const struct kernels *k = kernels_get(ISA_SCALAR, PRECISION_F64);
    struct rule_case c;
    for (int i = 0; rule_case(i, &c); i++)
        for (int again = 0; again < 50; again++) {
            const struct rule_time time = {0.125, 0.25, 0.9, 0.99};
            if (!isnan(c.h[H_weight_decay]))
                c.h[H_weight_decay] = 0.3;
            double w = rng_normal(&r), g = rng_normal(&r), s[RULE_MAX_STATE], coefs[RULE_MAX_COEFS];
            for (int j = 0; j < RULE_MAX_STATE; j++)
                s[j] = fabs(rng_normal(&r));
            c.rule->coefs(c.h, &time, coefs);
            struct formula f;
            struct formula_statement statement;
            formula_begin(&f, c.rule, c.h, &time, w, g, s, coefs[0]);
            int n = 0;
            while (formula_next(&f, &statement))
                n++;
            assert_true(n > 1);
            void *arrays[] = {&s[0], &s[1], &s[2]};
            k->dense[rule_index(c.rule)][c.variant](1, &w, arrays, &g, coefs);
            if (!near(formula_get(&f, "w"), w, 10))
                fail_msg("%s: w is %.17g, in words %.17g (seed %d)", c.label, w, formula_get(&f, "w"),
                         (int)seed);
            for (int j = 0; j < RULE_MAX_STATE && c.rule->state[j]; j++)
                if (strcmp(c.rule->state[j], "point") && !near(formula_get(&f, c.rule->state[j]), s[j], 10))
                    fail_msg("%s: %s is %.17g, in words %.17g", c.label, c.rule->state[j], s[j],
                             formula_get(&f, c.rule->state[j]));
            assert_true(isfinite(formula_get(&f, "rate")));
        }
}

/* adam, beta1 0.9, beta2 0.999, first step, g = 2: m = 0.2, v = 0.004, mh = 2, vh = 4. */
static void adam_s_rate_by_hand(void **state_) {
    (void)state_;
    const struct rule *adam = rule_find("adam");
    double h[H_COUNT], state[2] = {0, 0};
    memcpy(h, adam->defaults, sizeof h);
    h[H_epsilon] = 1e-300;
    const struct rule_time time = {0.1, 0.1, 0.9, 0.999};
    struct formula f;
    struct formula_statement s;
    formula_begin(&f, adam, h, &time, 1, 2, state, NAN);
    assert_true(formula_next(&f, &s));
    assert_string_equal(s.target, "m");
    assert_true(near(s.right, 0.2, 1));
    while (formula_next(&f, &s))
        ;
    assert_true(near(formula_get(&f, "mh"), 2, 1));
    assert_true(near(formula_get(&f, "rate"), 0.05, 1));
    assert_true(near(formula_get(&f, "w"), 0.9, 1));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(steps_in_words_are_the_rule_s_own),
        cmocka_unit_test(adam_s_rate_by_hand),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

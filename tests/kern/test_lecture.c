/* Numbers that a lecture on adaptive learning rates works out by hand, from the scalar kernels. */
#include "kern/kern.h"
#include "kern/schedule.h"
#include "rule_cases.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
// cmocka.h needs what is above
#include <cmocka.h>

/* ---- rules ------------------------------------------------------------------------------------------------
 */

enum what { W, STATE, RATE };

/* One parameter from w = 0. The keys replace defaults, the first state array starts at `state0`, then comes a
 * step for each gradient; afterwards W is w, STATE the state array of that name, RATE the last step's factor of
 * its numerator: of g, or of mh = m / (1 - beta1^t) where the rule has an m. */
/* clang-format off */
static const struct row {
    const char *label, *rule, *keys;
    double state0;
    const char *gradients;
    enum what what;
    const char *state;
    double expected, relative;
} rows[] = {
    {"adagrad: 0.1 / sqrt(0.019)", "adagrad", "eta0=0.1 epsilon=1e-300", 0.009, "0.1", RATE, "", 0.7255, 1e-4},
    {"rmsprop: 0.1 / sqrt(0.019)", "rmsprop", "eta0=0.1 beta=0.9 epsilon=1e-300", 0.02, "0.1", RATE, "", 0.7255, 1e-4},
    {"adagrad: 0.1 / sqrt(84.45)", "adagrad", "eta0=0.1 epsilon=1e-300", 3.45, "9", RATE, "", 0.01088, 2e-4},
    {"rmsprop: 0.1 / sqrt(84.45)", "rmsprop", "eta0=0.1 beta=0.9 epsilon=1e-300", 4.5, "-28.35489375751565", RATE, "", 0.01088, 2e-4},
    {"adadelta: first step -sqrt(epsilon) / sqrt(0.1)", "adadelta", "beta=0.9 epsilon=1e-6", 0, "1e6", W, "", -3.16227766e-3, 1e-8},
    {"adadelta: the same where epsilon is 1e-8", "adadelta", "beta=0.9 epsilon=1e-8", 0, "1e6", W, "", -3.16227766e-4, 1e-8},
    {"adadelta: the same for a thousand times the gradient", "adadelta", "beta=0.9 epsilon=1e-6", 0, "1e9", W, "", -3.16227766e-3, 1e-8},
    {"adam: v of a first gradient of 0.1", "adam", "beta2=0.999", 0, "0.1", STATE, "v", 1e-5, 1e-12},
    {"adam: its rate without correction", "adam", "eta0=1 epsilon=1e-300 bias_correction=0", 0, "0.1", RATE, "", 316.2, 1e-4},
    {"adam: its rate with v corrected to 0.01", "adam", "eta0=1 epsilon=1e-300", 0, "0.1", RATE, "", 10, 1e-12},
    {"adam: then a gradient of 0, no correction", "adam", "eta0=1 epsilon=1e-300 bias_correction=0", 0, "0.1 0", RATE, "", 316.4, 1e-4},
    {"adam: then a gradient of 0 (13.8 if one rounds on the way)", "adam", "eta0=1 epsilon=1e-300", 0, "0.1 0", RATE, "", 14.15, 4e-4},
    {"adam: a first step is eta in size", "adam", "eta0=0.001 epsilon=1e-300", 0, "-123", W, "", 0.001, 1e-12},
    {"adamw: the same from w = 0", "adamw", "eta0=0.001 epsilon=1e-300", 0, "-123", W, "", 0.001, 1e-12},
    {"maxprop: v after 1, then 0", "maxprop", "beta=0.999", 0, "1 0", STATE, "v", 0.999, 1e-15},
    {"maxprop: v after 1, then -2", "maxprop", "beta=0.999", 0, "1 -2", STATE, "v", 2, 1e-15},
    {"adamax: v after -1, then 0", "adamax", "beta2=0.999", 0, "-1 0", STATE, "v", 0.999, 1e-15},
    {"amsgrad: vmax keeps the largest v", "amsgrad", "beta2=0.9", 0, "1 0 0", STATE, "vmax", 0.1, 1e-12},
    {"momentum: u after 1, 1, 1", "momentum", "beta=0.9", 0, "1 1 1", STATE, "u", 2.71, 1e-12},
};
/* clang-format on */

/* "name=number ..." into h */
static void set_keys(double h[H_COUNT], const char *s) {
    for (; *s; s += *s == ' ') {
        int k = 0;
        const size_t len = strcspn(s, "=");
        while (strlen(hyper_names[k]) != len || strncmp(hyper_names[k], s, len) != 0)
            k++;
        h[k] = strtod(s + len + 1, (char **)&s);
    }
}

static int state_index(const struct rule *rule, const char *name) {
    for (int i = 0; i < RULE_MAX_STATE && rule->state[i]; i++)
        if (strcmp(rule->state[i], name) == 0)
            return i;
    return -1;
}

static double measure(const struct row *row) {
    const struct rule *rule = rule_find(row->rule);
    double h[H_COUNT], w = 0, s[RULE_MAX_STATE] = {row->state0}, rate = NAN;
    void *state[] = {&s[0], &s[1], &s[2]};
    memcpy(h, rule->defaults, sizeof h);
    set_keys(h, row->keys);
    struct rule_time time = {h[H_eta0], h[H_eta0], 1, 1};
    for (const char *gradients = row->gradients; *gradients;) {
        double coefs[RULE_MAX_COEFS];
        const double g = strtod(gradients, (char **)&gradients);
        const double before = w;
        time.beta1_t *= h[H_beta1];
        time.beta2_t *= h[H_beta2];
        rule->coefs(h, &time, coefs);
        const int variant = rule_variant_number(rule, h);
        kernels_get(ISA_SCALAR, PRECISION_F64)->dense[rule_index(rule)][variant](1, &w, state, &g, coefs);
        const int m = state_index(rule, "m");
        const double mh = m < 0 ? g : h[H_bias_correction] == 1 ? s[m] / (1 - time.beta1_t) : s[m];
        rate = (before - w) / mh;
    }
    return row->what == W ? w : row->what == RATE ? rate : s[state_index(rule, row->state)];
}

static void rules_give_the_known_answers(void **state_) {
    (void)state_;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const double got = measure(&rows[i]);
        if (!(fabs(got - rows[i].expected) <= rows[i].relative * fabs(rows[i].expected)))
            fail_msg("%s: %.10g, expected %.10g", rows[i].label, got, rows[i].expected);
    }
}

/* On f = a/2 w^2 at a constant rate, the rewritten form's w is the other form's look-ahead point, step for
 * step. */
static void rewritten_nag_walks_the_look_ahead_points(void **state_) {
    (void)state_;
    static const double curvature[] = {0.1, 1, 7};
    const struct rule *nag = rule_find("nag");
    const struct kernels *k = kernels_get(ISA_SCALAR, PRECISION_F64);
    for (size_t c = 0; c < 3; c++) {
        double h[2][H_COUNT], coefs[2][RULE_MAX_COEFS], w[2] = {1, 1},
                                                        s[2][2] = {{0, 0}, {0, 1}}; /* the point starts at w */
        for (int form = 0; form < 2; form++) {
            memcpy(h[form], nag->defaults, sizeof h[form]);
            h[form][H_eta0] = 0.1;
            h[form][H_form] = form;
            nag->coefs(h[form], &(struct rule_time){0.1, 0.1, 1, 1}, coefs[form]);
        }
        for (int t = 0; t < 200; t++) {
            const double point = s[1][1];
            if (!(fabs(w[0] - point) <= 1e-12))
                fail_msg("curvature %g, step %d: rewritten w = %.17g, look-ahead point %.17g", curvature[c], t,
                         w[0], point);
            for (int form = 0; form < 2; form++) {
                const double g = curvature[c] * (form ? point : w[0]);
                void *state[] = {&s[form][0], &s[form][1]};
                k->dense[rule_index(nag)][rule_variant_number(nag, h[form])](1, &w[form], state, &g,
                                                                             coefs[form]);
            }
        }
        assert_true(fabs(w[0]) < 0.1 && fabs(w[1]) < 0.1);
    }
}

/* ---- schedules --------------------------------------------------------------------------------------------
 */

static const struct {
    const char *label, *schedule;
    double period, floor, t, expected;
} points[] = {
    {"triangular with period 20 starts at eta_min", "triangular", 20, 0.1, 0, 0.1},
    {"triangular with period 20 is eta_max at 20", "triangular", 20, 0.1, 20, 1},
    {"triangular with period 20 is half way at 10", "triangular", 20, 0, 10, 0.5},
    {"triangular with period 20 is back at 40", "triangular", 20, 0.1, 40, 0.1},
    {"cosine is eta_max at 0", "cosine", 50, 0.1, 0, 1},
    {"cosine is half way at T/2", "cosine", 50, 0, 25, 0.5},
    {"cosine is eta_min at T", "cosine", 50, 0.1, 50, 0.1},
    {"cosine jumps back at T + 1", "cosine", 50, 0.1, 51, 1},
};

static void schedules_give_the_known_answers(void **state_) {
    (void)state_;
    for (size_t i = 0; i < sizeof points / sizeof *points; i++) {
        const double k[S_COUNT] = {[S_period] = points[i].period, [S_floor] = points[i].floor, [S_growth] = 1};
        struct schedule_cursor cursor = {0};
        const double got = schedule_find(points[i].schedule)->factor(k, points[i].t, &cursor);
        if (!(fabs(got - points[i].expected) <= 1e-15))
            fail_msg("%s: %.17g, expected %.17g", points[i].label, got, points[i].expected);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rules_give_the_known_answers),
        cmocka_unit_test(rewritten_nag_walks_the_look_ahead_points),
        cmocka_unit_test(schedules_give_the_known_answers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Metrics of traces, worked by hand. */
#include "report/claims_trace.h"
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
// cmocka.h needs what is above
#include <cmocka.h>

enum { STEPS = 10, WIDTH = 2 + TRACE_FIELDS };

/* One parameter: w 0, 1, -1, 1, -1 ... for STEPS steps and the end; its gradient of the sign of w, 0 at first;
 * v the step's number, rate its inverse. */
static void trace_make(struct trace *t, uint32_t *parameter, double value[(STEPS + 1) * WIDTH]) {
    *t = (struct trace){.n_parameters = 1, .n_rows = STEPS + 1, .parameter = parameter, .value = value};
    for (int row = 0; row <= STEPS; row++) {
        double *p = value + row * WIDTH + 2;
        const double w = row == 0 ? 0 : row % 2 ? 1 : -1;
        const bool end = row == STEPS;
        p[TRACE_W] = w;
        p[TRACE_G] = end ? NAN : w;
        p[TRACE_M] = p[TRACE_U] = NAN;
        p[TRACE_V] = end ? NAN : row + 1;
        p[TRACE_RATE] = end ? NAN : 1.0 / (row + 1);
    }
}

static void same(double got, double wanted) {
    if (!(got == wanted || (isnan(got) && isnan(wanted))))
        fail_msg("%.17g, expected %.17g", got, wanted);
}

static double measured(const struct claim_measure *m, const struct trace *t, double steps) {
    double x;
    assert_true(claim_of_trace(m, t, 0, steps, &x, NULL));
    return x;
}

static void each_metric_is_what_it_says(void **state) {
    (void)state;
    uint32_t parameter = 7;
    double value[(STEPS + 1) * WIDTH];
    struct trace t;
    trace_make(&t, &parameter, value);
    static const struct {
        struct claim_measure m;
        double expected;
    } cases[] = {
        {{.metric = CLAIM_w, .t = 1}, 0},
        {{.metric = CLAIM_w, .t = 2}, 1},
        {{.metric = CLAIM_w, .t = 10}, 1},
        {{.metric = CLAIM_w, .t = 11}, NAN}, /* the end is no step */
        {{.metric = CLAIM_v, .t = 4}, 4},
        {{.metric = CLAIM_rate, .t = 4}, 0.25},
        {{.metric = CLAIM_u, .t = 1}, NAN}, /* the rule has none */
        {{.metric = CLAIM_path, .k = 1}, 1},
        {{.metric = CLAIM_path, .k = 3}, 5},
        {{.metric = CLAIM_path, .k = 10}, 19},
        {{.metric = CLAIM_path, .k = 11}, NAN},
        {{.metric = CLAIM_osc}, 2},    /* steps 9 and 10, each with a change of sign */
        {{.metric = CLAIM_corr}, NAN}, /* no second derivatives were recorded */
    };
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++)
        same(measured(&cases[k].m, &t, INFINITY), cases[k].expected);
}

static void a_gradient_of_one_sign_does_not_oscillate(void **state) {
    (void)state;
    uint32_t parameter = 7;
    double value[(STEPS + 1) * WIDTH];
    struct trace t;
    trace_make(&t, &parameter, value);
    const struct claim_measure osc = {.metric = CLAIM_osc};
    for (int row = 0; row < STEPS; row++)
        value[row * WIDTH + 2 + TRACE_G] = 1;
    same(measured(&osc, &t, INFINITY), 0);
    value[8 * WIDTH + 2 + TRACE_G] = -1; /* steps 9 and 10: two changes of two */
    same(measured(&osc, &t, INFINITY), 2);
    value[9 * WIDTH + 2 + TRACE_G] = -1; /* one of two: half is enough */
    same(measured(&osc, &t, INFINITY), 2);
    t.n_rows = 1; /* no step at all */
    same(measured(&osc, &t, INFINITY), NAN);
}

/* Rates 1 2 3 4 5 beside second derivatives 1 -2 2 5 4: ranks 1 2.5 2.5 5 4; worked by hand. */
static void correlation_is_that_of_ranks(void **state) {
    (void)state;
    enum { N = 5, CURVED = 3 + TRACE_FIELDS };
    static const double curvature[N] = {1, -2, 2, 5, 4};
    uint32_t parameter = 7;
    double value[(N + 1) * CURVED];
    const struct claim_measure corr = {.metric = CLAIM_corr};
    struct trace t = {
        .n_parameters = 1, .n_rows = N + 1, .parameter = &parameter, .curved = true, .value = value};
    for (int row = 0; row <= N; row++)
        for (int i = 0; i < CURVED; i++)
            value[row * CURVED + i] = row == N                   ? NAN
                                      : i == 2 + TRACE_RATE      ? row + 1
                                      : i == 2 + TRACE_CURVATURE ? curvature[row]
                                                                 : 0;
    same(measured(&corr, &t, INFINITY), 8.5 / sqrt(10 * 9.5));
    same(measured(&corr, &t, 5), 8.5 / sqrt(10 * 9.5));
    same(measured(&corr, &t, 4), 4.5 / sqrt(5 * 4.5)); /* 1 2.5 2.5 4 */
    same(measured(&corr, &t, 1), NAN);
    for (int row = 0; row < N; row++)
        value[row * CURVED + 2 + TRACE_RATE] = 3; /* never changes */
    same(measured(&corr, &t, INFINITY), NAN);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_metric_is_what_it_says),
        cmocka_unit_test(a_gradient_of_one_sign_does_not_oscillate),
        cmocka_unit_test(correlation_is_that_of_ranks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

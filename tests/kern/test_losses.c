/* Losses and residuals of the scalar kernels against the formulas in long double, for z over [-100, 100] and at
 * the ends of the range; and the residuals against differences of the losses. */
#include "buffers.h"
#include "rules_ref.h"
#include <float.h>

static const double targets[] = {0, 0.3, 1};
enum { N_TARGETS = 3 };

/* Largest errors of L and e, in epsilon times a scale: the formula with its differences taken as sums.
 * Measured, f32 | f64: logistic
 * L 0.96 | 1.11, e 1.38 | 1.74; squared L 1.58 | 1.84, e 3.31 | 3.47. Towards the subnormal numbers, where
 * exp(-|z|) stops, twice the least normal one is allowed. */
static const double bounds[LOSS_COUNT][2] = {{2, 2.5}, {2.5, 4.5}};

/* ref: p - y becomes p + y, max(z, 0) - y z becomes (1 - y) max(z, 0) + y |z|, but where y = 1 and z > 0
 * nothing may be lost */
static void scales(int loss, double z, double y, double *l, double *e) {
    const double p = 1 / (1 + exp(-z)), slope = p / (1 + exp(z)), t = exp(-fabs(z));
    *l = loss == LOSS_logistic ? log1p(t) + (1 - y) * fmax(z, 0) + y * fabs(y == 1 ? fmin(z, 0) : z)
                               : (p + y) * (p + y);
    *e = loss == LOSS_logistic ? p + y : (p + y) * slope;
}

struct row {
    double l, e;
};

static struct row kernel_row(enum precision p, int loss, double z, double y) {
    const struct kernels *k = kernels_get(ISA_SCALAR, p);
    struct reals ze = reals_new(p, LANES, 0), target = reals_new(p, 1, 0);
    double sum[LANES] __attribute__((aligned(64))) = {0};
    for (size_t lane = 0; lane < LANES; lane++)
        reals_put(&ze, lane, z);
    reals_put(&target, 0, y);
    k->residual[loss](1, target.at, ze.at, sum);
    const struct row row = {sum[3], reals_get(&ze, 3)};
    reals_free(&ze), reals_free(&target);
    return row;
}

static double rounded(enum precision p, double x) {
    return p == PRECISION_F32 ? (double)(float)x : x;
}

static void losses_and_residuals_are_the_formulas(void **state) {
    (void)state;
    const bool measure = getenv("TEST_MEASURE") != NULL;
    enum { STEPS = 40000 };
    for (int loss = 0; loss < LOSS_COUNT; loss++)
        for (enum precision p = 0; p < PRECISION_COUNT; p++) {
            double worst[2] = {0, 0};
            const double epsilon = p == PRECISION_F32 ? FLT_EPSILON : DBL_EPSILON;
            const double least = p == PRECISION_F32 ? 2 * FLT_MIN : 2 * DBL_MIN;
            const struct ref_loss *ref = ref_loss_find(loss_names[loss]);
            assert_non_null(ref); /* rules_ref.c has every loss */
            for (int i = -STEPS; i <= STEPS; i++)
                for (int t = 0; t < N_TARGETS; t++) {
                    const double x = (double)i / STEPS; /* denser near 0 */
                    const double z = rounded(p, 100 * x * fabs(x)), y = rounded(p, targets[t]);
                    const struct row got = kernel_row(p, loss, z, y);
                    const double l = (double)ref->loss(z, y), e = (double)ref->residual(z, y);
                    double scale[2], off[2] = {fabs(got.l - l), fabs(got.e - e)};
                    scales(loss, z, y, &scale[0], &scale[1]);
                    for (int k = 0; k < 2; k++) {
                        off[k] = off[k] <= least ? 0 : off[k] / (epsilon * scale[k]);
                        worst[k] = off[k] <= worst[k] ? worst[k] : off[k];
                    }
                    if (!measure && !(off[0] <= bounds[loss][0] && off[1] <= bounds[loss][1]))
                        fail_msg(
                            "%s %s, z = %.17g, y = %g: L = %.17g, expected %.17g; e = %.17g, expected %.17g",
                            loss_names[loss], precision_names[p], z, y, got.l, l, got.e, e);
                }
            if (measure)
                printf("%s %s: L %.2f, e %.2f epsilon\n", loss_names[loss], precision_names[p], worst[0],
                       worst[1]);
        }
}

static void residuals_are_slopes_of_losses(void **state) {
    (void)state;
    const double h = 1e-5;
    for (int loss = 0; loss < LOSS_COUNT; loss++)
        for (int i = -1000; i <= 1000; i++)
            for (int t = 0; t < N_TARGETS; t++) {
                const double z = i / 10.0, y = targets[t], e = kernel_row(PRECISION_F64, loss, z, y).e;
                const double up = kernel_row(PRECISION_F64, loss, z + h, y).l,
                             down = kernel_row(PRECISION_F64, loss, z - h, y).l;
                if (!(fabs((up - down) / (2 * h) - e) <= 1e-8))
                    fail_msg("%s, z = %g, y = %g: e = %.10g, slope of L %.10g", loss_names[loss], z, y, e,
                             (up - down) / (2 * h));
            }
}

/* Where the formulas would overflow, and beyond. */
static void ends_of_the_range(void **state) {
    (void)state;
    static const struct {
        int loss;
        double z, y, l, e; /* L as a multiple of |z| where z is not 0, NAN: not finite */
    } rows[] = {
        {LOSS_logistic, 0, 0.3, 0.6931471805599453, 0.2},
        {LOSS_logistic, -0.0, 1, 0.6931471805599453, -0.5},
        {LOSS_logistic, 1000, 1, 0, 0},
        {LOSS_logistic, 1000, 0, 1, 1},
        {LOSS_logistic, -1000, 1, 1, -1},
        {LOSS_logistic, -1000, 0, 0, 0},
        {LOSS_logistic, 3e38, 1, 0, 0},
        {LOSS_logistic, 3e38, 0.3, 0.7, 0.7},
        {LOSS_logistic, -3e38, 1, 1, -1},
        {LOSS_logistic, -3e38, 0.3, 0.3, -0.3},
        {LOSS_logistic, NAN, 0, NAN, NAN},
        {LOSS_squared, 0, 0.3, 0.02, 0.05},
        {LOSS_squared, 3e38, 1, 0, 0},
        {LOSS_squared, -3e38, 0, 0, 0},
        {LOSS_squared, NAN, 1, NAN, NAN},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        for (enum precision p = 0; p < PRECISION_COUNT; p++) {
            const struct row got = kernel_row(p, rows[i].loss, rows[i].z, rows[i].y);
            const double size = rows[i].z == 0 ? 1 : fabs(rows[i].z);
            const bool nan = isnan(rows[i].l);
            if (nan ? !isnan(got.l) || !isnan(got.e)
                    : !(fabs(got.l - rows[i].l * size) <= 1e-6 * size && fabs(got.e - rows[i].e) <= 1e-6))
                fail_msg("%s %s, z = %g, y = %g: L = %g, e = %g", loss_names[rows[i].loss], precision_names[p],
                         rows[i].z, rows[i].y, got.l, got.e);
        }
    /* an infinite z never looks like a loss */
    for (int k = 0; k < 6; k++)
        for (enum precision p = 0; p < PRECISION_COUNT; p++)
            assert_false(
                isfinite(kernel_row(p, LOSS_logistic, k % 2 ? INFINITY : -INFINITY, targets[k / 2]).l));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(losses_and_residuals_are_the_formulas),
        cmocka_unit_test(residuals_are_slopes_of_losses),
        cmocka_unit_test(ends_of_the_range),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* The order of sums that kern.h documents, written again here, plainly: scalar's passes over the data and its
 * losses have it bit for bit. Inputs and seed as in test_isa.c. */
#include "base/math.h"
#include "passes.h"
#include <math.h>

/* ---- the same again, as kern.h says -------------------------------------------------------------------------
 */

/* a b + c with one rounding, in the precision of the run */
static double plain_fma(enum precision p, double a, double b, double c) {
    return p == PRECISION_F32 ? (double)fmaf((float)a, (float)b, (float)c) : fma(a, b, c);
}
static double plain_add(enum precision p, double a, double b) {
    return p == PRECISION_F32 ? (double)((float)a + (float)b) : a + b;
}
static double plain_join(enum precision p, const double s[PARTIALS]) {
    return plain_add(p, plain_add(p, s[0], s[1]), plain_add(p, s[2], s[3]));
}

/* first + the i-th stretch times lane `lane` of src, in partial sums by position. */
static double plain_sum(const struct input *in, size_t i, size_t lane, double first) {
    double s[PARTIALS] = {first};
    for (uint64_t k = in->m.ptr[i], at = 0; k < in->m.ptr[i + 1]; k++, at++) {
        const double x = reals_get(&in->src, in->m.idx[k] * LANES + lane);
        double *sum = &s[at % PARTIALS];
        *sum = in->m.x.val ? plain_fma(in->p, reals_get(&in->m.val, k), x, *sum) : plain_add(in->p, *sum, x);
    }
    return plain_join(in->p, s);
}
static void plain_forward(struct input *in) {
    for (size_t i = 0; i < in->n * LANES; i++)
        reals_put(&in->out, i, plain_sum(in, i / LANES, i % LANES, reals_get(&in->line, i % LANES)));
}
/* What fills the last group up adds 0, which shows only in a sum of -0. */
static double plain_padded(const struct input *in, size_t i, size_t lane, double first) {
    double s[PARTIALS] = {first};
    const uint64_t n = in->m.ptr[i + 1] - in->m.ptr[i],
                   padded = n ? (n + PARTIALS - 1) / PARTIALS * PARTIALS : PARTIALS;
    for (uint64_t at = 0; at < padded; at++) {
        const uint64_t k = in->m.ptr[i] + at;
        const double x = at < n ? reals_get(&in->src, in->m.idx[k] * LANES + lane) : 0;
        double *sum = &s[at % PARTIALS];
        *sum = !in->m.x.val ? plain_add(in->p, *sum, x)
                            : plain_fma(in->p, at < n ? reals_get(&in->m.val, k) : 0, x, *sum);
    }
    return plain_join(in->p, s);
}
static void plain_row_sums(struct input *in) {
    for (size_t i = 0; i < in->n * LANES; i++) {
        const double sum = plain_padded(in, i / LANES, i % LANES, reals_get(&in->line, i % LANES));
        reals_put(&in->out, i, in->add ? plain_add(in->p, reals_get(&in->out, i), sum) : sum);
    }
}
static void plain_column_sums(struct input *in) {
    for (size_t i = 0; i < in->n * LANES; i++)
        reals_put(&in->out, i, plain_padded(in, i / LANES, i % LANES, reals_get(&in->out, i)));
}
static void plain_gradient(struct input *in) {
    for (size_t i = 0; i < in->n * LANES; i++) {
        const double sum = plain_sum(in, i / LANES, i % LANES, 0);
        reals_put(&in->out, i, in->add ? plain_add(in->p, reals_get(&in->out, i), sum) : sum);
    }
}
static void plain_bias(struct input *in) {
    for (size_t lane = 0; lane < LANES; lane++) {
        double s[PARTIALS] = {0};
        for (size_t i = in->n / 4, at = 0; i < in->n; i++, at++)
            s[at % PARTIALS] = plain_add(in->p, s[at % PARTIALS], reals_get(&in->w, i * LANES + lane));
        const double sum = plain_join(in->p, s);
        reals_put(&in->line, lane, in->add ? plain_add(in->p, reals_get(&in->line, lane), sum) : sum);
    }
}
static void plain_finish(struct input *in) {
    for (size_t i = 0; i < in->n * LANES; i++) {
        const double a = reals_get(&in->line, i % LANES), g = reals_get(&in->out, i);
        const double scaled = in->p == PRECISION_F32 ? (double)((float)a * (float)g) : a * g;
        reals_put(&in->out, i,
                  plain_fma(in->p, reals_get(&in->line2, i % LANES), reals_get(&in->w, i), scaled));
    }
}
static void plain_misses(struct input *in) {
    for (size_t lane = 0; lane < LANES; lane++)
        for (size_t i = 0; i < in->n; i++) {
            const double z = reals_get(&in->out, i * LANES + lane), errors = reals_get(&in->sums, lane);
            const bool right = reals_get(&in->y, i) >= 0.5 ? z >= 0 : z < 0; /* a NaN is wrong either way */
            reals_put(&in->sums, lane, errors + !right);
        }
}

/* ---- tests ---- */

/* NULL: its arithmetic is test_losses.c's, its order of sums losses_are_summed_as_documented's */
static void (*const plain_of[N_PASSES])(struct input *in) = {
    [PASS_FORWARD] = plain_forward,
    [PASS_GRADIENT] = plain_gradient,
    [PASS_ROW_SUMS] = plain_row_sums,
    [PASS_COLUMN_SUMS] = plain_column_sums,
    [PASS_ROW_SUMS_WIDE] = plain_row_sums,
    [PASS_COLUMN_SUMS_WIDE] = plain_column_sums,
    [PASS_BIAS] = plain_bias,
    [PASS_FINISH] = plain_finish,
    [PASS_MISSES] = plain_misses,
};

static void plain_of_input(int pass, const struct input *in, struct rng *r, const char *label) {
    (void)r;
    if (!plain_of[pass])
        return;
    struct input scalar = input_copy(in), plain = input_copy(in);
    passes[pass].run(kernels_get(ISA_SCALAR, in->p), &scalar);
    plain_of[pass](&plain);
    expect_same(label, &scalar, &plain);
    copy_free(&scalar), copy_free(&plain);
}
static void scalar_sums_as_documented(void **s) {
    (void)s;
    each_input(plain_of_input);
}

float Sleef_finz_expf1_u10purecfma(float);

/* One row's share of a lane, as kern.h says: L less log1p(t), and t. */
static double row_loss(enum loss loss, enum precision p, double z, double y, double *t) {
    const double most = p == PRECISION_F32 ? 87 : 708, down = -most > -fabs(z) ? -most : -fabs(z);
    const float zf = (float)z, yf = (float)y;
    *t = p == PRECISION_F32 ? (double)Sleef_finz_expf1_u10purecfma((float)down) : m_exp(down);
    if (loss == LOSS_logistic)
        return p == PRECISION_F32 ? (double)fmaf(-yf, zf, 0 > zf ? 0 : zf) : fma(-y, z, 0 > z ? 0 : z);
    if (p == PRECISION_F32) {
        const float tf = (float)*t, d = (zf >= 0 ? 1 : tf) / (1 + tf) - yf;
        return (double)(0.5F * d * d);
    }
    const double d = (z >= 0 ? 1 : *t) / (1 + *t) - y;
    return 0.5 * d * d;
}

static bool same(double a, double b) {
    return a == b || (isnan(a) && isnan(b));
}

/* The loss is summed as kern.h says: row by row, in double, and log1p(t) by way of a product of LOG_ROWS rows;
 * and comes out the same beside the residuals. */
static void losses_are_summed_as_documented(void **s) {
    (void)s;
    for (enum precision p = 0; p < PRECISION_COUNT; p++)
        for (enum loss loss = 0; loss < LOSS_COUNT; loss++) {
            const struct kernels *k = kernels_get(ISA_SCALAR, p);
            struct rng r = rng_make(seed, (uint64_t)loss * 2 + (uint64_t)p);
            struct input in = input_random(p, true, false, ROWS, &r);
            for (size_t i = 0; i < ROWS * LANES; i++) /* half of the lanes without infinities and the like */
                if (i % 2 && !(fabs(reals_get(&in.out, i)) < 1e3))
                    reals_put(&in.out, i, 0.75);
            struct input both = input_copy(&in);
            double want[LANES];
            for (size_t lane = 0; lane < LANES; lane++) {
                want[lane] = reals_get(&in.sums, lane);
                double q = 0;
                for (size_t i = 0; i < ROWS; i++) {
                    double t;
                    want[lane] +=
                        row_loss(loss, p, reals_get(&in.out, i * LANES + lane), reals_get(&in.y, i), &t);
                    q = fma(q, t, q + t);
                    if (loss == LOSS_logistic && (i + 1 == ROWS || (i + 1) % LOG_ROWS == 0)) {
                        want[lane] += m_log1p(q);
                        q = 0;
                    }
                }
            }
            k->loss[loss](ROWS, in.y.at, in.out.at, (double *)in.sums.at);
            k->residual[loss](ROWS, both.y.at, both.out.at, (double *)both.sums.at);
            for (size_t lane = 0; lane < LANES; lane++)
                if (!same(reals_get(&in.sums, lane), want[lane]) ||
                    !same(reals_get(&both.sums, lane), want[lane]))
                    fail_msg("%s %s, lane %zu: %a alone, %a with residuals, as documented %a (TEST_SEED=%llu)",
                             loss_names[loss], precision_names[p], lane, reals_get(&in.sums, lane),
                             reals_get(&both.sums, lane), want[lane], (unsigned long long)seed);
            input_free(&in), copy_free(&both);
        }
}

int main(void) {
    seed = kernels_seed();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(scalar_sums_as_documented),
        cmocka_unit_test(losses_are_summed_as_documented),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

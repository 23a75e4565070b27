/* The passes over the data. Scalar has, bit for bit, the order of sums that kern.h documents (written again
 * here, plainly); every ISA has scalar's bits; no lane depends on another. Inputs and seed as in test_isa.c. */
#include "base/math.h"
#include "buffers.h"
#include <math.h>
#include <time.h>

static uint64_t seed;

/* ---- random data ------------------------------------------------------------------------------------------
 */

enum { ROWS = 131, COLUMNS = 57, MOST = 40 };

/* n stretches of 0, 1, ..., MOST entries (each length occurs) of ascending indices below `below`. */
struct matrix {
    struct sparse x;
    uint64_t ptr[ROWS + 1];
    uint32_t *idx;
    struct reals val;
};
_Static_assert(ROWS > 2 * MOST && COLUMNS > MOST, "each length occurs, of rows and of columns");

static struct matrix matrix_random(enum precision p, size_t n, uint32_t below, bool binary, struct rng *r) {
    struct matrix m = {.idx = calloc(n * below + INDEX_PADDING, sizeof *m.idx)};
    assert_non_null(m.idx);
    const uint32_t shift = rng_below(r, MOST + 1);
    for (size_t i = 0; i < n; i++) {
        uint32_t left = (uint32_t)(i + shift) % (MOST + 1);
        uint64_t k = m.ptr[i];
        for (uint32_t j = 0; j < below; j++) /* each subset of that size is as likely as any other */
            if (rng_below(r, below - j) < left) {
                m.idx[k++] = j;
                left--;
            }
        m.ptr[i + 1] = k;
    }
    m.val = reals_new(p, m.ptr[n], 0);
    reals_random(&m.val, r);
    m.x = (struct sparse){.ptr = NULL, .idx = m.idx, .val = binary ? NULL : m.val.at};
    return m;
}
static struct sparse matrix_view(const struct matrix *m) {
    struct sparse x = m->x;
    x.ptr = m->ptr;
    return x;
}
static void matrix_free(struct matrix *m) {
    free(m->idx);
    reals_free(&m->val);
}

/* ---- the passes, each as: inputs -> one output
 * ------------------------------------------------------------------ */

struct input {
    enum precision p;
    bool add;
    size_t n; /* rows, columns or lines */
    struct matrix m;
    struct reals src, w, y, line, line2; /* (below, LANES), (n, LANES), (n), (LANES), (LANES) */
    struct reals sums;                   /* (LANES) doubles */
    struct reals out;                    /* (n, LANES), given and taken */
};

static struct input input_random(enum precision p, bool binary, bool add, size_t n, struct rng *r) {
    struct input in = {.p = p, .add = add, .n = n};
    const uint32_t below = n > COLUMNS ? COLUMNS : ROWS;
    in.m = matrix_random(p, n, below, binary, r);
    in.src = reals_new(p, (size_t)below * LANES, 0);
    in.w = reals_new(p, n * LANES, 0);
    in.y = reals_new(p, n, 0);
    in.line = reals_new(p, LANES, 0);
    in.line2 = reals_new(p, LANES, 0);
    in.out = reals_new(p, n * LANES, 0);
    in.sums = reals_new(PRECISION_F64, LANES, 0);
    struct reals *all[] = {&in.src, &in.w, &in.line, &in.line2, &in.out, &in.sums};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        reals_random(all[i], r);
    static const double y[] = {0, 1, 0.5, 0.3};
    for (size_t i = 0; i < n; i++)
        reals_put(&in.y, i, rng_below(r, 2) ? y[rng_below(r, 4)] : rng_unit(r));
    return in;
}
static struct input input_copy(const struct input *from) { /* what a pass may write; the rest is shared */
    struct input in = *from;
    in.out = reals_copy(&from->out);
    in.sums = reals_copy(&from->sums);
    in.line = reals_copy(&from->line);
    return in;
}
static void copy_free(struct input *in) {
    reals_free(&in->out), reals_free(&in->sums), reals_free(&in->line);
}
static void input_free(struct input *in) {
    matrix_free(&in->m);
    reals_free(&in->src), reals_free(&in->w), reals_free(&in->y), reals_free(&in->line2);
    copy_free(in);
}

static void run_forward(const struct kernels *k, struct input *in) {
    const struct sparse x = matrix_view(&in->m);
    const size_t first = in->n / 3; /* in two calls, as chunks of rows are */
    k->forward(&x, in->src.at, in->line.at, 0, first, in->out.at);
    k->forward(&x, in->src.at, in->line.at, first, in->n, in->out.at + first * LANES * real_size(in->p));
}
static void run_gradient(const struct kernels *k, struct input *in) {
    const struct sparse x = matrix_view(&in->m);
    const size_t first = in->n / 3;
    k->gradient(&x, in->src.at, 0, first, in->out.at, in->add);
    k->gradient(&x, in->src.at, first, in->n, in->out.at + first * LANES * real_size(in->p), in->add);
}
/* on: sums go on from what is there. The matrix as a stream over src, whose first line is zeros, in two calls
 * and the second half of the stretches from the last to the first: copies, so that inputs stay what they are.
 */
static void run_sums(const struct kernels *k, struct input *in, bool on, bool wide) {
    const size_t real = real_size(in->p), line = LANES * real, n = in->n;
    uint64_t groups = 0, group = 0, third = 0;
    for (size_t i = 0; i < n; i++)
        groups +=
            (in->m.ptr[i + 1] - in->m.ptr[i] + PARTIALS - 1) / PARTIALS + (in->m.ptr[i + 1] == in->m.ptr[i]);
    uint16_t *idx = calloc(groups * PARTIALS + INDEX_PADDING, sizeof *idx);
    uint32_t *idx32 = calloc(groups * PARTIALS + INDEX_PADDING, sizeof *idx32);
    struct stretch *stretch = calloc(n + 1, sizeof *stretch);
    struct reals val = reals_new(in->p, groups * PARTIALS, 0), src = reals_new(in->p, in->src.n + LANES, 0),
                 out = reals_new(in->p, (n + 1) * LANES, 0); /* one line more, to be left alone */
    assert_true(idx && idx32 && stretch);
    for (size_t s = 0; s < n; s++) {
        const size_t i = s < n / 3 ? s : n - 1 - (s - n / 3);
        if (s == n / 3)
            third = group;
        uint64_t at = group * PARTIALS;
        for (uint64_t e = in->m.ptr[i]; e < in->m.ptr[i + 1]; e++, at++) {
            idx32[at] = in->m.idx[e] + 1;
            idx[at] = (uint16_t)idx32[at];
            memcpy(val.at + at * real, in->m.val.at + e * real, real);
        }
        const uint64_t first = group;
        for (group = at == group * PARTIALS ? group + 1 : (at + PARTIALS - 1) / PARTIALS; at < group * PARTIALS;
             at++)
            reals_put(&val, at, 0);
        stretch[s] = (struct stretch){(uint32_t)i, (uint32_t)(group - first)};
    }
    for (size_t i = 0; i < LANES; i++)
        reals_put(&src, i, 0);
    memcpy(src.at + line, in->src.at, in->src.n * real);
    memcpy(out.at, in->out.at, n * line);
    for (size_t i = n * LANES; i < out.n; i++)
        reals_put(&out, i, NAN);
    struct stream x = {
        wide ? NULL : idx, wide ? idx32 : NULL, in->m.x.val ? val.at : NULL, stretch, n / 3, false};
    k->sums(&x, src.at, on ? NULL : in->line.at, !on && in->add, out.at);
    x.idx = wide ? NULL : idx + third * PARTIALS;
    x.idx32 = wide ? idx32 + third * PARTIALS : NULL;
    x.val = in->m.x.val ? val.at + third * PARTIALS * real : NULL;
    x.stretch += n / 3;
    x.n = n - n / 3;
    x.near = true;
    k->sums(&x, src.at, on ? NULL : in->line.at, !on && in->add, out.at);
    memcpy(in->out.at, out.at, n * line);
    for (size_t i = n * LANES; i < out.n; i++)
        assert_true(isnan(reals_get(&out, i)));
    assert_true(reals_guarded(&out));
    free(idx), free(idx32), free(stretch);
    reals_free(&val), reals_free(&src), reals_free(&out);
}
static void run_row_sums(const struct kernels *k, struct input *in) {
    run_sums(k, in, false, false);
}
static void run_row_sums_wide(const struct kernels *k, struct input *in) {
    run_sums(k, in, false, true);
}
static void run_column_sums(const struct kernels *k, struct input *in) {
    run_sums(k, in, true, false);
}
static void run_column_sums_wide(const struct kernels *k, struct input *in) {
    run_sums(k, in, true, true);
}
static void run_bias(const struct kernels *k, struct input *in) {
    k->gradient_bias(in->w.at, in->n / 4, in->n, in->line.at, in->add);
}
static void run_finish(const struct kernels *k, struct input *in) {
    k->finish_gradient(in->n, in->line.at, in->line2.at, in->w.at, in->out.at);
}
static void run_misses(const struct kernels *k, struct input *in) {
    k->misses(in->n, in->y.at, in->out.at, (double *)in->sums.at);
}
static void run_residual_logistic(const struct kernels *k, struct input *in) {
    k->residual[LOSS_logistic](in->n, in->y.at, in->out.at, in->add ? (double *)in->sums.at : NULL);
}
static void run_residual_squared(const struct kernels *k, struct input *in) {
    k->residual[LOSS_squared](in->n, in->y.at, in->out.at, in->add ? (double *)in->sums.at : NULL);
}
static void run_loss_logistic(const struct kernels *k, struct input *in) {
    k->loss[LOSS_logistic](in->n, in->y.at, in->out.at, (double *)in->sums.at);
}
static void run_loss_squared(const struct kernels *k, struct input *in) {
    k->loss[LOSS_squared](in->n, in->y.at, in->out.at, (double *)in->sums.at);
}

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

/* ---- tests ------------------------------------------------------------------------------------------------
 */

static const struct {
    const char *name;
    void (*run)(const struct kernels *k, struct input *in);
    void (*plain)(struct input *in); /* NULL: its arithmetic is test_losses.c's, its order of sums
                                        sums_are_row_by_row's */
} passes[] = {
    {"forward", run_forward, plain_forward},
    {"gradient", run_gradient, plain_gradient},
    {"sums of rows", run_row_sums, plain_row_sums},
    {"sums of columns", run_column_sums, plain_column_sums},
    {"sums of rows, long indices", run_row_sums_wide, plain_row_sums},
    {"sums of columns, long indices", run_column_sums_wide, plain_column_sums},
    {"gradient_bias", run_bias, plain_bias},
    {"finish_gradient", run_finish, plain_finish},
    {"misses", run_misses, plain_misses},
    {"residual logistic", run_residual_logistic, NULL},
    {"residual squared", run_residual_squared, NULL},
    {"loss logistic", run_loss_logistic, NULL},
    {"loss squared", run_loss_squared, NULL},
};
enum { N_PASSES = sizeof passes / sizeof *passes };

static void expect_same(const char *what, const struct input *got, const struct input *expected) {
    const struct reals *a[] = {&got->out, &got->sums, &got->line},
                       *b[] = {&expected->out, &expected->sums, &expected->line};
    const struct reals *given[] = {&got->src, &got->w, &got->y, &got->line2, &got->m.val};
    static const char *const names[] = {"out", "sums", "line"};
    for (int k = 0; k < 3; k++) {
        if (!reals_guarded(a[k]))
            fail_msg("%s: wrote outside %s (TEST_SEED=%llu)", what, names[k], (unsigned long long)seed);
        for (size_t i = 0; i < a[k]->n; i++)
            if (!reals_same(a[k], i, b[k], i))
                fail_msg("%s: %s[%zu] = %a, expected %a (TEST_SEED=%llu)", what, names[k], i,
                         reals_get(a[k], i), reals_get(b[k], i), (unsigned long long)seed);
    }
    for (int k = 0; k < 5; k++)
        if (!reals_guarded(given[k]))
            fail_msg("%s: wrote outside an input (TEST_SEED=%llu)", what, (unsigned long long)seed);
}

/* Calls f for each pass on inputs of each kind and many sizes. */
static void each_input(void (*f)(int pass, const struct input *in, struct rng *r, const char *label)) {
    static const size_t sizes[] = {0, 1, 2, 3, 4, 5, 7, 8, 9, COLUMNS, ROWS};
    for (int pass = 0; pass < N_PASSES; pass++)
        for (enum precision p = 0; p < PRECISION_COUNT; p++)
            for (int kind = 0; kind < 4; kind++)
                for (size_t size = 0; size < sizeof sizes / sizeof *sizes; size++) {
                    struct rng r = rng_make(seed, (uint64_t)((pass * 2 + (int)p) * 4 + kind) * 100 + size);
                    struct input in = input_random(p, kind & 1, kind & 2, sizes[size], &r);
                    char label[96];
                    snprintf(label, sizeof label, "%s, %s, %s%s, n = %zu", passes[pass].name,
                             precision_names[p], kind & 1 ? "binary" : "valued", kind & 2 ? ", add" : "",
                             sizes[size]);
                    f(pass, &in, &r, label);
                    input_free(&in);
                }
}

static void plain_of_input(int pass, const struct input *in, struct rng *r, const char *label) {
    (void)r;
    if (!passes[pass].plain)
        return;
    struct input scalar = input_copy(in), plain = input_copy(in);
    passes[pass].run(kernels_get(ISA_SCALAR, in->p), &scalar);
    passes[pass].plain(&plain);
    expect_same(label, &scalar, &plain);
    copy_free(&scalar), copy_free(&plain);
}
static void scalar_sums_as_documented(void **s) {
    (void)s;
    each_input(plain_of_input);
}

static void isas_of_input(int pass, const struct input *in, struct rng *r, const char *label) {
    (void)r;
    struct input scalar = input_copy(in);
    passes[pass].run(kernels_get(ISA_SCALAR, in->p), &scalar);
    for (enum isa isa = ISA_SCALAR; isa < ISA_COUNT; isa++) {
        if (!isa_usable(isa))
            continue;
        char what[128];
        snprintf(what, sizeof what, "%s: %s", isa_names[isa], label);
        struct input one = input_copy(in);
        passes[pass].run(kernels_get(isa, in->p), &one);
        expect_same(what, &one, &scalar);
        copy_free(&one);
    }
    copy_free(&scalar);
}
static void every_isa_has_scalars_bits(void **s) {
    (void)s;
    each_input(isas_of_input);
}

static void spoil(struct reals *a, size_t lane, struct rng *r) {
    static const double garbage[] = {NAN, INFINITY, -INFINITY, 3e38, -0.0};
    for (size_t i = 0; i < a->n; i++)
        if (i % LANES != lane)
            reals_put(a, i, garbage[rng_below(r, 5)]);
}
static void lanes_of_input(int pass, const struct input *in, struct rng *r, const char *label) {
    const struct kernels *k = kernels_get(isa_best(), in->p);
    struct input clean = input_copy(in);
    passes[pass].run(k, &clean);
    const size_t lane = rng_below(r, LANES);
    struct input dirty = input_copy(in);
    dirty.src = reals_copy(&in->src);
    dirty.w = reals_copy(&in->w);
    dirty.line2 = reals_copy(&in->line2);
    struct reals *all[] = {&dirty.src, &dirty.w, &dirty.line, &dirty.line2, &dirty.out, &dirty.sums};
    for (size_t a = 0; a < sizeof all / sizeof *all; a++)
        spoil(all[a], lane, r);
    passes[pass].run(k, &dirty);
    bool same =
        reals_same(&dirty.sums, lane, &clean.sums, lane) && reals_same(&dirty.line, lane, &clean.line, lane);
    for (size_t i = lane; i < clean.out.n; i += LANES)
        same &= reals_same(&dirty.out, i, &clean.out, i);
    if (!same)
        fail_msg("%s: lane %zu depends on the lanes beside it (TEST_SEED=%llu)", label, lane,
                 (unsigned long long)seed);
    reals_free(&dirty.src), reals_free(&dirty.w), reals_free(&dirty.line2);
    copy_free(&dirty), copy_free(&clean);
}
static void lanes_are_independent(void **s) {
    (void)s;
    each_input(lanes_of_input);
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
    seed = test_seed((uint64_t)time(NULL));
    for (enum isa isa = 0; isa < ISA_COUNT; isa++)
        if (!isa_usable(isa))
            printf("skipped: %s (this CPU does not have it)\n", isa_names[isa]);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(scalar_sums_as_documented),
        cmocka_unit_test(every_isa_has_scalars_bits),
        cmocka_unit_test(lanes_are_independent),
        cmocka_unit_test(losses_are_summed_as_documented),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

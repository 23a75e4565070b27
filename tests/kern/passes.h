/* What the tests of the passes over the data share: random inputs of every size and kind, each pass as a
 * function from them to one output, and comparison to the bit. */
#pragma once
#include "buffers.h"

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

static inline struct matrix matrix_random(enum precision p, size_t n, uint32_t below, bool binary,
                                          struct rng *r) {
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
static inline struct sparse matrix_view(const struct matrix *m) {
    struct sparse x = m->x;
    x.ptr = m->ptr;
    return x;
}
static inline void matrix_free(struct matrix *m) {
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

static inline struct input input_random(enum precision p, bool binary, bool add, size_t n, struct rng *r) {
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
static inline struct input
input_copy(const struct input *from) { /* what a pass may write; the rest is shared */
    struct input in = *from;
    in.out = reals_copy(&from->out);
    in.sums = reals_copy(&from->sums);
    in.line = reals_copy(&from->line);
    return in;
}
static inline void copy_free(struct input *in) {
    reals_free(&in->out), reals_free(&in->sums), reals_free(&in->line);
}
static inline void input_free(struct input *in) {
    matrix_free(&in->m);
    reals_free(&in->src), reals_free(&in->w), reals_free(&in->y), reals_free(&in->line2);
    copy_free(in);
}

static inline void run_forward(const struct kernels *k, struct input *in) {
    const struct sparse x = matrix_view(&in->m);
    const size_t first = in->n / 3; /* in two calls, as chunks of rows are */
    k->forward(&x, in->src.at, in->line.at, 0, first, in->out.at);
    k->forward(&x, in->src.at, in->line.at, first, in->n, in->out.at + first * LANES * real_size(in->p));
}
static inline void run_gradient(const struct kernels *k, struct input *in) {
    const struct sparse x = matrix_view(&in->m);
    const size_t first = in->n / 3;
    k->gradient(&x, in->src.at, 0, first, in->out.at, in->add);
    k->gradient(&x, in->src.at, first, in->n, in->out.at + first * LANES * real_size(in->p), in->add);
}
/* on: sums go on from what is there. The matrix as a stream over src, whose first line is zeros, in two calls
 * and the second half of the stretches from the last to the first: copies, so that inputs stay what they are.
 */
static inline void run_sums(const struct kernels *k, struct input *in, bool on, bool wide) {
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
static inline void run_row_sums(const struct kernels *k, struct input *in) {
    run_sums(k, in, false, false);
}
static inline void run_row_sums_wide(const struct kernels *k, struct input *in) {
    run_sums(k, in, false, true);
}
static inline void run_column_sums(const struct kernels *k, struct input *in) {
    run_sums(k, in, true, false);
}
static inline void run_column_sums_wide(const struct kernels *k, struct input *in) {
    run_sums(k, in, true, true);
}
static inline void run_bias(const struct kernels *k, struct input *in) {
    k->gradient_bias(in->w.at, in->n / 4, in->n, in->line.at, in->add);
}
static inline void run_finish(const struct kernels *k, struct input *in) {
    k->finish_gradient(in->n, in->line.at, in->line2.at, in->w.at, in->out.at);
}
static inline void run_misses(const struct kernels *k, struct input *in) {
    k->misses(in->n, in->y.at, in->out.at, (double *)in->sums.at);
}
static inline void run_residual_logistic(const struct kernels *k, struct input *in) {
    k->residual[LOSS_logistic](in->n, in->y.at, in->out.at, in->add ? (double *)in->sums.at : NULL);
}
static inline void run_residual_squared(const struct kernels *k, struct input *in) {
    k->residual[LOSS_squared](in->n, in->y.at, in->out.at, in->add ? (double *)in->sums.at : NULL);
}
static inline void run_loss_logistic(const struct kernels *k, struct input *in) {
    k->loss[LOSS_logistic](in->n, in->y.at, in->out.at, (double *)in->sums.at);
}
static inline void run_loss_squared(const struct kernels *k, struct input *in) {
    k->loss[LOSS_squared](in->n, in->y.at, in->out.at, (double *)in->sums.at);
}

enum pass {
    PASS_FORWARD,
    PASS_GRADIENT,
    PASS_ROW_SUMS,
    PASS_COLUMN_SUMS,
    PASS_ROW_SUMS_WIDE,
    PASS_COLUMN_SUMS_WIDE,
    PASS_BIAS,
    PASS_FINISH,
    PASS_MISSES,
    PASS_RESIDUAL_LOGISTIC,
    PASS_RESIDUAL_SQUARED,
    PASS_LOSS_OF_LOGISTIC,
    PASS_LOSS_OF_SQUARED,
    N_PASSES
};
static const struct {
    const char *name;
    void (*run)(const struct kernels *k, struct input *in);
} passes[] = {
    [PASS_FORWARD] = {"forward", run_forward},
    [PASS_GRADIENT] = {"gradient", run_gradient},
    [PASS_ROW_SUMS] = {"sums of rows", run_row_sums},
    [PASS_COLUMN_SUMS] = {"sums of columns", run_column_sums},
    [PASS_ROW_SUMS_WIDE] = {"sums of rows, long indices", run_row_sums_wide},
    [PASS_COLUMN_SUMS_WIDE] = {"sums of columns, long indices", run_column_sums_wide},
    [PASS_BIAS] = {"gradient_bias", run_bias},
    [PASS_FINISH] = {"finish_gradient", run_finish},
    [PASS_MISSES] = {"misses", run_misses},
    [PASS_RESIDUAL_LOGISTIC] = {"residual logistic", run_residual_logistic},
    [PASS_RESIDUAL_SQUARED] = {"residual squared", run_residual_squared},
    [PASS_LOSS_OF_LOGISTIC] = {"loss logistic", run_loss_logistic},
    [PASS_LOSS_OF_SQUARED] = {"loss squared", run_loss_squared},
};

/* ---- over all inputs ---- */

static inline void expect_same(const char *what, const struct input *got, const struct input *expected) {
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
static inline void each_input(void (*f)(int pass, const struct input *in, struct rng *r, const char *label)) {
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

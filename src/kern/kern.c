/* The loops, compiled once per ISA and precision (see the list in CMakeLists.txt): KERN_ISA is scalar,
 * avx2 or avx512, KERN_F64 is defined for doubles. A line of LANES values is V_LINE registers of V_LANES lanes.
 */
#include "kern/kern.h"
#include <string.h>

#ifdef KERN_F64
typedef double real;
#else
typedef float real;
#endif

#define PASTE_(a, b, c) a##_##b##_##c
#define PASTE(a, b, c) PASTE_(a, b, c)
#define HEADER_(isa) <kern/vec_##isa.h>
#define HEADER(isa) HEADER_(isa)
#include HEADER(KERN_ISA)
#include "kern/exp.h"
#ifdef KERN_F64
#define KERN_TABLE PASTE(kernels, KERN_ISA, f64)
#define KERN_PRECISION PRECISION_F64
#else
#define KERN_TABLE PASTE(kernels, KERN_ISA, f32)
#define KERN_PRECISION PRECISION_F32
#endif

/* exp(-|z|) stops here, short of subnormal numbers, which CPUs handle a hundred times slower: a diverging run,
 * whose |z| are large, would hold up the fifteen beside it. p is 0 or 1 to rounding long before. */
#ifdef KERN_F64
#define NORMAL_EXP 708
#else
#define NORMAL_EXP 87
#endif

#define RULES_STEPS
#include "kern/losses.h"
#include "kern/rules.h"

#ifndef __clang__
#pragma GCC diagnostic ignored                                                                                 \
    "-Wmaybe-uninitialized" /* of state and loss registers that a variant does not have */
#endif

enum { V_LINE = LANES / V_LANES, AHEAD = 128, AHEAD_FAR = 192, AHEAD_COLUMNS = 48, AHEAD_SUMS = 32 };
_Static_assert(AHEAD_FAR + PARTIALS <= INDEX_PADDING && NEAR_AHEAD + PARTIALS <= INDEX_PADDING,
               "prefetch reads the index array past its end");

/* ---- gather-sums: the two passes over the data ------------------------------------------------------------
 */

/* Asks for a line that is needed some entries on: of a source that fits the second-level cache, about, into the
 * first; of a larger one into the second, which takes more such requests at a time, and earlier. */
INLINE void prefetch_line(const real *line, bool large) {
    for (size_t k = 0; k < LANES * sizeof(real); k += 64)
        if (large)
            __builtin_prefetch((const char *)line + k, 0, 2);
        else
            __builtin_prefetch((const char *)line + k, 0, 3);
}

/* Adds line idx[k] of src, times val[k], to s. */
INLINE void add_line(vr s[V_LINE], const real *src, bool large, uint64_t k, const uint32_t *idx,
                     const real *val) {
    const real *line = src + (size_t)idx[k] * LANES;
    prefetch_line(src + (size_t)idx[k + (large ? AHEAD_FAR : AHEAD)] * LANES, large);
    for (int v = 0; v < V_LINE; v++) {
        const vr x = v_load(line + v * V_LANES);
        s[v] = val ? v_fma(v_set1(val[k]), x, s[v]) : s[v] + x;
    }
}

/* out = first + sum over k in [k0, k1) of val[k] * line idx[k], in PARTIALS partial sums by position. */
INLINE void gather_sum(const real *src, bool large, uint64_t k0, uint64_t k1, const uint32_t *idx,
                       const real *val, const vr first[V_LINE], vr out[V_LINE]) {
    vr s[PARTIALS][V_LINE];
    for (int v = 0; v < V_LINE; v++) {
        s[0][v] = first[v];
        for (int p = 1; p < PARTIALS; p++)
            s[p][v] = v_set1(0);
    }
    uint64_t k = k0;
    for (; k + PARTIALS <= k1; k += PARTIALS)
        for (int p = 0; p < PARTIALS; p++)
            add_line(s[p], src, large, k + (uint64_t)p, idx, val);
    for (int p = 0; p < PARTIALS - 1; p++)
        if (k + (uint64_t)p < k1)
            add_line(s[p], src, large, k + (uint64_t)p, idx, val);
    for (int v = 0; v < V_LINE; v++)
        out[v] = (s[0][v] + s[1][v]) + (s[2][v] + s[3][v]);
}
_Static_assert(PARTIALS == 4, "gather_sum joins four partial sums");

INLINE void forward_loop(const struct sparse *x, const real *val, const real *w, const real *b, size_t row0,
                         size_t row1, real *z) {
    vr bias[V_LINE];
    for (int v = 0; v < V_LINE; v++)
        bias[v] = v_load(b + v * V_LANES);
    for (size_t i = row0; i < row1; i++, z += LANES) {
        vr sum[V_LINE];
        gather_sum(w, false, x->ptr[i], x->ptr[i + 1], x->idx, val, bias, sum);
        for (int v = 0; v < V_LINE; v++)
            v_store(z + v * V_LANES, sum[v]);
    }
}

static void forward(const struct sparse *x, const void *w, const void *b, size_t row0, size_t row1, void *z) {
    if (x->val)
        forward_loop(x, x->val, w, b, row0, row1, z);
    else
        forward_loop(x, NULL, w, b, row0, row1, z);
}

/* ---- the same over streams ----------------------------------------------------------------------------- */

/* The four short indices of a group in one load: loads, not arithmetic, are what the loop is short of. */
INLINE uint64_t four(const uint16_t *idx) {
    uint64_t i;
    memcpy(&i, idx, sizeof i); /* cppcheck-suppress ctunullpointer ; with idx32 it is not called */
    return i;
}
_Static_assert(PARTIALS * sizeof(uint16_t) == sizeof(uint64_t), "four() reads one group");

INLINE size_t index_of(const uint32_t *idx32, uint64_t short_ones, int p) {
    return idx32 ? idx32[p] : short_ones >> 16 * p & 0xffff;
}

/* ahead: asks for lines so many entries before they are needed; 0: does not. */
INLINE void sums_loop(const struct stream *x, const uint16_t *idx, const uint32_t *idx32, int ahead,
                      const real *val, const real *src, const real *first, bool add, real *out) {
    vr start[V_LINE];
    for (int v = 0; v < V_LINE; v++)
        start[v] = first ? v_load(first + v * V_LANES) : v_set1(0);
    for (size_t i = 0; i < x->n; i++) {
        real *sum = out + (size_t)x->stretch[i].line * LANES;
        if ((!first || add) && i + AHEAD_SUMS < x->n) /* sums of columns lie anywhere, those of rows near by */
            prefetch_line(out + (size_t)x->stretch[i + AHEAD_SUMS].line * LANES, false);
        vr s[PARTIALS][V_LINE];
        for (int v = 0; v < V_LINE; v++) {
            s[0][v] = first ? start[v] : v_load(sum + v * V_LANES); /* cppcheck-suppress uninitvar ; all set */
            for (int p = 1; p < PARTIALS; p++)
                s[p][v] = v_set1(0);
        }
        for (uint32_t g = x->stretch[i].groups; g > 0; g--) {
            const uint64_t now = idx32 ? 0 : four(idx), then = idx32 || !ahead ? 0 : four(idx + ahead);
            for (int p = 0; p < PARTIALS; p++) {
                const real *line = src + index_of(idx32, now, p) * LANES;
                if (ahead)
                    prefetch_line(src + index_of(idx32 ? idx32 + ahead : NULL, then, p) * LANES,
                                  ahead == AHEAD_FAR);
                for (int v = 0; v < V_LINE; v++) {
                    const vr w = v_load(line + v * V_LANES);
                    s[p][v] = val ? v_fma(v_set1(val[p]), w, s[p][v]) : s[p][v] + w;
                }
            }
            if (idx32)
                idx32 += PARTIALS;
            else
                idx += PARTIALS;
            if (val)
                val += PARTIALS;
        }
        for (int v = 0; v < V_LINE; v++) {
            const vr joined = (s[0][v] + s[1][v]) + (s[2][v] + s[3][v]);
            v_store(sum + v * V_LANES, add ? v_load(sum + v * V_LANES) + joined : joined);
        }
    }
}

/* The loop once for each form of a stream. */
INLINE void sums_of(const struct stream *x, const uint16_t *idx, const uint32_t *idx32, int ahead,
                    const real *val, const void *src, const void *first, bool add, void *out) {
    if (!first)
        sums_loop(x, idx, idx32, ahead, val, src, NULL, false, out);
    else if (add)
        sums_loop(x, idx, idx32, ahead, val, src, first, true, out);
    else
        sums_loop(x, idx, idx32, ahead, val, src, first, false, out);
}

INLINE void sums_by_size(const struct stream *x, const real *val, const void *src, const void *first, bool add,
                         void *out) {
    if (!x->idx32 && x->near)
        sums_of(x, x->idx, NULL, 0, val, src, first, add, out);
    else if (!x->idx32)
        sums_of(x, x->idx, NULL, AHEAD, val, src, first, add, out);
    else if (x->near)
        sums_of(x, NULL, x->idx32, NEAR_AHEAD, val, src, first, add, out);
    else
        sums_of(x, NULL, x->idx32, AHEAD_FAR, val, src, first, add, out);
}

static void sums(const struct stream *x, const void *src, const void *first, bool add, void *out) {
    if (x->val)
        sums_by_size(x, x->val, src, first, add, out);
    else
        sums_by_size(x, NULL, src, first, add, out);
}

INLINE void put_gradient(real *g, const vr sum[V_LINE], bool add) {
    for (int v = 0; v < V_LINE; v++)
        v_store(g + v * V_LANES, add ? v_load(g + v * V_LANES) + sum[v] : sum[v]);
}

INLINE void gradient_loop(const struct sparse *x, const real *val, const real *e, size_t col0, size_t col1,
                          real *g, bool add) {
    vr zero[V_LINE];
    for (int v = 0; v < V_LINE; v++)
        zero[v] = v_set1(0);
    for (size_t j = col0; j < col1; j++, g += LANES) {
        vr sum[V_LINE];
        gather_sum(e, true, x->ptr[j], x->ptr[j + 1], x->idx, val, zero, sum);
        put_gradient(g, sum, add);
    }
}

static void gradient(const struct sparse *x, const void *e, size_t col0, size_t col1, void *g, bool add) {
    if (x->val)
        gradient_loop(x, x->val, e, col0, col1, g, add);
    else
        gradient_loop(x, NULL, e, col0, col1, g, add);
}

static void gradient_bias(const void *e, size_t row0, size_t row1, void *g, bool add) {
    vr s[PARTIALS][V_LINE], sum[V_LINE];
    for (int p = 0; p < PARTIALS; p++)
        for (int v = 0; v < V_LINE; v++)
            s[p][v] = v_set1(0);
    const real *line = (const real *)e + row0 * LANES;
    size_t i = row0;
    for (; i + PARTIALS <= row1; i += PARTIALS)
        for (int p = 0; p < PARTIALS; p++, line += LANES)
            for (int v = 0; v < V_LINE; v++)
                s[p][v] += v_load(line + v * V_LANES);
    for (int p = 0; i < row1; i++, p++, line += LANES)
        for (int v = 0; v < V_LINE; v++)
            s[p][v] += v_load(line + v * V_LANES);
    for (int v = 0; v < V_LINE; v++)
        sum[v] = (s[0][v] + s[1][v]) + (s[2][v] + s[3][v]);
    put_gradient(g, sum, add);
}

static void finish_gradient(size_t n, const void *scale, const void *l2, const void *w_, void *g_) {
    const real *w = w_;
    real *g = g_;
    for (int v = 0; v < V_LINE; v++) {
        const vr a = v_load((const real *)scale + v * V_LANES), b = v_load((const real *)l2 + v * V_LANES);
        for (size_t i = 0; i < n; i++) {
            const size_t at = i * LANES + (size_t)v * V_LANES;
            v_store(g + at, v_fma(b, v_load(w + at), a * v_load(g + at)));
        }
    }
}

/* ---- losses: z -> e, and the sums of L in double ------------------------------------------------------------
 *
 * The sum of log1p(t) is the logarithm of the product of 1 + t: one logarithm for LOG_ROWS rows, in double,
 * whose product is at most 2^LOG_ROWS; and no subnormal number on the way, as within a log1p of a tiny t. */

static const double zeros[LANES] __attribute__((aligned(64)));

#define X(name, ...)                                                                                           \
    INLINE void name##_rows(size_t n, const real *y, const real *z, real *e, double *sum, bool want_loss,      \
                            bool want_e) {                                                                     \
        vsum s[V_LINE];                                                                                        \
        for (int v = 0; v < V_LINE; v++)                                                                       \
            if (want_loss)                                                                                     \
                s[v] = v_sum_load(sum + v * V_LANES);                                                          \
        for (size_t i = 0; i < n;) {                                                                           \
            const size_t end = n - i < LOG_ROWS ? n : i + LOG_ROWS;                                            \
            vsum odds[V_LINE];                                                                                 \
            for (int v = 0; v < V_LINE; v++)                                                                   \
                odds[v] = v_sum_load(zeros);                                                                   \
            for (; i < end; i++) {                                                                             \
                const vr yi = v_set1(y[i]);                                                                    \
                for (int v = 0; v < V_LINE; v++) {                                                             \
                    const size_t at = i * LANES + (size_t)v * V_LANES;                                         \
                    const vr zi = v_load(z + at), t = v_exp(v_max(v_set1(-NORMAL_EXP), -v_abs(zi)));           \
                    vr li, ei;                                                                                 \
                    name##_loss(zi, yi, t, &li, &ei, want_loss, want_e);                                       \
                    if (want_e)                                                                                \
                        v_store(e + at, ei);                                                                   \
                    if (want_loss)                                                                             \
                        s[v] = v_sum_add(s[v], li);                                                            \
                    if (want_loss && name##_less_log1p)                                                        \
                        odds[v] = v_sum_odds(odds[v], t);                                                      \
                }                                                                                              \
            }                                                                                                  \
            for (int v = 0; v < V_LINE; v++)                                                                   \
                if (want_loss && name##_less_log1p)                                                            \
                    s[v] = v_sum_add_log1p(s[v], odds[v]);                                                     \
        }                                                                                                      \
        for (int v = 0; v < V_LINE; v++)                                                                       \
            if (want_loss)                                                                                     \
                v_sum_store(sum + v * V_LANES, s[v]);                                                          \
    }                                                                                                          \
    static void name##_residual(size_t n, const void *y, void *ze, double *loss) {                             \
        if (loss)                                                                                              \
            name##_rows(n, y, ze, ze, loss, true, true);                                                       \
        else                                                                                                   \
            name##_rows(n, y, ze, ze, NULL, false, true);                                                      \
    }                                                                                                          \
    static void name##_only(size_t n, const void *y, const void *z, double *loss) {                            \
        name##_rows(n, y, z, NULL, loss, true, false);                                                         \
    }
LOSSES(X) /* cppcheck-suppress nullPointerArithmetic ; NULL: want_loss or want_e is false, and it is not used */
#undef X

static void misses(size_t n, const void *y_, const void *z_, double *errors) {
    const real *y = y_, *z = z_;
    for (size_t i = 0; i < n; i++)
        for (int lane = 0; lane < LANES; lane++) {
            const real zi = z[i * LANES + (size_t)lane];
            errors[lane] += (y[i] >= (real)0.5 ? zi >= 0 : zi < 0) ? 0 : 1;
        }
}

#include "kern/updates.h"
// columns.h calls what is in it
#include "kern/columns.h"

/* ---- the table --------------------------------------------------------------------------------------------
 */

enum {
#define R(name) RULE_##name,
    RULES(R, RULES_NONE)
#undef R
};

const struct kernels KERN_TABLE = {.precision = KERN_PRECISION,
                                   .forward = forward,
                                   .sums = sums,
                                   .gradient = gradient,
                                   .gradient_bias = gradient_bias,
                                   .finish_gradient = finish_gradient,
                                   .watch = watch,
                                   .misses = misses,
#define X(name, ...) .residual[LOSS_##name] = name##_residual, .loss[LOSS_##name] = name##_only,
                                   LOSSES(X)
#undef X
#define V(name, variant, ...)                                                                                  \
    .step[RULE_##name][variant] = name##_lines_##variant,                                                      \
    .columns[RULE_##name][variant] = name##_columns_##variant,                                                 \
    .dense[RULE_##name][variant] = name##_parameters_##variant,
                                       RULES(RULES_NONE, V)
#undef V
};

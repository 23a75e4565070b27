/* rest.h, compiled once per ISA and precision like kern.c. */
#include "kern/rest.h"

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
#ifdef KERN_F64
#define REST_TABLE PASTE(rest_kernels, KERN_ISA, f64)
#define SMALL 1e-3     /* its fourth power is the error of `far`, relative to the drift */
#define ACCURATE 1e-12 /* the error of `near` */
#else
#define REST_TABLE PASTE(rest_kernels, KERN_ISA, f32)
#define SMALL 2e-2f
#define ACCURATE 2e-7f
#endif

#define RULES_STEPS
#include "kern/rules.h"

#ifndef __clang__
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized" /* of state that a variant does not have */
#endif

enum { V_LINE = LANES / V_LANES, PREFETCH = 32 };

/* Register v of row `row`, line `line` of a table with `lines` lines a row. */
INLINE vr table(const void *t, size_t row, int lines, int line, int v) {
    return v_load((const real *)t + (row * (size_t)lines + (size_t)line) * LANES + (size_t)v * V_LANES);
}

/* ---- one step after the other: the rule itself, with g = 0 */

/* w and s of each lane stop at its horizon, if there is one. */
#define R(name)                                                                                                \
    INLINE vr name##_replay(vr w, vr *s, uint32_t from, uint32_t to, const struct rest_tables *t, int v,       \
                            int n_coefs, int variant, const vr *horizon) {                                     \
        const uint32_t end = horizon && to - from > t->horizon_most ? from + t->horizon_most : to;             \
        for (uint32_t step = from + 1; step <= end; step++) {                                                  \
            vr c[RULE_MAX_COEFS];                                                                              \
            for (int k = 0; k < n_coefs; k++)                                                                  \
                c[k] = table(t->coefs, step, n_coefs, k, v);                                                   \
            const vr w_new = name##_step(w, v_set1(0), s, c, variant);                                         \
            w = horizon ? v_select_lt(*horizon, v_set1((real)(step - from)), w, w_new) : w_new;                \
        }                                                                                                      \
        return w;                                                                                              \
    }
RULES(R, RULES_NONE)
#undef R

/* ---- closed forms: w after k = to - from steps; `miss` is below SMALL where the form holds */

INLINE vr velocity_rest(vr w, vr *s, uint32_t from, uint32_t to, const struct rest_tables *t, int v,
                        int n_coefs, int traits, vr *miss) {
    const vr u = s[0], uk = u * table(t->power1, to - from, 1, 0, v);
    s[0] = uk;
    *miss = table(t->reach, to - from, 2, 0, v);
    w -= u * table(t->drift, from, 2 * REST_TERMS, 0, v) - uk * table(t->drift, to, 2 * REST_TERMS, 0, v);
    if (traits & REST_POINT)
        s[1] = v_fnma(table(t->coefs, to, n_coefs, 2, v), uk, w);
    return w;
}

/* Coefficients of (1 + x)^-1 and (1 + x)^-1/2. */
static const real binomial[2][REST_TERMS] = {{1, -1, 1, -1}, {1, (real)-0.5, (real)0.375, (real)-0.3125}};

/* Sum of c_i y^i R_i over the terms, R from row `row` of the drift table. */
INLINE vr series(const struct rest_tables *t, uint32_t row, int first, const vr c[REST_TERMS], vr y, int v) {
    vr sum = c[REST_TERMS - 1] * table(t->drift, row, 2 * REST_TERMS, first + REST_TERMS - 1, v);
    for (int i = REST_TERMS - 2; i >= 0; i--)
        sum = v_fma(sum, y, c[i] * table(t->drift, row, 2 * REST_TERMS, first + i, v));
    return sum;
}
_Static_assert(REST_TERMS == 4, "near expands four terms");

/* Where m rests: what k steps take from w, and what remains after them (nonzero only for the sake of shrinking
 * w). */
INLINE vr moments_rest(vr w, vr *s, uint32_t from, uint32_t to, const struct rest_tables *t, int v, int n_coefs,
                       int traits, vr *miss) {
    const uint32_t k = to - from;
    const bool inside = traits & REST_INSIDE, linear = traits & REST_LINEAR;
    const vr zero = v_set1(0), small = v_set1(SMALL), epsilon = table(t->coefs, to, n_coefs, ADAM_epsilon, v);
    const vr m = s[0], mk = m * table(t->power1, k, 1, 0, v);
    const vr u = s[1], uk = u * table(t->power2, k, 1, 0, v);
    s[0] = mk;
    s[1] = uk;
    const real *h = binomial[inside];

    /* far: in powers of epsilon / D */
    vr c[REST_TERMS];
    for (int i = 0; i < REST_TERMS; i++)
        c[i] = v_set1(h[i]);
    const vr x = linear ? u : v_sqrt(u), xk = linear ? uk : v_sqrt(uk);
    const vr y = epsilon / (inside ? u : x), yk = epsilon / (inside ? uk : xk);
    const vr far = m / x * series(t, from, 0, c, y, v), far_k = mk / xk * series(t, to, 0, c, yk, v);
    const vr miss_far = y * table(t->reach, k, 2, 0, v);

    /* near: Taylor about the first step; p is the part of D that decays, as a share of all of it there */
    const vr c2 = linear ? v_set1(1) : table(t->coefs, from + 1, n_coefs, ADAM_c2, v);
    const vr d = inside ? v_fma(c2, u, epsilon) : linear ? u + epsilon : v_sqrt(c2) * x + epsilon;
    const vr p = (d - epsilon) / d, unit = v_set1(1) / (inside ? v_sqrt(d) : d);
    c[3] = v_set1(h[3]);
    c[2] = v_set1(h[2]) - v_set1(3 * h[3]) * p;
    c[1] = v_set1(h[1]) - p * (v_set1(2 * h[2]) - v_set1(3 * h[3]) * p);
    c[0] = v_set1(h[0]) - p * (v_set1(h[1]) - p * (v_set1(h[2]) - v_set1(h[3]) * p));
    const vr near = m * unit * series(t, from, REST_TERMS, c, (inside ? u : x) / d, v);
    const vr near_k = mk * unit * series(t, to, REST_TERMS, c, (inside ? uk : xk) / d, v);
    const vr error = (p * p) * (p * p) * table(t->spread, from, 1, 0, v);
    const vr miss_near = table(t->reach, k, 2, 1, v) + error * v_set1((real)(SMALL / ACCURATE));

    const vr now = v_select_lt(miss_far, small, far, near);
    vr then = v_select_lt(miss_far, small, far_k, near_k);
    then = v_select_lt(zero, v_abs(mk), then, zero); /* 0, though x may be 0 too */
    *miss = v_select_lt(miss_far, small, miss_far, miss_near);
    if (traits & REST_SHRINKS)
        return v_fma(table(t->shrink, to, 1, 0, v) / table(t->shrink, from, 1, 0, v), w - now, then);
    return w - (now - then);
}

INLINE vr capped_rest(vr w, vr *s, uint32_t from, uint32_t to, const struct rest_tables *t, int v, int n_coefs,
                      int traits, vr *miss) {
    const uint32_t k = to - from;
    const vr epsilon = table(t->coefs, to, n_coefs, ADAM_epsilon, v);
    const vr m = s[0], mk = m * table(t->power1, k, 1, 0, v);
    s[0] = mk;
    s[1] *= table(t->power2, k, 1, 0, v);
    *miss = table(t->reach, k, 2, 0, v);
    const vr d = traits & REST_INSIDE ? v_sqrt(s[2] + epsilon) : v_sqrt(s[2]) + epsilon;
    return w -
           (m * table(t->drift, from, 2 * REST_TERMS, 0, v) - mk * table(t->drift, to, 2 * REST_TERMS, 0, v)) /
               d;
}

/* ---- over lines */

#define FOR_RESTING(i, n, from, to)                                                                            \
    for (size_t i = 0; i < (n); i++)                                                                           \
        if ((from)[i] != (to))                                                                                 \
            for (int v = 0; v < V_LINE; v++)

#define REPLAY_LINES(name, variant, n_state, n_coefs)                                                          \
    FOR_RESTING(i, n, from, to) {                                                                              \
        const size_t at = i * LANES + (size_t)v * V_LANES;                                                     \
        vr s[RULE_MAX_STATE];                                                                                  \
        for (int k = 0; k < n_state; k++)                                                                      \
            s[k] = v_load((real *)state[k] + at);                                                              \
        v_store((real *)w + at,                                                                                \
                name##_replay(v_load((real *)w + at), s, from[i], to, t, v, n_coefs, variant, NULL));          \
        for (int k = 0; k < n_state; k++)                                                                      \
            v_store((real *)state[k] + at, s[k]);                                                              \
    }

/* Lanes in which the closed form misses are replayed, the others are not. Decayed state has a closed form
 * always. */
#define CLOSED_LINES(form, name, variant, n_state, n_coefs, traits, ends)                                      \
    FOR_RESTING(i, n, from, to) {                                                                              \
        const size_t at = i * LANES + (size_t)v * V_LANES;                                                     \
        const vr w0 = v_load((real *)w + at), small = v_set1(SMALL);                                           \
        vr s[RULE_MAX_STATE], r[RULE_MAX_STATE], miss;                                                         \
        for (int k = 0; k < n_state; k++)                                                                      \
            s[k] = r[k] = v_load((real *)state[k] + at);                                                       \
        vr w_new = form##_rest(w0, s, from[i], to, t, v, n_coefs, traits, &miss);                              \
        if (!v_all_lt(miss, small)) {                                                                          \
            const vr horizon = ends ? v_load((const real *)t->horizon + v * V_LANES) : v_set1(0);              \
            const vr replayed =                                                                                \
                name##_replay(w0, r, from[i], to, t, v, n_coefs, variant, ends ? &horizon : NULL);             \
            w_new = v_select_lt(miss, small, w_new, replayed);                                                 \
            for (int k = 0; k < n_state && !(ends); k++)                                                       \
                s[k] = v_select_lt(miss, small, s[k], r[k]);                                                   \
        }                                                                                                      \
        v_store((real *)w + at, w_new);                                                                        \
        for (int k = 0; k < n_state; k++)                                                                      \
            v_store((real *)state[k] + at, s[k]);                                                              \
    }

#define LAW_REPLAY(name, variant, n_state, n_coefs, traits) REPLAY_LINES(name, variant, n_state, n_coefs)
#define LAW_STILL(name, variant, n_state, n_coefs, traits)                                                     \
    (void)n, (void)w, (void)state, (void)from, (void)to, (void)t;
#define LAW_DECAY(name, variant, n_state, n_coefs, traits)                                                     \
    (void)w;                                                                                                   \
    FOR_RESTING(i, n, from, to)                                                                                \
    for (int k = 0; k < n_state; k++) {                                                                        \
        real *p = (real *)state[k] + i * LANES + (size_t)v * V_LANES;                                          \
        v_store(p, v_load(p) * table(t->power1, to - from[i], 1, 0, v));                                       \
    }
#define LAW_VELOCITY(name, variant, n_state, n_coefs, traits)                                                  \
    CLOSED_LINES(velocity, name, variant, n_state, n_coefs, traits, false)
#define LAW_MOMENTS(name, variant, n_state, n_coefs, traits)                                                   \
    CLOSED_LINES(moments, name, variant, n_state, n_coefs, traits, ((traits)&REST_SHRINKS) == 0)
#define LAW_CAPPED(name, variant, n_state, n_coefs, traits)                                                    \
    CLOSED_LINES(capped, name, variant, n_state, n_coefs, traits, false)

enum {
#define V(name, variant, states, coefs, ...)                                                                   \
    name##_##variant##_STATES = states, name##_##variant##_COEFS = coefs,
    RULES(RULES_NONE, V)
#undef V
};

#define X(name, variant, law, traits)                                                                          \
    static void name##_rest_##variant(size_t n, void *w, void *const *state, const uint32_t *from,             \
                                      uint32_t to, const struct rest_tables *t) {                              \
        LAW_##law(name, variant, name##_##variant##_STATES, name##_##variant##_COEFS, (traits))                \
    }
RESTS(X)
#undef X

/* Variants without a law of their own. */
#define V(name, variant, states, coefs, ...)                                                                   \
    static void name##_replay_##variant(size_t n, void *w, void *const *state, const uint32_t *from,           \
                                        uint32_t to, const struct rest_tables *t) {                            \
        REPLAY_LINES(name, variant, states, coefs)                                                             \
    }
RULES(RULES_NONE, V)
#undef V

static void load_lines(size_t n, const uint32_t *idx, const void *src_, void *dst_) {
    const real *src = src_;
    real *dst = dst_;
    for (size_t i = 0; i < n; i++) {
        const real *from = src + (size_t)idx[i] * LANES;
        __builtin_prefetch(src + (size_t)idx[i + PREFETCH < n ? i + PREFETCH : n - 1] * LANES, 0, 3);
        for (int v = 0; v < V_LINE; v++)
            v_store(dst + i * LANES + (size_t)v * V_LANES, v_load(from + v * V_LANES));
    }
}

static void store_lines(size_t n, const uint32_t *idx, const void *src_, void *dst_) {
    const real *src = src_;
    real *dst = dst_;
    for (size_t i = 0; i < n; i++)
        for (int v = 0; v < V_LINE; v++)
            v_store(dst + (size_t)idx[i] * LANES + (size_t)v * V_LANES,
                    v_load(src + i * LANES + (size_t)v * V_LANES));
}

enum {
#define R(name) RULE_##name,
    RULES(R, RULES_NONE)
#undef R
};

#pragma GCC diagnostic ignored "-Woverride-init" /* replay first, then the law where there is one */
const struct rest_kernels REST_TABLE = {.load_lines = load_lines,
                                        .store_lines = store_lines,
                                        .rest = {
#define V(name, variant, ...) [RULE_##name][variant] = name##_replay_##variant,
                                            RULES(RULES_NONE, V)
#undef V
#define X(name, variant, ...) [RULE_##name][variant] = name##_rest_##variant,
                                                RESTS(X)
#undef X
                                        }};

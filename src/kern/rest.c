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
#define SMALL 1e-3 /* its fourth power is the error of the series, relative to the drift */
#else
#define REST_TABLE PASTE(rest_kernels, KERN_ISA, f32)
#define SMALL 1e-2f
#endif

#define RULES_STEPS
#include "kern/rules.h"

#pragma GCC diagnostic ignored "-Wmaybe-uninitialized" /* of state that a variant does not have */

enum { V_LINE = LANES / V_LANES, PREFETCH = 16 };

/* Register v of row `row`, line `line` of a table with `lines` lines a row. */
INLINE vr table(const void *t, size_t row, int lines, int line, int v) {
    return v_load((const real *)t + (row * (size_t)lines + (size_t)line) * LANES + (size_t)v * V_LANES);
}

/* ---- one step after the other: the rule itself, with g = 0 */

#define R(name)                                                                                                \
    INLINE vr name##_replay(vr w, vr *s, uint32_t from, uint32_t to, const struct rest_tables *t, int v,       \
                            int n_coefs, int variant) {                                                        \
        for (uint32_t step = from + 1; step <= to; step++) {                                                   \
            vr c[RULE_MAX_COEFS];                                                                              \
            for (int k = 0; k < n_coefs; k++)                                                                  \
                c[k] = table(t->coefs, step, n_coefs, k, v);                                                   \
            w = name##_step(w, v_set1(0), s, c, variant);                                                      \
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

/* Sum over terms of the binomial series of (1 + y)^-1, or (1 + y)^-1/2 if `inside`, each with its R. */
INLINE vr series(const void *drift, uint32_t row, int first, vr y, int v, bool inside) {
    static const real whole[REST_TERMS] = {1, -1, 1, -1};
    static const real half[REST_TERMS] = {1, (real)-0.5, (real)0.375, (real)-0.3125};
    const real *c = inside ? half : whole;
    vr sum = v_set1(c[REST_TERMS - 1]) * table(drift, row, 2 * REST_TERMS, first + REST_TERMS - 1, v);
    for (int i = REST_TERMS - 2; i >= 0; i--)
        sum = v_fma(sum, y, v_set1(c[i]) * table(drift, row, 2 * REST_TERMS, first + i, v));
    return sum;
}

INLINE vr moments_rest(vr w, vr *s, uint32_t from, uint32_t to, const struct rest_tables *t, int v, int n_coefs,
                       int traits, vr *miss) {
    const uint32_t k = to - from;
    const bool inside = traits & REST_INSIDE, linear = traits & REST_LINEAR;
    const vr zero = v_set1(0), small = v_set1(SMALL), epsilon = table(t->coefs, to, n_coefs, ADAM_epsilon, v);
    const vr m = s[0], mk = m * table(t->power1, k, 1, 0, v);
    const vr u = s[1], uk = u * table(t->power2, k, 1, 0, v);
    s[0] = mk;
    s[1] = uk;
    const vr x = linear ? u : v_sqrt(u), xk = linear ? uk : v_sqrt(uk);
    const vr y = epsilon / (inside ? u : x), yk = epsilon / (inside ? uk : xk);
    const vr z = (inside ? u : x) / epsilon, zk = (inside ? uk : xk) / epsilon;
    /* vh = c2 v is at least v, and largest at the first step */
    const vr c2 = table(t->coefs, from + 1, n_coefs, ADAM_c2, v);
    const vr first = linear ? z : inside ? z * c2 : z * v_sqrt(c2);
    const vr miss_large = y * table(t->reach, k, 2, 0, v), miss_small = first * table(t->reach, k, 2, 1, v);
    /* what would still come, from here and from there, for v large and for v small; nothing where m = 0 */
    const vr large = m / x * series(t->drift, from, 0, y, v, inside);
    const vr large_k = mk / xk * series(t->drift, to, 0, yk, v, inside);
    const vr unit = v_set1(1) / (inside ? v_sqrt(epsilon) : epsilon);
    const vr little = m * unit * series(t->drift, from, REST_TERMS, z, v, inside);
    const vr little_k = mk * unit * series(t->drift, to, REST_TERMS, zk, v, inside);
    const vr now = v_select_lt(miss_large, small, large, little);
    const vr then = v_select_lt(zero, v_abs(mk), v_select_lt(miss_large, small, large_k, little_k), zero);
    *miss = v_select_lt(miss_large, small, miss_large, miss_small);
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
                name##_replay(v_load((real *)w + at), s, from[i], to, t, v, n_coefs, variant));                \
        for (int k = 0; k < n_state; k++)                                                                      \
            v_store((real *)state[k] + at, s[k]);                                                              \
    }

/* Lanes in which the closed form misses are replayed, the others are not. */
#define CLOSED_LINES(form, name, variant, n_state, n_coefs, traits)                                            \
    FOR_RESTING(i, n, from, to) {                                                                              \
        const size_t at = i * LANES + (size_t)v * V_LANES;                                                     \
        const vr w0 = v_load((real *)w + at), small = v_set1(SMALL);                                           \
        vr s[RULE_MAX_STATE], r[RULE_MAX_STATE], miss;                                                         \
        for (int k = 0; k < n_state; k++)                                                                      \
            s[k] = r[k] = v_load((real *)state[k] + at);                                                       \
        vr w_new = form##_rest(w0, s, from[i], to, t, v, n_coefs, traits, &miss);                              \
        if (!v_all_lt(miss, small)) {                                                                          \
            const vr replayed = name##_replay(w0, r, from[i], to, t, v, n_coefs, variant);                     \
            w_new = v_select_lt(miss, small, w_new, replayed);                                                 \
            for (int k = 0; k < n_state; k++)                                                                  \
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
    CLOSED_LINES(velocity, name, variant, n_state, n_coefs, traits)
#define LAW_MOMENTS(name, variant, n_state, n_coefs, traits)                                                   \
    CLOSED_LINES(moments, name, variant, n_state, n_coefs, traits)
#define LAW_CAPPED(name, variant, n_state, n_coefs, traits)                                                    \
    CLOSED_LINES(capped, name, variant, n_state, n_coefs, traits)

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

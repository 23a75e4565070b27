/* Every rule's loops: over lines (runs across lanes) and over parameters (one run). Read by kern.c and auto.c
 * after a vec_*.h and rules.h. */
#pragma once

/* What both loops do between two tests of their end: so many registers, their steps side by side, results kept
 * until all are known and then stored array by array (stores to neighbouring lines in a row are the fastest).
 * AVX-512 takes as many as the rule's row says, AVX2, which has half the registers, what they hold; plain C
 * one, which a compiler vectorises only so. */
#ifdef __AVX512F__
#define ROUND_OF(n_state, registers) (V_LANES == 1 ? 1 : (registers))
#else
#define ROUND_OF(n_state, registers) (V_LANES == 1 || (n_state) > 1 ? 1 : 4)
#endif
enum { ROUND_MOST = 8 };
/* Done at this place of the code: x in a register, and everything in memory. For what compilers would mix: the
 * first halves of a round with the second, eight registers' work with their stores (momentum in L1, Zen 5: 2.3
 * cycles a register instead of 2.9). Without AVX-512 it is left to them: plain C only so becomes vectors. */
#ifdef __AVX512F__
#define DONE(x) (V_LANES > 1 ? ({ __asm__ volatile("" : "+v"(x)); }) : (void)0)
#define ALL_DONE __asm__ volatile("" : : : "memory")
#else
#define DONE(x) (void)(x)
#define ALL_DONE (void)0
#endif
#ifdef __clang__
#define UNROLLED _Pragma("clang loop unroll(full)")
#else
#define UNROLLED _Pragma("GCC unroll 8")
#endif

/* bad, and NaN if one of x[0], x[step] ... of n is inf or NaN: differences, which leave the units and ports of
 * multiply-adds alone. They are summed by themselves first: a round does not wait for the one before. */
INLINE vr bad_add(vr bad, const vr *x, int n, int step) {
    vr sum = x[0] - x[0]; /* NOLINT(misc-redundant-expression): NaN of what is not finite */
    UNROLLED
    for (int u = step; u < n; u += step)
        sum = sum + (x[u] - x[u]); /* NOLINT(misc-redundant-expression): likewise */
    return bad + sum;
}

/* R: `round` registers from real `at` on, whose gradients are at g. coefs: (n_coefs, sets), the register at `at
 * + u V_LANES` taking set (set + u) modulo sets; bad (sets): NaN as soon as one w is inf or NaN; NULL where
 * nobody asks. */
#define R(name)                                                                                                \
    INLINE void name##_round(size_t at, int registers, real *restrict w, real *const *state,                   \
                             const real *restrict g, const vr *coefs, int set, int sets, vr *bad, int n_state, \
                             int n_coefs, int variant) {                                                       \
        const int round = registers % APART;                                                                   \
        const int tested = !bad ? 0 : round < sets ? round : sets;                                             \
        vr s[ROUND_MOST][RULE_MAX_STATE], grad[ROUND_MOST], first[ROUND_MOST], w_new[ROUND_MOST];              \
        UNROLLED                                                                                               \
        for (int u = 0; u < round; u++) {                                                                      \
            vr c[RULE_MAX_COEFS];                                                                              \
            for (int k = 0; k < n_coefs; k++)                                                                  \
                c[k] = coefs[k * sets + (set + u) % sets];                                                     \
            for (int k = 0; k < n_state; k++)                                                                  \
                s[u][k] = v_load_any(state[k] + at + u * V_LANES);                                             \
            grad[u] = v_load_any(g + u * V_LANES);                                                             \
            if (n_state == 0 && !bad)                                                                          \
                DONE(grad[u]);                                                                                 \
            first[u] = name##_first(grad[u], s[u], c, variant);                                                \
            if (name##_in_two && round > 1)                                                                    \
                DONE(first[u]);                                                                                \
            else                                                                                               \
                w_new[u] =                                                                                     \
                    name##_second(v_load_any(w + at + u * V_LANES), grad[u], s[u], c, first[u], variant);      \
        }                                                                                                      \
        UNROLLED                                                                                               \
        for (int u = 0; u < round; u++) {                                                                      \
            vr c[RULE_MAX_COEFS];                                                                              \
            for (int k = 0; k < n_coefs; k++)                                                                  \
                c[k] = coefs[k * sets + (set + u) % sets];                                                     \
            if (name##_in_two && round > 1)                                                                    \
                w_new[u] =                                                                                     \
                    name##_second(v_load_any(w + at + u * V_LANES), grad[u], s[u], c, first[u], variant);      \
        }                                                                                                      \
        const bool apart = registers > APART;                                                                  \
        UNROLLED                                                                                               \
        for (int u = 0; u < round && apart; u++)                                                               \
            DONE(w_new[u]);                                                                                    \
        if (apart)                                                                                             \
            ALL_DONE;                                                                                          \
        UNROLLED                                                                                               \
        for (int u = 0; u < round; u++)                                                                        \
            v_store_any(w + at + u * V_LANES, w_new[u]);                                                       \
        for (int k = 0; k < n_state; k++) {                                                                    \
            UNROLLED                                                                                           \
            for (int u = 0; u < round; u++)                                                                    \
                v_store_any(state[k] + at + u * V_LANES, s[u][k]);                                             \
        }                                                                                                      \
        UNROLLED                                                                                               \
        for (int u = 0; u < tested; u++)                                                                       \
            bad[set + u] = bad_add(bad[set + u], w_new + u, round - u, sets);                                  \
    }                                                                                                          \
    INLINE void name##_lines(size_t n, real *restrict w, void *const *state_, const real *restrict g,          \
                             const real *coefs_, int registers, int n_state, int n_coefs, int variant) {       \
        const int round = registers % APART;                                                                   \
        const int lines = (int)V_LINE < round ? round / (int)V_LINE : 1;                                       \
        real *state[RULE_MAX_STATE];                                                                           \
        vr coefs[RULE_MAX_COEFS * V_LINE];                                                                     \
        UNROLLED                                                                                               \
        for (int k = 0; k < n_state; k++)                                                                      \
            state[k] = state_[k];                                                                              \
        UNROLLED                                                                                               \
        for (int k = 0; k < n_coefs * V_LINE; k++)                                                             \
            coefs[k] = v_load(coefs_ + k * V_LANES);                                                           \
        size_t i = 0;                                                                                          \
        for (; i + (size_t)lines <= n; i += (size_t)lines) {                                                   \
            UNROLLED                                                                                           \
            for (int v = 0; v < lines * V_LINE; v += round)                                                    \
                name##_round(i *LANES + (size_t)v * V_LANES, registers, w, state,                              \
                             g + i * LANES + (size_t)v * V_LANES, coefs, v % V_LINE, V_LINE, NULL, n_state,    \
                             n_coefs, variant);                                                                \
        }                                                                                                      \
        for (; i < n; i++) {                                                                                   \
            UNROLLED                                                                                           \
            for (int v = 0; v < V_LINE; v++)                                                                   \
                name##_round(i *LANES + (size_t)v * V_LANES, 1, w, state, g + i * LANES + (size_t)v * V_LANES, \
                             coefs, v, V_LINE, NULL, n_state, n_coefs, variant);                               \
        }                                                                                                      \
    }                                                                                                          \
    INLINE size_t name##_parameters(size_t n, real *restrict w, void *const *state_, const real *restrict g,   \
                                    const real *coefs, int registers, int n_state, int n_coefs, int variant) { \
        const int round = registers % APART;                                                                   \
        real *state[RULE_MAX_STATE];                                                                           \
        vr c[RULE_MAX_COEFS];                                                                                  \
        UNROLLED                                                                                               \
        for (int k = 0; k < n_state; k++)                                                                      \
            state[k] = state_[k];                                                                              \
        UNROLLED                                                                                               \
        for (int k = 0; k < n_coefs; k++)                                                                      \
            c[k] = v_set1(coefs[k]);                                                                           \
        size_t i = 0;                                                                                          \
        for (; i + (size_t)round * V_LANES <= n; i += (size_t)round * V_LANES)                                 \
            name##_round(i, registers, w, state, g + i, c, 0, 1, NULL, n_state, n_coefs, variant);             \
        for (; i + V_LANES <= n; i += V_LANES)                                                                 \
            name##_round(i, 1, w, state, g + i, c, 0, 1, NULL, n_state, n_coefs, variant);                     \
        return i;                                                                                              \
    }                                                                                                          \
    INLINE void name##_last(size_t i, size_t n, real *restrict w, void *const *state_, const real *restrict g, \
                            const real *coefs, int n_state, int n_coefs, int variant) {                        \
        real tail[RULE_MAX_STATE + 2][V_LANES] __attribute__((aligned(64))) = {{0}};                           \
        for (size_t r = 0; r < n - i; r++) {                                                                   \
            tail[0][r] = w[i + r];                                                                             \
            tail[1][r] = g[i + r];                                                                             \
            for (int k = 0; k < n_state; k++)                                                                  \
                tail[k + 2][r] = ((real *)state_[k])[i + r];                                                   \
        }                                                                                                      \
        vr c[RULE_MAX_COEFS], s[RULE_MAX_STATE];                                                               \
        for (int k = 0; k < n_coefs; k++)                                                                      \
            c[k] = v_set1(coefs[k]);                                                                           \
        for (int k = 0; k < n_state; k++)                                                                      \
            s[k] = v_load(tail[k + 2]);                                                                        \
        v_store(tail[0], name##_step(v_load(tail[0]), v_load(tail[1]), s, c, variant));                        \
        for (int k = 0; k < n_state; k++)                                                                      \
            v_store(tail[k + 2], s[k]);                                                                        \
        for (size_t r = 0; r < n - i; r++) {                                                                   \
            w[i + r] = tail[0][r];                                                                             \
            for (int k = 0; k < n_state; k++)                                                                  \
                ((real *)state_[k])[i + r] = tail[k + 2][r];                                                   \
        }                                                                                                      \
    }
RULES(R, RULES_NONE) /* cppcheck-suppress uninitvar ; of state, those that the variant has are set */
#undef R

/* Whether n reals of w, the gradient and each state are in a first-level cache of 32 KiB. */
INLINE bool all_near(size_t n, int n_state) {
    return n * sizeof(real) * (2 + (size_t)n_state) <= 32768;
}

#define V(name, variant, states, n_coefs, point, near, far)                                                    \
    _Static_assert((near) % APART <= ROUND_MOST && (far) % APART <= ROUND_MOST,                                \
                   "more registers than a round holds");                                                       \
    static void name##_lines_##variant(size_t n, void *w, void *const *state, const void *g,                   \
                                       const void *coefs) {                                                    \
        if (ROUND_OF(states, near) != ROUND_OF(states, far) && all_near(n * LANES, states))                    \
            name##_lines(n, w, state, g, coefs, ROUND_OF(states, near), states, n_coefs, variant);             \
        else                                                                                                   \
            name##_lines(n, w, state, g, coefs, ROUND_OF(states, far), states, n_coefs, variant);              \
    }                                                                                                          \
    __attribute__((noinline)) static void name##_last_##variant(                                               \
        size_t i, size_t n, void *w, void *const *state, const void *g, const void *coefs) {                   \
        name##_last(i, n, w, state, g, coefs, states, n_coefs, variant);                                       \
    }                                                                                                          \
    static void name##_parameters_##variant(size_t n, void *w, void *const *state, const void *g,              \
                                            const void *coefs) {                                               \
        const size_t i =                                                                                       \
            ROUND_OF(states, near) != ROUND_OF(states, far) && all_near(n, states)                             \
                ? name##_parameters(n, w, state, g, coefs, ROUND_OF(states, near), states, n_coefs, variant)   \
                : name##_parameters(n, w, state, g, coefs, ROUND_OF(states, far), states, n_coefs, variant);   \
        if (i < n)                                                                                             \
            name##_last_##variant(i, n, w, state, g, coefs);                                                   \
    }
RULES(RULES_NONE, V)
#undef V

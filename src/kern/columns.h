/* Every rule's loop over columns of data: over lines, each gradient summed just before. Read by kern.c after
 * updates.h, with gather_sum() defined. */
#pragma once

/* NaN is added to the lanes of finite of which one of n lines of w is inf or NaN, 0 to the others. */
static void watch(size_t n, const void *w_, void *finite_) {
    const real *w = w_;
    real *finite = finite_;
    for (int v = 0; v < V_LINE; v++) {
        vr bad = v_load(finite + v * V_LANES);
        size_t i = 0;
        for (; i + ROUND_MOST <= n; i += ROUND_MOST) {
            vr x[ROUND_MOST];
            UNROLLED
            for (size_t u = 0; u < ROUND_MOST; u++)
                x[u] = v_load(w + (i + u) * LANES + v * V_LANES);
            bad = bad_add(bad, x, ROUND_MOST, 1);
        }
        for (; i < n; i++) {
            const vr x = v_load(w + i * LANES + v * V_LANES);
            bad = bad_add(bad, &x, 1, 1);
        }
        v_store(finite + v * V_LANES, bad);
    }
}

/* The gradient of column j, scaled and with l2 times the weights: into a line that does not leave the
 * first-level cache. */
INLINE void column_gradient(const struct sparse *x, const real *val, const real *e, size_t j, const real *scale,
                            const real *l2, const real *w, real *g) {
    vr zero[V_LINE], sum[V_LINE];
    for (int v = 0; v < V_LINE; v++)
        zero[v] = v_set1(0);
    gather_sum(e, true, x->ptr[j], x->ptr[j + 1], x->idx, val, zero, sum);
    for (int v = 0; v < V_LINE; v++)
        v_store(g + v * V_LANES,
                v_fma(v_load(l2 + v * V_LANES), v_load(w + v * V_LANES), v_load(scale + v * V_LANES) * sum[v]));
}

/* Asks for the weights or state of a column that is due soon: hardware foresees no line beyond its page. */
INLINE void prefetch_update(const real *line) {
    for (size_t k = 0; k < LANES * sizeof(real); k += 64)
        __builtin_prefetch((const char *)(line + AHEAD_COLUMNS * LANES) + k, 1, 2);
}

#define R(name)                                                                                                \
    INLINE void name##_columns(const struct sparse *x, const real *val, const real *e, size_t col0,            \
                               size_t col1, const real *scale, const real *l2, real *restrict w,               \
                               void *const *state_, const real *coefs_, real *finite, int registers,           \
                               int n_state, int n_coefs, int point, int variant) {                             \
        const int round = registers % APART;                                                                   \
        const size_t lines = (int)V_LINE < round ? (size_t)round / V_LINE : 1;                                 \
        real *state[RULE_MAX_STATE], g[ROUND_MOST * LANES] __attribute__((aligned(64)));                       \
        vr coefs[RULE_MAX_COEFS * V_LINE], bad[V_LINE];                                                        \
        UNROLLED                                                                                               \
        for (int k = 0; k < n_state; k++)                                                                      \
            state[k] = state_[k];                                                                              \
        UNROLLED                                                                                               \
        for (int k = 0; k < n_coefs * V_LINE; k++)                                                             \
            coefs[k] = v_load(coefs_ + k * V_LANES);                                                           \
        for (int v = 0; v < V_LINE; v++)                                                                       \
            bad[v] = v_set1(0);                                                                                \
        const real *from = point ? state[point - 1] : w;                                                       \
        for (size_t j = col0, at = 0; j < col1; j += lines, at += lines * LANES) {                             \
            const size_t n = col1 - j < lines ? col1 - j : lines;                                              \
            for (size_t u = 0; u < n; u++) {                                                                   \
                prefetch_update(w + at + u * LANES);                                                           \
                for (int k = 0; k < n_state; k++)                                                              \
                    prefetch_update(state[k] + at + u * LANES);                                                \
                column_gradient(x, val, e, j + u, scale, l2, from + at + u * LANES, g + u * LANES);            \
            }                                                                                                  \
            if (n == lines) {                                                                                  \
                UNROLLED                                                                                       \
                for (int v = 0; v < (int)lines * V_LINE; v += round)                                           \
                    name##_round(at + (size_t)v * V_LANES, registers, w, state, g + v * V_LANES, coefs,        \
                                 v % V_LINE, V_LINE, bad, n_state, n_coefs, variant);                          \
            } else {                                                                                           \
                void *last[RULE_MAX_STATE];                                                                    \
                for (int k = 0; k < n_state; k++)                                                              \
                    last[k] = state[k] + at;                                                                   \
                name##_lines(n, w + at, last, g, coefs_, registers, n_state, n_coefs, variant);                \
                watch(n, w + at, finite);                                                                      \
            }                                                                                                  \
        }                                                                                                      \
        for (int v = 0; v < V_LINE; v++)                                                                       \
            v_store(finite + v * V_LANES, v_load(finite + v * V_LANES) + bad[v]);                              \
    }
RULES(R, RULES_NONE) /* cppcheck-suppress uninitvar ; of state, those that the variant has are set */
#undef R

#define V(name, variant, states, n_coefs, point, near, far)                                                    \
    static void name##_columns_##variant(const struct sparse *x, const void *e, size_t col0, size_t col1,      \
                                         const void *scale, const void *l2, void *w, void *const *state,       \
                                         const void *coefs, void *finite) {                                    \
        if (x->val)                                                                                            \
            name##_columns(x, x->val, e, col0, col1, scale, l2, w, state, coefs, finite,                       \
                           ROUND_OF(states, far), states, n_coefs, point, variant);                            \
        else                                                                                                   \
            name##_columns(x, NULL, e, col0, col1, scale, l2, w, state, coefs, finite, ROUND_OF(states, far),  \
                           states, n_coefs, point, variant);                                                   \
    }
RULES(RULES_NONE, V)
#undef V

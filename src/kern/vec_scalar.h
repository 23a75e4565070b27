/* One lane a register: plain C. Included by kern.c with `real` and KERN_F64 defined; vec_avx2.h and
 * vec_avx512.h define the same names and must agree with this file to the bit. */
#include "base/math.h"
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

enum { V_LANES = 1 };
typedef real vr;
typedef double vsum; /* sums in double of V_LANES lanes */

#define INLINE static inline __attribute__((always_inline))

INLINE vr v_set1(real x) {
    return x;
}
INLINE vr v_load(const real *p) {
    return *p;
}
INLINE void v_store(real *p, vr x) {
    *p = x;
}
INLINE vr v_load_any(const real *p) {
    return *p;
} /* from any alignment */
INLINE void v_store_any(real *p, vr x) {
    *p = x;
}
INLINE vr v_max(vr a, vr b) {
    return a > b ? a : b;
}
/* a < b ? x : y; false for NaN */
INLINE vr v_select_lt(vr a, vr b, vr x, vr y) {
    return a < b ? x : y;
}
INLINE bool v_all_lt(vr a, vr b) {
    return a < b;
}
INLINE vr v_select_ge0(vr z, vr a, vr b) {
    return z >= 0 ? a : b;
} /* z >= 0 ? a : b */
#ifdef KERN_F64
INLINE vr v_sqrt(vr x) {
    return __builtin_sqrt(x);
}
INLINE vr v_fma(vr a, vr b, vr c) {
    return __builtin_fma(a, b, c);
}
INLINE vr v_fnma(vr a, vr b, vr c) {
    return __builtin_fma(-a, b, c);
}
INLINE vr v_abs(vr x) {
    return __builtin_fabs(x);
}
INLINE vr v_exp(vr x) {
    return m_exp(x);
}
#else
INLINE vr v_sqrt(vr x) {
    return __builtin_sqrtf(x);
}
INLINE vr v_fma(vr a, vr b, vr c) {
    return __builtin_fmaf(a, b, c);
}
INLINE vr v_fnma(vr a, vr b, vr c) {
    return __builtin_fmaf(-a, b, c);
}
INLINE vr v_abs(vr x) {
    return __builtin_fabsf(x);
}
INLINE vr v_rint(vr x) {
    return __builtin_rintf(x);
}
/* x 2^n of an integer n; both it and x are normal numbers, or n and x are NaN */
INLINE vr v_times_exp2(vr x, vr n) {
    uint32_t bits;
    memcpy(&bits, &x, sizeof bits);
    bits += (uint32_t)(n == n ? (int32_t)n : 0) << 23;
    memcpy(&x, &bits, sizeof x);
    return x;
}
#endif
INLINE vsum v_sum_load(const double *p) {
    return *p;
}
INLINE vsum v_sum_add(vsum s, vr x) {
    return s + (double)x;
}
/* (1 + q) (1 + t) - 1: q stays exact to its own rounding however small */
INLINE vsum v_sum_odds(vsum q, vr t) {
    return __builtin_fma(q, (double)t, q + (double)t);
}
INLINE vsum v_sum_add_log1p(vsum s, vsum q) {
    return s + m_log1p(q);
}
INLINE void v_sum_store(double *p, vsum s) {
    *p = s;
}

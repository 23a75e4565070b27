/* 512-bit registers: 16 floats or 8 doubles. See vec_scalar.h. */
#include <immintrin.h>
#include <sleef.h>
#include <stdbool.h>

#define INLINE static inline __attribute__((always_inline))

#ifdef KERN_F64
enum { V_LANES = 8 };
typedef double vr __attribute__((vector_size(64)));
typedef vr vsum;
INLINE vr v_set1(real x) {
    return _mm512_set1_pd(x);
}
INLINE vr v_load(const real *p) {
    return _mm512_load_pd(p);
}
INLINE void v_store(real *p, vr x) {
    _mm512_store_pd(p, x);
}
INLINE vr v_load_any(const real *p) {
    return _mm512_loadu_pd(p);
}
INLINE void v_store_any(real *p, vr x) {
    _mm512_storeu_pd(p, x);
}
INLINE vr v_max(vr a, vr b) {
    return _mm512_max_pd(a, b);
}
INLINE vr v_select_ge0(vr z, vr a, vr b) {
    return _mm512_mask_blend_pd(_mm512_cmp_pd_mask(z, _mm512_setzero_pd(), _CMP_GE_OQ), b, a);
}
INLINE vr v_select_lt(vr a, vr b, vr x, vr y) {
    return _mm512_mask_blend_pd(_mm512_cmp_pd_mask(a, b, _CMP_LT_OQ), y, x);
}
INLINE bool v_all_lt(vr a, vr b) {
    return _mm512_cmp_pd_mask(a, b, _CMP_LT_OQ) == 0xff;
}
INLINE vr v_sqrt(vr x) {
    return _mm512_sqrt_pd(x);
}
INLINE vr v_fma(vr a, vr b, vr c) {
    return _mm512_fmadd_pd(a, b, c);
}
INLINE vr v_fnma(vr a, vr b, vr c) {
    return _mm512_fnmadd_pd(a, b, c);
}
INLINE vr v_abs(vr x) {
    return _mm512_abs_pd(x);
}
INLINE vr v_exp(vr x) {
    return Sleef_finz_expd8_u10avx512f(x);
}
INLINE vsum v_sum_load(const double *p) {
    return _mm512_load_pd(p);
}
INLINE vsum v_sum_add(vsum s, vr x) {
    return s + x;
}
INLINE vsum v_sum_odds(vsum q, vr t) {
    return v_fma(q, t, q + t);
}
INLINE vsum v_sum_add_log1p(vsum s, vsum q) {
    return s + Sleef_finz_log1pd8_u10avx512f(q);
}
INLINE void v_sum_store(double *p, vsum s) {
    _mm512_store_pd(p, s);
}
#else
enum { V_LANES = 16 };
typedef float vr __attribute__((vector_size(64)));
typedef struct {
    __m512d lo, hi;
} vsum;
INLINE vr v_set1(real x) {
    return _mm512_set1_ps(x);
}
INLINE vr v_load(const real *p) {
    return _mm512_load_ps(p);
}
INLINE void v_store(real *p, vr x) {
    _mm512_store_ps(p, x);
}
INLINE vr v_load_any(const real *p) {
    return _mm512_loadu_ps(p);
}
INLINE void v_store_any(real *p, vr x) {
    _mm512_storeu_ps(p, x);
}
INLINE vr v_max(vr a, vr b) {
    return _mm512_max_ps(a, b);
}
INLINE vr v_select_ge0(vr z, vr a, vr b) {
    return _mm512_mask_blend_ps(_mm512_cmp_ps_mask(z, _mm512_setzero_ps(), _CMP_GE_OQ), b, a);
}
INLINE vr v_select_lt(vr a, vr b, vr x, vr y) {
    return _mm512_mask_blend_ps(_mm512_cmp_ps_mask(a, b, _CMP_LT_OQ), y, x);
}
INLINE bool v_all_lt(vr a, vr b) {
    return _mm512_cmp_ps_mask(a, b, _CMP_LT_OQ) == 0xffff;
}
INLINE vr v_sqrt(vr x) {
    return _mm512_sqrt_ps(x);
}
INLINE vr v_fma(vr a, vr b, vr c) {
    return _mm512_fmadd_ps(a, b, c);
}
INLINE vr v_fnma(vr a, vr b, vr c) {
    return _mm512_fnmadd_ps(a, b, c);
}
INLINE vr v_abs(vr x) {
    return _mm512_abs_ps(x);
}
INLINE vr v_rint(vr x) {
    return _mm512_roundscale_ps(x, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
}
INLINE vr v_times_exp2(vr x, vr n) {
    return _mm512_scalef_ps(x, n);
}
INLINE vsum v_sum_load(const double *p) {
    return (vsum){_mm512_load_pd(p), _mm512_load_pd(p + 8)};
}
INLINE vsum v_sum_add(vsum s, vr x) {
    s.lo += _mm512_cvtps_pd(_mm512_castps512_ps256(x));
    s.hi += _mm512_cvtps_pd(_mm256_castpd_ps(_mm512_extractf64x4_pd(_mm512_castps_pd(x), 1)));
    return s;
}
INLINE vsum v_sum_odds(vsum q, vr t) {
    const vsum x = v_sum_add((vsum){_mm512_setzero_pd(), _mm512_setzero_pd()}, t);
    return (vsum){_mm512_fmadd_pd(q.lo, x.lo, q.lo + x.lo), _mm512_fmadd_pd(q.hi, x.hi, q.hi + x.hi)};
}
INLINE vsum v_sum_add_log1p(vsum s, vsum q) {
    return (vsum){s.lo + Sleef_finz_log1pd8_u10avx512f(q.lo), s.hi + Sleef_finz_log1pd8_u10avx512f(q.hi)};
}
INLINE void v_sum_store(double *p, vsum s) {
    _mm512_store_pd(p, s.lo);
    _mm512_store_pd(p + 8, s.hi);
}
#endif

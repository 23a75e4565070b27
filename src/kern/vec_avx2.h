/* 256-bit registers: 8 floats or 4 doubles. See vec_scalar.h. */
#include <immintrin.h>
#include <sleef.h>
#include <stdbool.h>

#define INLINE static inline __attribute__((always_inline))

#ifdef KERN_F64
enum { V_LANES = 4 };
typedef double vr __attribute__((vector_size(32)));
typedef vr vsum;
INLINE vr v_set1(real x) {
    return _mm256_set1_pd(x);
}
INLINE vr v_load(const real *p) {
    return _mm256_load_pd(p);
}
INLINE void v_store(real *p, vr x) {
    _mm256_store_pd(p, x);
}
INLINE vr v_load_any(const real *p) {
    return _mm256_loadu_pd(p);
}
INLINE void v_store_any(real *p, vr x) {
    _mm256_storeu_pd(p, x);
}
INLINE vr v_max(vr a, vr b) {
    return _mm256_max_pd(a, b);
}
INLINE vr v_select_ge0(vr z, vr a, vr b) {
    return _mm256_blendv_pd(b, a, _mm256_cmp_pd(z, _mm256_setzero_pd(), _CMP_GE_OQ));
}
INLINE vr v_select_lt(vr a, vr b, vr x, vr y) {
    return _mm256_blendv_pd(y, x, _mm256_cmp_pd(a, b, _CMP_LT_OQ));
}
INLINE bool v_all_lt(vr a, vr b) {
    return _mm256_movemask_pd(_mm256_cmp_pd(a, b, _CMP_LT_OQ)) == 0xf;
}
INLINE vr v_sqrt(vr x) {
    return _mm256_sqrt_pd(x);
}
INLINE vr v_fma(vr a, vr b, vr c) {
    return _mm256_fmadd_pd(a, b, c);
}
INLINE vr v_fnma(vr a, vr b, vr c) {
    return _mm256_fnmadd_pd(a, b, c);
}
INLINE vr v_abs(vr x) {
    return _mm256_andnot_pd(_mm256_set1_pd(-0.0), x);
}
INLINE vr v_exp(vr x) {
    return Sleef_finz_expd4_u10avx2(x);
}
INLINE vsum v_sum_load(const double *p) {
    return _mm256_load_pd(p);
}
INLINE vsum v_sum_add(vsum s, vr x) {
    return s + x;
}
INLINE vsum v_sum_odds(vsum q, vr t) {
    return v_fma(q, t, q + t);
}
INLINE vsum v_sum_add_log1p(vsum s, vsum q) {
    return s + Sleef_finz_log1pd4_u10avx2(q);
}
INLINE void v_sum_store(double *p, vsum s) {
    _mm256_store_pd(p, s);
}
#else
enum { V_LANES = 8 };
typedef float vr __attribute__((vector_size(32)));
typedef struct {
    __m256d lo, hi;
} vsum;
INLINE vr v_set1(real x) {
    return _mm256_set1_ps(x);
}
INLINE vr v_load(const real *p) {
    return _mm256_load_ps(p);
}
INLINE void v_store(real *p, vr x) {
    _mm256_store_ps(p, x);
}
INLINE vr v_load_any(const real *p) {
    return _mm256_loadu_ps(p);
}
INLINE void v_store_any(real *p, vr x) {
    _mm256_storeu_ps(p, x);
}
INLINE vr v_max(vr a, vr b) {
    return _mm256_max_ps(a, b);
}
INLINE vr v_select_ge0(vr z, vr a, vr b) {
    return _mm256_blendv_ps(b, a, _mm256_cmp_ps(z, _mm256_setzero_ps(), _CMP_GE_OQ));
}
INLINE vr v_select_lt(vr a, vr b, vr x, vr y) {
    return _mm256_blendv_ps(y, x, _mm256_cmp_ps(a, b, _CMP_LT_OQ));
}
INLINE bool v_all_lt(vr a, vr b) {
    return _mm256_movemask_ps(_mm256_cmp_ps(a, b, _CMP_LT_OQ)) == 0xff;
}
INLINE vr v_sqrt(vr x) {
    return _mm256_sqrt_ps(x);
}
INLINE vr v_fma(vr a, vr b, vr c) {
    return _mm256_fmadd_ps(a, b, c);
}
INLINE vr v_fnma(vr a, vr b, vr c) {
    return _mm256_fnmadd_ps(a, b, c);
}
INLINE vr v_abs(vr x) {
    return _mm256_andnot_ps(_mm256_set1_ps(-0.0f), x);
}
INLINE vr v_rint(vr x) {
    return _mm256_round_ps(x, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
}
INLINE vr v_times_exp2(vr x, vr n) {
    return _mm256_castsi256_ps(
        _mm256_add_epi32(_mm256_castps_si256(x), _mm256_slli_epi32(_mm256_cvtps_epi32(n), 23)));
}
INLINE vsum v_sum_load(const double *p) {
    return (vsum){_mm256_load_pd(p), _mm256_load_pd(p + 4)};
}
INLINE vsum v_sum_add(vsum s, vr x) {
    s.lo += _mm256_cvtps_pd(_mm256_castps256_ps128(x));
    s.hi += _mm256_cvtps_pd(_mm256_extractf128_ps(x, 1));
    return s;
}
INLINE vsum v_sum_odds(vsum q, vr t) {
    const vsum x = v_sum_add((vsum){_mm256_setzero_pd(), _mm256_setzero_pd()}, t);
    return (vsum){_mm256_fmadd_pd(q.lo, x.lo, q.lo + x.lo), _mm256_fmadd_pd(q.hi, x.hi, q.hi + x.hi)};
}
INLINE vsum v_sum_add_log1p(vsum s, vsum q) {
    return (vsum){s.lo + Sleef_finz_log1pd4_u10avx2(q.lo), s.hi + Sleef_finz_log1pd4_u10avx2(q.hi)};
}
INLINE void v_sum_store(double *p, vsum s) {
    _mm256_store_pd(p, s.lo);
    _mm256_store_pd(p + 4, s.hi);
}
#endif

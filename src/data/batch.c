/* One loop, stamped per function and ISA: whole registers first, the rest one by one. SLEEF's finz_ forms agree
 * to the bit (tests/data/test_batch.c), so where the cut falls cannot be seen. */
#include "data/batch.h"
#include "base/math.h"
#include <immintrin.h>

/* Declared here because sleef.h hides them from files that are not compiled for the ISA as a whole. */
#define AVX2 __attribute__((target("avx2,fma")))
#define AVX512 __attribute__((target("avx512f")))
AVX2 __m256d Sleef_finz_logd4_u10avx2(__m256d);
AVX2 __m256d Sleef_finz_expd4_u10avx2(__m256d);
AVX2 __m256d Sleef_finz_log1pd4_u10avx2(__m256d);
AVX512 __m512d Sleef_finz_logd8_u10avx512f(__m512d);
AVX512 __m512d Sleef_finz_expd8_u10avx512f(__m512d);
AVX512 __m512d Sleef_finz_log1pd8_u10avx512f(__m512d);
AVX2 __m256d Sleef_finz_powd4_u10avx2(__m256d, __m256d);
AVX512 __m512d Sleef_finz_powd8_u10avx512f(__m512d, __m512d);

#define FUNCTIONS(X) X(log) X(exp) X(log1p)

#define STAMP(f)                                                                                               \
    static void f##_scalar(size_t n, double *x) {                                                              \
        for (size_t i = 0; i < n; i++)                                                                         \
            x[i] = m_##f(x[i]);                                                                                \
    }                                                                                                          \
    static AVX2 void f##_avx2(size_t n, double *x) {                                                           \
        size_t i = 0;                                                                                          \
        for (; i + 4 <= n; i += 4)                                                                             \
            _mm256_storeu_pd(x + i, Sleef_finz_##f##d4_u10avx2(_mm256_loadu_pd(x + i)));                       \
        f##_scalar(n - i, x + i);                                                                              \
    }                                                                                                          \
    static AVX512 void f##_avx512(size_t n, double *x) {                                                       \
        size_t i = 0;                                                                                          \
        for (; i + 8 <= n; i += 8)                                                                             \
            _mm512_storeu_pd(x + i, Sleef_finz_##f##d8_u10avx512f(_mm512_loadu_pd(x + i)));                    \
        f##_scalar(n - i, x + i);                                                                              \
    }
FUNCTIONS(STAMP)

static void pow_scalar(size_t n, double *x, double y) {
    for (size_t i = 0; i < n; i++)
        x[i] = m_pow(x[i], y);
}
static AVX2 void pow_avx2(size_t n, double *x, double y) {
    size_t i = 0;
    for (; i + 4 <= n; i += 4)
        _mm256_storeu_pd(x + i, Sleef_finz_powd4_u10avx2(_mm256_loadu_pd(x + i), _mm256_set1_pd(y)));
    pow_scalar(n - i, x + i, y);
}
static AVX512 void pow_avx512(size_t n, double *x, double y) {
    size_t i = 0;
    for (; i + 8 <= n; i += 8)
        _mm512_storeu_pd(x + i, Sleef_finz_powd8_u10avx512f(_mm512_loadu_pd(x + i), _mm512_set1_pd(y)));
    pow_scalar(n - i, x + i, y);
}

static const struct batch batches[ISA_COUNT] = {
#define ROW(f) .f = f##_scalar,
    [ISA_SCALAR] = {FUNCTIONS(ROW).pow = pow_scalar},
#undef ROW
#define ROW(f) .f = f##_avx2,
    [ISA_AVX2] = {FUNCTIONS(ROW).pow = pow_avx2},
#undef ROW
#define ROW(f) .f = f##_avx512,
    [ISA_AVX512] = {FUNCTIONS(ROW).pow = pow_avx512},
#undef ROW
};

const struct batch *batch_get(enum isa isa) {
    bool usable = isa == ISA_SCALAR || (isa == ISA_AVX2 && __builtin_cpu_supports("avx2")) ||
                  (isa == ISA_AVX512 && __builtin_cpu_supports("avx512f"));
    return usable ? &batches[isa] : NULL;
}

const struct batch *batch_best(void) {
    const struct batch *b = NULL;
    for (int isa = ISA_COUNT - 1; !b; isa--)
        b = batch_get((enum isa)isa);
    return b;
}

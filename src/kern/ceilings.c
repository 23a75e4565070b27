/* Loops of pure traffic and of pure division, compiled like kern.c once per ISA and precision. KEEP makes the
 * compiler believe that a register is used and changed, so that each load, store and division is done. */
#include "kern/ceilings.h"

#ifdef KERN_F64
typedef double real;
#define CEILING_PRECISION f64
#else
typedef float real;
#define CEILING_PRECISION f32
#endif
#define PASTE_(a, b, c) a##_##b##_##c
#define PASTE(a, b, c) PASTE_(a, b, c)
#define HEADER_(isa) <kern/vec_##isa.h>
#define HEADER(isa) HEADER_(isa)
#include HEADER(KERN_ISA)

#define KEEP(x) __asm__ volatile("" : "+v"(x))
#ifdef __clang__
#define UNROLLED _Pragma("clang loop unroll(full)")
#else
#define UNROLLED _Pragma("GCC unroll 8")
#endif

INLINE void store_past_caches(real *p, vr x) {
#if defined __AVX512F__
    _mm512_stream_si512((__m512i *)p, (__m512i)x);
#elif defined __AVX2__
    _mm256_stream_si256((__m256i *)p, (__m256i)x);
#else
    v_store(p, x); /* no such store of a single real */
#endif
}

INLINE void multiply_add(vr *x, vr zero) {
    *x = v_fma(zero, *x, *x);
    KEEP(*x);
}

/* How a round of a stream goes: array by array, each read and written before the next; or as rules do, all read
 * and then all written, into the caches or past them. */
enum order { BY_ARRAY, READ_FIRST, PAST_CACHES };

INLINE void put(real *to, const vr *x, int unroll, enum order order) {
    UNROLLED
    for (int u = 0; u < unroll; u++)
        if (order == PAST_CACHES)
            store_past_caches(to + u * V_LANES, x[u]);
        else
            v_store(to + u * V_LANES, x[u]);
}

/* The cheapest rule with this traffic: one fused multiply-add for each array written (by a zero that the
 * compiler does not know, so that nothing changes), first of the gradient; and `further` ones. */
INLINE void stream(size_t n, void *const *array_, int unroll, enum order order, int updated, bool write_only,
                   int further) {
    enum { MOST = STREAM_MAX_UPDATED + 2 };
    real *array[MOST];
    vr zero = v_set1(0);
    KEEP(zero);
    for (int k = 0; k < updated + 1 + write_only; k++)
        array[k] = array_[k];
    const size_t step = (size_t)unroll * V_LANES;
    for (size_t i = 0; i + step <= n; i += step) {
        vr x[MOST][8];
        UNROLLED
        for (int u = 0; u < unroll; u++) {
            x[0][u] = v_load(array[updated] + i + u * V_LANES);
            if (further > 0)
                multiply_add(&x[0][u], zero);
            if (further > 1)
                multiply_add(&x[0][u], zero);
        }
        UNROLLED
        for (int k = 0; k < updated + write_only; k++) {
            real *to = array[k < updated ? k : updated + 1] + i;
            UNROLLED
            for (int u = 0; u < unroll; u++) {
                x[k + 1][u] = v_fma(zero, x[k][u], k < updated ? v_load(to + u * V_LANES) : zero);
                KEEP(x[k + 1][u]);
            }
            if (order == BY_ARRAY)
                put(to, x[k + 1], unroll, order);
        }
        UNROLLED
        for (int k = 0; k < updated + write_only; k++)
            if (order != BY_ARRAY)
                put(array[k < updated ? k : updated + 1] + i, x[k + 1], unroll, order);
    }
}

/* `unroll` registers' worth of divisions and roots, all independent: results are thrown away. */
INLINE void chain(size_t n, int unroll, int divisions, int roots) {
    vr x = v_set1((real)1.7), y = v_set1((real)1.3), acc[8];
    for (int u = 0; u < 8; u++)
        acc[u] = x;
    const size_t step = (size_t)unroll * V_LANES;
    for (size_t i = 0; i < n; i += step) {
        UNROLLED
        for (int u = 0; u < unroll; u++) {
            KEEP(x);
            KEEP(y);
            if (divisions == 0 && roots == 0) {
                acc[2 * u] = v_fma(acc[2 * u], x, y);
                acc[2 * u + 1] = v_fma(acc[2 * u + 1], x, y);
            }
            UNROLLED
            for (int k = 0; k < divisions || k < roots; k++) {
                if (k < roots) {
                    vr r = v_sqrt(x);
                    KEEP(r);
                }
                if (k < divisions) {
                    vr q = x / y;
                    KEEP(q);
                }
            }
        }
    }
    for (int u = 0; u < 8; u++)
        KEEP(acc[u]);
}

/* ---- the table: every shape of every loop ------------------------------------------------------------------
 */
/* clang-format off */
#define STREAM_SHAPE(X, a, b) \
    X(0, 1, BY_ARRAY, a, b) X(1, 2, BY_ARRAY, a, b) X(2, 4, BY_ARRAY, a, b) X(3, 8, BY_ARRAY, a, b) \
    X(4, 1, READ_FIRST, a, b) X(5, 2, READ_FIRST, a, b) X(6, 4, READ_FIRST, a, b) \
    X(7, 2, PAST_CACHES, a, b) X(8, 4, PAST_CACHES, a, b)
#define STREAMS(X) \
    STREAM_SHAPE(X, 1, 0) STREAM_SHAPE(X, 2, 0) STREAM_SHAPE(X, 3, 0) STREAM_SHAPE(X, 4, 0) \
    STREAM_SHAPE(X, 1, 1) STREAM_SHAPE(X, 2, 1) STREAM_SHAPE(X, 3, 1) STREAM_SHAPE(X, 4, 1)
#define MULTIPLY_SHAPE(X, a, b, f) X(0, 1, a, b, f) X(1, 2, a, b, f) X(2, 4, a, b, f) X(3, 8, a, b, f)
#define MULTIPLIES(X) \
    MULTIPLY_SHAPE(X, 1, 0, 1) MULTIPLY_SHAPE(X, 1, 1, 1) MULTIPLY_SHAPE(X, 2, 0, 1) MULTIPLY_SHAPE(X, 2, 1, 1) \
    MULTIPLY_SHAPE(X, 1, 0, 2) MULTIPLY_SHAPE(X, 1, 1, 2) MULTIPLY_SHAPE(X, 2, 0, 2) MULTIPLY_SHAPE(X, 2, 1, 2)
#define CHAIN_SHAPE(X, a, b) X(0, 1, a, b) X(1, 2, a, b) X(2, 4, a, b)
#define CHAINS(X) \
    CHAIN_SHAPE(X, 0, 0) CHAIN_SHAPE(X, 0, 1) CHAIN_SHAPE(X, 0, 2) \
    CHAIN_SHAPE(X, 1, 0) CHAIN_SHAPE(X, 1, 1) CHAIN_SHAPE(X, 1, 2) \
    CHAIN_SHAPE(X, 2, 0) CHAIN_SHAPE(X, 2, 1) CHAIN_SHAPE(X, 2, 2)
/* clang-format on */
_Static_assert(STREAM_MAX_UPDATED == 4 && CHAIN_MAX == 2 && MULTIPLY_MAX_UPDATED == 2 && MULTIPLY_MAX == 2,
               "STREAMS, CHAINS and MULTIPLIES list them all");

#define X(shape, unroll, order, updated, write_only)                                                           \
    static void stream_##shape##_##updated##_##write_only(size_t n, void *const *array) {                      \
        stream(n, array, unroll, order, updated, write_only, 0);                                               \
    }
STREAMS(X)
#undef X
#define X(shape, unroll, updated, write_only, further)                                                         \
    static void multiply_##shape##_##updated##_##write_only##_##further(size_t n, void *const *array) {        \
        stream(n, array, unroll, BY_ARRAY, updated, write_only, further);                                      \
    }
MULTIPLIES(X)
#undef X
#define X(shape, unroll, divisions, roots)                                                                     \
    static void chain_##shape##_##divisions##_##roots(size_t n) {                                              \
        chain(n, unroll, divisions, roots);                                                                    \
    }
CHAINS(X)
#undef X

const struct ceilings PASTE(ceilings, KERN_ISA, CEILING_PRECISION) = {
#define X(shape, unroll, order, updated, write_only)                                                           \
    .stream[shape][updated - 1][write_only] = stream_##shape##_##updated##_##write_only,
    STREAMS(X)
#undef X
#define X(shape, unroll, updated, write_only, further)                                                         \
    .multiply[shape][updated - 1][write_only][further - 1] =                                                   \
        multiply_##shape##_##updated##_##write_only##_##further,
        MULTIPLIES(X)
#undef X
#define X(shape, unroll, divisions, roots)                                                                     \
    .chain[shape][divisions][roots] = chain_##shape##_##divisions##_##roots,
            CHAINS(X)
#undef X
};

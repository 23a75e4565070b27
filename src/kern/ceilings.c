/* Loops of pure traffic, of pure division, of both, and of lines by index, compiled like kern.c once per ISA
 * and precision. KEEP makes the compiler believe that a register is used and changed, so that each load, store
 * and division is done. */
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
#define USED(x) __asm__ volatile("" : : "v"(x))
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

/* How a round of registers goes: array by array, each read and written before the next; or as rules do, all
 * read and then all written, into the caches or past them. */
enum order { BY_ARRAY, READ_FIRST, PAST_CACHES };
enum { MOST = STREAM_MAX_UPDATED + 2, WIDEST = 8, V_LINE = LANES / V_LANES };

INLINE void put(real *to, const vr *x, int width, enum order order) {
    UNROLLED
    for (int u = 0; u < width; u++)
        if (order == PAST_CACHES)
            store_past_caches(to + u * V_LANES, x[u]);
        else
            v_store(to + u * V_LANES, x[u]);
}

/* Registers that a loop has besides its arrays, of values that the compiler does not know: KEEP makes a new
 * value of them without a copy. A product by `small` is lost in any sum with what arrays hold. */
struct spare {
    vr zero, one, small, divisor;
};

/* What w waits for in a rule that divides: by itself as in chain(), and here between the reads and the writes.
 * All roots of a round come before its divisions: a core that deals out such work to two dividers by turns
 * would otherwise send all roots to one of them. */
INLINE void divide(vr *x, int width, int divisions, int roots, struct spare *spare) {
    vr d[WIDEST];
    UNROLLED
    for (int u = 0; u < width; u++)
        d[u] = spare->divisor;
    for (int k = 0; k < divisions || k < roots; k++) {
        UNROLLED
        for (int u = 0; u < width && k < roots; u++) {
            KEEP(spare->divisor);
            d[u] = v_sqrt(spare->divisor);
            KEEP(d[u]);
        }
        UNROLLED
        for (int u = 0; u < width && k < divisions; u++) {
            x[u] = x[u] / d[u];
            KEEP(x[u]);
        }
    }
    UNROLLED
    for (int u = 0; u < width; u++)
        x[u] = roots && !divisions ? d[u] : x[u];
}

/* All arrays read, worked on and written. Work: NONE, nothing is done to what is read but that divisions and
 * roots go into w by a multiply-add. Else as many operations as the rule has, and no slower ones:
 * MULTIPLY_ADDS, the state's from the gradient on, then that of w, `further` for nothing but to be done. SUMS,
 * with a division: a product for each state and what is divided, the sum into w, further sums: they read one
 * register less than multiply-adds, and stores read registers too, for which there are only so many ports.
 * SUMS_AND_ONE: one of the products is a multiply-add. Nothing changes by any of it. */
enum work { NONE, MULTIPLY_ADDS, SUMS, SUMS_AND_ONE };
INLINE void one_round(real *const *array, size_t i, int width, enum order order, int updated, int write_only,
                      enum work work, int further, int divisions, int roots, struct spare *spare) {
    const bool sums = work == SUMS || work == SUMS_AND_ONE;
    vr x[MOST][WIDEST];
    UNROLLED
    for (int u = 0; u < width; u++) {
        x[updated][u] = v_load(array[updated] + i + u * V_LANES);
        KEEP(x[updated][u]);
    }
    UNROLLED
    for (int k = updated - 1; k >= 0; k--) {
        const bool joined = k == 0 && (divisions || roots);
        const bool product = sums && !joined && !(work == SUMS_AND_ONE && k == 1);
        vr from[WIDEST];
        UNROLLED
        for (int u = 0; u < width; u++)
            from[u] =
                joined && sums ? x[updated][u] * spare->small : x[divisions || roots ? updated : k + 1][u];
        if (joined)
            divide(from, width, divisions, roots, spare);
        UNROLLED
        for (int u = 0; u < width; u++) {
            vr loaded = v_load(array[k] + i + u * V_LANES);
            if (order == BY_ARRAY && !sums)
                KEEP(loaded);
            x[k][u] = product                  ? loaded * spare->one
                      : sums && joined         ? loaded + from[u]
                      : work != NONE || joined ? v_fma(spare->zero, from[u], loaded)
                                               : loaded;
            KEEP(x[k][u]);
        }
        if (order == BY_ARRAY)
            put(array[k] + i, x[k], width, order);
    }
    UNROLLED
    for (int u = 0; u < width; u++) {
        UNROLLED
        for (int k = 0; k < further + (work == MULTIPLY_ADDS && write_only); k++) {
            KEEP(spare->zero);
            const vr y =
                sums ? x[updated][u] + spare->zero
                     : v_fma(spare->zero, spare->one,
                             order == BY_ARRAY ? x[updated][u] : v_load(array[updated] + i + u * V_LANES));
            USED(y);
        }
        if (write_only)
            x[updated + 1][u] = x[updated][u];
    }
    UNROLLED
    for (int k = updated - 1; k >= 0 && order != BY_ARRAY; k--)
        put(array[k] + i, x[k], width, order);
    if (write_only)
        put(array[updated + 1] + i, x[updated + 1], width, order);
}

/* `rounds` rounds of `width` registers between two tests of the loop's end. */
INLINE void stream(size_t n, void *const *array_, int rounds, int width, enum order order, int updated,
                   int write_only, enum work work, int further, int divisions, int roots) {
    real *array[MOST];
    struct spare spare = {v_set1(0), v_set1(1), v_set1((real)1e-30), v_set1((real)1.7)};
    KEEP(spare.zero);
    KEEP(spare.one);
    KEEP(spare.small);
    KEEP(spare.divisor);
    for (int k = 0; k < updated + 1 + write_only; k++)
        array[k] = array_[k];
    const size_t step = (size_t)rounds * width * V_LANES;
    for (size_t i = 0; i + step <= n; i += step) {
        UNROLLED
        for (int r = 0; r < rounds; r++)
            one_round(array, i + (size_t)r * width * V_LANES, width, order, updated, write_only, work, further,
                      divisions, roots, &spare);
    }
}

/* Divisions and roots alone, `unroll` registers side by side: in turn, or all roots first. No outcome is waited
 * for and all are thrown away. */
INLINE void chain(size_t n, int unroll, bool roots_first, int divisions, int roots) {
    vr x = v_set1((real)1.7), y = v_set1((real)1.3);
    const size_t step = (size_t)unroll * V_LANES;
    for (size_t i = 0; i < n; i += step)
        for (int k = 0; k < divisions || k < roots; k++)
            for (int phase = 0; phase < (roots_first ? 2 : 1); phase++) {
                UNROLLED
                for (int u = 0; u < unroll; u++) {
                    KEEP(x);
                    KEEP(y);
                    if (k < roots && phase == 0) {
                        vr r = v_sqrt(x);
                        KEEP(r);
                    }
                    if (k < divisions && phase == roots_first) {
                        vr q = x / y;
                        KEEP(q);
                    }
                }
            }
}

static void multiply_adds(size_t n) {
    vr acc[WIDEST], y = v_set1((real)0.5);
    UNROLLED
    for (int u = 0; u < WIDEST; u++) /* unrolled, else the compiler keeps them in memory */
        acc[u] = y;
    KEEP(y);
    for (size_t i = 0; i < n; i += (WIDEST / 2) * V_LANES) {
        UNROLLED
        for (int u = 0; u < WIDEST; u++) {
            acc[u] = v_fma(acc[u], y, y);
            KEEP(acc[u]);
        }
    }
}

/* ---- passes over data: lines by index -----------------------------------------------------------------------
 */

/* index: the type of idx; two index types, one body. */
#define LINES_LOOP(index)                                                                                      \
    INLINE void lines_##index(size_t n, const index *idx, const real *src, real *out, int ahead, int level) {  \
        vr s[PARTIALS][V_LINE];                                                                                \
        for (int p = 0; p < PARTIALS; p++)                                                                     \
            for (int v = 0; v < V_LINE; v++)                                                                   \
                s[p][v] = v_set1(0);                                                                           \
        for (size_t k = 0; k + PARTIALS <= n; k += PARTIALS)                                                   \
            for (int p = 0; p < PARTIALS; p++) {                                                               \
                const real *line = src + (size_t)idx[k + (size_t)p] * LANES;                                   \
                const real *later = src + (size_t)idx[k + (size_t)p + (size_t)ahead] * LANES;                  \
                for (size_t at = 0; ahead && at < LANES * sizeof(real); at += 64)                              \
                    if (level == 1)                                                                            \
                        __builtin_prefetch((const char *)later + at, 0, 3);                                    \
                    else                                                                                       \
                        __builtin_prefetch((const char *)later + at, 0, 2);                                    \
                for (int v = 0; v < V_LINE; v++)                                                               \
                    s[p][v] += v_load(line + v * V_LANES);                                                     \
            }                                                                                                  \
        for (int p = 0; p < PARTIALS; p++)                                                                     \
            for (int v = 0; v < V_LINE; v++)                                                                   \
                v_store(out + v * V_LANES, v_load(out + v * V_LANES) + s[p][v]);                               \
    }
LINES_LOOP(uint16_t)
LINES_LOOP(uint32_t)
#define LINES(X) X(0, 192, 1) X(1, 64, 1) X(2, 24, 1) X(3, 0, 1) X(4, 192, 2) X(5, NEAR_AHEAD, 1)
#define X(shape, ahead, level)                                                                                 \
    static void lines16_##shape(size_t n, const uint16_t *idx, const void *src, void *out) {                   \
        lines_uint16_t(n, idx, src, out, ahead, level);                                                        \
    }                                                                                                          \
    static void lines32_##shape(size_t n, const uint32_t *idx, const void *src, void *out) {                   \
        lines_uint32_t(n, idx, src, out, ahead, level);                                                        \
    }
LINES(X)
#undef X
_Static_assert(NEAR_AHEAD + PARTIALS <= INDEX_PADDING, "prefetch reads the index array past its end");

/* ---- the table: every shape of every loop ------------------------------------------------------------------
 */
/* clang-format off */
/* number, rounds, width, order */
#define STREAM_SHAPE(X, a, b) \
    X(0, 1, 1, BY_ARRAY, a, b) X(1, 1, 2, BY_ARRAY, a, b) X(2, 1, 4, BY_ARRAY, a, b) X(3, 1, 8, BY_ARRAY, a, b) \
    X(4, 2, 1, READ_FIRST, a, b) X(5, 4, 1, READ_FIRST, a, b) X(6, 1, 2, READ_FIRST, a, b) \
    X(7, 1, 4, READ_FIRST, a, b) X(8, 1, 2, PAST_CACHES, a, b) X(9, 1, 4, PAST_CACHES, a, b)
#define STREAMS(X) \
    STREAM_SHAPE(X, 1, 0) STREAM_SHAPE(X, 2, 0) STREAM_SHAPE(X, 3, 0) STREAM_SHAPE(X, 4, 0) \
    STREAM_SHAPE(X, 1, 1) STREAM_SHAPE(X, 2, 1) STREAM_SHAPE(X, 3, 1) STREAM_SHAPE(X, 4, 1)
#define MULTIPLY_SHAPE(X, a, b, f, w) \
    X(0, 1, 1, BY_ARRAY, a, b, f, w) X(1, 1, 2, BY_ARRAY, a, b, f, w) X(2, 1, 4, BY_ARRAY, a, b, f, w) \
    X(3, 1, 8, BY_ARRAY, a, b, f, w) X(4, 2, 1, READ_FIRST, a, b, f, w) X(5, 4, 1, READ_FIRST, a, b, f, w) \
    X(6, 1, 2, READ_FIRST, a, b, f, w) X(7, 1, 4, READ_FIRST, a, b, f, w) X(8, 1, 8, READ_FIRST, a, b, f, w)
#define MULTIPLIES(X) \
    MULTIPLY_SHAPE(X, 1, 0, 0, MULTIPLY_ADDS) MULTIPLY_SHAPE(X, 2, 0, 0, MULTIPLY_ADDS) \
    MULTIPLY_SHAPE(X, 2, 0, 1, MULTIPLY_ADDS) MULTIPLY_SHAPE(X, 2, 1, 0, MULTIPLY_ADDS) \
    MULTIPLY_SHAPE(X, 2, 0, 1, SUMS_AND_ONE) MULTIPLY_SHAPE(X, 2, 0, 2, SUMS) MULTIPLY_SHAPE(X, 3, 0, 3, SUMS_AND_ONE)
#define TOGETHER_SHAPE(X, a, b, d, r) \
    X(0, 1, 1, READ_FIRST, a, b, d, r) X(1, 4, 1, READ_FIRST, a, b, d, r) X(2, 1, 2, READ_FIRST, a, b, d, r) \
    X(3, 2, 2, READ_FIRST, a, b, d, r) X(4, 1, 4, READ_FIRST, a, b, d, r) X(5, 1, 4, BY_ARRAY, a, b, d, r) \
    X(6, 1, 8, BY_ARRAY, a, b, d, r) X(7, 1, 8, READ_FIRST, a, b, d, r)
#define TOGETHER_WORK(X, a, b) \
    TOGETHER_SHAPE(X, a, b, 1, 0) TOGETHER_SHAPE(X, a, b, 0, 1) TOGETHER_SHAPE(X, a, b, 1, 1)
#define TOGETHERS(X) \
    TOGETHER_WORK(X, 1, 0) TOGETHER_WORK(X, 2, 0) TOGETHER_WORK(X, 3, 0) TOGETHER_WORK(X, 4, 0) \
    TOGETHER_WORK(X, 1, 1) TOGETHER_WORK(X, 2, 1) TOGETHER_WORK(X, 3, 1) TOGETHER_WORK(X, 4, 1)
#define CHAIN_SHAPE(X, a, b) \
    X(0, 1, false, a, b) X(1, 2, false, a, b) X(2, 4, false, a, b) \
    X(3, 2, true, a, b) X(4, 4, true, a, b) X(5, 8, true, a, b)
#define CHAINS(X) \
    CHAIN_SHAPE(X, 0, 1) CHAIN_SHAPE(X, 0, 2) CHAIN_SHAPE(X, 1, 0) CHAIN_SHAPE(X, 1, 1) \
    CHAIN_SHAPE(X, 1, 2) CHAIN_SHAPE(X, 2, 0) CHAIN_SHAPE(X, 2, 1) CHAIN_SHAPE(X, 2, 2)
/* clang-format on */
_Static_assert(STREAM_MAX_UPDATED == 4 && CHAIN_MAX == 2 && MULTIPLY_MAX_UPDATED == 3 && MULTIPLY_MAX == 3 &&
                   TOGETHER_MAX == 1,
               "STREAMS, CHAINS, MULTIPLIES and TOGETHERS list them all");

#define X(shape, rounds, width, order, updated, write_only)                                                    \
    static void stream_##shape##_##updated##_##write_only(size_t n, void *const *array) {                      \
        stream(n, array, rounds, width, order, updated, write_only, NONE, 0, 0, 0);                            \
    }
STREAMS(X)
#undef X
#define X(shape, rounds, width, order, updated, write_only, further, work)                                     \
    static void multiply_##shape##_##updated##_##write_only##_##further##_##work(size_t n,                     \
                                                                                 void *const *array) {         \
        stream(n, array, rounds, width, order, updated, write_only, work, further, work != MULTIPLY_ADDS, 0);  \
    }
MULTIPLIES(X)
#undef X
#define X(shape, rounds, width, order, updated, write_only, divisions, roots)                                  \
    static void together_##shape##_##updated##_##write_only##_##divisions##_##roots(size_t n,                  \
                                                                                    void *const *array) {      \
        stream(n, array, rounds, width, order, updated, write_only, NONE, 0, divisions, roots);                \
    }
TOGETHERS(X)
#undef X
#define X(shape, unroll, roots_first, divisions, roots)                                                        \
    static void chain_##shape##_##divisions##_##roots(size_t n) {                                              \
        chain(n, unroll, roots_first, divisions, roots);                                                       \
    }
CHAINS(X)
#undef X

const struct ceilings PASTE(ceilings, KERN_ISA, CEILING_PRECISION) = {.multiply_adds = multiply_adds,
#define X(shape, rounds, width, order, updated, write_only)                                                    \
    .stream[shape][updated - 1][write_only] = stream_##shape##_##updated##_##write_only,
                                                                      STREAMS(X)
#undef X
#define X(shape, rounds, width, order, updated, write_only, further, work)                                     \
    .multiply[shape][updated - 1][write_only][further][work - MULTIPLY_ADDS] =                                 \
        multiply_##shape##_##updated##_##write_only##_##further##_##work,
                                                                          MULTIPLIES(X)
#undef X
#define X(shape, rounds, width, order, updated, write_only, divisions, roots)                                  \
    .together[shape][updated - 1][write_only][divisions][roots] =                                              \
        together_##shape##_##updated##_##write_only##_##divisions##_##roots,
                                                                              TOGETHERS(X)
#undef X
#define X(shape, unroll, roots_first, divisions, roots)                                                        \
    .chain[shape][divisions][roots] = chain_##shape##_##divisions##_##roots,
                                                                                  CHAINS(X)
#undef X
#define X(shape, ahead, level) .lines16[shape] = lines16_##shape, .lines32[shape] = lines32_##shape,
                                                                                      LINES(X)
#undef X
};

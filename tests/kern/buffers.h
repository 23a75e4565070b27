/* What the tests of the kernels share: arrays of reals between guard bytes, random values with special ones
 * among them, and comparison to the bit. */
#pragma once
#include "base/rng.h"
#include "kern/kern.h"
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
// cmocka.h needs what is above
#include <cmocka.h>

static const char *const precision_names[PRECISION_COUNT] = {"f32", "f64"};
static inline size_t real_size(enum precision p) {
    return p == PRECISION_F32 ? sizeof(float) : sizeof(double);
}

/* The environment's TEST_SEED, or the one given. Printed, so that a failure can be repeated. */
static inline uint64_t test_seed(uint64_t otherwise) {
    const char *s = getenv("TEST_SEED");
    const uint64_t seed = s ? strtoull(s, NULL, 10) : otherwise;
    printf("TEST_SEED=%llu\n", (unsigned long long)seed);
    return seed;
}

/* Seed of a program that tries every ISA; says which this CPU leaves out. */
static inline uint64_t kernels_seed(void) {
    const uint64_t seed = test_seed((uint64_t)time(NULL));
    for (enum isa isa = 0; isa < ISA_COUNT; isa++)
        if (!isa_usable(isa))
            printf("skipped: %s (this CPU does not have it)\n", isa_names[isa]);
    return seed;
}

/* ---- reals of either precision ----------------------------------------------------------------------------
 */

struct reals {
    enum precision p;
    size_t n;
    unsigned char *base, *at; /* at: the reals; GUARD bytes before and after them hold GUARD_BYTE */
};
enum { GUARD = 128, GUARD_BYTE = 0xa5 };

/* n reals, `offset` reals past an address aligned to 64 bytes. */
static inline struct reals reals_new(enum precision p, size_t n, size_t offset) {
    struct reals r = {.p = p, .n = n};
    const size_t bytes = 2 * GUARD + (n + offset) * real_size(p);
    r.base = aligned_alloc(64, (bytes + 63) / 64 * 64);
    assert_non_null(r.base);
    memset(r.base, GUARD_BYTE, bytes);
    r.at = r.base + GUARD + offset * real_size(p);
    return r;
}
static inline void reals_free(struct reals *r) {
    free(r->base);
}

static inline bool reals_guarded(const struct reals *r) {
    for (const unsigned char *c = r->base; c < r->at; c++)
        if (*c != GUARD_BYTE)
            return false;
    const unsigned char *end = r->at + r->n * real_size(r->p);
    for (const unsigned char *c = end; c < end + GUARD; c++)
        if (*c != GUARD_BYTE)
            return false;
    return true;
}

static inline double reals_get(const struct reals *r, size_t i) {
    /* NOLINTNEXTLINE(clang-analyzer-core.NullDereference): reals_new() made it */
    return r->p == PRECISION_F32 ? (double)((const float *)r->at)[i] : ((const double *)r->at)[i];
}
static inline void reals_put(struct reals *r, size_t i, double x) {
    if (r->p == PRECISION_F32)
        ((float *)r->at)[i] = (float)x;
    else
        ((double *)r->at)[i] = x;
}
static inline struct reals reals_copy(const struct reals *from) {
    struct reals r = reals_new(from->p, from->n, (size_t)(from->at - from->base - GUARD) / real_size(from->p));
    memcpy(r.at, from->at, r.n * real_size(r.p));
    return r;
}

/* The same bits, any NaN equal to any other. */
static inline bool reals_same(const struct reals *a, size_t i, const struct reals *b, size_t k) {
    const double x = reals_get(a, i), y = reals_get(b, k);
    return (isnan(x) && isnan(y)) || memcmp(&x, &y, sizeof x) == 0;
}

/* ---- random values ----------------------------------------------------------------------------------------
 */

static inline double random_normal(struct rng *r) {
    return rng_normal(r) * pow(10, 3 - 6 * rng_unit(r));
}

static inline double random_special(struct rng *r, enum precision p) {
    static const double special[PRECISION_COUNT][10] = {
        {0, -0.0, 1e-45, -1e-40, 1.1754943508222875e-38, 3e38, -3e38, INFINITY, -INFINITY, NAN},
        {0, -0.0, 5e-324, -1e-310, 2.2250738585072014e-308, 1e308, -1e308, INFINITY, -INFINITY, NAN},
    };
    return special[p][rng_below(r, 10)];
}

/* Plain values over six decades, one in 32 special. */
static inline void reals_random(struct reals *a, struct rng *r) {
    for (size_t i = 0; i < a->n; i++)
        reals_put(a, i, rng_below(r, 32) == 0 ? random_special(r, a->p) : random_normal(r));
}

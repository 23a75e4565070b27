/* PCG32 (XSH-RR 64/32): M. E. O'Neill, "PCG: A Family of Simple Fast Space-Efficient Statistically Good
 * Algorithms for Random Number Generation", HMC-CS-2014-0905. Bit-equal to pcg_setseq_64 of the C++ library.
 * All draws below use only integers, IEEE arithmetic and SLEEF's deterministic functions: the same bits
 * anywhere. */
#pragma once
#include <stddef.h>
#include <stdint.h>

struct rng {
    uint64_t state, inc;
};

/* Seeds stream `stream` of generator `seed`: pcg32_srandom(seed, stream). */
struct rng rng_make(uint64_t seed, uint64_t stream);
/* A stream named by what it is for: (seed, purpose, index) are mixed by splitmix64 into seed and stream. */
enum rng_purpose {
    RNG_FEATURE = 1,
    RNG_SIGN,
    RNG_LABEL,
    RNG_TEST_FEATURE,
    RNG_TEST_LABEL,
    RNG_HOLD_OUT,
    RNG_START,
    RNG_ORDER,
    RNG_VALUE,
    RNG_TEST_VALUE,
    RNG_BOOTSTRAP,
    RNG_SURFACE
};
struct rng rng_for(uint64_t seed, enum rng_purpose purpose, uint64_t index);

uint32_t rng_u32(struct rng *r);
/* Moves delta steps on in O(log delta) (F. Brown, "Random Number Generation with Arbitrary Strides"). */
void rng_advance(struct rng *r, uint64_t delta);
/* Uniform in (0, 1], 53 bits, from two draws. Never 0, so that its log is finite. */
double rng_unit(struct rng *r);
/* The next n of them. */
void rng_units(struct rng *r, size_t n, double *x);
/* Streams of consecutive indices side by side: one register holds what all of them draw. */
enum { RNGS = 8 };
struct rngs {
    uint64_t state[RNGS], inc[RNGS];
};
/* The streams of index, index + 1, ... */
void rngs_for(struct rngs *s, uint64_t seed, enum rng_purpose purpose, uint64_t index);
/* The next n uniforms of each: x (n, RNGS). */
void rngs_units(struct rngs *s, size_t n, double *x);
/* One of them by itself. */
static inline struct rng rngs_get(const struct rngs *s, int k) {
    return (struct rng){s->state[k], s->inc[k]};
}
/* Uniform integer in [0, bound), without bias (rejection). bound >= 1. */
uint32_t rng_below(struct rng *r, uint32_t bound);
/* N(0, 1) by Box and Muller, one value for two uniforms (no state is kept between calls). */
double rng_normal(struct rng *r);
/* As if one had been drawn. */
static inline void rng_skip_normal(struct rng *r) {
    for (int draw = 0; draw < 4; draw++)
        rng_u32(r);
}
/* Student's t with 3 degrees of freedom: N / sqrt((N^2 + N^2 + N^2) / 3). */
double rng_student3(struct rng *r);

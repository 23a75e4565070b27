#include "base/rng.h"
#include "base/math.h"
#include <math.h>
#include <stdbool.h>

static const uint64_t MULTIPLIER = 6364136223846793005u;

struct rng rng_make(uint64_t seed, uint64_t stream) {
    struct rng r = {0, stream << 1 | 1};
    rng_u32(&r);
    r.state += seed;
    rng_u32(&r);
    return r;
}

/* The output function of splitmix64 (Steele, Lea, Flood, OOPSLA 2014): a bijection that mixes all bits. */
static uint64_t mix(uint64_t x) {
    x += 0x9e3779b97f4a7c15u;
    x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9u;
    x = (x ^ x >> 27) * 0x94d049bb133111ebu;
    return x ^ x >> 31;
}

struct rng rng_for(uint64_t seed, enum rng_purpose purpose, uint64_t index) {
    uint64_t named = mix(mix(mix(seed) ^ (uint64_t)purpose) ^ index);
    return rng_make(named, mix(named));
}

static inline uint32_t output(uint64_t state) {
    const uint32_t shifted = (uint32_t)((state >> 18 ^ state) >> 27), rotation = (uint32_t)(state >> 59);
    return shifted >> rotation | shifted << (-rotation & 31);
}

uint32_t rng_u32(struct rng *r) {
    const uint64_t old = r->state;
    r->state = old * MULTIPLIER + r->inc;
    return output(old);
}

void rng_advance(struct rng *r, uint64_t delta) {
    uint64_t step_mul = MULTIPLIER, step_add = r->inc, mul = 1, add = 0;
    for (; delta; delta >>= 1) {
        if (delta & 1) {
            mul *= step_mul;
            add = add * step_mul + step_add;
        }
        step_add *= step_mul + 1;
        step_mul *= step_mul;
    }
    r->state = r->state * mul + add;
}

static inline double unit_of(uint32_t first, uint32_t second) {
    const uint64_t high = first >> 5, low = second >> 6;
    return (double)((high << 26 | low) + 1) * 0x1p-53;
}

double rng_unit(struct rng *r) {
    const uint32_t first = rng_u32(r);
    return unit_of(first, rng_u32(r));
}

/* UNITS states side by side, each two draws behind the one after it, all moved on together: a draw does not
 * wait for the one before, and where registers are wide enough the compiler makes the loop over k one of them.
 */
enum { UNITS = 8 };

static inline __attribute__((always_inline)) void move_on(uint64_t state[UNITS], uint64_t mul, uint64_t add,
                                                          uint64_t inc, size_t whole, double *x) {
    for (size_t i = 0; i < whole; i += UNITS)
        for (int k = 0; k < UNITS; k++) {
            x[i + (size_t)k] = unit_of(output(state[k]), output(state[k] * MULTIPLIER + inc));
            state[k] = state[k] * mul + add;
        }
}
static void move_on_any(uint64_t state[UNITS], uint64_t mul, uint64_t add, uint64_t inc, size_t whole,
                        double *x) {
    move_on(state, mul, add, inc, whole, x);
}
__attribute__((target("avx512f,avx512dq,avx512vl"))) static void
move_on_avx512(uint64_t state[UNITS], uint64_t mul, uint64_t add, uint64_t inc, size_t whole, double *x) {
    move_on(state, mul, add, inc, whole, x);
}

void rng_units(struct rng *r, size_t n, double *x) {
    uint64_t state[UNITS], mul = 1, add = 0;
    const size_t whole = n / UNITS * UNITS;
    for (int k = 0; whole && k < UNITS; k++) {
        state[k] = r->state * mul + add;
        for (int draw = 0; draw < 2; draw++) {
            add = add * MULTIPLIER + r->inc;
            mul *= MULTIPLIER;
        }
    }
    if (whole) {
        const bool wide = __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
        (wide ? move_on_avx512 : move_on_any)(state, mul, add, r->inc, whole, x);
        r->state = state[0];
    }
    for (size_t i = whole; i < n; i++)
        x[i] = rng_unit(r);
}

uint32_t rng_below(struct rng *r, uint32_t bound) {
    /* The lowest 2^32 mod bound values are thrown away: what is left is a whole number of cycles. */
    uint32_t least = -bound % bound, u;
    do
        u = rng_u32(r);
    while (u < least);
    return u % bound;
}

double rng_normal(struct rng *r) {
    double radius = sqrt(-2 * m_log(rng_unit(r)));
    return radius * m_cospi(2 * rng_unit(r));
}

double rng_student3(struct rng *r) {
    double n = rng_normal(r), a = rng_normal(r), b = rng_normal(r), c = rng_normal(r);
    return n / sqrt((a * a + b * b + c * c) / 3);
}

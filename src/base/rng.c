#include "base/rng.h"
#include "base/math.h"
#include <math.h>

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

uint32_t rng_u32(struct rng *r) {
    uint64_t old = r->state;
    r->state = old * MULTIPLIER + r->inc;
    uint32_t shifted = (uint32_t)((old >> 18 ^ old) >> 27), rotation = (uint32_t)(old >> 59);
    return shifted >> rotation | shifted << (-rotation & 31);
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

double rng_unit(struct rng *r) {
    uint64_t high = rng_u32(r) >> 5, low = rng_u32(r) >> 6;
    return (double)((high << 26 | low) + 1) * 0x1p-53;
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

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

/* Several states side by side, all moved on by two draws at once: a draw does not wait for the one before, and
 * where registers are wide enough the compiler makes the loop over k one of them. */
static inline __attribute__((always_inline)) void move_on(struct rngs *s, uint64_t mul,
                                                          const uint64_t add[RNGS], size_t n, double *x) {
    struct rngs now = *s;
    for (size_t i = 0; i < n; i++)
        for (int k = 0; k < RNGS; k++) {
            x[i * RNGS + (size_t)k] =
                unit_of(output(now.state[k]), output(now.state[k] * MULTIPLIER + now.inc[k]));
            now.state[k] = now.state[k] * mul + add[k];
        }
    *s = now;
}
/* rng_for() of each. */
static inline __attribute__((always_inline)) void name(struct rngs *s, uint64_t of, uint64_t index) {
    for (int k = 0; k < RNGS; k++) {
        const uint64_t named = mix(of ^ (index + (uint64_t)k));
        s->inc[k] = mix(named) << 1 | 1;
        s->state[k] = (s->inc[k] + named) * MULTIPLIER + s->inc[k];
    }
}
#define STAMP(isa, target)                                                                                     \
    target static void move_on_##isa(struct rngs *s, uint64_t mul, const uint64_t add[RNGS], size_t n,         \
                                     double *x) {                                                              \
        move_on(s, mul, add, n, x);                                                                            \
    }                                                                                                          \
    target static void name_##isa(struct rngs *s, uint64_t of, uint64_t index) {                               \
        name(s, of, index);                                                                                    \
    }
STAMP(any, )
STAMP(avx512, __attribute__((target("avx512f,avx512dq,avx512vl"))))

static bool wide(void) {
    return __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
}

void rngs_for(struct rngs *s, uint64_t seed, enum rng_purpose purpose, uint64_t index) {
    (wide() ? name_avx512 : name_any)(s, mix(mix(seed) ^ (uint64_t)purpose), index);
}

void rngs_units(struct rngs *s, size_t n, double *x) {
    uint64_t add[RNGS];
    for (int k = 0; k < RNGS; k++)
        add[k] = s->inc[k] * (MULTIPLIER + 1);
    (wide() ? move_on_avx512 : move_on_any)(s, MULTIPLIER * MULTIPLIER, add, n, x);
}

/* One stream as RNGS of them, each two draws behind the next. */
void rng_units(struct rng *r, size_t n, double *x) {
    struct rngs s;
    uint64_t mul = 1, add = 0, adds[RNGS];
    const size_t rounds = n / RNGS;
    for (int k = 0; rounds && k < RNGS; k++) {
        s.state[k] = r->state * mul + add;
        s.inc[k] = r->inc;
        for (int draw = 0; draw < 2; draw++) {
            add = add * MULTIPLIER + r->inc;
            mul *= MULTIPLIER;
        }
    }
    if (rounds) {
        for (int k = 0; k < RNGS; k++)
            adds[k] = add;
        (wide() ? move_on_avx512 : move_on_any)(&s, mul, adds, rounds, x);
        r->state = s.state[0];
    }
    for (size_t i = rounds * RNGS; i < n; i++)
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

/* PCG32 against O'Neill's published vectors; the draws made from it against their laws. */
#include "base/rng.h"
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
// cmocka.h needs the three above
#include <cmocka.h>

/* pcg32-demo: seed 42, stream 54. */
static void published_vectors(void **s) {
    (void)s;
    static const uint32_t expected[] = {0xa15c02b7, 0x7b47f409, 0xba1d3330, 0x83d2f293, 0xbfa4784b, 0xcbed606e};
    struct rng r = rng_make(42, 54);
    for (int i = 0; i < 6; i++)
        assert_int_equal(rng_u32(&r), expected[i]);
}

static void advance_equals_steps(void **s) {
    (void)s;
    static const uint64_t deltas[] = {0, 1, 2, 3, 31, 32, 1000, 65537};
    for (size_t i = 0; i < sizeof deltas / sizeof *deltas; i++) {
        struct rng stepped = rng_make(7, i), jumped = stepped;
        for (uint64_t k = 0; k < deltas[i]; k++)
            rng_u32(&stepped);
        rng_advance(&jumped, deltas[i]);
        assert_true(stepped.state == jumped.state);
        rng_advance(&jumped, -deltas[i]); /* the period is 2^64: backwards is the long way round */
        assert_true(jumped.state == rng_make(7, i).state);
    }
}

/* Frozen: results in stores depend on them. The values are those of the formulas written again in Python. */
static void named_streams_are_fixed_and_differ(void **s) {
    (void)s;
    struct rng a = rng_for(1, RNG_FEATURE, 0);
    assert_int_equal(rng_u32(&a), 0x80bea23d);
    assert_int_equal(rng_u32(&a), 0x40de714b);
    static const struct {
        uint64_t seed;
        enum rng_purpose purpose;
        uint64_t index;
    } names[] = {{1, RNG_FEATURE, 0}, {2, RNG_FEATURE, 0}, {1, RNG_SIGN, 0},   {1, RNG_FEATURE, 1},
                 {0, RNG_FEATURE, 1}, {1, RNG_SIGN, 1},    {2, RNG_FEATURE, 1}};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        for (size_t j = 0; j < i; j++) {
            struct rng x = rng_for(names[i].seed, names[i].purpose, names[i].index);
            struct rng y = rng_for(names[j].seed, names[j].purpose, names[j].index);
            assert_true(x.state != y.state && x.inc != y.inc);
        }
}

static void units_are_in_half_open_interval(void **s) {
    (void)s;
    struct rng r = rng_make(3, 3);
    double sum = 0, least = 1, most = 0;
    enum { N = 100000 };
    for (int i = 0; i < N; i++) {
        double u = rng_unit(&r);
        assert_true(u > 0 && u <= 1);
        least = fmin(least, u);
        most = fmax(most, u);
        sum += u;
    }
    assert_true(least < 1e-3 && most > 1 - 1e-3);
    assert_true(fabs(sum / N - 0.5) < 5 * sqrt(1.0 / 12 / N));
}

/* Many at once are the same as one by one, and leave the stream where it would be. */
static void units_at_once_are_units(void **s) {
    (void)s;
    for (size_t n = 0; n < 70; n++) {
        struct rng a = rng_for(7, RNG_VALUE, n), b = a;
        double x[70];
        rng_units(&a, n, x);
        for (size_t i = 0; i < n; i++)
            assert_true(x[i] == rng_unit(&b));
        assert_true(a.state == b.state && a.inc == b.inc);
    }
}

/* Streams side by side are the named ones, draw for draw. */
static void streams_side_by_side_are_streams(void **s) {
    (void)s;
    for (size_t n = 0; n < 20; n++) {
        struct rngs side;
        double x[20 * RNGS];
        const uint64_t index = n % 2 ? UINT64_MAX - 2 : 1000 * n; /* indices go on behind the last from 0 */
        rngs_for(&side, n, RNG_SIGN, index);
        rngs_units(&side, n, x);
        for (int k = 0; k < RNGS; k++) {
            struct rng one = rng_for(n, RNG_SIGN, index + (uint64_t)k), got = rngs_get(&side, k);
            for (size_t i = 0; i < n; i++)
                assert_true(x[i * RNGS + (size_t)k] == rng_unit(&one));
            assert_true(got.state == one.state && got.inc == one.inc);
        }
    }
}

static void below_is_unbiased(void **s) {
    (void)s;
    static const uint32_t bounds[] = {1, 2, 3, 10, 0x80000001u, 0xffffffffu};
    for (size_t k = 0; k < sizeof bounds / sizeof *bounds; k++) {
        struct rng r = rng_make(5, k);
        enum { N = 60000 };
        const uint32_t half = bounds[k] - bounds[k] / 2; /* the lower one, the larger if they differ */
        int low = 0;
        for (int i = 0; i < N; i++) {
            uint32_t x = rng_below(&r, bounds[k]);
            assert_true(x < bounds[k]);
            low += x < half;
        }
        double p = (double)half / bounds[k];
        assert_true(fabs(low - N * p) <= 5 * sqrt(N * p * (1 - p)));
    }
}

/* Shares of draws below thresholds, within five standard deviations of the binomial law. */
static void shares_follow_the_law(void **s) {
    (void)s;
    static const struct {
        double (*draw)(struct rng *);
        double threshold, probability;
    } laws[] = {
        {rng_normal, 0, 0.5},
        {rng_normal, 1, 0.8413447460685429},
        {rng_normal, -2, 0.022750131948179195},
        {rng_student3, 0, 0.5},
        {rng_student3, 1, 0.8044988905221148},
        {rng_student3, -3.182446305284263, 0.025},
    };
    for (size_t k = 0; k < sizeof laws / sizeof *laws; k++) {
        struct rng r = rng_make(11, k);
        enum { N = 100000 };
        int below = 0;
        for (int i = 0; i < N; i++)
            below += laws[k].draw(&r) < laws[k].threshold;
        double p = laws[k].probability;
        assert_true(fabs(below - N * p) <= 5 * sqrt(N * p * (1 - p)));
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(published_vectors),
        cmocka_unit_test(advance_equals_steps),
        cmocka_unit_test(named_streams_are_fixed_and_differ),
        cmocka_unit_test(units_are_in_half_open_interval),
        cmocka_unit_test(units_at_once_are_units),
        cmocka_unit_test(streams_side_by_side_are_streams),
        cmocka_unit_test(below_is_unbiased),
        cmocka_unit_test(shares_follow_the_law),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

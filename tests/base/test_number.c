/* Numbers as text: shortest, and exact both ways. */
#include "base/rng.h"
#include "base/text.h"
#include <float.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
// cmocka.h needs those above
#include <cmocka.h>

static uint64_t bits(double x) {
    uint64_t b;
    memcpy(&b, &x, sizeof b);
    return b;
}

static void shortest(void **s) {
    (void)s;
    static const struct {
        double x;
        const char *text;
    } cases[] = {
        {0, "0"},
        {-0.0, "-0"},
        {1, "1"},
        {0.1, "0.1"},
        {-2.5, "-2.5"},
        {1e22, "1e+22"},
        {1e-8, "1e-08"},
        {0x1p-44, "5.684341886080802e-14"},
        {5e-324, "5e-324"},
        {DBL_MIN, "2.2250738585072014e-308"},
        {DBL_MAX, "1.7976931348623157e+308"},
        {1 / 3.0, "0.3333333333333333"},
        {9007199254740993.0, "9007199254740992"},
        {INFINITY, "inf"},
        {-INFINITY, "-inf"},
        {NAN, "nan"},
        {-NAN, "nan"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char out[NUMBER_CHARS];
        assert_int_equal(number_format(cases[i].x, out), strlen(cases[i].text));
        assert_string_equal(out, cases[i].text);
    }
}

static void reads_back_to_the_same_bits(double x) {
    char out[NUMBER_CHARS];
    double y;
    size_t n = number_format(x, out);
    assert_int_equal(number_parse(out, n, &y), n);
    if (bits(x) != bits(y))
        fail_msg("%a reads back from %s as %a", x, out, y);
}

static void round_trip(void **s) {
    (void)s;
    struct rng r = rng_make(1, 1);
    for (int i = 0; i < 200000; i++) {
        uint64_t b = (uint64_t)rng_u32(&r) << 32 | rng_u32(&r);
        if (i % 32 == 0)
            b &= 0x800fffffffffffff; /* a denormal */
        double x;
        memcpy(&x, &b, sizeof x);
        if (!isnan(x))
            reads_back_to_the_same_bits(x);
    }
    for (int k = -1074; k <= 1023; k++)
        reads_back_to_the_same_bits(ldexp(1, k));
}

static void parse(void **s) {
    (void)s;
    static const struct {
        const char *text;
        size_t used;
        double x;
    } cases[] = {
        {"1", 1, 1},
        {"+1", 2, 1},
        {"1.5e3x", 5, 1500},
        {".5", 2, 0.5},
        {"5.", 2, 5},
        {"1e", 1, 1},
        {"0.1,0.2", 3, 0.1},
        {"1..10", 2, 1},
        {"2.2250738585072011e-308", 23, 2.2250738585072011e-308},
        {"1e400", 5, INFINITY},
        {"-1e400", 6, -INFINITY},
        {"1e-400", 6, 0},
        {"-1e-400", 7, -0.0},
        {"0.000001e400", 12, INFINITY},
        {"1000000e-400", 12, 0},
        {"1e99999999999999999999", 22, INFINITY},
        {"1e-99999999999999999999", 23, 0},
        {"0e99999999999999999999", 22, 0},
        {"inf", 3, INFINITY},
        {"-inf", 4, -INFINITY},
        {"+-1", 0, 7},
        {"++1", 0, 7},
        {"", 0, 7},
        {"+", 0, 7},
        {"-", 0, 7},
        {" 1", 0, 7},
        {"e5", 0, 7},
        {"0x10", 1, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        double x = 7;
        size_t used = number_parse(cases[i].text, strlen(cases[i].text), &x);
        if (used != cases[i].used || bits(x) != bits(cases[i].x))
            fail_msg("'%s': %zu bytes, %a; expected %zu bytes, %a", cases[i].text, used, x, cases[i].used,
                     cases[i].x);
    }
    double x;
    assert_int_equal(number_parse("nan", 3, &x), 3);
    assert_true(isnan(x));
    assert_int_equal(number_parse("123", 2, &x), 2); /* never beyond len */
    assert_true(x == 12);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shortest),
        cmocka_unit_test(round_trip),
        cmocka_unit_test(parse),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

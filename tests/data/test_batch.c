/* Every width gives, element by element, the bits of base/math.h. */
#include "base/math.h"
#include "data_help.h"

enum { N = 1 << 20 };
static int skipped;

static void same_bits(const char *name, enum isa isa, void (*batch)(size_t, double *), double (*one)(double),
                      const double *x) {
    double *y = malloc(N * sizeof *y);
    assert_non_null(y);
    for (size_t n = N, cut = 0; cut < 20; n = cut++) { /* the whole, then every short length */
        memcpy(y, x, n * sizeof *y);
        batch(n, y);
        for (size_t i = 0; i < n; i++) {
            double expected = one(x[i]);
            if (memcmp(&y[i], &expected, sizeof expected) && !(isnan(y[i]) && isnan(expected)))
                fail_msg("%s, %s, n = %zu, element %zu: of %a is %a, expected %a", name, isa_names[isa], n, i,
                         x[i], y[i], expected);
        }
    }
    free(y);
}

static double one_pow;
static void (*batch_pow)(size_t, double *, double);
static double pow_of(double x) {
    return m_pow(x, one_pow);
}
static void pows_of(size_t n, double *x) {
    batch_pow(n, x, one_pow);
}
static double one_log(double x) {
    return m_log(x);
}
static double one_exp(double x) {
    return m_exp(x);
}
static double one_log1p(double x) {
    return m_log1p(x);
}

static void widths_agree(void **state) {
    (void)state;
    double *unit = malloc(N * sizeof *unit), *negative = malloc(N * sizeof *negative);
    assert_true(unit && negative);
    static const double special[] = {1, DBL_MIN, 4e-320, 0x1p-53, 0.5, 0, 1 - 0x1p-53, 3e-5};
    struct rng r = rng_make(7, 0);
    for (size_t i = 0; i < N; i++) {
        unit[i] = i % 32 ? rng_unit(&r) : special[i / 32 % COUNT(special)];
        negative[i] = i % 64 ? 30 * log(unit[i] + 1e-300) : -special[i / 64 % COUNT(special)] * 900;
    }
    for (int isa = 0; isa < ISA_COUNT; isa++) {
        const struct batch *b = batch_get((enum isa)isa);
        if (!b) {
            printf("skipped: %s, which this CPU has not\n", isa_names[isa]);
            skipped++;
            continue;
        }
        same_bits("log", isa, b->log, one_log, unit);
        same_bits("exp", isa, b->exp, one_exp, negative);
        same_bits("log1p", isa, b->log1p, one_log1p, unit);
        static const double exponents[] = {1, -0.5, 2.5, 100, 0};
        batch_pow = b->pow;
        for (size_t k = 0; k < COUNT(exponents); k++) {
            one_pow = exponents[k];
            same_bits("pow", isa, pows_of, pow_of, unit);
        }
    }
    free(unit);
    free(negative);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(widths_agree)};
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    if (skipped)
        printf("%d of %d ISAs skipped\n", skipped, ISA_COUNT);
    return failed;
}

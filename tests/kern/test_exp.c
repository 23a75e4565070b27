/* exp.h against the library whose operations it repeats, and what is made of it on every ISA, over floats that
 * lie evenly among all those from 0 to -87. */
#include "buffers.h"
typedef float real;
#include "kern/vec_scalar.h"

#include "kern/exp.h"

float Sleef_finz_expf1_u10purecfma(float); /* as in base/math.h */

enum { STRIDE = 499 }; /* odd: all their low bits come up */

static float float_of(uint32_t bits) {
    float x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

static void exp_is_the_librarys(void **state) {
    (void)state;
    size_t n = 0;
    for (uint32_t bits = 0x80000000; float_of(bits) >= -87; bits += STRIDE, n++) {
        const float x = float_of(bits), got = v_exp(x), expected = Sleef_finz_expf1_u10purecfma(x);
        if (memcmp(&got, &expected, sizeof got) != 0)
            fail_msg("exp(%a) is %a, expected %a", x, got, expected);
    }
    assert_true(n > 2000000);
    assert_true(isnan(v_exp(NAN)));
    assert_true(v_exp(0) == 1);
}

static void residuals_are_the_same_on_every_isa(void **state) {
    (void)state;
    enum { ROWS = 64 };
    struct reals y = reals_new(PRECISION_F32, ROWS, 0);
    for (size_t i = 0; i < ROWS; i++)
        reals_put(&y, i, (double)(i % 2));
    uint32_t bits = 0;
    while (float_of(bits) <= 100) {
        struct reals z = reals_new(PRECISION_F32, ROWS * LANES, 0);
        for (size_t i = 0; i < ROWS * LANES; i++, bits += STRIDE)
            reals_put(&z, i, i % 3 ? -float_of(bits) : float_of(bits));
        for (int loss = 0; loss < LOSS_COUNT; loss++) {
            struct reals scalar = reals_new(PRECISION_F32, ROWS * LANES, 0);
            memcpy(scalar.at, z.at, ROWS * LANES * sizeof(float));
            kernels_get(ISA_SCALAR, PRECISION_F32)->residual[loss](ROWS, y.at, scalar.at, NULL);
            for (enum isa isa = ISA_SCALAR + 1; isa < ISA_COUNT; isa++) {
                if (!isa_usable(isa))
                    continue;
                struct reals e = reals_new(PRECISION_F32, ROWS * LANES, 0);
                memcpy(e.at, z.at, ROWS * LANES * sizeof(float));
                kernels_get(isa, PRECISION_F32)->residual[loss](ROWS, y.at, e.at, NULL);
                for (size_t i = 0; i < ROWS * LANES; i++)
                    if (!reals_same(&e, i, &scalar, i))
                        fail_msg("%s, %s, z = %a: %a, scalar %a", loss_names[loss], isa_names[isa],
                                 reals_get(&z, i), reals_get(&e, i), reals_get(&scalar, i));
                reals_free(&e);
            }
            reals_free(&scalar);
        }
        reals_free(&z);
    }
    reals_free(&y);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(exp_is_the_librarys),
        cmocka_unit_test(residuals_are_the_same_on_every_isa),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

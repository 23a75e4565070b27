/* The passes over the data: every ISA has scalar's bits, which test_sums.c holds against kern.h; no lane
 * depends on another. Inputs and seed as in test_isa.c. */
#include "passes.h"

static void isas_of_input(int pass, const struct input *in, struct rng *r, const char *label) {
    (void)r;
    struct input scalar = input_copy(in);
    passes[pass].run(kernels_get(ISA_SCALAR, in->p), &scalar);
    for (enum isa isa = ISA_SCALAR; isa < ISA_COUNT; isa++) {
        if (!isa_usable(isa))
            continue;
        char what[128];
        snprintf(what, sizeof what, "%s: %s", isa_names[isa], label);
        struct input one = input_copy(in);
        passes[pass].run(kernels_get(isa, in->p), &one);
        expect_same(what, &one, &scalar);
        copy_free(&one);
    }
    copy_free(&scalar);
}
static void every_isa_has_scalars_bits(void **s) {
    (void)s;
    each_input(isas_of_input);
}

static void spoil(struct reals *a, size_t lane, struct rng *r) {
    static const double garbage[] = {NAN, INFINITY, -INFINITY, 3e38, -0.0};
    for (size_t i = 0; i < a->n; i++)
        if (i % LANES != lane)
            reals_put(a, i, garbage[rng_below(r, 5)]);
}
static void lanes_of_input(int pass, const struct input *in, struct rng *r, const char *label) {
    const struct kernels *k = kernels_get(isa_best(), in->p);
    struct input clean = input_copy(in);
    passes[pass].run(k, &clean);
    const size_t lane = rng_below(r, LANES);
    struct input dirty = input_copy(in);
    dirty.src = reals_copy(&in->src);
    dirty.w = reals_copy(&in->w);
    dirty.line2 = reals_copy(&in->line2);
    struct reals *all[] = {&dirty.src, &dirty.w, &dirty.line, &dirty.line2, &dirty.out, &dirty.sums};
    for (size_t a = 0; a < sizeof all / sizeof *all; a++)
        spoil(all[a], lane, r);
    passes[pass].run(k, &dirty);
    bool same =
        reals_same(&dirty.sums, lane, &clean.sums, lane) && reals_same(&dirty.line, lane, &clean.line, lane);
    for (size_t i = lane; i < clean.out.n; i += LANES)
        same &= reals_same(&dirty.out, i, &clean.out, i);
    if (!same)
        fail_msg("%s: lane %zu depends on the lanes beside it (TEST_SEED=%llu)", label, lane,
                 (unsigned long long)seed);
    reals_free(&dirty.src), reals_free(&dirty.w), reals_free(&dirty.line2);
    copy_free(&dirty), copy_free(&clean);
}
static void lanes_are_independent(void **s) {
    (void)s;
    each_input(lanes_of_input);
}

int main(void) {
    seed = kernels_seed();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_isa_has_scalars_bits),
        cmocka_unit_test(lanes_are_independent),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

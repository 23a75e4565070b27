/* Which instruction sets there are, which this CPU has, and the kernels of each. */
#include "kern/ceilings.h"

const char *const isa_names[ISA_COUNT] = {"scalar", "avx2", "avx512"};
const char *const loss_names[LOSS_COUNT] = {
#define X(name, ...) #name,
    LOSSES(X)
#undef X
};

extern const struct kernels kernels_scalar_f32, kernels_scalar_f64, kernels_avx2_f32, kernels_avx2_f64,
    kernels_avx512_f32, kernels_avx512_f64;
static const struct kernels *const table[ISA_COUNT][PRECISION_COUNT] = {
    {&kernels_scalar_f32, &kernels_scalar_f64},
    {&kernels_avx2_f32, &kernels_avx2_f64},
    {&kernels_avx512_f32, &kernels_avx512_f64},
};

/* Every build needs fused multiply-adds: without them the bits would differ. */
bool isa_usable(enum isa isa) {
    __builtin_cpu_init();
    switch (isa) {
    case ISA_SCALAR:
        return __builtin_cpu_supports("fma");
    case ISA_AVX2:
        return __builtin_cpu_supports("fma") && __builtin_cpu_supports("avx2");
    case ISA_AVX512:
        return __builtin_cpu_supports("fma") && __builtin_cpu_supports("avx512f") &&
               __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl") &&
               __builtin_cpu_supports("avx512bw");
    default:
        return false;
    }
}

enum isa isa_best(void) {
    return isa_usable(ISA_AVX512) ? ISA_AVX512 : isa_usable(ISA_AVX2) ? ISA_AVX2 : ISA_SCALAR;
}

const struct kernels *kernels_get(enum isa isa, enum precision p) {
    return table[isa][p];
}

extern const struct kernels kernels_auto_avx2_f32, kernels_auto_avx2_f64, kernels_auto_avx512_f32,
    kernels_auto_avx512_f64;
const struct kernels *kernels_auto(enum isa isa, enum precision p) {
    static const struct kernels *const autos[ISA_COUNT][PRECISION_COUNT] = {
        [ISA_AVX2] = {&kernels_auto_avx2_f32, &kernels_auto_avx2_f64},
        [ISA_AVX512] = {&kernels_auto_avx512_f32, &kernels_auto_avx512_f64},
    };
    return autos[isa][p];
}

extern const struct ceilings ceilings_scalar_f32, ceilings_scalar_f64, ceilings_avx2_f32, ceilings_avx2_f64,
    ceilings_avx512_f32, ceilings_avx512_f64;
const struct ceilings *ceilings_get(enum isa isa, enum precision p) {
    static const struct ceilings *const ceilings[ISA_COUNT][PRECISION_COUNT] = {
        {&ceilings_scalar_f32, &ceilings_scalar_f64},
        {&ceilings_avx2_f32, &ceilings_avx2_f64},
        {&ceilings_avx512_f32, &ceilings_avx512_f64},
    };
    return ceilings[isa][p];
}

extern const struct rest_kernels rest_kernels_scalar_f32, rest_kernels_scalar_f64, rest_kernels_avx2_f32,
    rest_kernels_avx2_f64, rest_kernels_avx512_f32, rest_kernels_avx512_f64;
static const struct rest_kernels *const rest_table[ISA_COUNT][PRECISION_COUNT] = {
    {&rest_kernels_scalar_f32, &rest_kernels_scalar_f64},
    {&rest_kernels_avx2_f32, &rest_kernels_avx2_f64},
    {&rest_kernels_avx512_f32, &rest_kernels_avx512_f64},
};

const struct rest_kernels *rest_kernels_get(enum isa isa, enum precision p) {
    return rest_table[isa][p];
}

const struct rest_kernels *rest_kernels_of(const struct kernels *k) {
    for (int isa = 0; isa < ISA_COUNT; isa++)
        if (kernels_get((enum isa)isa, k->precision) == k)
            return rest_kernels_get((enum isa)isa, k->precision);
    return NULL;
}

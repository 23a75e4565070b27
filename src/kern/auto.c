/* The update loops in plain C, left to a compiler that looks for the vectors: a column of `bench kernels`,
 * never a sweep's. Compiled for each width of registers (AUTO_ISA is auto_avx2 or auto_avx512) and precision
 * (KERN_F64 is defined for doubles). */
#include "kern/kern.h"
#include <string.h>

#ifdef KERN_F64
typedef double real;
#define AUTO_PRECISION f64
#define AUTO_ENUM PRECISION_F64
#else
typedef float real;
#define AUTO_PRECISION f32
#define AUTO_ENUM PRECISION_F32
#endif
#include "kern/vec_scalar.h"
#define RULES_STEPS
#include "kern/rules.h"

#ifndef __clang__
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized" /* of state registers that a variant does not have */
#endif

enum { V_LINE = LANES / V_LANES };
#include "kern/updates.h"

enum {
#define R(name) RULE_##name,
    RULES(R, RULES_NONE)
#undef R
};

#define PASTE_(a, b, c) a##_##b##_##c
#define PASTE(a, b, c) PASTE_(a, b, c)
const struct kernels PASTE(kernels, AUTO_ISA, AUTO_PRECISION) = {.precision = AUTO_ENUM,
#define V(name, variant, ...)                                                                                  \
    .step[RULE_##name][variant] = name##_lines_##variant,                                                      \
    .dense[RULE_##name][variant] = name##_parameters_##variant,
                                                                 RULES(RULES_NONE, V)
#undef V
};

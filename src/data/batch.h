/* Elementary functions over whole arrays, on the widest registers this CPU has. Each element is, to the bit,
 * what base/math.h gives for it, whatever the registers. */
#pragma once
#include "kern/kern.h"

struct batch {
    void (*log)(size_t n, double *x); /* all in place */
    void (*exp)(size_t n, double *x);
    void (*log1p)(size_t n, double *x);
    void (*pow)(size_t n, double *x, double y); /* x^y */
};

/* The functions of one ISA; NULL where this CPU cannot run them. */
const struct batch *batch_get(enum isa isa);
/* Those of the widest. */
const struct batch *batch_best(void);

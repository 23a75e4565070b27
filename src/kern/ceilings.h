/* What a machine can do at most with a rule's traffic and with its slow instructions: loops that do nothing
 * else, on the registers of one ISA. What `bench kernels` holds the rules against. */
#pragma once
#include "kern/kern.h"

/* Shapes of the loops: which is fastest depends on the machine and the size, so all are tried. */
enum {
    STREAM_SHAPES =
        9, /* 1, 2, 4, 8 registers of an array at a time; 1, 2, 4 of each array; 2, 4 past the caches */
    CHAIN_SHAPES = 3,                        /* 1, 2, 4 registers at a time */
    STREAM_MAX_UPDATED = RULE_MAX_STATE + 1, /* arrays read and written back: w and state */
    PLAIN_SHAPES = 4,                        /* of these, array by array */
    MULTIPLY_MAX_UPDATED = 2,
    MULTIPLY_MAX = 2, /* of rules without division; their further multiply-adds */
    CHAIN_MAX = 2     /* divisions, or roots, an element */
};

struct ceilings {
    /* Reads arrays 0 .. updated-1 and writes them back, reads one more (the gradient), and writes one more with
     * what was read (if write_only), all of n reals. Nothing in the first `updated` + 1 arrays changes.
     * stream[shape][updated - 1][write_only]; n must be a multiple of 8 registers. */
    void (*stream[STREAM_SHAPES][STREAM_MAX_UPDATED][2])(size_t n, void *const *array);
    /* The same with 1 + more multiply-adds an element beyond the one for each array written: what binds a rule
     * without divisions in L1, where loads, stores and multiply-adds compete. multiply[shape][updated - 1]
     * [write_only][more]. */
    void (*multiply[PLAIN_SHAPES][MULTIPLY_MAX_UPDATED][2][MULTIPLY_MAX])(size_t n, void *const *array);
    /* As many divisions and roots as n elements need, independent of each other, on values between 1 and 2.
     * chain[shape][divisions][roots]; [0][0] is 2 fused multiply-adds an element instead. */
    void (*chain[CHAIN_SHAPES][CHAIN_MAX + 1][CHAIN_MAX + 1])(size_t n);
};

const struct ceilings *ceilings_get(enum isa isa, enum precision p);

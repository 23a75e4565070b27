/* What a machine can do at most with a rule's traffic and with its slow instructions: loops that do nothing
 * else, on the registers of one ISA. What `bench kernels` holds the rules against, and `bench throughput
 * --ceiling` the passes over data. */
#pragma once
#include "kern/kern.h"

/* Shapes of the loops: which is fastest depends on the machine and the size, so all are tried. */
enum {
    /* 1, 2, 4, 8 registers of an array at a time; register by register, 2 or 4 of them between two tests of the
     * end; 2, 4 of each array, all read before any is written; the same past the caches */
    STREAM_SHAPES = 10,
    STREAM_CACHED = 8,   /* the first of those past the caches */
    MULTIPLY_SHAPES = 9, /* 1, 2, 4, 8 by array; 2 x 1, 4 x 1, 2, 4, 8 read first */
    TOGETHER_SHAPES = 8, /* 1, 4 x 1, 2, 2 x 2, 4 registers, read first; 4, 8 by array; 8 read first */
    CHAIN_SHAPES = 6,    /* 1, 2, 4 registers, root and division in turn; 2, 4, 8, all roots first */
    STREAM_MAX_UPDATED = RULE_MAX_STATE + 1, /* arrays read and written back: w and state */
    MULTIPLY_MAX_UPDATED = 3,
    MULTIPLY_KINDS = 3,
    MULTIPLY_MAX = 3, /* further operations of rules without roots, with at most one division */
    TOGETHER_MAX = 1, /* divisions, or roots, an element beside traffic */
    CHAIN_MAX = 2,    /* divisions, or roots, an element by themselves */
    LINES_SHAPES =
        6 /* prefetch 192, 64, 24 entries ahead; none; 192, into the second-level cache; NEAR_AHEAD */
};

/* n must be a multiple of 8 registers. Nothing in the arrays that are read changes. */
struct ceilings {
    /* Reads arrays 0 .. updated-1 and writes them back, reads one more (the gradient), and writes one more with
     * what was read (if write_only), all of n reals. stream[shape][updated - 1][write_only] */
    void (*stream[STREAM_SHAPES][STREAM_MAX_UPDATED][2])(size_t n, void *const *array);
    /* The same with the arithmetic of a rule without roots, independent of each other: what binds in the
     * caches, where loads, stores and arithmetic compete. Kinds: a multiply-add for each array written and
     * `more`; with a division, a product for each state, one for what is divided, a sum into w and `more` sums;
     * the same with one product a multiply-add. multiply[shape][updated - 1][write_only][more][kind]; NULL for
     * what no rule does. */
    void (*multiply[MULTIPLY_SHAPES][MULTIPLY_MAX_UPDATED][2][MULTIPLY_MAX + 1][MULTIPLY_KINDS])(
        size_t n, void *const *array);
    /* The same traffic, and divisions and roots between the reads and the writes, which binds in the caches:
     * where neither alone does, both have to overlap. together[shape][updated -
     * 1][write_only][divisions][roots]; NULL for no division and no root. */
    void (*together[TOGETHER_SHAPES][STREAM_MAX_UPDATED][2][TOGETHER_MAX + 1][TOGETHER_MAX + 1])(
        size_t n, void *const *array);
    /* As many divisions and roots as n elements need, independent of each other, on values between 1 and 2.
     * chain[shape][divisions][roots]; NULL for none of both. */
    void (*chain[CHAIN_SHAPES][CHAIN_MAX + 1][CHAIN_MAX + 1])(size_t n);
    void (*multiply_adds)(size_t n); /* two an element, in registers: the roof of a roofline */
    /* What binds a pass over sparse data in lockstep: an entry's index is read, and the line of LANES reals of
     * src that it names is added to one of PARTIALS sums; all of which go into out (LANES). No ends of rows,
     * values, losses, stores or rules. idx: (n + INDEX_PADDING); what is left over of whole PARTIALS is not
     * read. */
    void (*lines16[LINES_SHAPES])(size_t n, const uint16_t *idx, const void *src, void *out);
    void (*lines32[LINES_SHAPES])(size_t n, const uint32_t *idx, const void *src, void *out);
};

const struct ceilings *ceilings_get(enum isa isa, enum precision p);

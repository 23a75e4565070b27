/* The kernels: arithmetic on arrays, one table of functions per ISA and precision. No allocation, no I/O, no
 * state.
 *
 * Lockstep layout: sixteen runs share a pass over the data. A `line` is LANES values, one per run, side by side
 * (64 bytes in f32). Weights are (d, LANES), state likewise, residuals (n, LANES): feature- or row-major.
 *
 * The order of every sum is fixed here, whatever the ISA or the number of threads, and never crosses lanes:
 *   z_i        b + the row's non-zeros, PARTIALS partial sums by position modulo PARTIALS (b in the first),
 *              joined as (s0 + s1) + (s2 + s3).
 *   g_j        PARTIALS partial sums by position modulo PARTIALS of the column's non-zeros, joined likewise. A
 *              hot column (at least HOT_PER_BLOCK non-zeros for each block of BLOCK_ROWS rows): block by block,
 *              the sum so far in the first partial sum. A warm one (else, and with more than WARM_ROWS rows at
 *              least WARM_PER_BLOCK for each block of so many): so within each such block, blocks added
 *              ascending. The bias: likewise, in blocks of BLOCK_ROWS, every row an entry.
 *   loss       each row's loss widened to double, added row by row within a block, blocks ascending; the
 * logistic loss's log1p(t) as one log1p(q) after every LOG_ROWS rows, 1 + q the product of their 1 + t and a
 * product enters a sum by one fused multiply-add. */
#pragma once
#include "kern/rule.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { LANES = 16, PARTIALS = 4, LOG_ROWS = 128 };
enum { BLOCK_ROWS = 8192, HOT_PER_BLOCK = 8, WARM_ROWS = 16 * BLOCK_ROWS, WARM_PER_BLOCK = 2 };
enum { STREAM_LINES = 65535 }; /* lines of a source at most that a stream's short indices can tell apart */
enum {
    INDEX_PADDING = 256
}; /* index arrays are readable this far past their end (prefetch), holding zeros there */
enum { NEAR_AHEAD = 252 }; /* entries ahead of which struct stream's `near` asks for lines */

enum precision { PRECISION_F32, PRECISION_F64, PRECISION_COUNT };
enum isa { ISA_SCALAR, ISA_AVX2, ISA_AVX512, ISA_COUNT };

/* The losses of SPEC: L(z, y) and e = dL/dz; losses.h. */
#define LOSSES(X)                                                                                              \
    X(logistic, "log(1+e^z) - y z")                                                                            \
    X(squared, "1/2 (sigmoid(z) - y)^2")
enum loss {
#define X(name, ...) LOSS_##name,
    LOSSES(X)
#undef X
        LOSS_COUNT
};
extern const char *const loss_names[LOSS_COUNT];

/* Compressed rows (CSR), or compressed columns (CSC) of one block of rows. `real` is float or double. */
struct sparse {
    const uint64_t *ptr; /* (n+1): where each row's (column's) entries begin */
    const uint32_t
        *idx; /* (nnz + INDEX_PADDING): column (row within the whole matrix), ascending within a row (column) */
    const void *val; /* (nnz) reals, or NULL: every entry is 1 */
};

/* The same for full batches, as fast as it can be read: rows (or pieces of columns) as stretches of whole
 * groups of PARTIALS entries, the last group filled up with index 0, at least one group each. An index is the
 * number of a line of the source plus 1: the source has a line of zeros in front. Stretches follow one another
 * in any order, best with those of equal length together: the end of each is then foreseen by the processor. */
struct stretch {
    uint32_t line, groups; /* of the output: where the sum goes; of the stretch */
};
struct stream {
    const uint16_t *idx;   /* (groups, PARTIALS) + INDEX_PADDING; NULL where the source has too many lines: */
    const uint32_t *idx32; /* the same */
    const void *val;       /* (groups, PARTIALS) reals, 0 where filled up; or NULL: every entry is 1 */
    const struct stretch *stretch; /* (n) */
    size_t n;
    /* Changes no bit. idx: the second-level cache could hold the source, lines are not asked for;
     * idx32: they are asked for into the first-level cache, not the second. */
    bool near;
};

/* All functions: `real` = float or double by the table they come from; arrays of lines are LINE_BYTES-aligned.
 */
struct kernels {
    enum precision precision;

    /* z (row1-row0, LANES) = b + x w for rows row0..row1. w: (d, LANES), b: (LANES). */
    void (*forward)(const struct sparse *x, const void *w, const void *b, size_t row0, size_t row1, void *z);
    /* For each stretch, line stretch.line of out = the sum over its entries, or += if `add`; its first partial
     * sum begins with first (LANES) or, if NULL, with what out holds there (then not `add`). src: (1 + lines,
     * LANES), the first all zeros. */
    void (*sums)(const struct stream *x, const void *src, const void *first, bool add, void *out);
    /* In place z -> e for n rows with targets y (n). If loss is not NULL, adds each row's loss to loss (LANES);
     * calls for parts of a block begin at multiples of LOG_ROWS. */
    void (*residual[LOSS_COUNT])(size_t n, const void *y, void *ze, double *loss);
    /* The loss alone, z untouched. */
    void (*loss[LOSS_COUNT])(size_t n, const void *y, const void *z, double *loss);
    /* Adds to errors (LANES) the rows whose z >= 0 disagrees with y >= 1/2. */
    void (*misses)(size_t n, const void *y, const void *z, double *errors);
    /* g (col1-col0, LANES) for columns col0..col1 of one block: = the block's sum, or += if `add`. e: (n,
     * LANES). */
    void (*gradient)(const struct sparse *x, const void *e, size_t col0, size_t col1, void *g, bool add);
    /* g (LANES) likewise for the bias: rows row0..row1 must be one block. */
    void (*gradient_bias)(const void *e, size_t row0, size_t row1, void *g, bool add);
    /* g = scale g + l2 w for n lines. scale, l2: (LANES). */
    void (*finish_gradient)(size_t n, const void *scale, const void *l2, const void *w, void *g);
    /* One step of a rule on n lines: w, state[k]: (n, LANES), g: (n, LANES), coefs: (n_coefs, LANES). */
    void (*step[RULE_MAX][RULE_MAX_VARIANTS])(size_t n, void *w, void *const *state, const void *g,
                                              const void *coefs);
    /* finite (LANES): 0 is added for each lane whose w (n, LANES) are all finite, NaN otherwise. */
    void (*watch)(size_t n, const void *w, void *finite);
    /* A step on columns col0 .. col1 of a whole block: gradient, finish_gradient, step and watch in one,
     * lines of w and state being those of column col0 onwards. */
    void (*columns[RULE_MAX][RULE_MAX_VARIANTS])(const struct sparse *x, const void *e, size_t col0,
                                                 size_t col1, const void *scale, const void *l2, void *w,
                                                 void *const *state, const void *coefs, void *finite);
    /* The same rule over n parameters of one run (what `bench kernels` times): coefs: (n_coefs). Any n, any
     * alignment. */
    void (*dense[RULE_MAX][RULE_MAX_VARIANTS])(size_t n, void *w, void *const *state, const void *g,
                                               const void *coefs);
};

extern const char *const isa_names[ISA_COUNT];
bool isa_usable(enum isa isa); /* this CPU can run it (FMA is needed by all) */
enum isa isa_best(void);
const struct kernels *kernels_get(enum isa isa, enum precision p);
/* Plain C left to the compiler with the registers of isa, ISA_AVX2 or ISA_AVX512: step and dense alone, for
 * comparison only. */
const struct kernels *kernels_auto(enum isa isa, enum precision p);

/* A data set, however it came about: rows of sparse features with targets in [0, 1], stored by rows (CSR) and
 * by columns (CSC), and what is known about it. Immutable once made.
 *
 * Features are stored by rank: rank 0 has the most non-zeros among the training rows, ties go to the lower
 * feature number or, where non-zeros are few, to the one that the rows meet first. Sums over features and the
 * order of a row's entries do not go by rank but by by_count, where all ties go to the lower number. Column
 * indices, weights and state in training are by rank; feature_of and rank_of lead to and from the features' own
 * numbers (0-based here, 1-based in files), by which everything else goes. */
#pragma once
#include "base/err.h"
#include "kern/kern.h"
#include "kern/surface.h"

enum data_kind { DATA_SYNTHETIC, DATA_LIBSVM, DATA_LECTURE, DATA_SURFACE, DATA_KIND_COUNT };
extern const char *const data_kind_names[DATA_KIND_COUNT];
enum data_values { VALUES_BINARY, VALUES_GAUSSIAN, VALUES_STUDENT3 };
enum data_labels { LABELS_BERNOULLI, LABELS_SOFT };

/* The lecture's toy set: so many rows, of which every second (sparsity 0.5) or fifth (0.8) has a value. */
enum { LECTURE_ROWS = 500 };
static inline size_t lecture_every(double sparsity) {
    return sparsity == 0.5 ? 2 : 5;
}

/* What fixes a data set, bit for bit. Keys as in the grid file (docs/grid.md). */
struct data_params {
    enum data_kind kind;
    uint64_t seed; /* synthetic: of the draw; libsvm: of the held-out rows; surface: of the gradients' noise */
    enum surface function; /* surface: no rows, one feature (w; b is the bias), and noise */
    /* synthetic; lecture: rows, features (LECTURE_ROWS, 1) and sparsity (0.5 or 0.8) */
    uint64_t rows, features; /* features also for libsvm: d, 0 = the largest index seen */
    double sparsity, popularity, max_frequency, rare_signal, signal, bias, noise;
    enum data_values values;
    enum data_labels labels;
    double test; /* share of rows held out, [0, 1) */
    /* libsvm; the strings belong to the caller */
    const char *path, *test_path; /* test_path NULL or "" if none */
    bool f32;                     /* values must fit into single precision; no part of the fingerprint */
};

/* The fingerprint: 32 hex digits that name the data's content. Synthetic, lecture, surface: a hash of the
 * generator's version and of every parameter, without making the data. libsvm: a hash of the files' bytes and
 * of d, test, (with test > 0) seed. */
bool data_fingerprint(const struct data_params *p, char out[33], struct err *e);

/* Stretches of entries in groups, as kern.h's struct stream has them: rows of a part, or pieces of columns.
 * Within a chunk of rows, or a block, stretches of as many groups lie together. */
struct packed {
    uint16_t *idx;           /* (n_groups, PARTIALS) + INDEX_PADDING; NULL with more than STREAM_LINES lines: */
    uint32_t *idx32;         /* likewise */
    struct stretch *stretch; /* (n_stretches) */
    uint64_t
        *start; /* (n_starts + 1): groups where chunks of LOG_ROWS rows begin; where pieces of columns do */
    size_t n_stretches, n_starts, n_lines; /* n_lines: of the source */
    uint64_t n_groups;
    bool valued; /* not every entry is 1: data_prepare() makes one of the following, or both */
    double *val; /* (n_groups, PARTIALS) */
    float *val32;
};

/* One stored matrix with its targets. */
struct data_part {
    size_t n_rows;
    uint64_t nnz;
    uint64_t *row_ptr;    /* (n_rows + 1) */
    uint32_t *row_idx;    /* (nnz + INDEX_PADDING), ranks of features, in a row in the order of by_count */
    double *row_val;      /* (nnz), NULL when every stored value is 1 */
    struct packed stream; /* the rows again, for passes over all of them; lines: of rows within their chunk */
    double *y;            /* (n_rows) */
    float *y32;           /* always there */
};

struct dataset {
    struct data_params params;
    char fingerprint[33];
    size_t n_features;
    struct data_part train, test;   /* test.n_rows = 0 if nothing is held out */
    uint32_t *feature_of, *rank_of; /* (n_features): each other's inverse */
    uint32_t *by_count;             /* (n_features) ranks, most non-zeros first, ties by feature */
    size_t n_present;               /* features with a non-zero among the training rows: ranks 0 .. n_present */
    uint64_t *column_nnz;           /* (n_features), by rank: non-zeros among the training rows */
    /* train by columns; where a row's residual is: residual_line. Hot columns, of ranks below n_hot, have
     * HOT_PER_BLOCK non-zeros for each of n_blocks blocks of BLOCK_ROWS rows, or more: block by block, a piece
     * of each column, indices within the block. */
    size_t n_blocks, n_hot;
    struct packed hot; /* stretch: (n_blocks, n_hot); lines: ranks */
    /* Warm columns, of ranks n_hot .. n_warm, have WARM_PER_BLOCK for each of n_warm_blocks blocks of
     * WARM_ROWS: likewise. None if there is one such block. The others follow them, whole. */
    size_t n_warm_blocks, n_warm;
    struct packed warm; /* stretch: (n_warm_blocks, n_warm - n_hot); lines: ranks, counted from n_hot */
    uint64_t *rest_ptr; /* (n_features - n_warm + 1) into col_idx */
    uint32_t *col_idx;  /* (rest + INDEX_PADDING) */
    double *col_val;    /* NULL when every stored value is 1 */
    float *col_val32;
    /* synthetic data: the law it was drawn from; NULL otherwise */
    double *frequency; /* (n_features) f_j */
    double *w_true;    /* (n_features) w*_j */
    double b_true;
    size_t memory_bytes; /* of all arrays above */
    /* What it took: seconds of drawing or reading, and of arranging; bytes of text that were read. */
    double making_s, arranging_s;
    uint64_t text_bytes;
};

/* Makes (or reads) a data set on up to `threads` threads; the bits do not depend on how many. NULL and messages
 * in e (file:line for libsvm) on bad input or lack of memory. data_free() it. */
struct dataset *data_make(const struct data_params *p, int threads, struct err *e);
void data_free(struct dataset *d);
/* Makes the arrays of reals of this precision: needed before training. Not thread-safe. */
bool data_prepare(struct dataset *d, enum precision p, struct err *e);

/* Residuals of all rows lie block by block of BLOCK_ROWS rows, each block after a line of zeros, at which the
 * indices of its hot columns begin to count; those of warm ones at that before their block. */
static inline size_t residual_line(size_t row) {
    return row + row / BLOCK_ROWS + 1;
}
static inline size_t residual_lines(size_t n_rows) { /* readable one line past the end */
    return n_rows + (n_rows + BLOCK_ROWS - 1) / BLOCK_ROWS + 1;
}

/* Views for the kernels: the rows of a chunk of LOG_ROWS that begins at `row`, as a stream; a block's pieces of
 * the hot columns, and of the warm ones, likewise; the other columns (ranks n_warm .., numbered from 0). */
struct stream data_chunk(const struct data_part *part, size_t row, enum precision p);
struct stream data_hot(const struct dataset *d, size_t block, enum precision p);
struct stream data_warm(const struct dataset *d, size_t warm_block, enum precision p);
struct sparse data_rest(const struct dataset *d, enum precision p);
static inline const void *data_targets(const struct data_part *part, enum precision p) {
    return p == PRECISION_F32 ? (const void *)part->y32 : (const void *)part->y;
}

/* While a data set is made it takes this much more: its columns are there twice. */
#define DATA_MAKING 1.5
/* Bytes a data set with these parameters will need, estimated without making it (0 for libsvm files not read
 * yet). */
size_t data_memory_estimate(const struct data_params *p, enum precision precision);
/* Expected non-zeros of a data set (libsvm: 0). */
double data_nonzeros_estimate(const struct data_params *p);

/* What the makers of data sets share: columns in blocks, transposition, and the entry points that data_make
 * calls. Internal to src/data. */
#pragma once
#include "data/dataset.h"
#include <math.h>

/* A matrix by columns, in blocks of MAKE_ROWS rows: block k's column j is ptr[k * (n_features + 1) + j]
 * onwards. */
enum { MAKE_ROWS = 65536 };
struct columns {
    size_t n_rows, n_features, n_blocks;
    uint64_t nnz;
    uint64_t *ptr; /* (n_blocks, n_features + 1) */
    uint32_t *idx; /* (nnz + INDEX_PADDING) rows; entries ordered by block, column, row */
    double *val;   /* (nnz), NULL: all are 1 */
};
static inline size_t blocks_of(size_t n_rows) {
    return (n_rows + MAKE_ROWS - 1) / MAKE_ROWS;
}
static inline uint64_t *columns_block(const struct columns *c, size_t k) {
    return c->ptr + k * (c->n_features + 1);
}
void columns_free(struct columns *c);

/* Whether the machine has that much memory. Asked before large arrays are made, because the system promises
 * more than it has and ends the program that takes it at its word. */
bool memory_fits(double bytes, uint64_t rows, uint64_t features, struct err *e);

/* nnz + INDEX_PADDING indices, the padding zero. */
uint32_t *indices_new(uint64_t nnz, struct err *e);

/* The rows of c: allocated, c stays. */
bool rows_from_columns(const struct columns *c, struct data_part *p, int threads, struct err *e);

/* w.x of a row: PARTIALS partial sums by position, joined as in kern.h. */
static inline double part_dot(const struct data_part *p, size_t row, const double *w) {
    double s[PARTIALS] = {0};
    const uint32_t *idx = p->row_idx;
    const double *val = p->row_val;
    uint64_t i = p->row_ptr[row], end = p->row_ptr[row + 1];
    if (val) {
        for (; i + PARTIALS <= end; i += PARTIALS)
            for (int k = 0; k < PARTIALS; k++)
                s[k] = fma(val[i + k], w[idx[i + k]], s[k]);
        for (int k = 0; i < end; i++, k++)
            s[k] = fma(val[i], w[idx[i]], s[k]);
    } else {
        for (; i + PARTIALS <= end; i += PARTIALS)
            for (int k = 0; k < PARTIALS; k++)
                s[k] += w[idx[i + k]];
        for (int k = 0; i < end; i++, k++)
            s[k] += w[idx[i]];
    }
    return (s[0] + s[1]) + (s[2] + s[3]);
}

/* The makers fill a zeroed data set whose params are set: n_features, the parts (y32 aside) with indices of
 * features, column_nnz by feature where they know it; for synthetic data the law, for libsvm the fingerprint.
 * On failure data_free() still frees it. */
bool synthetic_make(struct dataset *d, int threads, struct err *e);
bool libsvm_make(struct dataset *d, int threads, struct err *e);
bool lecture_make(struct dataset *d, int threads, struct err *e);
bool surface_make(struct dataset *d, int threads, struct err *e);
/* The fingerprint of libsvm data from the files' bytes; test NULL if there is none. */
bool fingerprint_libsvm(const struct data_params *p, const char *train, size_t train_len, const char *test,
                        size_t test_len, char out[33], struct err *e);
/* Whether the parameters of a libsvm data set go together. */
bool libsvm_check(const struct data_params *p, struct err *e);

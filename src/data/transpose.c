/* Rows to columns and back. Both are counting sorts within a block of rows, whose entries are the same stretch
 * of both forms; a pointer array shifted by one serves first as counts, then as cursors, and ends as what it
 * should be. */
#include "base/mem.h"
#include "data/make.h"
#include <string.h>

uint32_t *indices_new(uint64_t nnz, struct err *e) {
    if (nnz > SIZE_MAX / 16) {
        err_add(e, "out of memory: %llu non-zeros do not fit in the address space", (unsigned long long)nnz);
        return NULL;
    }
    uint32_t *idx = mem_lines(nnz + INDEX_PADDING, sizeof *idx, e);
    if (idx)
        memset(idx + nnz, 0, INDEX_PADDING * sizeof *idx);
    return idx;
}

void columns_free(struct columns *c) {
    free(c->ptr);
    free(c->idx);
    free(c->val);
    *c = (struct columns){0};
}

/* Counts become starts: the first at `at`. */
static void starts_from_counts(uint64_t *x, size_t n, uint64_t at) {
    for (size_t i = 0; i < n; i++) {
        uint64_t count = x[i];
        x[i] = at;
        at += count;
    }
}

static void block_to_rows(const struct columns *c, size_t k, struct data_part *p) {
    const uint64_t *ptr = columns_block(c, k);
    const uint64_t begin = ptr[0], end = ptr[c->n_features];
    const size_t row0 = k * MAKE_ROWS, row1 = row0 + MAKE_ROWS < c->n_rows ? row0 + MAKE_ROWS : c->n_rows;
    uint64_t *cursor = p->row_ptr + 1;
    for (uint64_t i = begin; i < end; i++)
        cursor[c->idx[i]]++;
    starts_from_counts(cursor + row0, row1 - row0, begin);
    for (size_t j = 0; j < c->n_features; j++)
        for (uint64_t i = ptr[j]; i < ptr[j + 1]; i++) {
            uint64_t at = cursor[c->idx[i]]++;
            p->row_idx[at] = (uint32_t)j;
            if (c->val)
                p->row_val[at] = c->val[i];
        }
}

bool rows_from_columns(const struct columns *c, struct data_part *p, int threads, struct err *e) {
    p->n_rows = c->n_rows;
    p->nnz = c->nnz;
    p->row_ptr = mem_zeroed(c->n_rows + 1, sizeof *p->row_ptr, e);
    p->row_idx = p->row_ptr ? indices_new(c->nnz, e) : NULL;
    p->row_val = p->row_idx && c->val ? mem_lines(c->nnz, sizeof *p->row_val, e) : NULL;
    if (!p->row_idx || (c->val && !p->row_val))
        return false;
#pragma omp parallel for schedule(dynamic) num_threads(threads)
    for (size_t k = 0; k < c->n_blocks; k++)
        block_to_rows(c, k, p);
    return true;
}

/* Features ranked by how many non-zeros they have, so that weights that are needed together lie together and
 * columns of one length follow each other (the branch at a column's end is then predicted); popular columns
 * block by block of rows, so that the residuals of a block stay in the second-level cache for all of them. */
#include "data/arrange.h"
#include "base/mem.h"
#include <string.h>

enum { DIGIT = 16, BUCKETS = 1 << DIGIT };

/* One pass of a stable radix sort of features, by 16 bits of their counts, descending. */
static void sort_pass(const uint64_t *count, size_t n, int shift, const uint32_t *from, uint32_t *to,
                      size_t *start /* (BUCKETS + 1) */) {
    memset(start, 0, (BUCKETS + 1) * sizeof *start);
    for (size_t i = 0; i < n; i++)
        start[BUCKETS - (count[from[i]] >> shift & (BUCKETS - 1))]++;
    for (size_t k = 0; k < BUCKETS; k++)
        start[k + 1] += start[k];
    for (size_t i = 0; i < n; i++) {
        const uint32_t j = from[i];
        to[start[BUCKETS - 1 - (count[j] >> shift & (BUCKETS - 1))]++] = j;
    }
}

/* feature_of and rank_of from the counts: most non-zeros first, ties by feature. */
static bool rank_features(struct dataset *d, const uint64_t *count, struct err *e) {
    const size_t n = d->n_features;
    d->feature_of = mem_lines(n, sizeof *d->feature_of, e);
    d->rank_of = d->feature_of ? mem_lines(n, sizeof *d->rank_of, e) : NULL;
    size_t *start = d->rank_of ? mem_lines(BUCKETS + 1, sizeof *start, e) : NULL;
    if (!start)
        return false;
    for (size_t j = 0; j < n; j++)
        d->feature_of[j] = (uint32_t)j;
    sort_pass(count, n, 0, d->feature_of, d->rank_of, start);
    sort_pass(count, n, DIGIT, d->rank_of, d->feature_of, start);
    free(start);
    for (size_t r = 0; r < n; r++)
        d->rank_of[d->feature_of[r]] = (uint32_t)r;
    return true;
}

/* Entries of rank r, in row order: the column's pieces in the blocks of c, one after the other. */
#define FOR_ENTRIES(i, c, j)                                                                                   \
    for (size_t block_ = 0; block_ < (c)->n_blocks; block_++)                                                  \
        for (uint64_t i = columns_block(c, block_)[j]; i < columns_block(c, block_)[(j) + 1]; i++)

static void count_hot(struct dataset *d, const struct columns *c, size_t r) {
    FOR_ENTRIES(i, c, d->feature_of[r])
    d->hot_ptr[c->idx[i] / BLOCK_ROWS * (d->n_hot + 1) + r]++;
}

static void place(struct dataset *d, const struct columns *c, size_t r) {
    uint64_t at = r < d->n_hot ? 0 : d->rest_ptr[r];
    size_t block = SIZE_MAX;
    FOR_ENTRIES(i, c, d->feature_of[r]) {
        const size_t of_row = c->idx[i] / BLOCK_ROWS;
        if (r < d->n_hot && of_row != block)
            at = d->hot_ptr[(block = of_row) * (d->n_hot + 1) + r];
        d->col_idx[at] = c->idx[i];
        if (c->val)
            d->col_val[at] = c->val[i];
        at++;
    }
}

static bool arrange_columns(struct dataset *d, const struct columns *c, const uint64_t *count, int threads,
                            struct err *e) {
    d->n_blocks = (c->n_rows + BLOCK_ROWS - 1) / BLOCK_ROWS;
    while (d->n_present < d->n_features && count[d->feature_of[d->n_present]])
        d->n_present++;
    while (d->n_blocks > 1 && d->n_hot < d->n_present &&
           count[d->feature_of[d->n_hot]] >= HOT_PER_BLOCK * d->n_blocks)
        d->n_hot++;
    const size_t stride = d->n_hot + 1;
    d->hot_ptr = mem_zeroed(d->n_blocks * stride, sizeof *d->hot_ptr, e);
    d->rest_ptr = d->hot_ptr ? mem_zeroed(d->n_features + 1, sizeof *d->rest_ptr, e) : NULL;
    d->col_idx = d->rest_ptr ? indices_new(c->nnz, e) : NULL;
    d->col_val = d->col_idx && c->val ? mem_lines(c->nnz, sizeof *d->col_val, e) : NULL;
    if (!d->col_idx || (c->val && !d->col_val))
        return false;
#pragma omp parallel for schedule(dynamic, 16) num_threads(threads)
    for (size_t r = 0; r < d->n_hot; r++)
        count_hot(d, c, r);
    uint64_t at = 0;
    for (size_t block = 0; block < d->n_blocks; block++)
        for (size_t r = 0; r < stride; r++) {
            const uint64_t n =
                d->hot_ptr[block * stride + r]; /* 0 at the stride's last, which ends the block */
            d->hot_ptr[block * stride + r] = at;
            at += n;
        }
    for (size_t r = 0; r <= d->n_features; r++) {
        d->rest_ptr[r] = at;
        if (r >= d->n_hot && r < d->n_features)
            at += count[d->feature_of[r]];
    }
#pragma omp parallel for schedule(dynamic, 256) num_threads(threads)
    for (size_t r = 0; r < d->n_present; r++)
        place(d, c, r);
    return true;
}

/* Features to ranks in one row, ascending again: nearly so already where features came by frequency. */
static void sort_row(uint32_t *idx, double *val, size_t n) {
    for (size_t i = 1; i < n; i++) {
        const uint32_t r = idx[i];
        const double x = val ? val[i] : 0;
        size_t k = i;
        for (; k > 0 && idx[k - 1] > r; k--) {
            idx[k] = idx[k - 1];
            if (val)
                val[k] = val[k - 1];
        }
        idx[k] = r;
        if (val)
            val[k] = x;
    }
}

struct entry {
    uint32_t rank;
    double value;
};
static int by_rank(const void *a, const void *b) {
    const uint32_t x = ((const struct entry *)a)->rank, y = ((const struct entry *)b)->rank;
    return (x > y) - (x < y);
}

enum { INSERTION_MOST = 96 };

static bool arrange_rows(const struct dataset *d, struct data_part *p, int threads, struct err *e) {
    size_t longest = 0;
    for (size_t i = 0; i < p->n_rows; i++)
        longest = p->row_ptr[i + 1] - p->row_ptr[i] > longest ? p->row_ptr[i + 1] - p->row_ptr[i] : longest;
    bool ok = true;
#pragma omp parallel num_threads(threads)
    {
        struct entry *sorted = longest > INSERTION_MOST ? malloc(longest * sizeof *sorted) : NULL;
#pragma omp for schedule(static)
        for (size_t i = 0; i < p->n_rows; i++) {
            const uint64_t at = p->row_ptr[i], n = p->row_ptr[i + 1] - at;
            uint32_t *idx = p->row_idx + at;
            double *val = p->row_val ? p->row_val + at : NULL;
            for (uint64_t k = 0; k < n; k++)
                idx[k] = d->rank_of[idx[k]];
            if (n <= INSERTION_MOST) {
                sort_row(idx, val, n);
                continue;
            }
            if (!sorted) {
#pragma omp atomic write
                ok = false;
                continue;
            }
            for (uint64_t k = 0; k < n; k++)
                sorted[k] = (struct entry){idx[k], val ? val[k] : 1};
            qsort(sorted, n, sizeof *sorted, by_rank);
            for (uint64_t k = 0; k < n; k++) {
                idx[k] = sorted[k].rank;
                if (val)
                    val[k] = sorted[k].value;
            }
        }
        free(sorted);
    }
    return ok || err_add(e, "out of memory: a row of %zu non-zeros cannot be sorted", longest);
}

bool data_arrange(struct dataset *d, const struct columns *c, int threads, struct err *e) {
    uint64_t *count = mem_zeroed(d->n_features, sizeof *count, e);
    for (size_t block = 0; count && block < c->n_blocks; block++)
        for (size_t j = 0; j < d->n_features; j++)
            count[j] += columns_block(c, block)[j + 1] - columns_block(c, block)[j];
    const bool ok = count && rank_features(d, count, e) && arrange_columns(d, c, count, threads, e) &&
                    arrange_rows(d, &d->train, threads, e) &&
                    (!d->test.n_rows || arrange_rows(d, &d->test, threads, e));
    free(count);
    return ok;
}

/* Features ranked by how many non-zeros they have, so that weights that are needed together lie together and
 * columns of one length follow each other (the branch at a column's end is then predicted); popular columns
 * block by block of rows, so that the residuals of a block stay in the second-level cache for all of them. */
#include "data/arrange.h"
#include "base/mem.h"
#include "data/packed.h"
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

static size_t warm_blocks_of(size_t n_rows) {
    return (n_rows + WARM_ROWS - 1) / WARM_ROWS;
}

/* How many of the most popular features, from rank r on, have `least` non-zeros or more. */
static size_t while_popular(const struct dataset *d, size_t r, uint64_t least) {
    while (r < d->n_present && d->column_nnz[r] >= least)
        r++;
    return r;
}

static void count_warm(struct dataset *d, const struct columns *c, size_t r) {
    _Static_assert(WARM_ROWS % MAKE_ROWS == 0, "a piece of a column here is whole pieces in c");
    for (size_t block = 0; block < c->n_blocks; block++) {
        const uint64_t *piece = columns_block(c, block) + d->feature_of[r];
        d->warm_ptr[block / (WARM_ROWS / MAKE_ROWS) * (d->n_warm - d->n_hot + 1) + r - d->n_hot] +=
            piece[1] - piece[0];
    }
}

static void place(struct dataset *d, const struct columns *c, size_t r) {
    const size_t per_warm = WARM_ROWS / MAKE_ROWS;
    uint64_t at = r < d->n_warm ? 0 : d->rest_ptr[r - d->n_warm];
    for (size_t block = 0; block < c->n_blocks; block++) {
        const uint64_t *piece = columns_block(c, block) + d->feature_of[r], n = piece[1] - piece[0];
        if (r < d->n_warm && block % per_warm == 0)
            at = d->warm_ptr[block / per_warm * (d->n_warm - d->n_hot + 1) + r - d->n_hot];
        const uint32_t *row = c->idx + piece[0];
        for (uint64_t i = 0; i < n; i++)
            d->col_idx[at + i] = (uint32_t)residual_line(row[i]);
        if (n && c->val)
            memcpy(d->col_val + at, c->val + piece[0], n * sizeof *c->val);
        at += n;
    }
}

/* Where the pieces of warm columns begin, from their counts, and the others after them; how many entries. */
static uint64_t start_columns(struct dataset *d) {
    const size_t stride = d->n_warm - d->n_hot + 1;
    uint64_t at = 0;
    for (size_t i = 0; i < d->n_warm_blocks * stride;
         i++) { /* each block's last count is 0: it ends the block */
        const uint64_t n = d->warm_ptr[i];
        d->warm_ptr[i] = at;
        at += n;
    }
    for (size_t r = d->n_warm; r < d->n_features; r++) {
        d->rest_ptr[r - d->n_warm] = at;
        at += d->column_nnz[r];
    }
    return d->rest_ptr[d->n_features - d->n_warm] = at;
}

static bool arrange_columns(struct dataset *d, const struct columns *c, int threads, struct err *e) {
    d->n_blocks = (c->n_rows + BLOCK_ROWS - 1) / BLOCK_ROWS;
    d->n_warm_blocks = warm_blocks_of(c->n_rows);
    d->n_present = d->n_features;
    d->n_present = while_popular(d, 0, 1);
    d->n_hot = while_popular(d, 0, HOT_PER_BLOCK * d->n_blocks);
    d->n_warm = d->n_warm_blocks > 1 ? while_popular(d, d->n_hot, WARM_PER_BLOCK * d->n_warm_blocks) : d->n_hot;
    d->warm_ptr = mem_zeroed(d->n_warm_blocks * (d->n_warm - d->n_hot + 1), sizeof *d->warm_ptr, e);
    d->rest_ptr = d->warm_ptr ? mem_zeroed(d->n_features - d->n_warm + 1, sizeof *d->rest_ptr, e) : NULL;
    if (!d->rest_ptr || !packed_columns(d, c, threads, e))
        return false;
#pragma omp parallel for schedule(dynamic, 16) num_threads(threads)
    for (size_t r = d->n_hot; r < d->n_warm; r++)
        count_warm(d, c, r);
    const uint64_t n = start_columns(d);
    d->col_idx = indices_new(n, e);
    d->col_val = d->col_idx && c->val ? mem_lines(n, sizeof *d->col_val, e) : NULL;
    if (!d->col_idx || (c->val && !d->col_val))
        return false;
#pragma omp parallel for schedule(dynamic, 256) num_threads(threads)
    for (size_t r = d->n_hot; r < d->n_present; r++)
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

static bool arrange_part(const struct dataset *d, struct data_part *p, int threads, struct err *e) {
    return !p->n_rows || (arrange_rows(d, p, threads, e) && packed_rows(p, d->n_features, threads, e));
}

bool data_arrange(struct dataset *d, const struct columns *c, int threads, struct err *e) {
    uint64_t *count = mem_zeroed(d->n_features, sizeof *count, e);
    d->column_nnz = count ? mem_zeroed(d->n_features, sizeof *d->column_nnz, e) : NULL;
    for (size_t block = 0; d->column_nnz && block < c->n_blocks; block++)
        for (size_t j = 0; j < d->n_features; j++)
            count[j] += columns_block(c, block)[j + 1] - columns_block(c, block)[j];
    bool ok = d->column_nnz && rank_features(d, count, e);
    for (size_t r = 0; ok && r < d->n_features; r++)
        d->column_nnz[r] = count[d->feature_of[r]];
    free(count);
    return ok && arrange_columns(d, c, threads, e) && arrange_part(d, &d->train, threads, e) &&
           arrange_part(d, &d->test, threads, e);
}

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

/* feature_of and rank_of from the counts: most non-zeros first, ties by feature. The counts then go by rank. */
static bool rank_features(struct dataset *d, struct err *e) {
    const size_t n = d->n_features;
    d->feature_of = mem_lines(n, sizeof *d->feature_of, e);
    d->rank_of = d->feature_of ? mem_lines(n, sizeof *d->rank_of, e) : NULL;
    size_t *start = d->rank_of ? mem_lines(BUCKETS + 1, sizeof *start, e) : NULL;
    uint64_t *by_rank = start ? mem_lines(n, sizeof *by_rank, e) : NULL;
    if (by_rank) {
        for (size_t j = 0; j < n; j++)
            d->feature_of[j] = (uint32_t)j;
        sort_pass(d->column_nnz, n, 0, d->feature_of, d->rank_of, start);
        sort_pass(d->column_nnz, n, DIGIT, d->rank_of, d->feature_of, start);
        for (size_t r = 0; r < n; r++) {
            d->rank_of[d->feature_of[r]] = (uint32_t)r;
            by_rank[r] = d->column_nnz[d->feature_of[r]];
        }
        free(d->column_nnz);
        d->column_nnz = by_rank;
    }
    free(start);
    return by_rank;
}

/* How many of the most popular features, from rank r on, have `least` non-zeros or more. */
static size_t while_popular(const struct dataset *d, size_t r, uint64_t least) {
    while (r < d->n_present && d->column_nnz[r] >= least)
        r++;
    return r;
}

/* ---- pieces of the training rows ---------------------------------------------------------------------------
 */

/* What is counted by feature is counted in pieces of rows, at most one a thread, and added up. */
static size_t pieces_of(const struct dataset *d, int threads) {
    const size_t bearable = 1 + d->train.nnz / d->n_features; /* counts are not to take more than the data */
    return (size_t)threads < bearable ? (size_t)threads : bearable;
}
static size_t piece_begin(const struct dataset *d, size_t n_pieces, size_t k) {
    return d->train.n_rows * k / n_pieces;
}

/* column_nnz, by feature, where its maker does not know it. */
static bool count_features(struct dataset *d, int threads, struct err *e) {
    const size_t n_pieces = d->train.n_rows ? pieces_of(d, threads) : 1, n = d->n_features;
    const struct data_part *p = &d->train;
    uint64_t *count = mem_zeroed(n_pieces * n, sizeof *count, e);
    if (!count)
        return false;
#pragma omp parallel for schedule(static) num_threads(threads)
    for (size_t piece = 0; piece < n_pieces; piece++) {
        const uint64_t end = p->row_ptr[piece_begin(d, n_pieces, piece + 1)];
        for (uint64_t k = p->row_ptr[piece_begin(d, n_pieces, piece)]; k < end; k++)
            count[piece * n + p->row_idx[k]]++;
    }
    for (size_t piece = 1; piece < n_pieces; piece++)
        for (size_t j = 0; j < n; j++)
            count[j] += count[piece * n + j];
    d->column_nnz = count;
    return true;
}

/* ---- columns -----------------------------------------------------------------------------------------------
 */

/* Those that are neither hot nor warm stand at the ends of rows. Counts become starts, starts move on as
 * entries are put to their places, and end where the next begins. */

#define FOR_REST(k, d, row)                                                                                    \
    for (uint64_t k = (d)->train.row_ptr[(row) + 1];                                                           \
         k-- > (d)->train.row_ptr[row] && (d)->train.row_idx[k] >= (d)->n_warm;)

/* rest: (n_pieces, n_features - n_warm). Returns how many entries there are. */
static uint64_t start_columns(struct dataset *d, uint64_t *rest, size_t n_pieces) {
    const size_t n_rest = d->n_features - d->n_warm;
    uint64_t at = 0;
    for (size_t i = 0; i < n_rest; i++) {
        d->rest_ptr[i] = at;
        uint64_t next = at;
        for (size_t piece = 0; piece < n_pieces; piece++) {
            const uint64_t n = rest[piece * n_rest + i];
            rest[piece * n_rest + i] = next;
            next += n;
        }
        at += d->column_nnz[d->n_warm + i];
    }
    return d->rest_ptr[n_rest] = at;
}

static void count_piece(const struct dataset *d, size_t row, size_t end, uint64_t *rest) {
    for (; row < end; row++)
        FOR_REST(k, d, row) {
            rest[d->train.row_idx[k] - d->n_warm]++;
        }
}
static void place_piece(struct dataset *d, size_t row, size_t end, uint64_t *rest) {
    for (; row < end; row++)
        FOR_REST(k, d, row) {
            const uint64_t at = rest[d->train.row_idx[k] - d->n_warm]++;
            d->col_idx[at] = (uint32_t)residual_line(row);
            if (d->col_val)
                d->col_val[at] = d->train.row_val[k];
        }
}

static bool arrange_columns(struct dataset *d, int threads, struct err *e) {
    const size_t n_rows = d->train.n_rows, n_pieces = n_rows ? pieces_of(d, threads) : 0,
                 n_rest = d->n_features - d->n_warm;
    d->rest_ptr = mem_zeroed(n_rest + 1, sizeof *d->rest_ptr, e);
    uint64_t *rest = d->rest_ptr ? mem_zeroed(n_pieces * n_rest, sizeof *rest, e) : NULL;
    bool ok = rest && packed_columns(d, 0, d->n_hot, BLOCK_ROWS, &d->hot, threads, e) &&
              packed_columns(d, d->n_hot, d->n_warm, WARM_ROWS, &d->warm, threads, e);
    if (ok && n_pieces > 1) {
#pragma omp parallel for schedule(static) num_threads(threads)
        for (size_t k = 0; k < n_pieces; k++)
            count_piece(d, piece_begin(d, n_pieces, k), piece_begin(d, n_pieces, k + 1), rest + k * n_rest);
    }
    if (ok) {
        const uint64_t n = start_columns(d, rest, n_pieces);
        d->col_idx = indices_new(n, e);
        d->col_val = d->col_idx && d->train.row_val ? mem_lines(n, sizeof *d->col_val, e) : NULL;
        ok = d->col_idx && (d->col_val || !d->train.row_val);
    }
    if (ok) {
#pragma omp parallel for schedule(static) num_threads(threads)
        for (size_t k = 0; k < n_pieces; k++)
            place_piece(d, piece_begin(d, n_pieces, k), piece_begin(d, n_pieces, k + 1), rest + k * n_rest);
    }
    free(rest);
    return ok;
}

/* ---- rows --------------------------------------------------------------------------------------------------
 */

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

/* ---- features of few non-zeros ------------------------------------------------------------------------------
 */

/* A pass over the rows reads their weights from memory, once or a few times, and a pass over the columns their
 * residuals: those of features that are numbered as the rows meet them come in order. Of features with more
 * non-zeros too few do. */
enum { FEW = 4 };
static const uint32_t UNMET = UINT32_MAX;

/* At the ends of rows, from rank `first` on: the ranks of by_count. A feature that was not met yet takes the
 * next of those with as many non-zeros. Entries stay where they are. */
static void renumber(struct dataset *d, struct data_part *p, size_t first, uint32_t next[FEW + 1]) {
    for (size_t row = 0; row < p->n_rows; row++) {
        uint64_t k = p->row_ptr[row + 1];
        while (k > p->row_ptr[row] && p->row_idx[k - 1] >= first)
            k--;
        for (; k < p->row_ptr[row + 1]; k++) {
            uint32_t *rank = &d->by_count[p->row_idx[k]];
            if (*rank == UNMET)
                *rank = next[d->column_nnz[p->row_idx[k]]]++;
            p->row_idx[k] = *rank;
        }
    }
}

/* by_count, and ranks to match. */
static bool order_few(struct dataset *d, struct err *e) {
    size_t first = d->n_present;
    uint32_t next[FEW + 1];
    for (; first > d->n_warm && d->column_nnz[first - 1] <= FEW; first--)
        next[d->column_nnz[first - 1]] = (uint32_t)first - 1;
    const size_t n = d->n_present - first;
    uint32_t *feature = mem_lines(n, sizeof *feature, e);
    d->by_count = feature ? mem_lines(d->n_features, sizeof *d->by_count, e) : NULL;
    if (!d->by_count) {
        free(feature);
        return false;
    }
    for (size_t r = 0; r < d->n_features; r++)
        d->by_count[r] = first <= r && r < d->n_present ? UNMET : (uint32_t)r;
    renumber(d, &d->train, first, next);
    renumber(d, &d->test, first, next);
    memcpy(feature, d->feature_of + first, n * sizeof *feature);
    for (size_t i = 0; i < n; i++) {
        const uint32_t rank = d->by_count[first + i];
        d->rank_of[feature[i]] = rank;
        d->feature_of[rank] = feature[i];
    }
    free(feature);
    return true;
}

static bool pack_rows(const struct dataset *d, struct data_part *p, int threads, struct err *e) {
    return !p->n_rows || packed_rows(p, d->n_features, threads, e);
}

bool data_arrange(struct dataset *d, int threads, struct err *e) {
    if ((!d->column_nnz && !count_features(d, threads, e)) || !rank_features(d, e))
        return false;
    const size_t n_rows = d->train.n_rows;
    d->n_blocks = (n_rows + BLOCK_ROWS - 1) / BLOCK_ROWS;
    d->n_warm_blocks = (n_rows + WARM_ROWS - 1) / WARM_ROWS;
    d->n_present = d->n_features;
    d->n_present = while_popular(d, 0, 1);
    d->n_hot = while_popular(d, 0, HOT_PER_BLOCK * d->n_blocks);
    d->n_warm = d->n_warm_blocks > 1 ? while_popular(d, d->n_hot, WARM_PER_BLOCK * d->n_warm_blocks) : d->n_hot;
    return arrange_rows(d, &d->train, threads, e) && arrange_rows(d, &d->test, threads, e) && order_few(d, e) &&
           pack_rows(d, &d->train, threads, e) && pack_rows(d, &d->test, threads, e) &&
           arrange_columns(d, threads, e);
}

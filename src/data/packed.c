/* Each stretch is filled up to whole groups, so that the kernels' loop has neither a remainder nor, by the
 * marks of last groups, a branch at its end. Both passes, counting and filling, go over disjoint stretches. */
#include "data/packed.h"
#include "base/mem.h"
#include <string.h>

void packed_free(struct packed *s) {
    free(s->idx);
    free(s->last);
    free(s->start);
    free(s->val);
    free(s->val32);
}

size_t packed_bytes(const struct packed *s) {
    if (!s->start)
        return 0;
    const uint64_t n = s->n_groups * PARTIALS;
    return (n + INDEX_PADDING) * sizeof *s->idx + s->n_groups + (s->n_starts + 1) * sizeof *s->start +
           n * ((s->val ? sizeof *s->val : 0) + (s->val32 ? sizeof *s->val32 : 0));
}

static uint64_t groups_of(uint64_t entries) {
    return entries ? (entries + PARTIALS - 1) / PARTIALS : 1;
}

/* start[k] holds the groups of stretch k (or of a chunk of them): they become starts, and the arrays are made.
 */
static bool make_groups(struct packed *s, struct err *e) {
    uint64_t at = 0;
    for (size_t k = 0; k < s->n_starts; k++) {
        const uint64_t count = s->start[k];
        s->start[k] = at;
        at += count;
    }
    s->start[s->n_starts] = s->n_groups = at;
    s->idx = mem_lines(at * PARTIALS + INDEX_PADDING, sizeof *s->idx, e);
    if (s->idx)
        memset(s->idx + at * PARTIALS, 0, INDEX_PADDING * sizeof *s->idx);
    s->last = s->idx ? mem_lines(at, sizeof *s->last, e) : NULL;
    return s->last != NULL;
}

/* What is left of the group at `entry`, the end of a stretch that began at group `first`: filled up, and
 * marked.
 */
static uint64_t end_stretch(struct packed *s, uint64_t first, uint64_t entry) {
    const uint64_t n = entry - first * PARTIALS, groups = groups_of(n);
    for (; entry < (first + groups) * PARTIALS; entry++)
        s->idx[entry] = 0;
    memset(s->last + first, 0, groups - 1);
    s->last[first + groups - 1] = 1;
    return first + groups;
}

/* ---- rows --------------------------------------------------------------------------------------------------
 */

static size_t chunk_end(const struct data_part *p, size_t chunk) {
    const size_t end = (chunk + 1) * LOG_ROWS;
    return end < p->n_rows ? end : p->n_rows;
}

static void count_chunk(struct data_part *p, size_t chunk) {
    for (size_t row = chunk * LOG_ROWS; row < chunk_end(p, chunk); row++)
        p->stream.start[chunk] += groups_of(p->row_ptr[row + 1] - p->row_ptr[row]);
}

static void fill_chunk(struct data_part *p, size_t chunk) {
    uint64_t group = p->stream.start[chunk];
    for (size_t row = chunk * LOG_ROWS; row < chunk_end(p, chunk); row++) {
        uint64_t at = group * PARTIALS;
        for (uint64_t k = p->row_ptr[row]; k < p->row_ptr[row + 1]; k++, at++)
            p->stream.idx[at] = (uint16_t)(p->row_idx[k] + 1);
        group = end_stretch(&p->stream, group, at);
    }
}

bool packed_rows(struct data_part *p, int threads, struct err *e) {
    struct packed *s = &p->stream;
    s->valued = p->row_val != NULL;
    s->n_starts = (p->n_rows + LOG_ROWS - 1) / LOG_ROWS;
    s->start = mem_zeroed(s->n_starts + 1, sizeof *s->start, e);
    if (!s->start)
        return false;
#pragma omp parallel for schedule(static) num_threads(threads)
    for (size_t chunk = 0; chunk < s->n_starts; chunk++)
        count_chunk(p, chunk);
    if (!make_groups(s, e))
        return false;
#pragma omp parallel for schedule(static) num_threads(threads)
    for (size_t chunk = 0; chunk < s->n_starts; chunk++)
        fill_chunk(p, chunk);
    return true;
}

/* Values of every group, all 0: those of what fills groups up stay so. */
static bool make_values(struct packed *s, enum precision precision, struct err *e) {
    const size_t n = s->n_groups * PARTIALS,
                 real = precision == PRECISION_F32 ? sizeof *s->val32 : sizeof *s->val;
    void *values = mem_lines(n, real, e);
    if (!values)
        return false;
    memset(values, 0, n * real);
    if (precision == PRECISION_F32)
        s->val32 = values;
    else
        s->val = values;
    return true;
}

bool packed_rows_values(struct data_part *p, enum precision precision, struct err *e) {
    struct packed *s = &p->stream;
    if (!s->valued || !s->start || (precision == PRECISION_F32 ? s->val32 != NULL : s->val != NULL))
        return true;
    if (!make_values(s, precision, e))
        return false;
    uint64_t group = 0;
    for (size_t row = 0; row < p->n_rows; row++) {
        uint64_t at = group * PARTIALS;
        for (uint64_t k = p->row_ptr[row]; k < p->row_ptr[row + 1]; k++, at++) {
            if (precision == PRECISION_F32)
                s->val32[at] = (float)p->row_val[k];
            else
                s->val[at] = p->row_val[k];
        }
        group += groups_of(p->row_ptr[row + 1] - p->row_ptr[row]);
    }
    return true;
}

/* ---- hot columns -------------------------------------------------------------------------------------------
 */

/* The first of the ascending entries i .. end that is `row` or more. */
static uint64_t first_from(const uint32_t *idx, uint64_t i, uint64_t end, size_t row) {
    while (i < end) {
        const uint64_t middle = i + (end - i) / 2;
        if (idx[middle] < row)
            i = middle + 1;
        else
            end = middle;
    }
    return i;
}

static void count_column(struct dataset *d, const struct columns *c, size_t r) {
    _Static_assert(MAKE_ROWS % BLOCK_ROWS == 0, "a piece of a column in c is whole pieces here");
    const size_t j = d->feature_of[r];
    for (size_t block = 0; block < d->n_blocks; block++) {
        const uint64_t *piece = columns_block(c, block / (MAKE_ROWS / BLOCK_ROWS)) + j;
        const uint64_t begin = first_from(c->idx, piece[0], piece[1], block * BLOCK_ROWS),
                       end = first_from(c->idx, begin, piece[1], (block + 1) * BLOCK_ROWS);
        d->hot.start[block * d->n_hot + r] = groups_of(end - begin);
    }
}

static void fill_column(struct dataset *d, const struct columns *c, size_t r) {
    size_t block = 0;
    uint64_t at = d->hot.start[r] * PARTIALS;
    FOR_ENTRIES(i, c, d->feature_of[r]) {
        const size_t of_row = c->idx[i] / BLOCK_ROWS;
        while (block < of_row) {
            end_stretch(&d->hot, d->hot.start[block * d->n_hot + r], at);
            at = d->hot.start[++block * d->n_hot + r] * PARTIALS;
        }
        d->hot.idx[at] = (uint16_t)(c->idx[i] % BLOCK_ROWS + 1);
        if (c->val)
            d->hot.val[at] = c->val[i];
        at++;
    }
    while (true) {
        end_stretch(&d->hot, d->hot.start[block * d->n_hot + r], at);
        if (++block == d->n_blocks)
            break;
        at = d->hot.start[block * d->n_hot + r] * PARTIALS;
    }
}

bool packed_columns(struct dataset *d, const struct columns *c, int threads, struct err *e) {
    struct packed *s = &d->hot;
    s->valued = c->val != NULL;
    s->n_starts = d->n_blocks * d->n_hot;
    s->start = mem_zeroed(s->n_starts + 1, sizeof *s->start, e);
    if (!s->start)
        return false;
#pragma omp parallel for schedule(dynamic, 16) num_threads(threads)
    for (size_t r = 0; r < d->n_hot; r++)
        count_column(d, c, r);
    if (!make_groups(s, e) || (c->val && !make_values(s, PRECISION_F64, e)))
        return false;
#pragma omp parallel for schedule(dynamic, 16) num_threads(threads)
    for (size_t r = 0; r < d->n_hot; r++)
        fill_column(d, c, r);
    return true;
}

/* Each stretch is filled up to whole groups, so that the kernels' loop has no remainder, and within a chunk or
 * block the stretches are in order of their groups: the processor mispredicts the end of a loop whose length
 * changes from one stretch to the next. First the groups of every stretch are counted, then the stretches are
 * put in order, then filled in. All passes go over disjoint stretches. */
#include "data/packed.h"
#include "base/mem.h"
#include <string.h>

void packed_free(struct packed *s) {
    free(s->idx);
    free(s->idx32);
    free(s->stretch);
    free(s->start);
    free(s->val);
    free(s->val32);
}

size_t packed_bytes(const struct packed *s) {
    if (!s->start)
        return 0;
    const uint64_t n = s->n_groups * PARTIALS;
    return (n + INDEX_PADDING) * (s->idx ? sizeof *s->idx : sizeof *s->idx32) +
           s->n_stretches * sizeof *s->stretch + (s->n_starts + 1) * sizeof *s->start +
           n * ((s->val ? sizeof *s->val : 0) + (s->val32 ? sizeof *s->val32 : 0));
}

static uint32_t groups_of(uint64_t entries) {
    return entries ? (uint32_t)((entries + PARTIALS - 1) / PARTIALS) : 1;
}

/* Stretches of so many groups or more are not told apart: one mispredicted branch is nothing to them. */
enum { LONG = 256 };

/* `to` = the n stretches of `from`, those of fewer groups first, otherwise in order. */
static void sort_stretches(const struct stretch *from, size_t n, struct stretch *to) {
    size_t at[LONG + 1] = {0};
    for (size_t i = 0; i < n; i++)
        at[(from[i].groups < LONG ? from[i].groups : LONG - 1) + 1]++;
    for (size_t k = 1; k <= LONG; k++)
        at[k] += at[k - 1];
    for (size_t i = 0; i < n; i++)
        to[at[from[i].groups < LONG ? from[i].groups : LONG - 1]++] = from[i];
}

/* The stretches, counted, are put in order within pieces of so many. */
static bool sort_pieces(struct packed *s, size_t piece, int threads, struct err *e) {
    struct stretch *sorted = mem_lines(s->n_stretches, sizeof *sorted, e);
    if (!sorted)
        return false;
#pragma omp parallel for schedule(static) num_threads(threads)
    for (size_t i = 0; i < s->n_stretches; i += piece)
        sort_stretches(s->stretch + i, s->n_stretches - i < piece ? s->n_stretches - i : piece, sorted + i);
    free(s->stretch);
    s->stretch = sorted;
    return true;
}

/* start: of every `apart`-th stretch. The arrays of indices over n_lines lines are made. */
static bool make_groups(struct packed *s, size_t apart, size_t n_lines, struct err *e) {
    s->n_lines = n_lines;
    s->n_starts = (s->n_stretches + apart - 1) / apart;
    s->start = mem_lines(s->n_starts + 1, sizeof *s->start, e);
    if (!s->start)
        return false;
    uint64_t at = 0;
    for (size_t i = 0; i < s->n_stretches; i++) {
        if (i % apart == 0)
            s->start[i / apart] = at;
        at += s->stretch[i].groups;
    }
    s->start[s->n_starts] = s->n_groups = at;
    const uint64_t n = at * PARTIALS + INDEX_PADDING;
    if (n_lines > STREAM_LINES)
        s->idx32 = mem_lines(n, sizeof *s->idx32, e);
    else
        s->idx = mem_lines(n, sizeof *s->idx, e);
    if (s->idx32)
        memset(s->idx32 + at * PARTIALS, 0, INDEX_PADDING * sizeof *s->idx32);
    if (s->idx)
        memset(s->idx + at * PARTIALS, 0, INDEX_PADDING * sizeof *s->idx);
    return s->idx || s->idx32;
}

/* ---- rows --------------------------------------------------------------------------------------------------
 */

bool packed_rows(struct data_part *p, size_t n_features, int threads, struct err *e) {
    struct packed *s = &p->stream;
    s->valued = p->row_val != NULL;
    s->n_stretches = p->n_rows;
    s->stretch = mem_lines(p->n_rows, sizeof *s->stretch, e);
    if (!s->stretch)
        return false;
#pragma omp parallel for schedule(static) num_threads(threads)
    for (size_t row = 0; row < p->n_rows; row++)
        s->stretch[row] =
            (struct stretch){(uint32_t)(row % LOG_ROWS), groups_of(p->row_ptr[row + 1] - p->row_ptr[row])};
    if (!sort_pieces(s, LOG_ROWS, threads, e) || !make_groups(s, LOG_ROWS, n_features, e))
        return false;
#pragma omp parallel for schedule(static) num_threads(threads)
    for (size_t chunk = 0; chunk < s->n_starts; chunk++) {
        uint64_t at = s->start[chunk] * PARTIALS;
        const size_t first = chunk * LOG_ROWS,
                     end = first + LOG_ROWS < p->n_rows ? first + LOG_ROWS : p->n_rows;
        for (size_t i = first; i < end; i++) {
            const size_t row = first + s->stretch[i].line;
            const uint64_t next = at + (uint64_t)s->stretch[i].groups * PARTIALS;
            if (s->idx) {
                for (uint64_t k = p->row_ptr[row]; k < p->row_ptr[row + 1]; k++)
                    s->idx[at++] = (uint16_t)(p->row_idx[k] + 1);
                for (; at < next; at++)
                    s->idx[at] = 0;
            } else {
                for (uint64_t k = p->row_ptr[row]; k < p->row_ptr[row + 1]; k++)
                    s->idx32[at++] = p->row_idx[k] + 1;
                for (; at < next; at++)
                    s->idx32[at] = 0;
            }
        }
    }
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
    for (size_t i = 0; i < s->n_stretches; group += s->stretch[i++].groups) {
        const size_t row = i / LOG_ROWS * LOG_ROWS + s->stretch[i].line;
        uint64_t at = group * PARTIALS;
        for (uint64_t k = p->row_ptr[row]; k < p->row_ptr[row + 1]; k++, at++) {
            if (precision == PRECISION_F32)
                s->val32[at] = (float)p->row_val[k];
            else
                s->val[at] = p->row_val[k];
        }
    }
    return true;
}

/* ---- columns, block by block -------------------------------------------------------------------------------
 */

/* Entry k of columns r0 .. r1 in the rows of a block, one after the other. */
#define FOR_ENTRIES(k, row, cut, block)                                                                        \
    for (size_t row = (block) * (cut)->rows; row < block_end(cut, block); row++)                               \
        for (uint64_t k = (cut)->p->row_ptr[row];                                                              \
             k < (cut)->p->row_ptr[(row) + 1] && (cut)->p->row_idx[k] < (cut)->r1; k++)                        \
            if ((cut)->p->row_idx[k] >= (cut)->r0)

struct cut {
    const struct data_part *p;
    size_t r0, r1, rows;
};

static size_t block_end(const struct cut *c, size_t block) {
    return c->p->n_rows - block * c->rows < c->rows ? c->p->n_rows : (block + 1) * c->rows;
}

static void count_block(const struct cut *c, struct packed *s, size_t block) {
    const size_t n = c->r1 - c->r0;
    struct stretch *stretch = s->stretch + block * n;
    for (size_t i = 0; i < n; i++)
        stretch[i] = (struct stretch){(uint32_t)i, 0};
    FOR_ENTRIES(k, row, c, block) {
        stretch[c->p->row_idx[k] - c->r0].groups++; /* entries, for the moment */
    }
    for (size_t i = 0; i < n; i++)
        stretch[i].groups = groups_of(stretch[i].groups);
}

static void put(struct packed *s, uint64_t at, size_t line, double value) {
    if (s->idx)
        s->idx[at] = (uint16_t)line;
    else
        s->idx32[at] = (uint32_t)line;
    if (s->val)
        s->val[at] = value;
}

/* place (r1 - r0): where the next entry of each column goes. */
static void fill_block(const struct cut *c, struct packed *s, size_t block, uint64_t *place) {
    const size_t n = c->r1 - c->r0, first = block * n, zeros = residual_line(block * c->rows) - 1;
    for (size_t i = first; i < first + n; i++)
        place[s->stretch[i].line] = s->start[i] * PARTIALS;
    FOR_ENTRIES(k, row, c, block) {
        put(s, place[c->p->row_idx[k] - c->r0]++, residual_line(row) - zeros, s->val ? c->p->row_val[k] : 1);
    }
    for (size_t i = first; i < first + n; i++)
        for (uint64_t at = place[s->stretch[i].line]; at < s->start[i + 1] * PARTIALS; at++)
            put(s, at, 0, 0);
}

bool packed_columns(const struct dataset *d, size_t r0, size_t r1, size_t rows, struct packed *s, int threads,
                    struct err *e) {
    const struct cut c = {&d->train, r0, r1, rows};
    const size_t n = r1 - r0, n_blocks = (d->train.n_rows + rows - 1) / rows;
    s->valued = d->train.row_val != NULL;
    s->n_stretches = n_blocks * n;
    s->stretch = mem_lines(s->n_stretches, sizeof *s->stretch, e);
    uint64_t *place = s->stretch ? mem_lines(s->n_stretches, sizeof *place, e) : NULL;
    if (!place)
        return false;
#pragma omp parallel for schedule(dynamic) num_threads(threads)
    for (size_t block = 0; block < (n ? n_blocks : 0); block++)
        count_block(&c, s, block);
    const bool made = sort_pieces(s, n ? n : 1, threads, e) && make_groups(s, 1, residual_line(rows - 1), e) &&
                      (!s->valued || (s->val = mem_lines(s->n_groups * PARTIALS, sizeof *s->val, e)));
    if (made) {
#pragma omp parallel for schedule(dynamic) num_threads(threads)
        for (size_t block = 0; block < (n ? n_blocks : 0); block++)
            fill_block(&c, s, block, place + block * n);
    }
    free(place);
    return made;
}

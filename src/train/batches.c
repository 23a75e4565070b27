/* See batches.h. The order of an epoch's rows is a Fisher-Yates shuffle from a stream of data, seed and epoch,
 * so that every cell sees the same batches. */
#include "train/batches.h"
#include "base/hash.h"
#include "base/mem.h"
#include "base/rng.h"
#include <string.h>

static size_t longest_row(const struct dataset *d) {
    size_t most = 0;
    for (size_t i = 0; i < d->train.n_rows; i++) {
        const size_t n = d->train.row_ptr[i + 1] - d->train.row_ptr[i];
        most = n > most ? n : most;
    }
    return most;
}

bool batches_init(struct batches *b, const struct dataset *d, enum precision p, uint64_t size, bool shuffled,
                  uint64_t seed, struct err *e) {
    *b = (struct batches){.data = d, .precision = p, .size = size, .shuffled = shuffled, .epoch = UINT64_MAX};
    b->n_batches = (d->train.n_rows + size - 1) / size;
    b->seed = seed ^ hash64(d->fingerprint, strlen(d->fingerprint));
    const size_t longest = longest_row(d);
    b->most_touched = longest && size > d->n_present / longest ? d->n_present : size * longest;
    b->order = mem_zeroed(d->train.n_rows, sizeof *b->order, e);
    b->last = b->order ? mem_zeroed(d->n_features, sizeof *b->last, e) : NULL;
    b->slot = b->last ? mem_zeroed(d->n_features, sizeof *b->slot, e) : NULL;
    b->stamp = b->slot ? mem_zeroed(d->n_features, sizeof *b->stamp, e) : NULL;
    return b->stamp;
}

static void window_free(struct window *w) {
    void *const arrays[] = {w->row,     w->feature, w->nonzeros, w->row_ptr, w->row_idx, w->col_ptr,
                            w->col_idx, w->row_val, w->col_val,  w->y,       w->rank,    w->from};
    for (size_t i = 0; i < sizeof arrays / sizeof *arrays; i++)
        free(arrays[i]);
    *w = (struct window){0};
}

void batches_free(struct batches *b) {
    window_free(&b->w);
    free(b->order);
    free(b->last);
    free(b->slot);
    free(b->stamp);
}

size_t batches_bytes(const struct dataset *d, uint64_t size) {
    const double share = (double)(size < d->train.n_rows ? size : d->train.n_rows) / (double)d->train.n_rows;
    const double batch = share * (double)d->train.nnz,
                 window = batch > WINDOW_NONZEROS ? batch : WINDOW_NONZEROS;
    return (size_t)(window * 48) + d->train.n_rows * 4 + d->n_features * 16;
}

void batches_segment(struct batches *b) {
    memset(b->last, 0, b->data->n_features * sizeof *b->last);
}

static void shuffle(struct batches *b, uint64_t epoch) {
    const size_t n = b->data->train.n_rows;
    for (size_t i = 0; i < n; i++)
        b->order[i] = (uint32_t)i;
    struct rng r = rng_for(b->seed, RNG_ORDER, epoch);
    for (size_t i = n; b->shuffled && i > 1; i--) {
        const uint32_t k = rng_below(&r, (uint32_t)i), row = b->order[i - 1];
        b->order[i - 1] = b->order[k];
        b->order[k] = row;
    }
    b->epoch = epoch;
}

static bool renew(void *array_pointer, size_t n, size_t size, struct err *e) {
    void *old, *new = mem_lines(n, size, e);
    memcpy(&old, array_pointer, sizeof old);
    free(old);
    memcpy(array_pointer, &new, sizeof new);
    return new;
}

/* Room in the window; what it held is gone. */
static bool room(struct batches *b, size_t n_batches, size_t n_rows, size_t nonzeros, struct err *e) {
    struct window *w = &b->w;
    const size_t real = b->precision == PRECISION_F32 ? sizeof(float) : sizeof(double);
    const bool values = b->data->train.row_val;
    if (n_batches > b->cap_batches) {
        b->cap_batches = 0;
        const size_t n = n_batches + 1;
        if (!renew(&w->row, n, sizeof *w->row, e) || !renew(&w->feature, n, sizeof *w->feature, e) ||
            !renew(&w->nonzeros, n, sizeof *w->nonzeros, e))
            return false;
        b->cap_batches = n_batches;
    }
    if (n_rows > b->cap_rows) {
        b->cap_rows = 0;
        if (!renew(&w->row_ptr, n_rows + 1, sizeof *w->row_ptr, e) || !renew(&w->y, n_rows, real, e))
            return false;
        b->cap_rows = n_rows;
    }
    if (nonzeros > b->cap_nonzeros || !w->row_idx) {
        b->cap_nonzeros = 0;
        const size_t n = nonzeros + nonzeros / 8 + 1, indices = n + INDEX_PADDING;
        if (!renew(&w->row_idx, indices, sizeof *w->row_idx, e) ||
            !renew(&w->col_idx, indices, sizeof *w->col_idx, e) ||
            !renew(&w->col_ptr, n + 1, sizeof *w->col_ptr, e) || !renew(&w->rank, n, sizeof *w->rank, e) ||
            !renew(&w->from, n, sizeof *w->from, e) || (values && !renew(&w->row_val, n, real, e)) ||
            (values && !renew(&w->col_val, n, real, e)))
            return false;
        b->cap_nonzeros = n - 1;
    }
    return true;
}

static void put(const struct batches *b, void *array, size_t at, double x) {
    if (b->precision == PRECISION_F32)
        ((float *)array)[at] = (float)x;
    else
        ((double *)array)[at] = x;
}

/* Batch i of the window: rows order[first .. end). Features are numbered as they appear. */
static void prepare(struct batches *b, size_t i, size_t first, size_t end, uint32_t step) {
    struct window *w = &b->w;
    const struct data_part *p = &b->data->train;
    const size_t row0 = w->row[i], feature0 = w->feature[i];
    const uint64_t entry0 = w->row_ptr[row0], stamp = ++b->stamps;
    uint64_t *const count =
        w->col_ptr + feature0 + 1; /* counts first, then cursors, at last the ends of columns */
    size_t n_touched = 0;
    uint64_t at = entry0;
    for (size_t k = first; k < end; k++) {
        const uint32_t row = b->order[k];
        for (uint64_t j = p->row_ptr[row]; j < p->row_ptr[row + 1]; j++, at++) {
            const uint32_t r = p->row_idx[j];
            if (b->stamp[r] != stamp) {
                b->stamp[r] = stamp;
                b->slot[r] = (uint32_t)n_touched;
                w->rank[feature0 + n_touched] = r;
                w->from[feature0 + n_touched] = b->last[r];
                b->last[r] = step;
                count[n_touched++] = 0;
            }
            w->row_idx[at] = b->slot[r];
            count[b->slot[r]]++;
            if (w->row_val)
                put(b, w->row_val, at, p->row_val[j]);
        }
        put(b, w->y, row0 + (k - first), p->y[row]);
        w->row_ptr[row0 + (k - first) + 1] = at;
    }
    uint64_t begin = entry0;
    for (size_t j = 0; j < n_touched; j++) {
        const uint64_t n = count[j];
        count[j] = begin;
        begin += n;
    }
    for (size_t k = 0; k < end - first; k++)
        for (uint64_t j = w->row_ptr[row0 + k]; j < w->row_ptr[row0 + k + 1]; j++) {
            const uint64_t to = count[w->row_idx[j]]++;
            w->col_idx[to] = (uint32_t)k;
            if (!w->col_val)
                continue;
            if (b->precision == PRECISION_F32)
                ((float *)w->col_val)[to] = ((float *)w->row_val)[j];
            else
                ((double *)w->col_val)[to] = ((double *)w->row_val)[j];
        }
    w->row[i + 1] = row0 + (end - first);
    w->feature[i + 1] = feature0 + n_touched;
    w->nonzeros[i] = at - entry0;
}

bool batches_window(struct batches *b, uint64_t step, uint32_t done, uint64_t most, struct err *e) {
    const struct data_part *p = &b->data->train;
    const uint64_t epoch = step / b->n_batches, in_epoch = step % b->n_batches;
    if (b->epoch != epoch)
        shuffle(b, epoch);
    if (most > b->n_batches - in_epoch)
        most = b->n_batches - in_epoch;
    const size_t first = in_epoch * b->size;
    size_t n = 0, row = first, nonzeros = 0;
    for (; n < most && (n == 0 || nonzeros < WINDOW_NONZEROS); n++)
        for (const size_t end = row + b->size < p->n_rows ? row + b->size : p->n_rows; row < end; row++)
            nonzeros += p->row_ptr[b->order[row] + 1] - p->row_ptr[b->order[row]];
    struct window *w = &b->w;
    if (!room(b, n, row - first, nonzeros, e))
        return false;
    w->n = n;
    w->row[0] = w->feature[0] = 0;
    w->row_ptr[0] = w->col_ptr[0] = 0;
    for (size_t i = 0; i < n; i++) {
        const size_t from = first + i * b->size, to = from + b->size < p->n_rows ? from + b->size : p->n_rows;
        prepare(b, i, from, to, done + (uint32_t)i + 1);
    }
    memset(w->row_idx + nonzeros, 0, INDEX_PADDING * sizeof *w->row_idx);
    memset(w->col_idx + nonzeros, 0, INDEX_PADDING * sizeof *w->col_idx);
    return true;
}

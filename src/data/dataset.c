/* Making, freeing and looking at data sets. What is particular to a kind is in the file of its name. */
#include "data/dataset.h"
#include "base/clock.h"
#include "base/machine.h"
#include "base/mem.h"
#include "data/arrange.h"
#include "data/packed.h"
#include <assert.h>

const char *const data_kind_names[DATA_KIND_COUNT] = {
    [DATA_SYNTHETIC] = "synthetic",
    [DATA_LIBSVM] = "libsvm",
    [DATA_LECTURE] = "lecture",
    [DATA_SURFACE] = "surface",
};
static bool (*const makers[DATA_KIND_COUNT])(struct dataset *, int, struct err *) = {
    [DATA_SYNTHETIC] = synthetic_make,
    [DATA_LIBSVM] = libsvm_make,
    [DATA_LECTURE] = lecture_make,
    [DATA_SURFACE] = surface_make,
};

static float *narrowed(const double *x, size_t n, struct err *e) {
    float *y = mem_lines(n, sizeof *y, e);
    for (size_t i = 0; y && i < n; i++) {
        y[i] = (float)x[i];
        if (!isfinite(y[i])) {
            err_add(e, "the value %.17g is too large for precision = f32; f64 can hold it", x[i]);
            free(y);
            return NULL;
        }
    }
    return y;
}

static size_t part_bytes(const struct data_part *p) {
    if (!p->row_ptr)
        return 0;
    return (p->n_rows + 1) * sizeof *p->row_ptr + (p->nnz + INDEX_PADDING) * sizeof *p->row_idx +
           p->n_rows * (sizeof *p->y + sizeof *p->y32) + packed_bytes(&p->stream) +
           p->nnz * (p->row_val ? sizeof *p->row_val : 0);
}

static size_t dataset_bytes(const struct dataset *d) {
    const size_t others = d->rest_ptr[d->n_features - d->n_warm]; /* entries of columns not cut into blocks */
    return part_bytes(&d->train) + part_bytes(&d->test) + packed_bytes(&d->hot) + packed_bytes(&d->warm) +
           (d->n_features - d->n_warm + 1) * sizeof *d->rest_ptr +
           d->n_features *
               (sizeof *d->rank_of + sizeof *d->feature_of + sizeof *d->by_count + sizeof *d->column_nnz) +
           (others + INDEX_PADDING) * sizeof *d->col_idx +
           others * ((d->col_val ? sizeof *d->col_val : 0) + (d->col_val32 ? sizeof *d->col_val32 : 0)) +
           d->n_features * ((d->frequency ? sizeof *d->frequency : 0) + (d->w_true ? sizeof *d->w_true : 0));
}

bool memory_fits(double bytes, uint64_t rows, uint64_t features, struct err *e) {
    const double available = (double)machine_get()->memory_bytes, gib = 1 << 30;
    if (available == 0 || bytes <= available)
        return true;
    return err_add(
        e, "out of memory: data of %llu rows and %llu features need about %.1f GiB, %.1f GiB are available",
        (unsigned long long)rows, (unsigned long long)features, bytes / gib, available / gib);
}

struct dataset *data_make(const struct data_params *p, int threads, struct err *e) {
    if (!memory_fits(DATA_MAKING * (double)data_memory_estimate(p, PRECISION_F64), p->rows, p->features, e))
        return NULL;
    struct dataset *d = mem_zeroed(1, sizeof *d, e);
    if (!d)
        return NULL;
    d->params = *p;
    const double small = 1 << 18; /* non-zeros: below, waking a thread costs more than it brings */
    if (threads < 1 || (p->kind != DATA_LIBSVM && data_nonzeros_estimate(p) < small))
        threads = 1;
    const double start = clock_s();
    bool made = makers[p->kind](d, threads, e);
    const double then = clock_s();
    made = made && data_arrange(d, threads, e);
    d->making_s = then - start;
    d->arranging_s = clock_s() - then;
    if (!made || (p->kind != DATA_LIBSVM && !data_fingerprint(p, d->fingerprint, e)) ||
        !(d->train.y32 = narrowed(d->train.y, d->train.n_rows, e)) ||
        (d->test.n_rows && !(d->test.y32 = narrowed(d->test.y, d->test.n_rows, e)))) {
        data_free(d);
        return NULL;
    }
    d->memory_bytes = dataset_bytes(d);
    return d;
}

static void part_free(struct data_part *p) {
    free(p->row_ptr);
    free(p->row_idx);
    free(p->row_val);
    free(p->y);
    free(p->y32);
    packed_free(&p->stream);
}

void data_free(struct dataset *d) {
    if (!d)
        return;
    part_free(&d->train);
    part_free(&d->test);
    free(d->rank_of);
    free(d->feature_of);
    free(d->by_count);
    free(d->column_nnz);
    packed_free(&d->hot);
    packed_free(&d->warm);
    free(d->rest_ptr);
    free(d->col_idx);
    free(d->col_val);
    free(d->col_val32);
    free(d->frequency);
    free(d->w_true);
    free(d);
}

bool data_prepare(struct dataset *d, enum precision p, struct err *e) {
    const struct {
        const double *from;
        float **to;
        uint64_t n;
    } copies[] = {
        {d->hot.val, &d->hot.val32, d->hot.n_groups * PARTIALS},
        {d->warm.val, &d->warm.val32, d->warm.n_groups * PARTIALS},
        {d->col_val, &d->col_val32, d->rest_ptr[d->n_features - d->n_warm]},
    };
    for (size_t i = 0; p == PRECISION_F32 && i < sizeof copies / sizeof *copies; i++)
        if (copies[i].from && !*copies[i].to && !(*copies[i].to = narrowed(copies[i].from, copies[i].n, e)))
            return false;
    if (!packed_rows_values(&d->train, p, e) || !packed_rows_values(&d->test, p, e))
        return false;
    d->memory_bytes = dataset_bytes(d);
    return true;
}

static size_t line_bytes(enum precision p) {
    return LANES * (p == PRECISION_F32 ? sizeof(float) : sizeof(double));
}

/* Lines of a large source are best asked for into the first-level cache where those on their way take up a
 * third of it at most (f32 and 48 KiB; not 32), and otherwise into the second-level one. */
static bool fits_near(enum precision p) {
    return 3 * NEAR_AHEAD * line_bytes(p) <= machine_get()->l1_bytes;
}

/* n stretches from `stretch` on, the first at group `group`. */
static struct stream view(const struct packed *s, size_t stretch, size_t n, uint64_t group, enum precision p) {
    const uint64_t at = group * PARTIALS;
    assert(!s->valued || (p == PRECISION_F32 ? s->val32 != NULL : s->val != NULL));
    return (struct stream){.idx = s->idx ? s->idx + at : NULL,
                           .idx32 = s->idx32 ? s->idx32 + at : NULL,
                           .val = !s->valued           ? NULL
                                  : p == PRECISION_F32 ? (const void *)(s->val32 + at)
                                                       : s->val + at,
                           .stretch = s->stretch + stretch,
                           .n = n,
                           .near = s->idx32 && fits_near(p)};
}

struct stream data_chunk(const struct data_part *part, size_t row, enum precision p) {
    const size_t left = part->n_rows - row;
    struct stream x =
        view(&part->stream, row, left < LOG_ROWS ? left : LOG_ROWS, part->stream.start[row / LOG_ROWS], p);
    if (x.idx) /* asking for what is at hand takes longer than the loads */
        x.near = part->stream.n_lines * line_bytes(p) <= machine_get()->l2_bytes;
    return x;
}

struct stream data_hot(const struct dataset *d, size_t block, enum precision p) {
    const size_t first = block * d->n_hot;
    return view(&d->hot, first, d->n_hot, d->hot.start[first], p);
}

struct stream data_warm(const struct dataset *d, size_t warm_block, enum precision p) {
    const size_t n = d->n_warm - d->n_hot, first = warm_block * n;
    return view(&d->warm, first, n, d->warm.start[first], p);
}

struct sparse data_rest(const struct dataset *d, enum precision p) {
    return (struct sparse){d->rest_ptr, d->col_idx,
                           p == PRECISION_F32 ? (const void *)d->col_val32 : (const void *)d->col_val};
}

double data_nonzeros_estimate(const struct data_params *p) {
    return p->kind != DATA_LIBSVM ? (double)p->rows * (double)p->features * (1 - p->sparsity) : 0;
}

size_t data_memory_estimate(const struct data_params *p, enum precision precision) {
    if (p->kind == DATA_LIBSVM)
        return 0;
    double rows = (double)p->rows * (1 + p->test), features = (double)p->features,
           nnz = data_nonzeros_estimate(p);
    const bool binary = p->kind == DATA_SYNTHETIC && p->values == VALUES_BINARY;
    const double value = binary                       ? 0
                         : precision == PRECISION_F32 ? 12
                                                      : 8,
                 own = binary                       ? 0
                       : precision == PRECISION_F32 ? 4
                                                    : 8;
    const double filled = nnz * (1 + p->test) + rows * (PARTIALS - 1) / 2,
                 index = features > STREAM_LINES ? 4 : 2;
    /* Pieces of warm columns are filled up: at most 1.2 groups on average where they have two or three entries.
     */
    const double blocks = ceil((double)p->rows / WARM_ROWS), columns = nnz / (WARM_PER_BLOCK * blocks),
                 pieces = blocks > 1 ? blocks * (features < columns ? features : columns) : 0,
                 warm = pieces * (sizeof(struct stretch) + sizeof(size_t) + 1.2 * PARTIALS * (4 + own));
    /* Of the columns nearly all are hot where there are few features, and few entries are not. */
    const double by_rows = nnz * (1 + p->test) * (binary ? 4 : 12) + filled * (index + own),
                 by_columns = nnz * (3 + 1.1 * value) + warm;
    const double bytes = by_rows + by_columns + rows * (8 + 8 + 4 + 8) + features * (8 + 8 + 8 + 4 + 4 + 4 + 8);
    return bytes < 0x1p63 ? (size_t)bytes : SIZE_MAX;
}

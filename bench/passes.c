/* Block by block, as src/train/full.c goes: rows, then the block's hot columns, then warm ones; then the
 * others. */
#include "passes.h"
#include "base/mem.h"
#include <string.h>

struct passes {
    const struct dataset *data;
    const struct ceilings *ceilings;
    size_t line; /* bytes */
    char *w, *e; /* (1 + n_features, LANES), (residual_lines(n_rows) + 1, LANES) */
    double out[LANES] __attribute__((aligned(LINE_BYTES)));
    int shape;
    uint64_t lines;
};

struct passes *passes_new(const struct dataset *data, const struct ceilings *ceilings, enum precision precision,
                          struct err *e) {
    struct passes *p = mem_lines(1, sizeof *p, e);
    if (!p)
        return NULL;
    *p = (struct passes){.data = data, .ceilings = ceilings};
    p->line = LANES * (precision == PRECISION_F32 ? sizeof(float) : sizeof(double));
    const size_t n_w = data->n_features + 1, n_e = residual_lines(data->train.n_rows) + 1;
    p->w = mem_lines(n_w, p->line, e);
    p->e = mem_lines(n_e, p->line, e);
    if (!p->w || !p->e) {
        passes_free(p);
        return NULL;
    }
    memset(p->w, 0, n_w * p->line);
    memset(p->e, 0, n_e * p->line);
    return p;
}

void passes_free(struct passes *p) {
    if (!p)
        return;
    free(p->w);
    free(p->e);
    free(p);
}

static void packed(struct passes *p, const struct packed *s, size_t first, size_t last, const char *src) {
    const uint64_t g0 = s->start[first], n = (s->start[last] - g0) * PARTIALS;
    p->ceilings->lines16[p->shape](n, s->idx + g0 * PARTIALS, src, p->out);
    p->lines += n;
}

static void plain(struct passes *p, const uint32_t *idx, uint64_t k0, uint64_t k1, const char *src) {
    p->ceilings->lines32[p->shape](k1 - k0, idx + k0, src, p->out);
    p->lines += k1 - k0;
}

static void rows(struct passes *p, size_t row, size_t end) {
    const struct data_part *x = &p->data->train;
    if (x->stream.start)
        packed(p, &x->stream, row / LOG_ROWS, (end + LOG_ROWS - 1) / LOG_ROWS, p->w);
    else
        plain(p, x->row_idx, x->row_ptr[row], x->row_ptr[end], p->w + p->line);
}

void passes_run(struct passes *p, int shape) {
    const struct dataset *d = p->data;
    const size_t n = d->train.n_rows, n_warm = d->n_warm - d->n_hot;
    p->shape = shape;
    p->lines = 0;
    for (size_t block = 0, row = 0; row < n; block++, row += BLOCK_ROWS) {
        const size_t end = row + BLOCK_ROWS < n ? row + BLOCK_ROWS : n;
        rows(p, row, end);
        packed(p, &d->hot, block * d->n_hot, (block + 1) * d->n_hot, p->e + block * (BLOCK_ROWS + 1) * p->line);
        if (n_warm && (end % WARM_ROWS == 0 || end == n)) {
            const uint64_t *ptr = d->warm_ptr + (end - 1) / WARM_ROWS * (n_warm + 1);
            plain(p, d->col_idx, ptr[0], ptr[n_warm], p->e);
        }
    }
    plain(p, d->col_idx, d->rest_ptr[0], d->rest_ptr[d->n_features - d->n_warm], p->e);
}

uint64_t passes_lines(const struct passes *p) {
    return p->lines;
}

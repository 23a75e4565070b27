/* Block by block, as src/train/full.c goes: rows, then the block's hot columns, then warm ones; then the
 * others. */
#include "passes.h"
#include "base/mem.h"
#include <string.h>

enum { TILE_LINES = 64, READ_FIRST_4 = 7 }; /* of STREAM_SHAPES: as rules go */

struct passes {
    const struct dataset *data;
    const struct ceilings *ceilings;
    size_t line; /* bytes */
    size_t real;
    int n_state;
    char *w, *e, *g;                 /* (1 + n_features, LANES), (residual_lines(n_rows) + 1, LANES), a tile */
    char *state[STREAM_MAX_UPDATED]; /* as w */
    double out[LANES] __attribute__((aligned(LINE_BYTES)));
    int shape;
};

static char *zero_lines(const struct passes *p, size_t n, struct err *e) {
    char *lines = mem_lines(n, p->line, e);
    if (lines)
        memset(lines, 0, n * p->line);
    return lines;
}

struct passes *passes_new(const struct dataset *data, const struct ceilings *ceilings, enum precision precision,
                          int n_state, struct err *e) {
    struct passes *p = mem_lines(1, sizeof *p, e);
    if (!p)
        return NULL;
    *p = (struct passes){.data = data, .ceilings = ceilings, .n_state = n_state};
    p->real = precision == PRECISION_F32 ? sizeof(float) : sizeof(double);
    p->line = LANES * p->real;
    const size_t n_w = data->n_features + 1;
    bool ok = (p->w = zero_lines(p, n_w, e)) && (p->g = zero_lines(p, TILE_LINES, e)) &&
              (p->e = zero_lines(p, residual_lines(data->train.n_rows) + 1, e));
    for (int k = 0; k < n_state; k++)
        ok = ok && (p->state[k] = zero_lines(p, n_w, e));
    if (!ok) {
        passes_free(p);
        return NULL;
    }
    return p;
}

void passes_free(struct passes *p) {
    if (!p)
        return;
    free(p->w);
    free(p->e);
    free(p->g);
    for (int k = 0; k < p->n_state; k++)
        free(p->state[k]);
    free(p);
}

static void plain(struct passes *p, const uint32_t *idx, uint64_t k0, uint64_t k1, const char *src) {
    p->ceilings->lines32[p->shape](k1 - k0, idx + k0, src, p->out);
}

static void packed(struct passes *p, const struct packed *s, uint64_t g0, uint64_t g1, const char *src) {
    if (s->idx)
        p->ceilings->lines16[p->shape]((g1 - g0) * PARTIALS, s->idx + g0 * PARTIALS, src, p->out);
    else
        plain(p, s->idx32, g0 * PARTIALS, g1 * PARTIALS, src);
}

static void move_rule(struct passes *p) {
    for (size_t r = 1; r + TILE_LINES <= p->data->n_present; r += TILE_LINES) {
        void *array[STREAM_MAX_UPDATED + 1] = {p->w + r * p->line};
        for (int k = 0; k < p->n_state; k++)
            array[k + 1] = p->state[k] + r * p->line;
        array[p->n_state + 1] = p->g;
        p->ceilings->stream[READ_FIRST_4][p->n_state][0](TILE_LINES * LANES, array);
    }
}

void passes_run(struct passes *p, int shape, bool rule) {
    const struct dataset *d = p->data;
    const size_t n = d->train.n_rows, n_warm = d->n_warm - d->n_hot;
    p->shape = shape;
    for (size_t block = 0, row = 0; row < n; block++, row += BLOCK_ROWS) {
        const size_t end = row + BLOCK_ROWS < n ? row + BLOCK_ROWS : n;
        const uint64_t *rows = d->train.stream.start, *hot = d->hot.start, *warm = d->warm.start;
        packed(p, &d->train.stream, rows[row / LOG_ROWS], rows[(end + LOG_ROWS - 1) / LOG_ROWS], p->w);
        packed(p, &d->hot, hot[block * d->n_hot], hot[(block + 1) * d->n_hot],
               p->e + (residual_line(row) - 1) * p->line);
        if (end % WARM_ROWS == 0 || end == n) {
            const size_t k = (end - 1) / WARM_ROWS;
            packed(p, &d->warm, warm[k * n_warm], warm[(k + 1) * n_warm],
                   p->e + (residual_line(k * WARM_ROWS) - 1) * p->line);
        }
    }
    plain(p, d->col_idx, d->rest_ptr[0], d->rest_ptr[d->n_features - d->n_warm], p->e);
    if (rule)
        move_rule(p);
}

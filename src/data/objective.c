/* Forward over rows, backward over columns; nothing is shared between threads but what each alone writes. */
#include "data/objective.h"
#include "base/mem.h"
#include "data/make.h"

enum { PARALLEL_NONZEROS = 1 << 18 };

static size_t chunks_of(size_t n_rows) {
    return (n_rows + OBJECTIVE_ROWS - 1) / OBJECTIVE_ROWS;
}

bool objective_init(struct objective *o, const struct dataset *d, enum loss loss, double l2, int threads,
                    struct err *e) {
    if (threads < 1 || d->train.nnz < PARALLEL_NONZEROS)
        threads = 1; /* below that, waking a thread costs more than it brings */
    *o = (struct objective){d, loss, l2, threads, batch_best(), NULL, NULL, NULL};
    o->residual = mem_zeroed(residual_lines(d->train.n_rows), sizeof *o->residual, e);
    o->partial = o->residual ? mem_lines(2 * chunks_of(d->train.n_rows), sizeof *o->partial, e) : NULL;
    o->pieces = o->partial ? mem_lines(d->hot.n_stretches + d->warm.n_stretches, sizeof *o->pieces, e) : NULL;
    if (!o->pieces)
        objective_free(o);
    return o->pieces;
}

void objective_free(struct objective *o) {
    free(o->residual);
    free(o->partial);
    free(o->pieces);
    o->residual = o->partial = o->pieces = NULL;
}

/* Losses of n rows from z and t = exp(-|z|), log1p(t); the residuals e = dL/dz. SPEC 1's stable forms. */
static double rows_logistic(size_t n, const double *z, const double *t, const double *log1p_t, const double *y,
                            double *e) {
    double loss = 0;
    for (size_t i = 0; i < n; i++) {
        e[i] = (z[i] >= 0 ? 1 : t[i]) / (1 + t[i]) - y[i];
        loss += log1p_t[i] + (fmax(z[i], 0) - y[i] * z[i]);
    }
    return loss;
}

static double rows_squared(size_t n, const double *z, const double *t, const double *log1p_t, const double *y,
                           double *e) {
    (void)log1p_t;
    double loss = 0;
    for (size_t i = 0; i < n; i++) {
        double miss = (z[i] >= 0 ? 1 : t[i]) / (1 + t[i]) - y[i];
        e[i] = miss * (t[i] / ((1 + t[i]) * (1 + t[i])));
        loss += 0.5 * miss * miss;
    }
    return loss;
}

static double (*const rows_of[LOSS_COUNT])(size_t, const double *, const double *, const double *,
                                           const double *, double *) = {
    [LOSS_logistic] = rows_logistic,
    [LOSS_squared] = rows_squared,
};

static void forward_chunk(struct objective *o, const double *w, size_t chunk) {
    const struct data_part *p = &o->data->train;
    const size_t row0 = chunk * OBJECTIVE_ROWS, left = p->n_rows - row0;
    const size_t n = left < OBJECTIVE_ROWS ? left : OBJECTIVE_ROWS;
    const double b = w[o->data->n_features];
    double z[OBJECTIVE_ROWS], t[OBJECTIVE_ROWS], log1p_t[OBJECTIVE_ROWS];
    for (size_t i = 0; i < n; i++) {
        z[i] = part_dot(p, row0 + i, w) + b;
        t[i] = -fabs(z[i]);
    }
    o->batch->exp(n, t);
    if (o->loss == LOSS_logistic) {
        for (size_t i = 0; i < n; i++)
            log1p_t[i] = t[i];
        o->batch->log1p(n, log1p_t);
    }
    double *residual = o->residual + residual_line(row0), sum = 0;
    o->partial[2 * chunk] = rows_of[o->loss](n, z, t, log1p_t, p->y + row0, residual);
    for (size_t i = 0; i < n; i++)
        sum += residual[i];
    o->partial[2 * chunk + 1] = sum;
}

/* One column's sum within one block, PARTIALS partial sums as in kern.h. */
static double column_sum(const uint32_t *idx, const double *val, uint64_t n, const double *e) {
    double s[PARTIALS] = {0};
    uint64_t i = 0;
    if (val) {
        for (; i + PARTIALS <= n; i += PARTIALS)
            for (int k = 0; k < PARTIALS; k++)
                s[k] = fma(val[i + k], e[idx[i + k]], s[k]);
        for (int k = 0; i < n; i++, k++)
            s[k] = fma(val[i], e[idx[i]], s[k]);
    } else {
        for (; i + PARTIALS <= n; i += PARTIALS)
            for (int k = 0; k < PARTIALS; k++)
                s[k] += e[idx[i + k]];
        for (int k = 0; i < n; i++, k++)
            s[k] += e[idx[i]];
    }
    return (s[0] + s[1]) + (s[2] + s[3]);
}

/* The same over a piece of a hot or warm column: what fills its groups up adds 0. */
static double piece_sum(const struct packed *s, uint64_t g0, uint64_t g1, const double *e) {
    double sum[PARTIALS] = {0};
    for (uint64_t i = g0 * PARTIALS; i < g1 * PARTIALS; i += PARTIALS)
        for (int k = 0; k < PARTIALS; k++) {
            const double x = e[s->idx ? s->idx[i + k] : s->idx32[i + k]];
            sum[k] = s->val ? fma(s->val[i + k], x, sum[k]) : sum[k] + x;
        }
    return (sum[0] + sum[1]) + (sum[2] + sum[3]);
}

/* The i-th stretch of n columns cut into blocks of so many rows. */
static void sum_piece(const struct objective *o, const struct packed *s, size_t n, size_t rows, size_t i,
                      double *pieces) {
    const size_t block = i / n;
    pieces[block * n + s->stretch[i].line] =
        piece_sum(s, s->start[i], s->start[i + 1], o->residual + residual_line(block * rows) - 1);
}

/* The gradient of the feature of rank r, piece by piece as its column is stored. */
static double column_gradient(const struct objective *o, size_t r) {
    const struct dataset *d = o->data;
    if (r >= d->n_warm) {
        const uint64_t *ptr = d->rest_ptr + r - d->n_warm;
        return column_sum(d->col_idx + ptr[0], d->col_val ? d->col_val + ptr[0] : NULL, ptr[1] - ptr[0],
                          o->residual);
    }
    const bool hot = r < d->n_hot;
    const size_t n = hot ? d->n_hot : d->n_warm - d->n_hot, n_blocks = hot ? d->n_blocks : d->n_warm_blocks;
    const double *piece = hot ? o->pieces + r : o->pieces + d->hot.n_stretches + r - d->n_hot;
    double sum = 0;
    for (size_t block = 0; block < n_blocks; block++)
        sum += piece[block * n];
    return sum;
}

double objective_value(struct objective *o, const double *w, double *g) {
    const struct dataset *d = o->data;
    const double n = (double)d->train.n_rows;
    const size_t n_chunks = chunks_of(d->train.n_rows);
#pragma omp parallel num_threads(o->threads)
    {
#pragma omp for schedule(dynamic, 4)
        for (size_t c = 0; c < n_chunks; c++)
            forward_chunk(o, w, c);
#pragma omp for schedule(dynamic, 64)
        for (size_t i = 0; i < d->hot.n_stretches; i++)
            sum_piece(o, &d->hot, d->n_hot, BLOCK_ROWS, i, o->pieces);
#pragma omp for schedule(dynamic, 64)
        for (size_t i = 0; i < d->warm.n_stretches; i++)
            sum_piece(o, &d->warm, d->n_warm - d->n_hot, WARM_ROWS, i, o->pieces + d->hot.n_stretches);
#pragma omp for schedule(dynamic, 64)
        for (size_t r = 0; r < d->n_features; r++)
            g[r] = fma(o->l2, w[r], column_gradient(o, r) / n);
    }
    double loss = 0, bias = 0, squares = 0;
    for (size_t c = 0; c < n_chunks; c++) {
        loss += o->partial[2 * c];
        bias += o->partial[2 * c + 1];
    }
    if (o->l2 > 0)
        for (size_t i = 0; i < d->n_features; i++)
            squares = fma(w[d->by_count[i]], w[d->by_count[i]], squares);
    g[d->n_features] = bias / n;
    return loss / n + 0.5 * o->l2 * squares;
}

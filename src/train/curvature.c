/* The diagonal second derivatives of traced parameters, in double: of the reduced loss with l2, over the rows
 * of the step, where its gradient is taken. From z as the step has it. */
#include "kern/curvature.h"
#include "train/tracer.h"
#include <string.h>

static void begin(struct team *t) {
    memset(t->tracer->h, 0, t->tracer->n * LANES * sizeof *t->tracer->h);
}

static void add_row(struct team *t, size_t k, const void *z, double y, double x) {
    double *h = t->tracer->h + k * LANES;
    for (size_t lane = 0; lane < LANES; lane++)
        h[lane] += loss_curvature(t->loss, team_get(t, z, lane), y) * (x * x);
}

static void end(struct team *t, size_t n_rows) {
    struct tracer *tr = t->tracer;
    for (size_t k = 0; k < tr->n; k++)
        for (size_t lane = 0; lane < LANES; lane++) {
            const struct run *r = &t->lane[lane].run;
            double *h = tr->h + k * LANES + lane;
            *h = (run_means(r) ? *h / (double)n_rows : *h) +
                 (tr->rank[k] == TRACER_BIAS ? 0 : r->v[KEY_MODEL_l2].number);
        }
}

/* The value of a row at a rank; 0 where it has none. Ranks ascend within a row. */
static double value_at(const struct data_part *p, size_t row, size_t rank) {
    uint64_t lo = p->row_ptr[row], hi = p->row_ptr[row + 1];
    while (lo < hi) {
        const uint64_t mid = lo + (hi - lo) / 2;
        if (p->row_idx[mid] < rank)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo == p->row_ptr[row + 1] || p->row_idx[lo] != rank ? 0 : p->row_val ? p->row_val[lo] : 1;
}

void curvature_full(struct team *t) {
    const struct data_part *p = &t->data->train;
    begin(t);
    for (size_t row = 0; row < p->n_rows; row++) {
        if (row % CHUNK == 0)
            team_forward(t, p, team_point(t), team_point_bias(t), row, t->z);
        for (size_t k = 0; k < t->tracer->n; k++) {
            const size_t rank = t->tracer->rank[k];
            const double x = rank == TRACER_BIAS ? 1 : rank == TRACER_ABSENT ? 0 : value_at(p, row, rank);
            if (x != 0)
                add_row(t, k, team_line(t, t->z, row % CHUNK), p->y[row], x);
        }
    }
    end(t, p->n_rows);
}

void curvature_batch(struct team *t, size_t n_rows, const void *y, const void *z, const struct sparse *columns,
                     size_t n, const uint32_t *rank) {
    begin(t);
    for (size_t k = 0; k < t->tracer->n; k++) {
        const size_t of = t->tracer->rank[k];
        for (size_t row = 0; of == TRACER_BIAS && row < n_rows; row++)
            add_row(t, k, team_line(t, z, row), team_get(t, y, row), 1);
        size_t i = 0;
        while (i < n && rank[i] != of)
            i++;
        for (uint64_t at = i < n ? columns->ptr[i] : 0; i < n && at < columns->ptr[i + 1]; at++)
            add_row(t, k, team_line(t, z, columns->idx[at]), team_get(t, y, columns->idx[at]),
                    columns->val ? team_get(t, columns->val, at) : 1);
    }
    end(t, n_rows);
}

void curvature_surface(struct team *t) {
    const void *w = team_point(t), *b = team_point_bias(t);
    for (size_t lane = 0; lane < LANES; lane++) {
        struct surface_point p;
        t->surface->at(team_get(t, w, lane), team_get(t, b, lane), &p);
        for (size_t k = 0; k < t->tracer->n; k++)
            t->tracer->h[k * LANES + lane] = p.h[t->tracer->rank[k] == TRACER_BIAS];
    }
}

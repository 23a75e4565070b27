/* Line search: from the gradient of the whole batch, the step size of each lane among eta shrink^k that gives
 * the least loss. z is linear in the step, z(w - a g) = z - a q with q = x g + g_b, so one more pass over the
 * rows serves all candidates of all lanes. */
#include "base/mem.h"
#include "train/team.h"
#include <math.h>
#include <string.h>

struct candidate {
    double a[LANES] __attribute__((aligned(64)));    /* step sizes; 0 stays at w */
    double loss[LANES] __attribute__((aligned(64))); /* summed over all rows, then of the block in work */
    double block[LANES] __attribute__((aligned(64)));
    float minus_a32[LANES] __attribute__((aligned(64)));
    double minus_a64[LANES] __attribute__((aligned(64)));
};

/* The candidates' losses over n rows whose z and q are given. */
static void try_rows(struct team *t, struct candidate *c, int n_candidates, size_t n, const void *y) {
    static const float one32[LANES] __attribute__((aligned(64))) = {[0 ... LANES - 1] = 1};
    static const double one64[LANES] __attribute__((aligned(64))) = {[0 ... LANES - 1] = 1};
    const bool f32 = t->precision == PRECISION_F32;
    for (int k = 0; k < n_candidates; k++) {
        memcpy(t->trial, t->q, n * t->line);
        t->k->finish_gradient(n, f32 ? (void *)c[k].minus_a32 : (void *)c[k].minus_a64,
                              f32 ? (const void *)one32 : (const void *)one64, t->z, t->trial);
        t->k->loss[t->loss](n, y, t->trial, c[k].block);
    }
}

static void try_all(struct team *t, struct candidate *c, int n_candidates) {
    const struct data_part *part = &t->data->train;
    const char *y = data_targets(part, t->precision);
    for (size_t block = 0; block < part->n_rows; block += BLOCK_ROWS) {
        const size_t end = block + BLOCK_ROWS < part->n_rows ? block + BLOCK_ROWS : part->n_rows;
        for (int k = 0; k < n_candidates; k++)
            memset(c[k].block, 0, sizeof c[k].block);
        for (size_t row = block; row < end; row += CHUNK) {
            const size_t n = end - row < CHUNK ? end - row : CHUNK;
            team_forward(t, part, t->w, t->b, row, t->z);
            team_forward(t, part, t->g, t->b_g, row, t->q);
            try_rows(t, c, n_candidates, n, y + row * t->real);
        }
        for (int k = 0; k < n_candidates; k++)
            for (int lane = 0; lane < LANES; lane++)
                c[k].loss[lane] += c[k].block[lane];
    }
}

/* The same on a surface: each candidate where the step would lead, rounded as it rounds. */
static double moved(const struct team *t, const void *w, const void *g, size_t lane, double a) {
    return t->precision == PRECISION_F32
               ? (double)fmaf(-(float)a, ((const float *)g)[lane], ((const float *)w)[lane])
               : fma(-a, ((const double *)g)[lane], ((const double *)w)[lane]);
}
static void try_surface(const struct team *t, struct candidate *c, int n_candidates) {
    for (int k = 0; k < n_candidates; k++)
        for (size_t lane = 0; lane < LANES; lane++)
            c[k].loss[lane] = team_surface_at(t, moved(t, t->w, t->g, lane, c[k].a[lane]),
                                              moved(t, t->b, t->b_g, lane, c[k].a[lane]));
}

/* w.w, w.g and g.g of a lane, features by count. */
static void products(const struct team *t, int lane, double *ww, double *wg, double *gg) {
    *ww = *wg = *gg = 0;
    for (size_t i = 0; i < t->n_moving; i++) {
        const size_t at = (size_t)t->data->by_count[i] * LANES + (size_t)lane;
        const double w = team_get(t, t->w, at), g = team_get(t, t->g, at);
        *ww += w * w;
        *wg += w * g;
        *gg += g * g;
    }
}

/* The loss of a candidate as the run reports it. */
static double reported(const struct run *r, size_t n_rows, double sum, double a, double ww, double wg,
                       double gg) {
    const double loss = run_means(r) ? sum / (double)n_rows : sum;
    return loss + 0.5 * r->v[KEY_MODEL_l2].number * (ww - 2 * a * wg + a * a * gg);
}

bool linesearch_choose(struct team *t, struct err *e) {
    int n_candidates = 0;
    for (int lane = 0; lane < LANES; lane++) {
        const int n = (int)t->lane[lane].run.h[H_candidates];
        n_candidates = n > n_candidates ? n : n_candidates;
    }
    /* Candidate 0 stays at w; lanes that have fewer candidates than others stay there again. */
    n_candidates++;
    struct candidate *c = mem_lines((size_t)n_candidates, sizeof *c, e);
    if (!c)
        return false;
    memset(c, 0, (size_t)n_candidates * sizeof *c);
    for (int lane = 0; lane < LANES; lane++) {
        const double *h = t->lane[lane].run.h;
        double a = t->lane[lane].eta;
        for (int k = 1; k <= (int)h[H_candidates]; k++, a *= h[H_shrink]) {
            c[k].a[lane] = a;
            c[k].minus_a32[lane] = -(float)a;
            c[k].minus_a64[lane] = -a;
        }
    }
    if (t->surface)
        try_surface(t, c, n_candidates);
    else
        try_all(t, c, n_candidates);
    for (int lane = 0; lane < LANES; lane++) {
        const struct run *r = &t->lane[lane].run;
        const size_t n = t->data->train.n_rows;
        double ww = 0, wg = 0, gg = 0;
        if (r->v[KEY_MODEL_l2].number != 0)
            products(t, lane, &ww, &wg, &gg);
        double least = reported(r, n, c[0].loss[lane], 0, ww, wg, gg), a = 0;
        for (int k = 1; k <= (int)r->h[H_candidates]; k++) { /* larger steps first: they win ties */
            const double loss = reported(r, n, c[k].loss[lane], c[k].a[lane], ww, wg, gg);
            if (isfinite(loss) && loss < least) {
                least = loss;
                a = c[k].a[lane];
            }
        }
        team_put(t, t->coefs, (size_t)lane, a);
        team_put(t, t->b_coefs, (size_t)lane, a);
    }
    free(c);
    return true;
}

#include "data/gaps.h"
#include "base/mem.h"
#include <float.h>
#include <math.h>

enum { DRAWS = 256, LEAST_DRAWS = 8, RARE_DRAWS = DRAWS / RNGS };

/* A feature's list, as far as it got. */
struct feature {
    double f, scale; /* 1 / log(1 - f); f = 1: -0, every gap 0 */
    uint64_t next;   /* the first row not yet decided */
};

/* Appends the rows that n gaps lead to, gap[0], gap[apart], ...: logarithms still to be scaled. Whether the
 * last row was passed. There is room for n. */
static inline bool append(struct feature *t, const double *gap, size_t n, size_t apart, uint64_t n_rows,
                          struct rows_list *out) {
    uint32_t *row = out->row + out->n;
    for (size_t i = 0; i < n; i++) {
        const double g = gap[i * apart] * t->scale; /* floor: g >= 0 is truncated below */
        if (!(g < (double)(n_rows - t->next))) {
            out->n += i;
            return true;
        }
        t->next += (uint64_t)(int64_t)g;
        row[i] = (uint32_t)t->next++;
    }
    out->n += n;
    return false;
}

/* The rest of a feature's list. */
static bool draw_on(struct feature t, struct rng r, uint64_t n_rows, const struct batch *batch,
                    struct rows_list *out) {
    double gap[DRAWS];
    size_t n;
    do {
        const double expected = t.f * (double)(n_rows - t.next) * 1.05 + LEAST_DRAWS;
        n = expected < DRAWS ? (size_t)expected / LEAST_DRAWS * LEAST_DRAWS : DRAWS;
        if (!mem_grow(&out->row, &out->cap, out->n + n, sizeof *out->row, NULL))
            return false;
        rng_units(&r, n, gap);
        batch->log(n, gap);
    } while (!append(&t, gap, n, 1, n_rows, out));
    return true;
}

bool gaps_draw(uint64_t seed, enum rng_purpose where, uint64_t first, size_t n, const double *f,
               uint64_t n_rows, const struct batch *batch, struct rows_list *out, size_t end[RNGS]) {
    double scale[RNGS] = {0}, most = 0, gap[DRAWS];
    for (size_t k = 0; k < n; k++) {
        scale[k] = -f[k];
        most = f[k] * (double)n_rows > most ? f[k] * (double)n_rows : most;
    }
    batch->log1p(RNGS, scale);
    struct rngs r;
    rngs_for(&r, seed, where, first);
    /* Of rare features the first gaps of all together: few go on after that. */
    const double likely = most + 2 * sqrt(most) + 2;
    const size_t draws = likely <= RARE_DRAWS ? (size_t)likely : 0;
    if (!mem_grow(&out->row, &out->cap, out->n + RNGS * draws, sizeof *out->row, NULL))
        return false;
    rngs_units(&r, draws, gap);
    batch->log(draws * RNGS, gap);
    for (size_t k = 0; k < n; k++) {
        struct feature t = {f[k], 1 / scale[k], 0};
        /* Below DBL_MIN the logarithm's reciprocal would overflow; such a feature occurs in no data set that
         * fits on earth. */
        if (f[k] >= DBL_MIN && !append(&t, gap + k, draws, RNGS, n_rows, out) &&
            !draw_on(t, rngs_get(&r, (int)k), n_rows, batch, out))
            return false;
        end[k] = out->n;
    }
    return true;
}

#include "data/gaps.h"
#include "base/math.h"
#include "base/mem.h"
#include <float.h>

enum { DRAWS = 256, LEAST_DRAWS = 8 };

bool gaps_draw(struct rng r, double f, uint64_t n_rows, const struct batch *batch, struct rows_list *out) {
    if (!(f >=
          DBL_MIN)) /* its logarithm's reciprocal would overflow; it occurs in no data set that fits on earth */
        return true;
    const double scale = 1 / m_log1p(-f); /* f = 1: -0, every gap 0 */
    uint64_t next = 0;                    /* the first row not yet decided */
    for (;;) {
        double expected = f * (double)(n_rows - next) * 1.05 + LEAST_DRAWS;
        size_t n = expected < DRAWS ? (size_t)expected / LEAST_DRAWS * LEAST_DRAWS : DRAWS;
        if (!mem_grow(&out->row, &out->cap, out->n + n, sizeof *out->row, NULL))
            return false;
        double gap[DRAWS];
        rng_units(&r, n, gap);
        batch->log(n, gap);
        uint32_t *row = out->row + out->n;
        for (size_t i = 0; i < n; i++) {
            double g = gap[i] * scale; /* floor: g >= 0 is truncated below */
            if (!(g < (double)(n_rows - next))) {
                out->n += i;
                return true;
            }
            next += (uint64_t)(int64_t)g;
            row[i] = (uint32_t)next++;
        }
        out->n += n;
    }
}

/* From cells to what bootstrap.c compares. */
#include "report/sides.h"
#include "base/mem.h"
#include <math.h>
#include <string.h>

double *side_matrix(const struct results *r, const struct group *g, size_t n_seeds, size_t offset,
                    struct err *e) {
    double *x = mem_zeroed(g->n_cells * n_seeds, sizeof *x, e);
    for (size_t k = 0; x && k < g->n_cells; k++)
        for (size_t s = 0; s < n_seeds; s++) {
            const struct result *row = &r->row[g->cell[k] + s];
            double v = INFINITY;
            if (row->status != STATUS_MISSING)
                memcpy(&v, (const char *)row + offset, sizeof v);
            x[k * n_seeds + s] = isnan(v) ? INFINITY : v;
        }
    return x;
}

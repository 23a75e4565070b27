/* Run-length distributions over a ladder of targets (N. Hansen et al., "COCO: a platform for comparing
 * continuous optimizers in a black-box setting", 2021): one curve says how soon an optimizer gets how far. */
#include "base/mem.h"
#include "base/stats.h"
#include "report/scores.h"
#include <math.h>
#include <stdlib.h>

/* Adds what the best cell of a group reached; the steps must have room. */
static void add(const struct results *r, const struct group *g, struct ecdf *e) {
    const struct cell *c = group_cell(r, g, g->best);
    for (size_t i = 0; i < c->n * r->n_targets; i++) {
        const double steps = r->ladder[c->first * r->n_targets + i];
        if (isfinite(steps))
            e->steps[e->n_hit++] = steps;
    }
}

bool ecdf_make(const struct results *r, const struct group *groups, size_t n, struct ecdf **ecdf,
               size_t *n_ecdf, struct err *e) {
    size_t end = 0, kept = 0;
    for (size_t i = 0; i < n; i++)
        end = groups[i].optimizer_index >= end ? groups[i].optimizer_index + 1 : end;
    struct ecdf *all = mem_zeroed(end, sizeof *all, e);
    bool ok = all != NULL;
    for (size_t i = 0; ok && i < n; i++)
        all[groups[i].optimizer_index].n += group_cell(r, &groups[i], groups[i].best)->n * r->n_targets;
    for (size_t k = 0; ok && k < end; k++) {
        all[k].optimizer = k;
        ok = all[k].n == 0 || (all[k].steps = mem_zeroed(all[k].n, sizeof *all[k].steps, e));
    }
    for (size_t i = 0; ok && i < n; i++)
        add(r, &groups[i], &all[groups[i].optimizer_index]);
    if (!ok && all)
        ecdf_free(all, end);
    for (size_t k = 0; ok && k < end; k++) {
        stats_sort(all[k].steps, all[k].n_hit);
        if (all[k].n)
            all[kept++] = all[k];
    }
    *ecdf = ok ? all : NULL;
    *n_ecdf = kept;
    return ok;
}

void ecdf_free(struct ecdf *ecdf, size_t n) {
    for (size_t k = 0; k < n; k++)
        free(ecdf[k].steps);
    free(ecdf);
}

double ecdf_share(const struct ecdf *e, double steps) {
    size_t n = 0;
    while (n < e->n_hit && e->steps[n] <= steps)
        n++;
    return e->n ? (double)n / (double)e->n : NAN;
}

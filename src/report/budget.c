/* The best of k of an optimizer's n cells, drawn without putting back: what tuning with k tries brings, for
 * every k, exactly (scores.h). */
#include "base/mem.h"
#include "base/stats.h"
#include "report/scores.h"
#include <math.h>
#include <stdlib.h>

/* What rounding may take from a chance that is exactly q: products of up to thousands of ratios. */
static const double SLACK = 1e-12;

double budget_none_of(size_t n, size_t m, size_t k) {
    double chance = 1; /* k may be put in the place of m: the fewer factors, the fewer roundings */
    const size_t few = m < k ? m : k, many = m < k ? k : m;
    for (size_t j = 0; j < few && chance > 0; j++)
        chance *= n - j > many ? (double)(n - j - many) / (double)(n - j) : 0;
    return chance;
}

double budget_hit(size_t n, size_t misses, size_t k) {
    /* None of the n - misses others is among the k: C(misses, k) / C(n, k). */
    return 1 - budget_none_of(n, n - misses, k);
}

size_t budget_rank(size_t n, size_t k, double q) {
    double none = 1; /* of the i + 1 least */
    for (size_t i = 0; i + 1 < n; i++) {
        none *= n - i > k ? (double)(n - i - k) / (double)(n - i) : 0;
        if (1 - none >= q - SLACK)
            return i;
    }
    return n - 1;
}

double budget_quantile(const double *sorted, size_t n, size_t k, double q) {
    return sorted[budget_rank(n, k, q)];
}

bool budget_curve_make(const struct results *r, const struct group *g, struct budget_curve *b, struct err *e) {
    *b = (struct budget_curve){mem_zeroed(g->n_cells, sizeof *b->median, e),
                               mem_zeroed(g->n_cells, sizeof *b->hit, e), g->n_cells};
    double *x = mem_zeroed(g->n_cells, sizeof *x, e);
    bool ok = b->median && b->hit && x;
    size_t misses = 0;
    for (size_t k = 0; ok && k < b->n; k++) {
        x[k] = group_cell(r, g, k)->epochs.median;
        misses += isinf(x[k]) != 0;
    }
    if (ok)
        stats_sort(x, b->n);
    for (size_t k = 1; ok && k <= b->n; k++) {
        b->median[k - 1] = budget_quantile(x, b->n, k, 0.5);
        b->hit[k - 1] = budget_hit(b->n, misses, k);
    }
    free(x);
    if (!ok)
        budget_curve_free(b);
    return ok;
}

void budget_curve_free(struct budget_curve *b) {
    free(b->median);
    free(b->hit);
    *b = (struct budget_curve){0};
}

/* Paired bootstrap over seeds (B. Efron and R. J. Tibshirani, "An Introduction to the Bootstrap", 1993) and
 * Holm's correction (S. Holm, "A Simple Sequentially Rejective Multiple Test Procedure", 1979). bootstrap.h
 * says what is drawn. */
#include "report/bootstrap.h"
#include "base/math.h"
#include "base/mem.h"
#include "base/rng.h"
#include "base/stats.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

uint32_t *bootstrap_draws(size_t n_seeds, struct err *e) {
    uint32_t *draws = mem_zeroed(RESAMPLES * n_seeds, sizeof *draws, e);
    struct rng rng = rng_for(0, RNG_BOOTSTRAP, n_seeds);
    for (size_t i = 0; draws && i < RESAMPLES * n_seeds; i++)
        draws[i] = rng_below(&rng, (uint32_t)n_seeds);
    return draws;
}

double log_ratio(double a, double b) {
    if (a == b) /* two misses too */
        return 0;
    if (isinf(a) || isinf(b))
        return isinf(a) ? INFINITY : -INFINITY;
    if (a == 0 || b == 0) /* there at the start */
        return a == 0 ? -INFINITY : INFINITY;
    return m_log(a / b);
}

double median_difference(double *d, size_t n) {
    if (n && n % 2 == 0) {
        stats_sort(d, n);
        if (isinf(d[n / 2 - 1]) && isinf(d[n / 2]) && d[n / 2 - 1] != d[n / 2])
            return 0;
    }
    return stats_median(d, n);
}

/* ---- medians over resampled seeds ------------------------------------------------------------------------ */

/* Insertion sort: seeds are few, and the copy is nearly sorted for few. */
static void sort_few(double *x, size_t n) {
    for (size_t i = 1; i < n; i++) {
        const double v = x[i];
        size_t j = i;
        for (; j > 0 && x[j - 1] > v; j--)
            x[j] = x[j - 1];
        x[j] = v;
    }
}

enum { FEW = 24 };

/* The median of the cell's numbers on the drawn seeds. */
static double median_drawn(const double *cell, const uint32_t *draw, size_t n, double *space) {
    for (size_t s = 0; s < n; s++)
        space[s] = cell[draw[s]];
    if (n > FEW)
        return stats_median(space, n);
    sort_few(space, n);
    return n % 2 ? space[n / 2] : 0.5 * space[n / 2 - 1] + 0.5 * space[n / 2];
}

/* The first of the cells with the least median; *least is that. */
static size_t best_cell(const struct side *side, const uint32_t *draw, size_t n_seeds, double *space,
                        double *least_median) {
    size_t best = 0;
    double least = INFINITY;
    for (size_t k = 0; k < side->n_cells; k++) {
        const double median = median_drawn(side->x + k * n_seeds, draw, n_seeds, space);
        if (median < least) {
            least = median;
            best = k;
        }
    }
    *least_median = least;
    return best;
}

static int by_value(const void *a, const void *b) {
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* The cells that can be among the rank + 1 least in some resample, in their order. A cell's median lies between
 * its least and its greatest number, so at most the rank + 1 cells with the least greatest numbers are ever
 * needed to beat one whose least number is above all of those. number: what they were called, or NULL. */
static bool side_prune(const struct side *side, size_t rank, size_t n_seeds, struct side *kept, size_t *number,
                       struct err *e) {
    double *x = mem_zeroed(side->n_cells * n_seeds, sizeof *x, e);
    double *greatest = mem_zeroed(side->n_cells, sizeof *greatest, e);
    *kept = (struct side){x, 0};
    if (!x || !greatest) {
        free(greatest);
        return false;
    }
    for (size_t k = 0; k < side->n_cells; k++) {
        greatest[k] = side->x[k * n_seeds];
        for (size_t s = 1; s < n_seeds; s++)
            greatest[k] = fmax(greatest[k], side->x[k * n_seeds + s]);
    }
    qsort(greatest, side->n_cells, sizeof *greatest, by_value);
    const double bound = rank < side->n_cells ? greatest[rank] : INFINITY;
    free(greatest);
    for (size_t k = 0; k < side->n_cells; k++) {
        const double *cell = side->x + k * n_seeds;
        double least = cell[0];
        for (size_t s = 1; s < n_seeds; s++)
            least = fmin(least, cell[s]);
        if (!(least <= bound && isfinite(least)))
            continue;
        if (number)
            number[kept->n_cells] = k;
        memcpy(x + kept->n_cells++ * n_seeds, cell, n_seeds * sizeof *x);
    }
    return true;
}

/* ---- two sides ------------------------------------------------------------------------------------------- */

/* The median over the drawn seeds of log(left / right), each side by its best cell there. d: (n_seeds). */
static double difference(const struct side *left, const struct side *right, const uint32_t *draw, size_t n,
                         double *space, double *d) {
    double median;
    const size_t l = best_cell(left, draw, n, space, &median), k = best_cell(right, draw, n, space, &median);
    for (size_t s = 0; s < n; s++)
        d[s] = log_ratio(left->n_cells ? left->x[l * n + draw[s]] : INFINITY,
                         right->n_cells ? right->x[k * n + draw[s]] : INFINITY);
    return median_difference(d, n);
}

/* What the seeds say by themselves. Overwrites d. */
static struct contrast count_seeds(double *d, size_t n) {
    struct contrast c = {.lo = NAN, .hi = NAN, .p = NAN, .n_seeds = n};
    for (size_t s = 0; s < n; s++) {
        c.n_less += d[s] < 0;
        c.n_more += d[s] > 0;
    }
    c.difference = median_difference(d, n);
    c.verdict = n && c.n_less == n ? VERDICT_LESS : n && c.n_more == n ? VERDICT_MORE : VERDICT_UNDECIDED;
    return c;
}

/* What the resamples say, (RESAMPLES). Sorts them. */
static void judge(double *resampled, struct contrast *c) {
    size_t n_below = 0, n_above = 0;
    for (size_t b = 0; b < RESAMPLES; b++) {
        n_below += resampled[b] <= 0;
        n_above += resampled[b] >= 0;
    }
    stats_sort(resampled, RESAMPLES);
    c->lo = stats_quantile(resampled, RESAMPLES, 0.025);
    c->hi = stats_quantile(resampled, RESAMPLES, 0.975);
    const size_t fewer = n_below < n_above ? n_below : n_above;
    c->p = fmin(1, 2 * (double)(fewer + 1) / (RESAMPLES + 1));
    c->verdict = c->hi < 0 ? VERDICT_LESS : c->lo > 0 ? VERDICT_MORE : VERDICT_UNDECIDED;
}

bool contrast_make(const struct side *left, const struct side *right, size_t n_seeds, bool chance,
                   const uint32_t *draws, struct contrast *c, struct err *e) {
    double *space = mem_zeroed(2 * n_seeds + RESAMPLES, sizeof *space, e), *d = space ? space + n_seeds : NULL,
           *resampled = d ? d + n_seeds : NULL;
    uint32_t *as_they_are = mem_zeroed(n_seeds, sizeof *as_they_are, e);
    struct side l = {0}, k = {0};
    bool ok = space && as_they_are && side_prune(left, 0, n_seeds, &l, NULL, e) &&
              side_prune(right, 0, n_seeds, &k, NULL, e);
    if (ok) {
        for (size_t s = 0; s < n_seeds; s++)
            as_they_are[s] = (uint32_t)s;
        difference(&l, &k, as_they_are, n_seeds, space, d);
        *c = count_seeds(d, n_seeds);
    }
    if (ok && chance && n_seeds >= ENOUGH_SEEDS) {
        for (size_t b = 0; b < RESAMPLES; b++)
            resampled[b] = difference(&l, &k, draws + b * n_seeds, n_seeds, space, d);
        judge(resampled, c);
    }
    free(space);
    free(as_they_are);
    free((void *)l.x);
    free((void *)k.x);
    return ok;
}

bool contrast_of(const double *d, size_t n, const uint32_t *draws, struct contrast *c, struct err *e) {
    double *space = mem_zeroed(n + RESAMPLES, sizeof *space, e);
    if (!space)
        return false;
    double *resampled = space + n;
    memcpy(space, d, n * sizeof *d);
    *c = count_seeds(space, n);
    if (n >= ENOUGH_SEEDS) {
        for (size_t b = 0; b < RESAMPLES; b++) {
            for (size_t s = 0; s < n; s++)
                space[s] = d[draws[b * n + s]];
            resampled[b] = median_difference(space, n);
        }
        judge(resampled, c);
    }
    free(space);
    return true;
}

/* ---- many ------------------------------------------------------------------------------------------------ */

bool holm_correct(const double *p, size_t n, double *corrected, struct err *e) {
    double *sorted = mem_zeroed(2 * n, sizeof *sorted, e), *worth = sorted ? sorted + n : NULL;
    size_t m = 0;
    for (size_t k = 0; sorted && k < n; k++)
        if (!isnan(p[k]))
            sorted[m++] = p[k];
    if (sorted)
        stats_sort(sorted, m);
    for (size_t i = 0; sorted && i < m; i++) /* the least stands up to m, the next to m - 1 ... */
        worth[i] = fmax(i ? worth[i - 1] : 0, fmin(1, (double)(m - i) * sorted[i]));
    for (size_t k = 0; sorted && k < n; k++) {
        size_t from = 0, to = m; /* the first that is not less */
        while (from < to) {
            const size_t middle = from + (to - from) / 2;
            if (sorted[middle] < p[k])
                from = middle + 1;
            else
                to = middle;
        }
        corrected[k] = isnan(p[k]) ? NAN : worth[from];
    }
    free(sorted);
    return sorted != NULL;
}

/* The i-th least (0-based) of x[0..n), INFINITY beyond the last. Moves them about (C. A. R. Hoare's FIND). */
static double nth_least(double *x, size_t n, size_t i) {
    if (i >= n)
        return INFINITY;
    size_t from = 0, to = n - 1;
    while (from < to) {
        const double pivot = x[from + (to - from) / 2];
        size_t a = from, b = to;
        for (;; a++, b--) {
            while (x[a] < pivot)
                a++;
            while (x[b] > pivot)
                b--;
            if (a >= b)
                break;
            const double v = x[a];
            x[a] = x[b];
            x[b] = v;
        }
        if (i <= b)
            to = b;
        else
            from = b + 1;
    }
    return x[i];
}

bool bootstrap_first(const struct side *side, const size_t *rank, size_t n, size_t n_seeds,
                     const uint32_t *draws, double *first, struct err *e) {
    size_t most = 1;
    struct side *kept = mem_zeroed(n, sizeof *kept, e);
    double *score = mem_zeroed(n, sizeof *score, e), *space = mem_zeroed(n_seeds, sizeof *space, e),
           *medians = NULL;
    bool ok = kept && score && space;
    for (size_t k = 0; ok && k < n; k++) {
        ok = side_prune(&side[k], rank[k], n_seeds, &kept[k], NULL, e);
        most = ok && kept[k].n_cells > most ? kept[k].n_cells : most;
        first[k] = 0;
    }
    ok = ok && (medians = mem_zeroed(most, sizeof *medians, e));
    for (size_t b = 0; ok && b < RESAMPLES; b++) {
        double least = INFINITY;
        size_t n_least = 0;
        for (size_t k = 0; k < n; k++) {
            for (size_t c = 0; c < kept[k].n_cells; c++)
                medians[c] = median_drawn(kept[k].x + c * n_seeds, draws + b * n_seeds, n_seeds, space);
            score[k] = nth_least(medians, kept[k].n_cells, rank[k]);
            least = fmin(least, score[k]);
        }
        for (size_t k = 0; k < n; k++)
            n_least += score[k] == least;
        for (size_t k = 0; k < n && isfinite(least); k++)
            if (score[k] == least)
                first[k] += 1 / (double)n_least;
    }
    for (size_t k = 0; ok && k < n; k++)
        first[k] /= RESAMPLES;
    for (size_t k = 0; kept && k < n; k++)
        free((void *)kept[k].x);
    free(kept);
    free(score);
    free(space);
    free(medians);
    return ok;
}

bool bootstrap_bests(const struct side *side, size_t n_seeds, const uint32_t *draws, size_t n_draws,
                     size_t *cell, double *median, struct err *e) {
    size_t *number = mem_zeroed(side->n_cells + 1, sizeof *number, e);
    double *space = mem_zeroed(n_seeds, sizeof *space, e);
    struct side kept = {0};
    bool ok = number && space && side_prune(side, 0, n_seeds, &kept, number, e);
    for (size_t b = 0; ok && b < n_draws; b++)
        cell[b] = number[best_cell(&kept, draws + b * n_seeds, n_seeds, space, &median[b])];
    free((void *)kept.x);
    free(number);
    free(space);
    return ok;
}

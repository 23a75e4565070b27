/* Comparisons over seeds: two sides, each the best of its cells, and how sure the difference is.
 *
 * Runs of one seed are paired: they saw the same data. The seeds are drawn anew, with replacement, RESAMPLES
 * times from one fixed stream of random numbers, and the best cell of each side is chosen anew each time. */
#pragma once
#include "base/err.h"
#include <stdint.h>

enum { RESAMPLES = 10000, ENOUGH_SEEDS = 6 };

/* The draws: (RESAMPLES, n_seeds) seed numbers, the same for every comparison. malloc'ed; NULL when out of
 * memory. */
uint32_t *bootstrap_draws(size_t n_seeds, struct err *e);

/* What is compared: a number of every cell for every seed, less is better, INFINITY a miss. */
struct side {
    const double *x; /* (n_cells, n_seeds) */
    size_t n_cells;
};

enum verdict { VERDICT_LESS, VERDICT_MORE, VERDICT_UNDECIDED };
struct contrast {
    /* The median over seeds of log(left / right), of each side's best cell: the one with the least median. */
    double difference;
    double lo, hi;                  /* 95% percentile interval; NAN: none (no chance, or too few seeds) */
    double p;                       /* two-sided, of no difference; NAN: none */
    size_t n_seeds, n_less, n_more; /* seeds on which left was less, was more */
    enum verdict
        verdict; /* with ENOUGH_SEEDS: whether the interval has 0 outside; with fewer: only if all agree */
};
/* chance: whether seeds change anything; without, there is one seed and the verdict is exact. draws as from
 * bootstrap_draws(n_seeds), needed from ENOUGH_SEEDS on. */
bool contrast_make(const struct side *left, const struct side *right, size_t n_seeds, bool chance,
                   const uint32_t *draws, struct contrast *c, struct err *e);

/* The same of differences that are known already, a seed each, whose draws are as from bootstrap_draws(n). */
bool contrast_of(const double *d, size_t n, const uint32_t *draws, struct contrast *c, struct err *e);

/* Holm's correction of p, (n): each is multiplied by how many it must stand up to. NAN: not one of them. */
bool holm_correct(const double *p, size_t n, double *corrected, struct err *e);

/* The median of log ratios: two infinite ones of opposite sign in the middle make 0. Sorts d. */
double median_difference(double *d, size_t n);
/* log(a / b) for times, where two misses, or two equal times, make 0. */
double log_ratio(double a, double b);

/* Chances of being first of n sides, each scored by the `rank`[k]-th (0-based) least of its cells' medians over
 * the resampled seeds; ties share, misses are nobody's. first: (n). */
bool bootstrap_first(const struct side *side, const size_t *rank, size_t n, size_t n_seeds,
                     const uint32_t *draws, double *first, struct err *e);

/* The best cell of a side, the one with the least median, in every resample: its number and that median. Both
 * (n_draws). Where no cell has a finite median: cell 0, INFINITY. */
bool bootstrap_bests(const struct side *side, size_t n_seeds, const uint32_t *draws, size_t n_draws,
                     size_t *cell, double *median, struct err *e);

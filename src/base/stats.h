/* Order statistics. Infinite values (a missed target) take part like any other; NaN must not be passed. */
#pragma once
#include <stddef.h>

/* Sorts x[0..n) in place, ascending. */
void stats_sort(double *x, size_t n);
/* The ceil(q n)-th smallest of sorted x (q in (0, 1]). */
double stats_quantile(const double *sorted, size_t n, double q);
/* The median: the mean of the middle two when n is even, infinite if either is. Sorts x. NaN for n = 0. */
double stats_median(double *x, size_t n);
/* The median absolute deviation from the median. Overwrites x. */
double stats_mad(double *x, size_t n);

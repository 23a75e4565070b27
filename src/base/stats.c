#include "base/stats.h"
#include <float.h>
#include <math.h>
#include <stdlib.h>

static int compare(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

void stats_sort(double *x, size_t n) {
    if (n)
        qsort(x, n, sizeof *x, compare);
}

double stats_quantile(const double *sorted, size_t n, double q) {
    if (!n)
        return NAN;
    /* 0.55 * 100 is a little above 55 in binary: what rounding added must not push to the next statistic. */
    double k = ceil(q * (double)n * (1 - 4 * DBL_EPSILON));
    return sorted[k < 1 ? 0 : k > (double)n ? n - 1 : (size_t)k - 1];
}

double stats_median(double *x, size_t n) {
    if (!n)
        return NAN;
    stats_sort(x, n);
    return n % 2 ? x[n / 2] : 0.5 * x[n / 2 - 1] + 0.5 * x[n / 2];
}

double stats_mad(double *x, size_t n) {
    double median = stats_median(x, n);
    for (size_t i = 0; i < n; i++)
        x[i] = x[i] == median ? 0 : fabs(x[i] - median); /* inf is at distance 0 from inf */
    return stats_median(x, n);
}

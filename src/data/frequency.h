/* How often each feature of a synthetic data set occurs. */
#pragma once
#include "base/err.h"
#include <stdint.h>

/* f (n): f_j = min(max_frequency, c / j^popularity), j = 1..n, with c such that their mean is `mean`. The bits
 * do not depend on `threads`. An error when mean is above max_frequency by more than rounding, or not positive.
 */
bool frequency_fill(double *f, uint64_t n, double mean, double popularity, double max_frequency, int threads,
                    struct err *e);

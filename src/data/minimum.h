/* L*: the reference minimum of the training loss, by L-BFGS in double (liblbfgs, history 20), from w = 0, b =
 * 0, until max|g| <= 1e-10 of the mean-reduced loss or 500 iterations. With squared loss a reference, not a
 * minimum. */
#pragma once
#include "data/dataset.h"

struct minimum {
    double loss;         /* L*, in the asked-for reduction, l2 included */
    double max_gradient; /* max|g| of the mean-reduced loss there */
    double max_weight;   /* max|w| there */
    int iterations;
    double start_loss; /* at w = 0, b = 0 */
};
/* "no finite minimum found": |g| was not reached, or weights ran away (separable data). */
static inline bool minimum_missing(const struct minimum *m) {
    return !(m->max_gradient <= 1e-10) || m->max_weight > 30;
}

/* Of a surface it is known: loss, mean and l2 do not matter.
 * All sums in a fixed order: the same bits for any number of threads. w (n_features + 1, by feature, bias last)
 * may be NULL; otherwise receives the minimiser. */
bool minimum_find(const struct dataset *d, enum loss loss, bool mean, double l2, int threads, struct minimum *m,
                  double *w, struct err *e);

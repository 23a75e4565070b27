/* Metrics of claims that look at a trajectory. */
#pragma once
#include "plan/claim.h"
#include "train/trace.h"

/* *x: what m measures of a run whose trace is t, of which parameter k is m's; steps: to the target, INFINITY
 * where it was missed. NAN where the rule has none of it, or the run ended before:
 *
 *   w, v, u, rate   at step m->t: w before it, state after it
 *   path            the sum of |dw| over the first m->k steps
 *   osc             greatest less least w over the last fifth of the steps if the gradient changes its sign in
 *                   at least half of them, else 0
 *   corr            Spearman's correlation of the rate with the absolute second derivative over the steps up to
 *                   the target, ties by their mean rank; NAN where one of them never changes
 */
bool claim_of_trace(const struct claim_measure *m, const struct trace *t, size_t k, double steps, double *x,
                    struct err *e);

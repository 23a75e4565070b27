/* The finer axis of a log search. */
#pragma once
#include "plan/keys.h"

/* From the n levels of a key (ascending numbers, n >= 2) and the best of them to as many levels at a third of
 * the spacing around the best, which stays one of them: in the scale in which the levels are most even, linear,
 * logarithmic, or for keys below 1 logarithmic in 1 - x, as 0.9, 0.99, 0.999 are. Levels that are out of the
 * key's range, in f32 where f32 is set, go to the other side, or are left out where that is full too. Ascending
 * to out (n); returns how many. Where two levels tell the scale of nothing, a factor of 2 between them is
 * logarithmic. steps: the levels are lengths in steps, and stay whole where all of them are. */
size_t refine_axis(enum key key, const double *level, size_t n, double best, bool f32, bool steps, double *out);

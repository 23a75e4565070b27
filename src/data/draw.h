/* The non-zeros of a synthetic part: every feature from streams of its own, in parallel. */
#pragma once
#include "base/rng.h"
#include "data/make.h"

/* Draws a part of n_rows rows whose features occur with the frequencies f (n_features). `where` and `value`
 * name the streams: of the gaps, and of the values in ascending row order. The bits do not depend on `threads`.
 */
bool draw_columns(const double *f, size_t n_features, size_t n_rows, uint64_t seed, enum rng_purpose where,
                  enum data_values values, enum rng_purpose value, int threads, struct columns *c,
                  struct err *e);

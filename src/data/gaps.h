/* Which rows features occur in, drawn by the gaps between them. */
#pragma once
#include "base/rng.h"
#include "data/batch.h"

/* A growing list of row numbers. Zero-initialise; free(row). */
struct rows_list {
    uint32_t *row;
    size_t n, cap;
};

/* Appends, for each of the features first .. first + n - 1 (n <= RNGS), ascending, the rows among
 * 0 .. n_rows - 1 (n_rows < 2^32) in which it occurs: each with probability f[k], independently; end[k] is the
 * list's length after it. The gap before each is floor(log(u) / log(1 - f)), u the next uniform of the stream
 * (seed, where, feature): geometric, so the cost is that of what is stored. Draws past the last row have no
 * effect. False when out of memory. */
bool gaps_draw(uint64_t seed, enum rng_purpose where, uint64_t first, size_t n, const double *f,
               uint64_t n_rows, const struct batch *batch, struct rows_list *out, size_t end[RNGS]);

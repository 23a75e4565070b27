/* Which rows a feature occurs in, drawn by the gaps between them. */
#pragma once
#include "base/rng.h"
#include "data/batch.h"

/* A growing list of row numbers. Zero-initialise; free(row). */
struct rows_list {
    uint32_t *row;
    size_t n, cap;
};

/* Appends, ascending, the rows among 0 .. n_rows - 1 (n_rows < 2^32) in which a feature of frequency f occurs:
 * each with probability f, independently. The gap before each is floor(log(u) / log(1 - f)), u the next uniform
 * of r: geometric, so the cost is that of what is stored. Draws past the last row have no effect. False when
 * out of memory. */
bool gaps_draw(struct rng r, double f, uint64_t n_rows, const struct batch *batch, struct rows_list *out);

/* A group's numbers as bootstrap.h compares them. */
#pragma once
#include "report/bootstrap.h"
#include "report/results.h"

/* The field at `offset` of struct result for every cell of a group and seed: (n_cells, n_seeds); INFINITY where
 * a run is missing or the field is not a number. free() it. */
double *side_matrix(const struct results *r, const struct group *g, size_t n_seeds, size_t offset,
                    struct err *e);

/* The two passes of a full-batch step with nothing in them but the loads and additions of lines: the ceiling
 * that `bench throughput --ceiling` holds training against. The same index streams in the same order, the same
 * arrays of weights and residuals; no values, ends of rows, losses, stores or rules. */
#pragma once
#include "data/dataset.h"
#include "kern/ceilings.h"

struct passes; /* weights, n_state states and residuals of one pack of LANES runs, all zero */
/* NULL and a message when out of memory. data: prepared, and without stored values (all entries are 1). */
struct passes *passes_new(const struct dataset *data, const struct ceilings *ceilings, enum precision p,
                          int n_state, struct err *e);
void passes_free(struct passes *p);
/* Both passes once, by the loop of this shape (of LINES_SHAPES). rule: and what a rule moves: weights and state
 * of all features that occur are read and written back. */
void passes_run(struct passes *p, int shape, bool rule);

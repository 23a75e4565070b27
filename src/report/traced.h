/* Which runs are traced, and reading their traces from the store. */
#pragma once
#include "report/results.h"

/* The runs that [trace] asks for, by their numbers in the plan, ascending, each id once: with runs = best those
 * of the best cell of each optimizer on each problem (struct group). Runs that are not in the store are left
 * out. *run is malloc'ed. None where the grid has no [trace]. */
bool traced_runs(const struct results *r, size_t **run, size_t *n, struct err *e);
/* The trace of the plan's run i, for the plan's parameters; found = false: the store has none. trace_free() it.
 */
bool traced_get(const struct results *r, size_t i, struct trace *t, bool *found, struct err *e);
/* Which of the plan's parameters (struct trace's k) is this one; SIZE_MAX: it is not traced. */
size_t traced_parameter(const struct plan *p, uint32_t parameter);
/* Adds its name: 1, 7, bias. */
void traced_name(struct text *out, uint32_t parameter);

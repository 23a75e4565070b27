/* Data files are read before anything is written, so that a bad one leaves no trace. */
#pragma once
#include "plan/plan.h"

/* Reads each LIBSVM file of the plan once and reports all that is wrong with them. *ready (plan_n_datasets):
 * the data sets made on the way, NULL for the others, for whoever trains on them. ready_free() in any case. */
bool ready_make(const struct plan *p, int threads, struct dataset ***ready, struct err *e);
void ready_free(const struct plan *p, struct dataset **ready);

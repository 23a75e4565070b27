/* What a plan needs of memory, before anything is run. */
#pragma once
#include "job.h"

/* The shape of a data set not made yet, ready to train on: enough for train_memory, and memory_bytes. A LIBSVM
 * file has to be read for it. */
bool memory_shape(const struct data_params *params, enum precision precision, int threads,
                  struct dataset *shape, struct err *e);
/* Whether every data set fits into memory together with one pack of runs; a message with the numbers otherwise.
 * ready: data sets that are there already, or NULL (plan_n_datasets). */
bool memory_foresee(const struct plan *p, const struct cost *c, struct dataset *const *ready,
                    enum precision precision, struct err *e);

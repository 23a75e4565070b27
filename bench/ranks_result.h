/* What came of a task, as a parcel. */
#pragma once
#include "ranks_mpi.h"
#include "task.h"

void result_put(struct parcel *p, uint64_t number, const struct task *t, const struct outcome *out, bool ok,
                int signal, const struct err *e);
/* The number and the signal come first: */
uint64_t result_head(struct parcel *p, int *signal);
/* then the rest, into out as task_train leaves it. Returns ok. */
bool result_get(struct parcel *p, const struct task *t, struct outcome *out, struct err *e);

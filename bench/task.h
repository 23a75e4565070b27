/* What one thread computes at a time: a pack, or several that share their mini-batches or may be repacked. */
#pragma once
#include "minima.h"

enum { GROUP_MOST = 8 }; /* packs of a task, at most */

struct job;
struct task {
    const struct pack *pack; /* (n) */
    int n;
    size_t dataset;
    double work;
};
size_t task_runs(const struct task *t);

/* All packs of j->cost as tasks, grouped by data set, in the order of the packs within each. tasks_free() in
 * any case. */
struct tasks {
    struct task *task;
    size_t *first; /* (plan_n_datasets + 1): of each data set, and the end */
};
bool tasks_make(const struct job *j, struct tasks *t, struct err *e);
void tasks_free(struct tasks *t);
/* Where the window that begins at data set k ends, the data sets that are in memory together: with enough
 * packs, or with a quarter of the memory. Data of unknown size (LIBSVM) are alone. */
size_t tasks_window(const struct job *j, const struct tasks *t, size_t k);

/* Makes data set k, or takes it from those made already, ready to train on. NULL and messages in e where it
 * does not fit into memory, cannot be read or is not what the plan was made with. data_free() it. */
struct dataset *task_data(const struct job *j, size_t k, struct err *e);

/* Trains a task. out: (GROUP_MOST, LANES), zeroed; outcome_free() each in any case. */
bool task_train(const struct job *j, const struct minima *m, const struct task *t, const struct dataset *d,
                struct outcome *out, struct err *e);

/* How many of n tasks fit in memory side by side beside their data, from 1 to j->threads. data: by number, NULL
 * for those that are not there. tally: takes what they take, if it is the most so far; NULL: nothing does. */
struct tally;
int task_threads(const struct job *j, const struct task *t, size_t n, struct dataset *const *data,
                 struct tally *tally);

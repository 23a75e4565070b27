/* Training as most programs do it, in plain C: one run, rows in CSR, a gradient scattered into an array, a loop
 * over all weights, whatever the step touched. What `bench throughput` compares with. Mean logistic loss, f32.
 */
#pragma once
#include "data/dataset.h"

struct plain; /* one run: weights, state, gradient */
/* NULL and a message when out of memory, or for a rule it does not have. h: hyperparameters as in struct run;
 * batch: rows a step, in order; 0: all. */
struct plain *plain_new(const struct dataset *d, const struct rule *rule, const double *h, size_t batch,
                        struct err *e);
void plain_free(struct plain *p);
/* One step over the next rows; how many non-zeros they had. */
uint64_t plain_step(struct plain *p);

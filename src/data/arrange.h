/* The order in which training wants a matrix: features by popularity, columns with many entries cut into
 * blocks. Internal to src/data; what it means is said in dataset.h. */
#pragma once
#include "data/make.h"

/* Turns rows in feature order (train, test) into the arranged form: fills rank_of, feature_of, n_present, the
 * columns, and rewrites row_idx (and row_val) of both parts. column_nnz: by feature, or NULL. The bits do not
 * depend on threads. */
bool data_arrange(struct dataset *d, int threads, struct err *e);

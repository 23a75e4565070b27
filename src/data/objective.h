/* The training loss and its gradient in double, mean-reduced, at one point: what L* is searched on. */
#pragma once
#include "data/batch.h"
#include "data/dataset.h"

struct objective {
    const struct dataset *data;
    enum loss loss;
    double l2; /* of the mean-reduced loss */
    int threads;
    const struct batch *batch;
    double *residual; /* (residual_lines(n_rows)): where residual_line says */
    double *partial;  /* (2, n_chunks): of the loss and of the bias's gradient, per chunk of rows */
    double *pieces;   /* of the hot columns' gradients, per block (n_blocks, n_hot), then of the warm ones' */
};

bool objective_init(struct objective *o, const struct dataset *d, enum loss loss, double l2, int threads,
                    struct err *e);
void objective_free(struct objective *o);

/* The value at w (n_features + 1, by rank, bias last); g likewise receives the gradient. The order of every sum
 * is fixed: rows by chunks of OBJECTIVE_ROWS, a column's non-zeros as in kern.h. */
enum { OBJECTIVE_ROWS = 256 };
double objective_value(struct objective *o, const double *w, double *g);

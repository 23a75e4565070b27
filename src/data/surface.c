/* A surface as a data set: no rows, one feature without non-zeros, whose weight is w; b is the bias. Training
 * asks the function itself (kern/surface.h). */
#include "base/mem.h"
#include "data/make.h"

bool surface_make(struct dataset *d, int threads, struct err *e) {
    (void)threads;
    d->n_features = 1;
    d->train.row_ptr = mem_zeroed(1, sizeof *d->train.row_ptr, e);
    d->train.row_idx = d->train.row_ptr ? indices_new(0, e) : NULL;
    d->train.y = d->train.row_idx ? mem_lines(1, sizeof *d->train.y, e) : NULL;
    return d->train.y;
}

/* The mini-batches of an epoch: which rows, which features they touch, and the batch's matrix by rows and by
 * columns with the touched features numbered 0, 1, ... Prepared once for all packs that share data, seed and
 * batch size. */
#pragma once
#include "data/dataset.h"

enum { WINDOW_NONZEROS = 1 << 18 }; /* batches are prepared ahead until they hold this many */

/* Batch i of a window: rows row[i] .. row[i+1], touched features feature[i] .. feature[i+1] of the arrays. */
struct window {
    size_t n;                /* batches */
    size_t *row;             /* (n + 1) */
    size_t *feature;         /* (n + 1) */
    uint64_t *nonzeros;      /* (n): of each batch's rows */
    uint64_t *row_ptr;       /* (rows + 1) into row_idx */
    uint32_t *row_idx;       /* touched feature of the batch, counted from 0 */
    uint64_t *col_ptr;       /* (features + 1) into col_idx */
    uint32_t *col_idx;       /* row of the batch, counted from 0 */
    void *row_val, *col_val; /* reals, NULL for binary data */
    void *y;                 /* (rows) reals */
    uint32_t *rank;          /* (features): which feature it is */
    uint32_t *from;          /* (features): the segment's step that last touched it */
};

struct batches {
    const struct dataset *data;
    enum precision precision;
    uint64_t size, n_batches; /* rows a batch (the last may be shorter), batches an epoch */
    uint64_t seed;
    bool shuffled;
    uint32_t *order; /* (n_rows): rows of the present epoch */
    uint64_t epoch;  /* that epoch; UINT64_MAX before the first */
    uint32_t *last;  /* (n_features): step of the segment that last touched a rank */
    uint32_t *slot;  /* (n_features) while a batch is prepared: its number among the touched */
    uint64_t *stamp; /* (n_features): batch that wrote slot */
    uint64_t stamps;
    struct window w;
    size_t cap_batches, cap_rows, cap_nonzeros;
    size_t most_touched; /* an upper bound of the features of one batch */
};

/* seed: of the runs. batches_free() in any case. */
bool batches_init(struct batches *b, const struct dataset *d, enum precision p, uint64_t size, bool shuffled,
                  uint64_t seed, struct err *e);
void batches_free(struct batches *b);
size_t batches_bytes(const struct dataset *d, uint64_t size);
/* Starts a segment: nothing has been touched since its step 0. */
void batches_segment(struct batches *b);
/* Prepares b->w: batches from step `step` (0, 1, ... of the whole run) on, at most `most`, none of another
 * epoch. `done`: steps of the segment before `step`. */
bool batches_window(struct batches *b, uint64_t step, uint32_t done, uint64_t most, struct err *e);

/* The inside of a plan, shared by the files of this folder.
 *
 * Runs are numbered, outermost first, by: block (data section), the block's outer axes (data, model, sweep),
 * the optimizer, its own axes, the schedule, its own axes, the seed. Which optimizers run may depend on the
 * batch, so the axis of batch splits the outer axes: number = ((before * batch) * after) * optimizers, with as
 * many cells under each batch as its optimizers have. */
#pragma once
#include "plan/grid.h"
#include "plan/plan.h"

/* Values of keys as a product of axes: a key with one value is in base, one with several is a column of an
 * axis. */
struct column {
    enum key key;
    int axis;
    const struct value *v; /* (length[axis]), of the grid */
};
struct product {
    struct value base[KEY_COUNT]; /* VALUE_NONE: in a column, or not a key of these sections */
    struct column column[KEY_COUNT];
    size_t length[KEY_COUNT];
    int n_columns, n_axes;
};

/* number -> a digit for each of the axes from .. to-1, the last fastest (runs.c). */
void product_split(const struct product *p, size_t number, int from, int to, size_t *digit);
/* The values that digits of the axes before `to` stand for, onto v. */
void product_fill(const struct product *p, const size_t *digit, int to, struct value *v);

struct block { /* the runs on one data section */
    const struct section *data;
    struct product outer;
    int n_data_axes; /* the first of outer's axes: they fix the data set, but for its seed */
    int batch_axis;  /* n_axes if there is one batch only */
    size_t first, n; /* cells */
    size_t period;   /* cells for each setting of the axes before batch_axis */
    size_t after;    /* settings of the axes after it */
    size_t n_batches;
    size_t *batch_cells; /* (n_batches) cells for each setting of the outer axes: of the optimizers that take
                            the batch */
    size_t *batch_first; /* (n_batches) where a batch's cells begin within a period */
    bool seeded;         /* the data set may depend on the seed */
    uint32_t *dataset;   /* (settings of the data axes, seeds if seeded) */
};

struct timing { /* the settings of one schedule section */
    const struct section *section;
    struct product product;
    size_t n;
};

struct inner { /* the settings of one optimizer section */
    const struct section *section;
    struct product product;
    size_t n_timings; /* settings of the schedules that apply to it; 1 (constant) where none does */
    size_t n;         /* cells: its own settings with each of these */
};

struct plan {
    struct grid grid;
    char *text;
    size_t len;
    struct block *block;   /* (grid.n_data) */
    struct inner *inner;   /* (grid.n_optimizers) */
    struct timing *timing; /* (grid.n_schedules) */
    struct list seeds;
    size_t n_runs;
    struct data_params *dataset; /* (n_datasets) */
    char (*fingerprint)[33];
    struct data_size *size;
    size_t n_datasets, cap_datasets, cap_fingerprints, cap_sizes;
};

/* grid -> blocks and inners; complains about more than PLAN_MAX_RUNS. */
void plan_build(struct plan *p, struct diag *d);
/* Names the data sets (datasets.c): p->dataset, p->fingerprint, and each block's map. */
void plan_name_datasets(struct plan *p, const struct plan_known *known, struct diag *d);
/* With other complaints there are no data sets to name: looks only whether files can be read. */
void plan_probe_files(const struct plan *p, const struct plan_known *known, struct diag *d);
/* The id of a run whose other fields are filled in. */
uint64_t plan_id(const struct plan *p, const struct run *r);
/* Whether the seed of a run fixes the order of its rows. */
static inline bool plan_shuffles(const struct plan *p, const struct run *r) {
    return r->v[KEY_SWEEP_batch].word == VALUE_NUMBER && r->v[KEY_SWEEP_order].word == ORDER_SHUFFLED &&
           r->v[KEY_SWEEP_batch].number < (double)p->size[r->dataset].n_rows;
}
/* Whether the k-th schedule section applies to the o-th optimizer. */
static inline bool plan_schedules(const struct plan *p, size_t k, size_t o) {
    return p->timing[k].section->takes_optimizer[o];
}
/* Whether an optimizer runs on a data section with its batch-th batch. */
static inline bool plan_takes(const struct inner *inner, size_t data_index, size_t batch) {
    return inner->section->takes_data[data_index] && inner->section->takes_batch[batch];
}

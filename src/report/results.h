/* The results of a plan, one row a run: what runs.csv says after the hyperparameters. Loaded once from the
 * store; every table and picture is computed from it. Measures are defined here and in results.c, in one place
 * each. */
#pragma once
#include "plan/plan.h"
#include "store/store.h"

enum status { STATUS_CONVERGED, STATUS_DIVERGED, STATUS_EXHAUSTED, STATUS_MISSING /* not in the store */ };
extern const char *const status_names[];

struct result {
    uint64_t id;
    enum status status;
    bool blown_up;
    bool again;     /* the same run (id) as a row before it */
    bool held_out;  /* its data set holds rows out: test_loss and test_error mean something */
    uint64_t steps; /* done */
    double epochs;
    double start_loss, best_loss, final_loss, final_test_loss, best_test_loss, test_error; /* NAN: none */
    double steps_to_target, epochs_to_target, nonzeros_to_target; /* INFINITY: missed */
    uint64_t weights_hash;
    double lstar;             /* L* of its loss on its data set; NAN: not in the store */
    double unlearnt[N_BANDS]; /* data/bands.h; NAN: w* is not known */
    double seconds;           /* of its pack, divided by the runs in it */
};

struct results {
    const struct plan *plan;
    struct store *store;
    struct result *row; /* (n): in the order of the plan */
    size_t n;
    struct cell *cell; /* (n_cells) */
    size_t n_cells;
    struct data_facts *facts;   /* (plan_n_datasets): without a fingerprint where the store has none */
    const struct value *target; /* (n_targets): the ladder, all of one kind; owned by the plan */
    size_t n_targets;
    double *ladder; /* (n, n_targets): steps to each target, INFINITY: missed */
};
/* A run is missing too while the L* that the target needs is not in the store. */
bool results_load(const struct plan *p, struct store *s, struct results *r, struct err *e);
void results_free(struct results *r);
/* The evaluations of run i, start first; outcome_free() what it fills. */
bool results_curve(const struct results *r, size_t i, struct outcome *o, struct err *e);

/* Order statistics ceil(q n) over the seeds that are there; the median of an even n is the mean of the middle
 * two. A miss, and a loss that is not a number, is INFINITY and takes part. All INFINITY when none is there. */
struct quartiles {
    double q1, median, q3;
};
/* A cell: one setting over its seeds, the runs first .. first + n - 1, which differ only in the seed; n = 1
 * where the seed changes nothing. */
struct cell {
    size_t first, n;
    struct quartiles steps, epochs, nonzeros; /* to the target */
    struct quartiles final_loss, best_loss, final_test_loss, best_test_loss, test_error;
    size_t n_converged, n_diverged, n_exhausted, n_missing;
    /* Expected steps to the target (COCO's ERT): all steps its seeds spent before the target, failed ones their
     * whole budget, over the successes. INFINITY: none succeeded. */
    double ert;
    double seconds;                     /* median of a run */
    struct quartiles unlearnt[N_BANDS]; /* NAN: w* is not known; of a run that blew up INFINITY */
};
/* cells.c: fills r->cell from the rows. */
bool cells_make(struct results *r, struct err *e);
/* Steps a run may take, by its epochs. */
double results_budget_steps(const struct results *r, const struct run *run, const struct result *row);
/* The share of a cell's runs that reached the target; NAN: none is there. */
double cell_success(const struct cell *c);
/* The order of best cells: median epochs-to-target, then median final loss. */
bool cell_better(const struct cell *a, const struct cell *b);

/* A group is what a best cell is chosen within: an optimizer section on one data set, seeds and the optimizer's
 * own hyperparameters and schedules aside (so: data label with its axes, model axes, batch). Groups of one
 * problem differ in the optimizer alone: they compete. */
struct group {
    size_t optimizer_index, data_index;
    size_t problem; /* 0, 1, ... in the order of the plan; */
    bool leads;     /* the first group of it */
    const char *optimizer;
    char data[160]; /* the problem's name: the data label, with the axes that vary, e.g. `text sparsity=0.95` */
    size_t *cell;   /* (n_cells): number of each cell's first run */
    size_t n_cells;
    size_t best; /* index into cell: the first by cell_better() */
    bool hit;    /* whether best reached the target at all */
};
bool results_groups(const struct results *r, struct group **groups, size_t *n, struct err *e);
void results_groups_free(struct group *g, size_t n);
/* The cell of r that is the k-th of a group. */
static inline const struct cell *group_cell(const struct results *r, const struct group *g, size_t k) {
    return &r->cell[g->cell[k] / plan_n_seeds(r->plan)];
}
/* The keys that tell groups apart: every axis but the seeds and an optimizer's and schedule's own. */
bool key_tells_groups(enum key key);
/* Whether the best cell stands on an edge of a log axis of its optimizer (three or more levels, evenly spaced
 * in logarithm rather than in value): *edge is the first such key, KEY_COUNT: none. */
bool results_edge(const struct results *r, const struct group *g, enum key *edge, struct err *e);

/* csv.c: every run, every evaluation */
bool csv_write_runs(const struct results *r, const char *path, struct err *e);
bool csv_write_curves(const struct results *r, const char *path, struct err *e);

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
    bool held_out;  /* its data set holds rows out: test_loss and test_error mean something */
    uint64_t steps; /* done */
    double epochs;
    double start_loss, best_loss, final_loss, final_test_loss, best_test_loss, test_error; /* NAN: none */
    double steps_to_target, epochs_to_target, nonzeros_to_target; /* INFINITY: missed */
    uint64_t weights_hash;
    double lstar; /* L* of its loss on its data set; NAN: not in the store */
};

struct results {
    const struct plan *plan;
    struct store *store;
    struct result *row; /* (n): in the order of the plan */
    size_t n;
};
/* A run is missing too while the L* that the target needs is not in the store. */
bool results_load(const struct plan *p, struct store *s, struct results *r, struct err *e);
void results_free(struct results *r);
/* The evaluations of run i, start first; outcome_free() what it fills. */
bool results_curve(const struct results *r, size_t i, struct outcome *o, struct err *e);

/* A cell: over the seeds that are there (all missing: medians are INFINITY), a loss that is NAN counting as
 * INFINITY. The runs first .. first + n_seeds - 1, which differ only in the seed; n = 1 where the seed changes
 * nothing. */
struct cell {
    size_t first, n;
    double median_epochs, median_steps; /* to the target; INFINITY: missed */
    double median_final_loss, median_best_loss;
    size_t n_converged, n_diverged, n_exhausted, n_missing;
};
void results_cell(const struct results *r, size_t first, struct cell *c);

/* A group is what a best cell is chosen within: an optimizer section on one data set, seeds and the optimizer's
 * own hyperparameters and schedules aside (so: data label with its axes, model axes, batch). */
struct group {
    size_t optimizer_index, data_index;
    const char *optimizer;
    char data[160]; /* the data label, with the axes that vary, e.g. `text sparsity=0.95` */
    size_t *cell;   /* (n_cells): number of each cell's first run */
    size_t n_cells;
    size_t best; /* index into cell: least median epochs-to-target, ties by least median final loss, then by
                    plan order */
    bool hit;    /* whether best reached the target at all */
};
bool results_groups(const struct results *r, struct group **groups, size_t *n, struct err *e);
void results_groups_free(struct group *g, size_t n);
/* Whether the best cell stands on an edge of a log axis of its optimizer (three or more levels, evenly spaced
 * in logarithm rather than in value); names the first such key. */
bool results_edge(const struct results *r, const struct group *g, enum key *edge);

/* plots.c: heatmaps and convergence curves, one gnuplot for all. Writes plots/NAME.{gp,dat} and all.gp; if
 * `draw`, also NAME.{svg,png}. Pictures that cannot be drawn (no gnuplot) are no failure: true, with a message
 * in e that says why. */
bool plots_write(const struct results *r, const char *dir, bool draw, struct err *e);
/* csv.c, summary.c */
bool csv_write_runs(const struct results *r, const char *path, struct err *e);
bool csv_write_curves(const struct results *r, const char *path, struct err *e);
bool summary_write(const struct results *r, const char *path, struct err *e);

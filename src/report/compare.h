/* Two results folders, cell by cell: two commits, two machines, two states of an idea. */
#pragma once
#include "report/bootstrap.h"
#include "report/results.h"

/* What of two numbers counts as a tie: losses that differ by less than this share; times within one evaluation.
 */
#define COMPARE_LOSS_TIE 1e-3

/* One cell that both have. Differences are of b over a, over the seeds that both have. */
struct compared {
    size_t a, b;                /* numbers of the cell in each */
    struct contrast time, loss; /* epochs to the target, final loss; p is Holm's over all cells */
};
/* Seconds a run of one optimizer, over its cells. */
struct speed {
    const char *optimizer;
    size_t n;              /* cells */
    double median, lo, hi; /* b over a, with a 95% interval by resampling the cells; NAN: too few */
};
struct comparison {
    struct compared *row; /* (n): in the order of a */
    size_t n, n_only_a, n_only_b;
    size_t n_unpaired; /* of the n: without a seed that both have run */
    bool loosely;      /* no cell is the same in both: matched by what they are called and how they are tuned */
    bool times;        /* whether both have the same target: else times say nothing */
    size_t n_slower, n_faster, n_worse, n_better; /* cells, by time and by final loss */
    struct speed *speed;                          /* (n_speeds): in the order of a's optimizers */
    size_t n_speeds;
};
/* Cells match if everything that fixes their runs is the same, labels and seeds aside. Where no two do, by
 * rule, hyperparameters, schedule, model, batch size and the data's label and axes: exact against lazy updates,
 * say. */
bool comparison_make(const struct results *a, const struct results *b, struct comparison *c, struct err *e);
void comparison_free(struct comparison *c);

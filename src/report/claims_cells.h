/* The cells that the sides of a claim are about, each with its measure seed by seed. */
#pragma once
#include "plan/claim.h"
#include "report/results.h"

/* The cells a measure is about. A number is one cell. */
struct gathered {
    const struct claim_measure *m;
    size_t *first;   /* (n_cells): each cell's first run */
    double *x, *hit; /* (n_cells, n_seeds); hit: of ert, 1 where the run arrived */
    size_t n_cells;
    size_t *best; /* (RESAMPLES): the cell chosen in each; NULL: to be looked for */
};
/* A side: one level, or those of a slope's axis. */
struct side_cells {
    const struct claim_side *s;
    struct gathered *over, *under; /* (n); under: of a slope */
    double *x;                     /* (n): of a slope, the logarithm of the level */
    struct value *level;
    size_t n;
};
/* Whose cells, and what was noticed on the way. The caller fills in the first two. */
struct gathering {
    const struct results *r;
    size_t n_seeds;
    size_t n_missing; /* runs */
    bool chance;      /* the seed changes some cell */
    bool traced;      /* a measure is of traces, and no cell it is about has any */
    bool unknown;     /* a measure is of something not known of these data */
    bool empty;       /* a side has no cells */
};

/* *c is empty where it fails. */
bool side_make(struct gathering *in, const struct claim_side *s, struct side_cells *c, struct err *e);
void side_free(struct side_cells *c);

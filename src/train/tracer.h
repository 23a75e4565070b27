/* A team that is watched: what its loops call so that traces come about. It reads; it changes nothing of the
 * training. Internal to train/. */
#pragma once
#include "train/team.h"

#define TRACER_BIAS (SIZE_MAX - 1)
#define TRACER_ABSENT SIZE_MAX /* no feature of this data set has that number */

struct tracer {
    const struct trace_wanted *wanted;
    size_t n;         /* parameters */
    size_t *rank;     /* (n): of a feature; TRACER_BIAS, TRACER_ABSENT */
    uint32_t *last;   /* (n): the segment's step that last touched it */
    double *w, *g;    /* (n, LANES): before the present step */
    double *state[2]; /* (n, RULE_MAX_STATE, LANES): before it, after it */
    double *h;        /* (n, LANES): second derivatives at the present step; NULL: not wanted */
    void *copy;       /* 1 + RULE_MAX_STATE lines: a parameter, brought up to date */
    struct watched {  /* a lane's own clock: the team's may be ahead, in tables */
        bool yes;
        struct schedule_cursor cursor;
        struct rule_time time;
        double loss; /* at w before the present step; NAN: not known */
    } lane[LANES];
};

/* Watches those lanes of a team that are wanted; t->tracer stays NULL if there are none. */
bool tracer_init(struct team *t, const struct trace_wanted *wanted, struct err *e);
void tracer_free(struct team *t);

/* A segment of mini-batches begins: all is up to date. */
void tracer_segment(struct tracer *tr);
/* Before a step: parameters as they are. rest: tables of the segment, of which `done` steps are behind; NULL:
 * nothing is put off. */
void tracer_before(struct team *t, const struct rest_tables *rest, uint32_t done);
/* Finished gradients g (n, LANES) of ranks first .. first + n - 1, or of rank[0 .. n). */
void tracer_gradients(struct team *t, size_t first, size_t n, const uint32_t *rank, const void *g);
/* curvature.c: second derivatives at the step to come, where its gradient is taken; called where t->tracer->h.
 * full: of all rows; batch: of n_rows rows with targets y (n_rows), z (n_rows, LANES) and columns of the
 * features rank[0 .. n). */
void curvature_full(struct team *t);
void curvature_batch(struct team *t, size_t n_rows, const void *y, const void *z, const struct sparse *columns,
                     size_t n, const uint32_t *rank);
void curvature_surface(struct team *t);
/* After step `step` (1, 2, ...) of the run, `done` steps of the segment. */
bool tracer_after(struct team *t, const struct rest_tables *rest, uint32_t done, uint64_t step, struct err *e);
/* The loss of a lane at w, as reported: of the step to come. */
static inline void tracer_loss(struct tracer *tr, int lane, double loss) {
    tr->lane[lane].loss = loss;
}
/* The lane has ended, with all parameters up to date: its last row. */
bool tracer_end(struct team *t, int lane, struct err *e);

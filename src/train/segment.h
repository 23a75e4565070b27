/* The tables of rest.h for a stretch of steps between two moments at which every parameter is brought up to
 * date. Internal to train/. */
#pragma once
#include "kern/rest.h"
#include "train/team.h"

/* Steps of a segment at most: enough that bringing all features up to date at its end is little beside its
 * steps. A function of the data alone, so that no lane's bits depend on those beside it. */
static inline uint64_t segment_most(size_t n_features) {
    const size_t n = n_features / 8;
    return n < 1024 ? 1024 : n > 32768 ? 32768 : n;
}

struct segment {
    struct rest rest;
    uint32_t cap; /* steps the tables have room for */
    size_t n_coefs;
    struct rest_tables tables;
    void *memory, *coefs, *b_coefs, *drift, *power1, *power2, *reach, *spread, *horizon, *shrink;
    /* (cap + 1, LANES) doubles: numerator's factor and c2 of each step, 1 / (1 - eta weight_decay) */
    double *alpha, *c2, *unshrink;
};

/* Room for `cap` steps, and the tables that do not depend on the step. Only for laws that have tables. */
bool segment_init(struct segment *s, const struct team *t, uint32_t cap, struct err *e);
/* Those tables again, for lanes that have changed places. */
void segment_lanes(struct segment *s, const struct team *t);
void segment_free(struct segment *s);
size_t segment_bytes(const struct rest *rest, size_t n_coefs, uint32_t cap, size_t line);
/* Tables for steps first .. first + n - 1 (1, 2, ...) of the run, which become rows 1 .. n. Calls team_coefs
 * for each. */
void segment_build(struct segment *s, struct team *t, uint64_t first, uint32_t n);

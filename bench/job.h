/* The running of a plan: what the store does not hold is computed and put there. */
#pragma once
#include "minima.h"
#include "progress.h"
#include "scope.h"
#include "task.h"

/* Where what is computed goes: into the store, or beside what is there already. One call at a time; a failure
 * is the end of the job. */
struct sink {
    void *ctx;
    bool (*data)(void *ctx, const struct data_facts *f, struct err *e);
    /* A pack; synced: it is to survive loss of power, too. */
    bool (*runs)(void *ctx, const struct outcome *o, size_t n, bool synced, struct err *e);
    bool (*failed)(void *ctx, uint64_t id, const char *reason, struct err *e);
};
/* Into the store: a pack is one transaction. */
struct sink sink_store(struct store *s);

struct job {
    const struct plan *plan;
    struct store *store;
    struct sink sink;
    const struct ids *wanted; /* wanted->id NULL: every run of the plan */
    const struct cost *cost;  /* what of these there is to compute */
    const struct kernels *kernels;
    const struct trace_wanted *traced; /* NULL: none */
    struct dataset **ready;            /* (plan_n_datasets): made already, or NULL; those used are taken */
    int threads, threads_all;          /* of this process; of all ranks (ranks.h) */
    bool quiet;
};

struct tally {
    size_t n_todo;      /* distinct runs that were missing */
    size_t n_done;      /* of these, computed and stored now */
    size_t n_left_out;  /* that failed before and were not tried again: store_failures */
    uint64_t left_out;  /* one of them */
    size_t n_elsewhere; /* in the store, but not of this plan or not wanted */
    size_t n_failed;    /* of these, that could not be computed (out of memory ...): a message says why */
    size_t n_unusable;  /* data sets that could not be made, or whose L* could not be found */
    double nonzeros;    /* non-zeros x runs of what was computed */
    double busy_s;      /* seconds of threads spent on it */
    double part_s[TRAIN_PARTS];       /* of these, in each part of training */
    double store_s;                   /* seconds of the writer */
    size_t data_bytes, flight_bytes;  /* the most that data sets, and packs in training, took at a time */
    int in_flight;                    /* threads at work, then */
    double data_s, minima_s, train_s; /* seconds of the clock */
    int signal;                       /* what interrupted it, or 0 */
};

/* Runs what is missing. True when all that could be tried was tried; failures of single runs and data sets are
 * counted in *t and explained in e. False when it cannot go on at all (the store cannot be read or written, no
 * memory). Either way everything finished is in the store. */
bool job_run(const struct job *j, struct tally *t, struct err *e);

/* Before running: the packs and what they will cost. */
struct cost {
    struct pack *packs; /* free() */
    size_t n_packs, n_todo;
    size_t n_left_out, n_elsewhere; /* as in struct tally */
    uint64_t left_out;
    struct dataset
        *shape; /* (plan_n_datasets): n_features (0: not known yet), train.n_rows, train.nnz; free() */
    double epochs;
};
/* What is computed besides runs that are neither in the store nor have failed before. */
enum again { NEVER_AGAIN, RETRY_FAILED, EVERYTHING_AGAIN };
/* store may be NULL: nothing is there yet. wanted->id NULL: every run. cost_free() in any case. */
bool cost_make(const struct plan *p, struct store *s, const struct ids *wanted, enum again again,
               struct cost *c, struct err *e);
void cost_free(struct cost *c);

/* How long a pack takes, in units of what a full batch takes for a non-zero of a run in caches: within a factor
 * of two. */
struct work {
    double steps, evaluations; /* evaluations: those that no step needs */
};
struct touched { /* zeroed before the first pack: what the last one found out about its batches */
    uint64_t batch;
    size_t dataset;
    double features;
};
struct work work_of(const struct cost *c, const struct plan *p, const struct pack *pack,
                    struct touched *memory);
static inline double work_total(struct work w) {
    return w.steps + w.evaluations;
}
/* Seconds to make a data set (synthetic), and to find its L*, on the machine of work.c. */
double work_seconds_of_data(const struct dataset *shape, int threads);
double work_seconds_of_minimum(const struct dataset *shape, int threads);

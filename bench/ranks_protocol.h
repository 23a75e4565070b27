/* What rank 0 tells the others to do, one after the other; the first word of a parcel. */
#pragma once
#include "numerics.h"
#include "ranks.h"
#include "ranks_mpi.h"

enum ranks_command {
    RANKS_BEGIN,  /* hash of the plan, numerics; all agree whether they have the same; threads are summed */
    RANKS_JOB,    /* packs; ids to trace */
    RANKS_DATA,   /* k: make it; all agree */
    RANKS_MINIMA, /* k, ok; needs, and their points */
    RANKS_UNLOAD, /* k */
    RANKS_TASKS,  /* tasks; then wire_ask until NO_TASK; then unload all */
    RANKS_END
};

struct task_told { /* a task, its packs by number among the job's */
    uint64_t pack, n, dataset;
};

/* The grid file's text and all fingerprints as one number. */
uint64_t ranks_plan_hash(const struct plan *p);

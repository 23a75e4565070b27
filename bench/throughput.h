/* What `bench throughput` was asked for, and what it measured. Internal to bench/throughput*.c. */
#pragma once
#include "data/dataset.h"
#include "plain.h"
#include "plan/plan.h"

struct throughput {
    uint64_t rows, features, per_row, cells, batch, threads, epochs, evaluate, repeats;
    const char *rule;
    int isa, precision, sparse_updates, format;
    bool toy, ceiling;
};
enum { FORMAT_TEXT, FORMAT_CSV };

extern const char *const update_words[]; /* of sparse_updates */

struct race {
    const struct throughput *o;
    struct plan *plan;
    struct dataset *data;
    const struct kernels *kernels;
    struct pack *packs;
    size_t n_packs;
    struct plain **plain;   /* (threads); NULL where the rule has no plain version */
    struct passes **passes; /* (threads); NULL: not asked for */
    int shape;              /* of the ceiling's loop */
    /* (repeats): millions of non-zeros x runs a second, all threads together; moving: the
     * ceiling, and what the rule moves; share: lockstep / ceiling */
    double *lockstep_rate, *plain_rate, *ceiling_rate, *moving_rate, *share;
};

/* As o->format says. Sorts the rates. */
void throughput_print(struct race *b, enum isa isa);

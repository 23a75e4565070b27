/* The plan: every run of a grid file, as a pure function of the file (and of the bytes of the data files it
 * names).
 *
 * A plan is not a list. Runs are decoded from their number by mixed radix, so a grid of ten million runs costs
 * no memory: plan_run(p, i, &run). Order: data sections as written, then data axes, model axes, sweep axes,
 * optimizer sections, hyperparameters, schedule sections, schedule keys (each in the order of the table of
 * keys, the last fastest), and seeds fastest of all. Runs of a cell, which differ only in the seed, are thus
 * adjacent. */
#pragma once
#include "data/size.h"
#include "kern/schedule.h"
#include "plan/keys.h"

/* Raised whenever the same run may give other bits; part of every run's id. */
#define NUMERICS_VERSION "3"
enum { PLAN_MAX_RUNS = 10000000 };
enum { STOP_BUDGET, STOP_TARGET };                   /* words of `stop` */
enum { TARGET_GAP, TARGET_RATIO, TARGET_LOSS };      /* words of `target` */
enum { REDUCTION_MEAN, REDUCTION_SUM };              /* words of `reduction` */
enum { ORDER_SHUFFLED, ORDER_SEQUENTIAL };           /* words of `order` */
enum { UPDATES_EXACT, UPDATES_LAZY, UPDATES_DENSE }; /* words of `sparse_updates` */

enum { PARAMETER_BIAS = 0 }; /* else a parameter is a feature by its number, 1-based */

struct run {
    struct value v[KEY_COUNT]; /* every key: VALUE_NONE where it does not apply (order and sparse_updates: with
                                  batch = full). v[KEY_SWEEP_seeds] is this run's seed */
    const struct rule *rule;
    double h[H_COUNT]; /* the hyperparameters again, as the rule wants them: words as their number, NAN: not its
                          own */
    const struct schedule *sched; /* the schedule; never NULL (constant where none applies) */
    double s[S_COUNT]; /* its keys as written (lengths in its unit), words as their number, NAN: not its own */
    const char *optimizer, *schedule, *data; /* labels, owned by the plan */
    size_t optimizer_index, data_index;      /* number of the section */
    size_t cell;                             /* number of the cell: run number / number of seeds */
    size_t dataset;                          /* which of plan_n_datasets() */
    bool seed_matters;                       /* false: computed once, its row appears under each seed */
    uint64_t id;                             /* XXH3 of the canonical text */
};

/* Weight decay so strong that its product over a long rest would leave the numbers' range, or may become so as
 * the rate grows: mini-batch training then takes dense steps. A rule that reads the run alone. */
static inline bool run_decays_fast(const struct run *r) {
    return r->h[H_weight_decay] > 0 && (r->h[H_weight_decay] * r->h[H_eta0] > 1e-3 || r->s[S_gamma] > 1);
}

/* The loss of its rows; LOSS_COUNT: it has none, being on a surface. */
static inline enum loss run_loss(const struct run *r) {
    return r->v[KEY_MODEL_loss].word == VALUE_NONE ? LOSS_COUNT : (enum loss)r->v[KEY_MODEL_loss].word;
}

/* Whether its losses are means over rows; false: sums. */
static inline bool run_means(const struct run *r) {
    return r->v[KEY_MODEL_reduction].word == REDUCTION_MEAN;
}

struct plan;

/* Reads and checks a whole grid file. seeds: text that replaces the grid's (`--seeds`), or NULL. On any error:
 * NULL and all messages, as `file:line: ...`. Reads libsvm files (for their fingerprint) unless `known` knows
 * them. */
struct plan_known { /* what a store knows of data files, so that a report needs only the store: then no file is
                       touched */
    void *ctx;
    /* path: as written in the grid file; p->path: as seen from the working directory. False: not known. */
    bool (*fingerprint)(void *ctx, const char *path, const struct data_params *p, char out[33]);
    /* Rows and non-zeros of the training part of a data set it knows. */
    bool (*size)(void *ctx, const char *fingerprint, struct data_size *size);
};
struct plan *plan_read(const char *path, const char *seeds, struct err *e);
struct plan *plan_read_text(const char *path, const char *text, size_t len, const char *seeds,
                            const struct plan_known *known, struct err *e);
void plan_free(struct plan *p);

const char *plan_name(
    const struct plan *p); /* safe as a folder's name: letters, digits, . _ + -; not starting with a dot */
const char *plan_text(const struct plan *p, size_t *len); /* the grid file, as read */
size_t plan_n_runs(const struct plan *p);
size_t plan_n_seeds(const struct plan *p);
void plan_run(const struct plan *p, size_t i, struct run *out);
/* The canonical text that the id is the hash of. */
void plan_canonical(const struct plan *p, const struct run *r, struct text *out);

/* Distinct data sets, in order of first use. */
size_t plan_n_datasets(const struct plan *p);
const struct data_params *plan_dataset(const struct plan *p, size_t k);
const char *plan_dataset_fingerprint(const struct plan *p, size_t k);
struct data_size plan_dataset_size(const struct plan *p, size_t k);

/* Levels of an axis: the distinct values key takes among the runs of an optimizer section (SIZE_MAX: of all),
 * numbers ascending, then words in the order of keys.h. free() *values, NULL where there are none. False: out
 * of memory, and none are had. */
bool plan_levels(const struct plan *p, enum key key, size_t optimizer_index, struct value **values, size_t *n,
                 struct err *e) __attribute__((warn_unused_result));

/* Claims, in the order of the file (claim.h). */
struct claim;
const struct claim *plan_claims(const struct plan *p, size_t *n);
/* [trace]: the parameters (0 of them: nothing is traced), and whose. */
enum trace_runs { TRACE_BEST, TRACE_ALL, TRACE_LABELS };
size_t plan_traced(const struct plan *p, const uint32_t **parameter);
/* Whether second derivatives are recorded too: some claim looks at them. */
bool plan_traces_curvature(const struct plan *p);
enum trace_runs plan_trace_runs(const struct plan *p);
/* Whether a run is traced whatever comes of it: false for all with TRACE_BEST. */
bool plan_traces(const struct plan *p, const struct run *r);

/* [figure LABEL]. */
enum figure_kind { FIGURE_CONTOUR, FIGURE_TRACE, FIGURE_SCHEDULES, FIGURE_AVERAGES, FIGURE_BALLS };
struct plan_figure {
    const char *label;
    enum figure_kind kind;
    const bool *data, *optimizer;  /* by number of the section: whether it is drawn */
    const struct value *parameter; /* (n): a feature's number, or the word bias; n = 0: all that are traced */
    size_t n;
};
size_t plan_n_figures(const struct plan *p);
struct plan_figure plan_figure(const struct plan *p, size_t k);
/* The settings of the k-th [schedule] section: how many; the i-th as a rule wants it, lengths in its unit. NULL
 * past the last section. */
const struct schedule *plan_schedule(const struct plan *p, size_t k, const char **label, size_t *n);
void plan_schedule_keys(const struct plan *p, size_t k, size_t i, struct value v[KEY_COUNT], double s[S_COUNT]);

/* Sweep-wide settings. */
const struct value *plan_target(const struct plan *p);
/* The ladder of targets, in the order given, each as *plan_target() is: the same word, its own number. */
size_t plan_targets(const struct plan *p, const struct value **targets);

/* Packs: up to LANES runs that share data set, loss, rule, variant, batch and, where batch is a number, the
 * order of rows and sparse_updates. Duplicate ids are computed once. Longest first; packs that share batches
 * stand together. */
struct pack {
    size_t run[LANES]; /* run numbers */
    int n;
    double work; /* estimated non-zeros x runs */
    size_t dataset;
    uint64_t batch;      /* rows per step; 0: full */
    bool shuffled;       /* batch is a number below the number of rows, and the order is by the seed: */
    uint64_t order_seed; /* which is this; 0 if not shuffled */
    size_t group; /* packs of one number could hold each other's runs; with stop = target they stand together;
                     0: stop = budget */
};
/* Whether two packs see the same rows at every step: then the same preparation of batches serves both. */
static inline bool pack_shares_batches(const struct pack *a, const struct pack *b) {
    return a->dataset == b->dataset && a->batch == b->batch && a->shuffled == b->shuffled &&
           a->order_seed == b->order_seed;
}
/* skip(ctx, id) says whether a run need not be computed. *packs is malloc'ed; false when out of memory. */
bool plan_packs(const struct plan *p, bool (*skip)(void *ctx, uint64_t id), void *ctx, struct pack **packs,
                size_t *n_packs, size_t *n_todo, struct err *e);

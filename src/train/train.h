/* Training: a pack of runs in lockstep over one data set. Knows nothing of stores or files: results go to a
 * sink. */
#pragma once
#include "data/bands.h"
#include "data/dataset.h"
#include "data/minimum.h"
#include "plan/plan.h"
#include "train/trace.h"

/* One evaluation of the whole loss. */
struct point {
    double epoch;
    uint64_t step;
    uint64_t nonzeros; /* non-zeros of the steps' rows so far */
    double loss;       /* training set, double, reduction and l2 as in the run */
    double test_loss;  /* held-out rows, same reduction, without the l2 term; NAN if there are none */
};

/* What a training's seconds go to; set-up and what is between these are the rest. BATCHES: preparing
 * mini-batches and bringing their features up to date. BACKWARD: with the rule. EVALUATE: looks at the loss
 * that no step needs. */
enum train_part { TRAIN_BATCHES, TRAIN_FORWARD, TRAIN_BACKWARD, TRAIN_EVALUATE, TRAIN_PARTS };

/* What came of one run. Everything else (times to target, status) follows from this and the target. */
struct outcome {
    uint64_t id;
    bool blown_up; /* ended early: loss or a parameter not finite, or |loss| > 1e6 max(1, |start_loss|) */
    uint64_t n_points;
    struct point *points;     /* (n_points), the start first; malloc'ed by train_pack, freed by outcome_free */
    double test_error;        /* share of held-out rows on the wrong side at the end; NAN if there are none */
    uint64_t weights_hash;    /* XXH3 of the little-endian weights, then b, every NaN as one pattern */
    double unlearnt[N_BANDS]; /* at the end, of the data's true weights or w* (data/bands.h); NAN: no w* */
    double seconds;           /* of its pack, divided by the runs in it */
    double part_s[TRAIN_PARTS]; /* of these, in each part */
    struct trace trace;         /* where one was wanted; no rows otherwise */
};
void outcome_free(struct outcome *o);

/* Trains the runs of a pack; out[k] belongs to pack->run[k]. lstar[k]: L* for run k (used only with stop =
 * target and a gap; NAN otherwise). w_star[k]: the minimiser that belongs to it, by feature, for data that were
 * not drawn from known weights; NULL, as w_star itself may be, where there is none. Any thread; allocates its
 * own workspace, and keeps what is large of it for the thread's next pack: train_release(). */
bool train_pack(const struct plan *plan, const struct pack *pack, const struct dataset *data,
                const struct kernels *k, const double *lstar, const double *const *w_star,
                struct outcome out[LANES], struct err *e);
/* The same for n packs that share their batches (pack_shares_batches), which are then prepared once for all of
 * them: lstar, w_star and out are (n, LANES). With full batches one after the other. */
bool train_packs(const struct plan *plan, const struct pack *packs, int n, const struct dataset *data,
                 const struct kernels *k, const double *lstar, const double *const *w_star, struct outcome *out,
                 struct err *e);
/* Why the mini-batch steps of a run that asks for exact updates are dense ones, in words; NULL where they are
 * not. d: n_features, train.n_rows and train.nnz are enough. */
const char *train_dense_because(const struct run *r, const struct dataset *d);
/* The same with traces of the runs that are wanted (NULL: none). No other number changes. */
bool train_traced(const struct plan *plan, const struct pack *packs, int n, const struct dataset *data,
                  const struct kernels *k, const double *lstar, const double *const *w_star,
                  const struct trace_wanted *wanted, struct outcome *out, struct err *e);
/* Frees what the calling thread keeps: what one of its last packs took. */
void train_release(void);
/* Bytes train_pack will allocate for a pack on these data, about; batch: rows per step, 0: full. */
size_t train_memory(const struct dataset *d, enum precision p, const struct rule *rule, uint64_t batch);

/* The target, judged: whether loss meets it. A loss at or below L* has met any gap, also of a run that starts
 * there. */
bool target_met(struct value target, double loss, double start_loss, double lstar);

/* A pack in training: sixteen lanes, their weights and state, and what has been recorded of each. Internal to
 * train/.
 *
 * Lanes past the pack's last run repeat its first one and are never recorded. A lane that has ended (its budget
 * spent, blown up, or its target met) is recorded and frozen: the others go on, and it computes along unheeded.
 */
#pragma once
#include "base/clock.h"
#include "kern/rest.h"
#include "train/batches.h"
#include "train/train.h"

enum { CHUNK = LOG_ROWS }; /* rows between two looks at the same residuals: they stay in L1 */

struct lane {
    struct run run;
    struct value target;
    double lstar;
    const double *w_star; /* by feature; NULL: not known */
    double s[S_COUNT];    /* keys of its schedule, lengths in steps */
    struct schedule_cursor cursor;
    double c[RULE_MAX_COEFS]; /* coefficients of the present step, as formed, for the weights */
    double eta, eta_next;     /* eta0 times the schedule, at this step and the next */
    double beta1_t, beta2_t;  /* running products in double */
    double start_loss;
    bool running;
    int slot; /* whose outcome it is: the run of that number of all packs in training together; -1: none */
    struct outcome out;
    size_t cap; /* points allocated */
};

/* What a mini-batch step does to a parameter that its rows do not touch (SPEC's sparse_updates). Dense also
 * stands in for exact where it costs no more or is the only way: see team_mode. */
enum update_mode { MODE_EXACT, MODE_LAZY, MODE_DENSE };

struct tracer;

/* The parts of a step are timed at every step that takes long, and at every eighth of the others, which then
 * counts for eight: a look at the clock is 25 ns, a step of a toy 5 us. */
enum { TIMED_EVERY = 8, LONG_STEP = 1 << 14 /* rows and non-zeros */ };
struct stopwatch {
    double weight, last; /* weight 0: not timed */
};
static inline struct stopwatch stopwatch_start(double rows_and_nonzeros, uint64_t step) {
    const double weight = rows_and_nonzeros >= LONG_STEP          ? 1
                          : step % TIMED_EVERY == TIMED_EVERY / 2 ? TIMED_EVERY
                                                                  : 0;
    return (struct stopwatch){weight, weight > 0 ? clock_s() : 0};
}
/* Adds the time since the last look. */
static inline void stopwatch_add(struct stopwatch *s, double *seconds) {
    if (s->weight == 0)
        return;
    const double now = clock_s();
    *seconds += s->weight * (now - s->last);
    s->last = now;
}

struct team {
    const struct dataset *data;
    const struct kernels *k;
    enum precision precision;
    size_t real, line; /* bytes of a real, of a line of LANES of them */
    int n;             /* lanes that are runs */
    int n_running;
    bool repacked; /* it has got lanes of another team since this was last cleared */
    double part_s[TRAIN_PARTS];
    int rule, variant_number;
    const struct rule_variant *variant;
    enum loss loss;
    const struct surface_row *surface; /* that is trained on; NULL: rows of data */
    struct lane lane[LANES];
    bool any_l2;
    size_t n_moving; /* features, by rank, that a step can move: without l2 and weight decay those that occur */

    /* Mini-batches: batch = 0 is the full batch. */
    uint64_t batch, steps_per_epoch, n_steps;
    enum update_mode mode;
    const struct rest_kernels *rk;
    struct rest rest;
    size_t touched_most; /* features of one batch at most */
    void *c_w, *c_state[RULE_MAX_STATE],
        *c_g; /* (touched_most, LANES): those of the batch in work, side by side */

    struct tracer *tracer; /* tracer.h; NULL: nothing is traced */

    /* One allocation. d = data->n_features. */
    void *slab;
    size_t slab_bytes;
    void *w, *state[RULE_MAX_STATE];   /* (d, LANES) */
    void *b, *b_state[RULE_MAX_STATE]; /* (LANES) */
    void *e;                           /* (residual_lines(n_rows), LANES): residuals; full batch */
    void *g;             /* (full_gradient_lines, LANES): gradients of hot and warm columns, then of a tile */
    void *z, *q, *trial; /* (CHUNK, LANES) */
    void *b_g;           /* (LANES): gradient of the bias */
    void *scale, *l2, *b_l2; /* (LANES) */
    void *finite;            /* (LANES): NaN where a weight is known not to be finite; see team_watch() */
    void *coefs, *b_coefs;   /* (n_coefs, LANES) */
};

/* batches: NULL for the full batch. Sets up lanes, start points and arrays. team_free() in any case. */
bool team_init(struct team *t, const struct plan *plan, const struct pack *pack, const struct dataset *data,
               const struct kernels *k, const struct batches *batches, const double *lstar,
               const double *const *w_star, struct err *e);
void team_free(struct team *t);
/* The way a run's untouched parameters are kept: a function of the run and its data alone. l2 gives every
 * weight a gradient at every step, and a batch that touches most features leaves little to put off: then dense
 * steps. */
enum update_mode team_mode(const struct run *r, const struct dataset *d);
size_t team_bytes(const struct dataset *d, enum precision p, int rule, const struct rule_variant *v,
                  uint64_t batch);

/* Coefficients of step `step` (1, 2, ...) for all lanes; call once for each step, in order. */
void team_coefs(struct team *t, uint64_t step);

/* Where the gradient is taken (w, or the look-ahead point), and its bias. */
static inline void *team_point(const struct team *t) {
    return t->variant->point ? t->state[t->variant->point - 1] : t->w;
}
static inline void *team_point_bias(const struct team *t) {
    return t->variant->point ? t->b_state[t->variant->point - 1] : t->b;
}

/* z (CHUNK, LANES) of the chunk of rows of a part that begins at `row`, a multiple of CHUNK; b: (LANES).
 * w: (d, LANES) after a line of zeros, as t->w, state and t->g are. One line past the chunk is readable. */
void team_forward(const struct team *t, const struct data_part *part, const void *w, const void *b, size_t row,
                  void *z);

/* Losses of a part at w, summed as kern.h says, neither reduced nor with l2; errors (LANES) may be NULL. */
void team_loss(const struct team *t, const struct data_part *part, double loss[LANES], double *errors);

/* Sums as from team_loss, reduced and with l2: what each run reports. */
void team_report(const struct team *t, const double loss[LANES], double reported[LANES]);

/* NaN into t->finite for each lane of which b, or a weight of the n most popular features, is inf or NaN.
 * Called at evaluations: no step makes such a weight finite again. */
void team_watch(const struct team *t, size_t n);
/* Records an evaluation at w of the whole training set for every running lane: sums as from team_loss. Held-out
 * rows are evaluated here. Ends the lanes that blew up or met their target, all of them if `last`. */
bool team_record(struct team *t, double epoch, uint64_t step, uint64_t nonzeros, const double loss[LANES],
                 bool last, struct err *e);

/* The first evaluation after `step` steps: the k-th, k = 0, 1, ..., comes at the first step at which k *
 * evaluate epochs are complete. */
uint64_t team_next_evaluation(double evaluate, uint64_t steps_per_epoch, uint64_t step);

/* minibatch.c: n teams that share their batches, from the start to the last evaluation. */
bool train_minibatch(struct team *teams, int n, struct batches *b, struct err *e);

/* surface.c: the same on a surface, where there are no rows. */
bool train_surface(struct team *t, struct err *e);
/* The loss of a lane at w, b. */
static inline double team_surface_at(const struct team *t, double w, double b) {
    struct surface_point p;
    t->surface->at(w, b, &p);
    return p.value;
}

/* full.c: n teams of full-batch training, from the start to the last evaluation. */
bool train_full(struct team *teams, int n, struct err *e);

/* repack.c: between two steps, with all parameters up to date: moves running lanes into as few of n teams as
 * hold them. */
void team_repack(struct team *teams, int n);

/* linesearch.c: with the gradient at w in g and b_g, puts each lane's best step size in place of its
 * coefficient. */
bool linesearch_choose(struct team *t, struct err *e);

/* Line i of an array of lines. */
static inline void *team_line(const struct team *t, const void *array, size_t i) {
    return (char *)array + i * t->line;
}
/* Element `at` of an array of reals. */
static inline void team_put(const struct team *t, void *array, size_t at, double x) {
    if (t->precision == PRECISION_F32)
        ((float *)array)[at] = (float)x;
    else
        ((double *)array)[at] = x;
}
static inline double team_get(const struct team *t, const void *array, size_t at) {
    return t->precision == PRECISION_F32 ? (double)((const float *)array)[at] : ((const double *)array)[at];
}

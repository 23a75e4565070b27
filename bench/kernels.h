/* `bench kernels`: the update rules timed against what the machine can do at most. What its files share:
 *
 *   kernels.c           the command: what is asked for, in which order
 *   kernels_select.c    rules, sizes and instruction sets from the words of the command line
 *   kernels_operands.c  the arrays, and the check that comes before any timing
 *   kernels_time.c      the method: samples, rounds, the clock
 *   kernels_counters.c  hardware counters, where the kernel allows them
 *   kernels_group.c     what is timed together, and the rows that come of it
 *   kernels_text.c, _csv.c, _json.c, _plots.c   rows as people and programs read them */
#pragma once
#include "base/err.h"
#include "base/rng.h"
#include "base/text.h"
#include "kern/ceilings.h"
#include "kern/cost.h"

/* What a rule is compiled for: the instruction sets, and plain C left to the compiler. */
enum code { CODE_SCALAR, CODE_AUTO, CODE_AVX2, CODE_AVX512, CODE_COUNT };
enum loop { LOOP_DENSE, LOOP_PACK, LOOP_COUNT };
enum level { LEVEL_L1, LEVEL_L2, LEVEL_L3, LEVEL_MEMORY };
extern const char *const code_names[CODE_COUNT], *const loop_names[LOOP_COUNT], *const level_names[];
extern const char *const real_names[PRECISION_COUNT];

enum { MAX_ARRAYS = 2 + RULE_MAX_STATE, SUBJECT_CHARS = 64 };
#define MEMORY_BYTES                                                                                           \
    ((size_t)64 << 20) /* an array of this size is in memory, whatever a cache claims to hold */

/* ---- kernels_select.c ------------------------------------------------------------------------------------ */

/* A rule's code path, as chosen by its words: `adam`, `adagrad:root=no`. */
struct subject {
    char name[SUBJECT_CHARS];
    int rule, variant;
    double h[H_COUNT];
    const struct rule_variant *v;
    struct rule_cost cost;
};

struct selection {
    struct subject *subject;
    size_t n_subjects;
    bool code[CODE_COUNT], precision[PRECISION_COUNT];
    size_t *bytes; /* (n_sizes), ascending: of an array */
    size_t n_sizes;
};
/* What the command line asks for; rules, isa, sizes may be NULL. selection_free() in any case. */
bool selection_make(struct selection *s, const char *rules, const char *isa, const char *sizes, bool all,
                    struct err *e);
void selection_free(struct selection *s);
bool code_usable(enum code c);
const struct kernels *code_kernels(enum code c, enum precision p);
/* The instruction set whose registers a code has, and whose ceilings it is held to: auto takes the widest. */
enum isa code_isa(enum code c);
/* Where the arrays of a rule are, all together. */
enum level level_of(const struct subject *s, size_t bytes);

/* ---- kernels_operands.c ---------------------------------------------------------------------------------- */

/* Memory for the largest arrays, used by one rule after the other: each time another part of it, where there is
 * room. */
struct arena {
    char *base;
    size_t bytes;
    struct rng place;
};
bool arena_make(struct arena *a, size_t array_bytes, struct err *e);
void arena_free(struct arena *a);

struct operands {
    const struct subject *s;
    enum precision precision;
    size_t bytes, n;          /* of an array; its reals */
    void *array[MAX_ARRAYS];  /* w, g, state: aligned to a line, no two equal modulo 4 KiB */
    void *stream[MAX_ARRAYS]; /* the same, in the order that ceilings want: updated, read, written */
    void *coefs[LOOP_COUNT];
    char *pattern; /* what arrays begin with, over and over; then what scalar makes of it in each loop */
    size_t period; /* reals of a pattern */
    size_t called; /* reals that one call goes over: all, or CALL_TILES tiles */
    size_t tile, n_tiles, next;  /* reals of a tile; 1: no tiles; the next place in the orders */
    uint32_t *order[MAX_ARRAYS]; /* of an array's tiles, one by itself for each array */
    struct rng shuffle;
    char *small; /* coefs */
};
/* operands_free() in any case. */
bool operands_make(struct operands *o, const struct subject *s, enum precision p, size_t bytes, struct arena *a,
                   struct err *e);
void operands_free(struct operands *o);
/* Sets the arrays to their first values. */
void operands_fill(struct operands *o);
/* A rule, or traffic, over all of the arrays; or, where they do not fit the second-level cache, over their next
 * tiles: see kernels_operands.c. */
void operands_run(const struct operands *o, const struct kernels *k, enum loop loop);
void operands_run_calls(struct operands *o, const struct kernels *k, enum loop loop, uint64_t calls);
void operands_stream_calls(struct operands *o, void (*stream)(size_t n, void *const *array), uint64_t calls);
/* Fills, runs once, and compares every bit with scalar. */
bool operands_check(struct operands *o, enum code c, enum loop loop, struct err *e);
/* Whether all values are still normal numbers: denormals and infinities take another time. */
bool operands_normal(const struct operands *o);

/* ---- kernels_counters.c ---------------------------------------------------------------------------------- */

enum counter { COUNTER_CYCLES, COUNTER_INSTRUCTIONS, COUNTER_MISSES, COUNTER_COUNT };
struct counters {
    int fd[COUNTER_COUNT]; /* -1: not to be had */
};
void counters_open(struct counters *c);
void counters_close(struct counters *c);
bool counters_read(const struct counters *c, uint64_t value[COUNTER_COUNT]);

/* ---- kernels_time.c -------------------------------------------------------------------------------------- */

struct method {
    struct counters counters;
    double timer_ns, resolution_ns; /* cost of reading the clock twice; its least step */
    size_t n_samples, n_interrupted;
};
void method_open(struct method *m);
void method_close(struct method *m);

/* Something to be timed: run(c, calls) does it `calls` times. */
struct contestant {
    void (*run)(const struct contestant *c, uint64_t calls);
    struct operands *o;
    const struct kernels *kernels;
    void (*stream)(size_t n, void *const *array);
    void (*chain)(size_t n);
    enum loop loop;
    int rival; /* contestants of one number >= 0 are the same ceiling in several shapes: the slow ones drop out
                */

    size_t turn;    /* whose turn it is at this contestant's place in a round */
    uint64_t calls; /* a sample */
    double *ns;     /* (n): a call, each round */
    size_t n;
    double median, mad; /* of ns */
    bool dropped;
    uint64_t count[COUNTER_COUNT], counted; /* over `counted` calls */
};
enum { MOST_ROUNDS = 401 };
/* Times all in turn, round after round, each in another order, until seconds are over. ns must hold
 * MOST_ROUNDS; those not dropped have as many samples as there were rounds, the k-th of each from round k. */
void contestants_time(struct contestant *c, size_t n, double seconds, struct method *m);
/* Additions that wait for each other, CLOCK_ADDS a call: one cycle each. */
enum { CLOCK_ADDS = 4096 };
void contestant_clock(const struct contestant *c, uint64_t calls);

/* ---- kernels_group.c ------------------------------------------------------------------------------------- */

/* What keeps a rule from being faster: see kernels_group.c. */
enum bound { BOUND_MEMORY, BOUND_MULTIPLY, BOUND_DIVIDE, BOUND_TOGETHER, BOUND_COUNT };
extern const char *const bound_names[BOUND_COUNT];

struct row {
    const struct subject *s;
    enum precision precision;
    enum loop loop;
    enum code code;
    enum level level;
    size_t bytes, n, samples;
    uint64_t calls;     /* a sample */
    double call_ns, ns; /* medians: a call, an element */
    int passes;         /* that it has been measured in; this is the fastest */
    double second_ns;   /* ns of the next fastest pass; 0: there was one */
    double spread;      /* median absolute deviation / median */
    double cycles;      /* an element */
    double
        ceiling_ns[BOUND_COUNT]; /* an element: ns times the mean of the passes' quotients; 0: does not apply */
    enum bound bound;            /* the tightest of them */
    double share;                /* of that one */
    double times_scalar, times_auto; /* NAN: not timed */
    double instructions, misses;     /* an element; NAN: no counters */
};
static inline double row_ceiling_ns(const struct row *r) {
    return r->ceiling_ns[r->bound];
}
/* How far the two fastest passes are apart, as a quotient; 0: there was one. */
static inline double row_apart(const struct row *r) {
    return r->second_ns / r->ns;
}
static inline double row_bytes(const struct row *r) { /* moved for an element */
    return (double)(r->s->cost.loads + r->s->cost.stores) * (r->precision == PRECISION_F32 ? 4 : 8);
}

struct results_rows {
    struct row *row;
    size_t n, cap;
    size_t n_checked;
    double ghz, least_ghz, most_ghz; /* of the core: the last measured, and over all groups */
    double fma_ns; /* AVX-512 or the widest: an element's 2 multiply-adds, f32; the roofline's top */
};
enum { PASSES = 4 };
#define AGREEMENT 1.05 /* passes, or calls, farther apart than this do not agree */
/* A row of a later pass over the same groups is given as `again`: it stays as the faster of both. */
void row_repeat(struct row *row, const struct row *again);
/* Checks every code of a group if `check`, then times them unless seconds is 0. */
bool group_run(const struct selection *sel, const struct subject *s, enum precision p, size_t bytes,
               struct arena *a, bool check, double seconds, struct method *m, struct results_rows *out,
               struct err *e);

/* ---- output ---------------------------------------------------------------------------------------------- */

/* The conditions of a measurement. */
struct context {
    char date[32], host[64], caches[96], governor[32];
    double load; /* of the last minute, before; < 0: unknown */
    const struct method *method;
    const struct results_rows *rows;
};
void context_make(struct context *c);

void rows_text_head(const struct context *c, struct text *out);
void rows_text(const struct results_rows *r, size_t first, size_t end, struct text *out);
/* What makes the figures doubtful: false if nothing does. */
bool rows_warnings(const struct context *c, struct text *out);
void rows_csv(const struct context *c, struct text *out);
/* How many rows of a former csv file agree with these; names those that do not. */
bool rows_compare(const struct results_rows *r, const char *path, struct text *out, struct err *e);
void rows_json(const struct context *c, struct text *out);
bool rows_plots(const struct context *c, const char *dir, struct err *e);

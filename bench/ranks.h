/* The processes (ranks) of one mpirun. Rank 0 does what the program does alone, and hands out tasks; the others
 * follow it: they make the same data sets and send back what they computed. Without BENCH_MPI there is one
 * rank, and all of this is nothing.
 *
 * What rank 0 calls, the others learn of one after the other in ranks_follow(). */
#pragma once
#include "job.h"

/* What a follower needs of the command line. */
struct ranks_order {
    const char *grid, *seeds;
    int isa; /* -1: the best */
    int threads;
};
/* Where results of other ranks go, and tasks come from. next: the number of a task, NO_TASK when there is none
 * left. take: what came of one; !ok: why in e. */
#define NO_TASK UINT64_MAX
struct ranks_desk {
    void *ctx;
    uint64_t (*next)(void *ctx);
    void (*take)(void *ctx, uint64_t task, struct outcome *out, bool ok, struct err *e);
};

#ifdef BENCH_MPI
void ranks_start(void); /* before anything is printed; this node's memory is shared out among its ranks */
int ranks_n(void);
int ranks_me(void);
/* Of `threads` that this process may run, its part where other ranks may use the same CPUs. All ranks at once.
 */
int ranks_threads(int threads);
/* Obeys rank 0 until it ends. */
void ranks_follow(const struct ranks_order *o);
/* Rank 0 lets the others go. */
void ranks_stop(void);

/* Whether all ranks have this plan and these numerics; threads_all: of all ranks. */
bool ranks_begin(const struct plan *p, int threads, int *threads_all, struct err *e);
void ranks_job(const struct job *j);
/* The others make data set k. Then all say whether they could: false if one could not, with its reason. */
void ranks_data(size_t k);
bool ranks_agree(bool ok, struct err *e);
/* L* of data set k and the points they are at; !ok: the data set is given up. */
void ranks_minima(const struct minima *m, size_t k, bool ok);
void ranks_unload(size_t k);
/* Serves the others until the desk has no task left and all results are in. On the main thread, beside those
 * that compute. tasks_are: tells the tasks by number first; their packs are those of the job. */
void ranks_tasks_are(const struct job *j, const struct task *task, size_t n);
void ranks_serve(const struct ranks_desk *desk);
#else
static inline void ranks_start(void) {}
static inline int ranks_n(void) {
    return 1;
}
static inline int ranks_me(void) {
    return 0;
}
static inline int ranks_threads(int threads) {
    return threads;
}
static inline void ranks_follow(const struct ranks_order *o) {
    (void)o;
}
static inline void ranks_stop(void) {}
static inline bool ranks_begin(const struct plan *p, int threads, int *threads_all, struct err *e) {
    (void)p, (void)e;
    *threads_all = threads;
    return true;
}
static inline void ranks_job(const struct job *j) {
    (void)j;
}
static inline void ranks_data(size_t k) {
    (void)k;
}
static inline bool ranks_agree(bool ok, struct err *e) {
    (void)e;
    return ok;
}
static inline void ranks_minima(const struct minima *m, size_t k, bool ok) {
    (void)m, (void)k, (void)ok;
}
static inline void ranks_unload(size_t k) {
    (void)k;
}
static inline void ranks_tasks_are(const struct job *j, const struct task *task, size_t n) {
    (void)j, (void)task, (void)n;
}
static inline void ranks_serve(const struct ranks_desk *desk) {
    (void)desk;
}
#endif

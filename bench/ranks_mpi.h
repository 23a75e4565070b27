/* What ranks say to each other: parcels of 64-bit words (so that a message may hold 16 GiB), sent to all or in
 * question and answer. ranks_mpi.c is the only file that speaks MPI. A parcel that cannot be had or a lost rank
 * ends the whole job, as MPI does; what rank 0 has stored stays. */
#pragma once
#include "base/err.h"
#include <stdint.h>

struct parcel { /* zero-initialise; free(word) */
    uint64_t *word;
    size_t n, cap, at; /* words; at: the next to be read */
};
void parcel_put(struct parcel *p, const void *bytes, size_t n);
void parcel_get(struct parcel *p, void *bytes, size_t n);
static inline void parcel_put_word(struct parcel *p, uint64_t x) {
    parcel_put(p, &x, sizeof x);
}
static inline uint64_t parcel_word(struct parcel *p) {
    uint64_t x;
    parcel_get(p, &x, sizeof x);
    return x;
}

void wire_start(void);
void wire_stop(void);
int wire_me(void), wire_n(void);
int wire_here(void);                          /* ranks on this node */
int wire_threads(int threads);                /* see ranks_threads */
_Noreturn void wire_give_up(const char *why); /* ends all ranks */
const char *wire_name(void);                  /* "rank 3 on node7" */
uint64_t wire_sum(uint64_t x);                /* over all ranks */
void wire_tell(struct parcel *p); /* from rank 0 to all, who call it with an empty one; all ranks at once */
/* Whether all ranks are ok. The first that is not sends its messages to rank 0. */
bool wire_agree(bool ok, struct err *e);

/* Follower, any thread: sends what came of the last task (nothing: n = 0) and gets the next answer. */
uint64_t wire_ask(const struct parcel *result);
/* Follower: that none of its threads will ask again. */
void wire_leave(void);
/* Rank 0, the thread that called wire_start: answers until all have left. An answer goes out before the result
 * that came with its question (n = 0: none did) is taken. */
struct wire_desk {
    void *ctx;
    uint64_t (*next)(void *ctx, struct parcel *result);
    void (*take)(void *ctx, struct parcel *result);
};
void wire_serve(const struct wire_desk *d);

/* How many packs a second rank 0 can hand out, and how many it can store:
 *
 *   mpirun -n 2 build-mpi/tests/ranks_rate [PACKS [DIR [short]]]
 *
 * PACKS empty packs (200,000) are asked for one after the other by one thread of every other rank, as a sweep
 * does it; rank 0 does nothing else. With DIR the packs are of sixteen runs of 101 evaluations each, PACKS /
 * 100 of them, which rank 0 stores in DIR/sweep.db, one transaction a pack: each synced to the disk, as packs
 * of 0.1 s and more are, or with `short` one every 0.1 s (bench/job.c, put). Prints the packs a second. */
#include "base/clock.h"
#include "ranks_result.h"
#include "store/store.h"
#include <stdio.h>
#include <stdlib.h>

enum { POINTS = 101 };
static const struct pack pack = {.n = LANES};
static const struct task task = {.pack = &pack, .n = 1};

struct desk {
    uint64_t given, n, taken;
    struct store *store;
    double every, synced; /* seconds between syncs; when the last was */
    struct err e;
};

static bool put(struct desk *d, const struct outcome *out) {
    const double now = clock_s();
    const bool synced = now - d->synced >= d->every;
    if (synced)
        d->synced = now;
    return store_sync(d->store, synced, &d->e) && store_put_runs(d->store, out, LANES, &d->e);
}

static uint64_t next(void *ctx, struct parcel *result) {
    struct desk *d = ctx;
    (void)result;
    return d->given < d->n ? d->given++ : UINT64_MAX;
}

static void take(void *ctx, struct parcel *result) {
    struct desk *d = ctx;
    struct outcome out[LANES] = {0};
    int signal;
    result_head(result, &signal);
    if (d->store && (!result_get(result, &task, out, &d->e) || !put(d, out)))
        wire_give_up(d->e.text);
    for (int i = 0; i < LANES; i++)
        outcome_free(&out[i]);
    d->taken++;
}

static void work(bool stored) {
    static struct point points[LANES][POINTS];
    struct outcome out[LANES] = {0};
    struct parcel result = {0};
    const struct err none = {0};
    for (uint64_t i; (i = wire_ask(&result)) != UINT64_MAX;) {
        for (int k = 0; stored && k < LANES; k++)
            out[k] = (struct outcome){.id = i * LANES + (uint64_t)k, .points = points[k], .n_points = POINTS};
        result_put(&result, i, &task, out, stored, 0, &none);
    }
    free(result.word);
    wire_leave();
}

int main(int argc, char **argv) {
    const char *dir = argc > 2 ? argv[2] : NULL;
    const uint64_t n = argc > 1 ? strtoull(argv[1], NULL, 10) : 200000;
    wire_start();
    if (wire_me()) {
        work(dir);
    } else {
        struct desk d = {.n = dir ? n / 100 : n, .every = argc > 3 ? 0.1 : 0};
        if (dir && !(d.store = store_open(dir, true, false, &d.e)))
            wire_give_up(d.e.text);
        const double start = clock_s();
        wire_serve(&(struct wire_desk){&d, next, take});
        const double seconds = clock_s() - start;
        store_close(d.store);
        printf("%llu %s packs from rank 0 to %d: %.0f a second\n", (unsigned long long)d.taken,
               dir ? "stored" : "empty", wire_n() - 1, (double)d.taken / seconds);
    }
    wire_stop();
}

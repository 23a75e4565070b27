/* Rank 0's side of ranks.h. */
#include "base/hash.h"
#include "base/machine.h"
#include "interrupt.h"
#include "ranks_protocol.h"
#include "ranks_result.h"
#include <stdlib.h>
#include <string.h>

static struct parcel out;        /* of the call at work; one thread */
static const struct task *tasks; /* those being handed out */

int ranks_n(void) {
    return wire_n();
}
int ranks_me(void) {
    return wire_me();
}

void ranks_start(void) {
    wire_start();
    if (wire_here() > 1)
        machine_assume_memory(machine_get()->memory_bytes / (uint64_t)wire_here());
}

int ranks_threads(int threads) {
    return wire_threads(threads);
}

uint64_t ranks_plan_hash(const struct plan *p) {
    size_t len;
    const char *text = plan_text(p, &len);
    uint64_t h = hash64(text, len);
    for (size_t k = 0; k < plan_n_datasets(p); k++) {
        struct {
            uint64_t before;
            char fingerprint[40];
        } step = {.before = h};
        strncpy(step.fingerprint, plan_dataset_fingerprint(p, k), sizeof step.fingerprint - 1);
        h = hash64(&step, sizeof step);
    }
    return h;
}

/* Starts a parcel; false: nobody follows. */
static bool begin(enum ranks_command command) {
    out.n = 0;
    if (wire_n() > 1)
        parcel_put_word(&out, command);
    return wire_n() > 1;
}

void ranks_stop(void) {
    if (begin(RANKS_END))
        wire_tell(&out);
    free(out.word);
    out = (struct parcel){0};
    wire_stop();
}

bool ranks_begin(const struct plan *p, int threads, int *threads_all, struct err *e) {
    *threads_all = threads;
    if (!begin(RANKS_BEGIN))
        return true;
    char numerics[NUMERICS_CHARS] = "";
    numerics_name(numerics);
    parcel_put_word(&out, ranks_plan_hash(p));
    parcel_put(&out, numerics, sizeof numerics);
    wire_tell(&out);
    const bool ok = wire_agree(true, e);
    *threads_all = (int)wire_sum((uint64_t)threads);
    return ok;
}

void ranks_job(const struct job *j) {
    if (!begin(RANKS_JOB))
        return;
    const struct ids *traced = j->traced ? j->traced->ctx : NULL;
    parcel_put_word(&out, j->cost->n_packs);
    parcel_put(&out, j->cost->packs, j->cost->n_packs * sizeof *j->cost->packs);
    parcel_put_word(&out, traced ? traced->n : 0);
    if (traced)
        parcel_put(&out, traced->id, traced->n * sizeof *traced->id);
    wire_tell(&out);
}

void ranks_data(size_t k) {
    if (!begin(RANKS_DATA))
        return;
    parcel_put_word(&out, k);
    wire_tell(&out);
}

bool ranks_agree(bool ok, struct err *e) {
    return wire_n() > 1 ? wire_agree(ok, e) : ok;
}

void ranks_minima(const struct minima *m, size_t k, bool ok) {
    if (!begin(RANKS_MINIMA))
        return;
    parcel_put_word(&out, k);
    parcel_put_word(&out, ok);
    for (size_t i = m->first[k]; ok && i != NEED_END; i = m->need[i].next) {
        parcel_put_word(&out, true);
        parcel_put(&out, &m->need[i], sizeof m->need[i]);
        parcel_put(&out, m->need[i].w, m->need[i].w ? m->need[i].n_w * sizeof(double) : 0);
    }
    parcel_put_word(&out, false);
    wire_tell(&out);
}

void ranks_unload(size_t k) {
    if (!begin(RANKS_UNLOAD))
        return;
    parcel_put_word(&out, k);
    wire_tell(&out);
}

void ranks_tasks_are(const struct job *j, const struct task *task, size_t n) {
    tasks = task;
    if (!begin(RANKS_TASKS))
        return;
    parcel_put_word(&out, n);
    for (size_t i = 0; i < n; i++) {
        const struct task_told told = {(uint64_t)(task[i].pack - j->cost->packs), (uint64_t)task[i].n,
                                       task[i].dataset};
        parcel_put(&out, &told, sizeof told);
    }
    wire_tell(&out);
}

/* A rank that was interrupted interrupts all: said with the first result after it. */
static uint64_t next(void *ctx, struct parcel *result) {
    const struct ranks_desk *desk = ctx;
    int signal = 0;
    if (result->n)
        result_head(result, &signal);
    if (signal)
        interrupt_note(signal);
    return desk->next(desk->ctx);
}

static void take(void *ctx, struct parcel *result) {
    const struct ranks_desk *desk = ctx;
    struct outcome o[GROUP_MOST * LANES] = {0};
    struct err e = {0};
    int signal;
    const uint64_t number = result_head(result, &signal);
    const bool ok = result_get(result, &tasks[number], o, &e);
    desk->take(desk->ctx, number, o, ok, &e);
    for (int i = 0; i < GROUP_MOST * LANES; i++)
        outcome_free(&o[i]);
    err_clear(&e);
}

void ranks_serve(const struct ranks_desk *desk) {
    struct ranks_desk copy = *desk;
    wire_serve(&(struct wire_desk){&copy, next, take});
}

/* Data sets are taken in the order of the plan, several at a time while they are small, so that many small ones
 * keep all threads busy; their packs go out longest first, one thread a pack; a data set is freed after its
 * last pack. Which thread computes what, and with what beside it, changes no number (kern/kern.h). */
#include "job.h"
#include "base/clock.h"
#include "base/machine.h"
#include "base/mem.h"
#include "facts.h"
#include "interrupt.h"
#include "ranks.h"
#include <omp.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

struct state {
    const struct job *job;
    struct tally *tally;
    struct minima minima;
    const struct cost *cost;
    struct tasks tasks;
    struct dataset **data; /* (n_datasets): those in memory */
    size_t *left;          /* (n_datasets): tasks not finished, of those in memory */
    struct progress progress;
    struct err *e;
    atomic_bool broken; /* the store takes no more */
    double synced;      /* when the store was last synced */
};

static bool ended(const struct state *s) {
    return interrupt_pending() || atomic_load(&s->broken);
}

static int by_work(const void *a, const void *b) {
    const struct task *x = a, *y = b;
    if (x->work != y->work)
        return x->work > y->work ? -1 : 1;
    return (x->pack > y->pack) - (x->pack < y->pack);
}

static size_t runs_of(const struct state *s, size_t k) {
    size_t n = 0;
    for (size_t i = s->tasks.first[k]; i < s->tasks.first[k + 1]; i++)
        n += task_runs(&s->tasks.task[i]);
    return n;
}

/* Keeps the reason why the runs of a task cannot be computed. */
static bool record_failure(struct state *s, const struct task *task, const char *reason) {
    const struct sink *sink = &s->job->sink;
    bool ok = true;
    for (int i = 0; ok && i < task->n; i++)
        for (int k = 0; ok && k < task->pack[i].n; k++) {
            struct run r;
            plan_run(s->job->plan, task->pack[i].run[k], &r);
            ok = sink->failed(sink->ctx, r.id, reason ? reason : "", s->e);
        }
    return ok;
}

/* Makes data set k, on all ranks, and its L*. On failure its runs count as failed. */
static bool load(struct state *s, size_t k) {
    const struct job *j = s->job;
    const double start = clock_s();
    ranks_data(k);
    struct dataset *d = task_data(j, k, s->e);
    bool ok = ranks_agree(d, s->e);
    s->tally->data_s += clock_s() - start;
    if (ok) {
        struct data_facts facts = facts_of(d);
        const double then = clock_s();
        ok = j->sink.data(j->sink.ctx, &facts, s->e) &&
             minima_find(&s->minima, k, d, j->threads, j->store, s->e);
        ranks_minima(&s->minima, k, ok);
        s->tally->minima_s += clock_s() - then;
    }
    if (!ok) {
        data_free(d);
        size_t lost = runs_of(s, k);
        err_add(s->e, "data set %zu of %zu cannot be used; %zu runs on it are left out", k + 1,
                plan_n_datasets(j->plan), lost);
        s->tally->n_failed += lost;
        s->tally->n_unusable++;
        progress_add(&s->progress, lost, 0);
        return false;
    }
    s->data[k] = d;
    s->left[k] = s->tasks.first[k + 1] - s->tasks.first[k];
    return true;
}

static void unload(struct state *s, size_t k) {
    minima_forget_points(&s->minima, k);
    data_free(s->data[k]);
    s->data[k] = NULL;
}

/* The outcomes of a task, into the store: one transaction a pack. A sync takes a millisecond or more, a pack of
 * a toy a fraction of that: a task that took less than SHORT_S goes unsynced as long as the last sync is not
 * SHORT_S ago. What is lost with the program is nothing either way; with the machine, what SHORT_S computed. */
static bool put(struct state *s, const struct task *task, const struct outcome *out, struct err *e) {
    const double SHORT_S = 0.1, start = clock_s();
    const struct sink *sink = &s->job->sink;
    double seconds = 0;
    for (int i = 0; i < task->n * LANES; i++)
        seconds += i % LANES < task->pack[i / LANES].n ? out[i].seconds : 0;
    const bool synced = seconds >= SHORT_S || start - s->synced >= SHORT_S;
    bool ok = true;
    for (int i = 0; ok && i < task->n; i++)
        ok = sink->runs(sink->ctx, out + i * LANES, (size_t)task->pack[i].n, synced, e);
    const double end = clock_s();
    s->tally->store_s += end - start;
    if (synced)
        s->synced = end;
    return ok;
}

/* The writer: one thread at a time. */
static void finish(struct state *s, const struct task *task, struct outcome *out, bool ok, struct err *e) {
    const size_t n = task_runs(task);
    if (ok && put(s, task, out, e)) {
        s->tally->n_done += n;
        for (int i = 0; i < task->n * LANES; i++)
            if (i % LANES < task->pack[i / LANES].n) {
                s->tally->nonzeros += (double)out[i].points[out[i].n_points - 1].nonzeros;
                s->tally->busy_s += out[i].seconds;
                for (int part = 0; part < TRAIN_PARTS; part++)
                    s->tally->part_s[part] += out[i].part_s[part];
            }
    } else {
        struct run r;
        plan_run(s->job->plan, task->pack->run[0], &r);
        err_add(s->e, "%zu runs of %s on %s could not be %s: %.*s", n, r.optimizer, r.data,
                ok ? "stored" : "computed", e->len ? (int)e->len - 1 : 0, e->text ? e->text : "");
        s->tally->n_failed += n;
        if (ok || !record_failure(s, task, e->text))
            atomic_store(&s->broken, true);
    }
    progress_add(&s->progress, n, task->work);
    if (--s->left[task->dataset] == 0)
        unload(s, task->dataset);
}

static void run_task(struct state *s, const struct task *task) {
    struct outcome out[GROUP_MOST * LANES] = {0};
    struct err e = {0};
    bool ok = task_train(s->job, &s->minima, task, s->data[task->dataset], out, &e);
#pragma omp critical(writer)
    finish(s, task, out, ok, &e);
    for (int i = 0; i < GROUP_MOST * LANES; i++)
        outcome_free(&out[i]);
    err_clear(&e);
}

/* Tasks of a window on their way to whoever is free: the threads of this process and other ranks. */
struct desk {
    struct state *s;
    const struct task *task; /* (n), longest first */
    size_t n;
    atomic_size_t given;
};

static uint64_t next_task(void *ctx) {
    struct desk *d = ctx;
    if (ended(d->s))
        return NO_TASK;
    const size_t i = atomic_fetch_add(&d->given, 1);
    return i < d->n ? i : NO_TASK;
}

static void take_result(void *ctx, uint64_t task, struct outcome *out, bool ok, struct err *e) {
    struct desk *d = ctx;
#pragma omp critical(writer)
    finish(d->s, &d->task[task], out, ok, e);
}

static void hand_out(struct state *s, const struct task *task, size_t n, int threads) {
    struct desk desk = {.s = s, .task = task, .n = n};
    const bool serves = ranks_n() > 1;
#pragma omp parallel num_threads(threads + serves)
    {
        if (serves && omp_get_thread_num() == 0)
            ranks_serve(&(struct ranks_desk){&desk, next_task, take_result});
        else
            for (uint64_t i; (i = next_task(&desk)) != NO_TASK;)
                run_task(s, &task[i]);
        train_release();
    }
}

/* Data sets first..end-1: made one after the other on all threads, then their packs. */
static bool window(struct state *s, size_t first, size_t end) {
    struct task *task = mem_zeroed(s->tasks.first[end] - s->tasks.first[first], sizeof *task, s->e);
    if (!task)
        return false;
    size_t n = 0;
    for (size_t k = first; k < end && !ended(s); k++) {
        const size_t n_tasks = s->tasks.first[k + 1] - s->tasks.first[k];
        if (!(n_tasks || minima_missing(&s->minima, k)) || !load(s, k))
            continue;
        if (!n_tasks) { /* only its L* was missing */
            unload(s, k);
            ranks_unload(k);
        }
        memcpy(task + n, s->tasks.task + s->tasks.first[k], n_tasks * sizeof *task);
        n += n_tasks;
    }
    const double start = clock_s();
    qsort(task, n, sizeof *task, by_work);
    ranks_tasks_are(s->job, task, n);
    hand_out(s, task, n, task_threads(s->job, task, n, s->data, s->tally));
    s->tally->train_s += clock_s() - start;
    for (size_t k = first; k < end; k++)
        if (s->data[k])
            unload(s, k);
    free(task);
    return true;
}

bool job_run(const struct job *j, struct tally *t, struct err *e) {
    struct state s = {.job = j, .cost = j->cost, .tally = t, .e = e};
    *t = (struct tally){0};
    bool ok = minima_list(&s.minima, j->plan, j->wanted, j->store, e) && tasks_make(j, &s.tasks, e) &&
              (s.left = mem_zeroed(plan_n_datasets(j->plan), sizeof *s.left, e)) &&
              (s.data = mem_zeroed(plan_n_datasets(j->plan), sizeof *s.data, e));
    double work = 0;
    for (size_t i = 0; ok && i < j->cost->n_packs; i++)
        work += s.tasks.task[i].work;
    t->n_todo = j->cost->n_todo;
    t->n_left_out = j->cost->n_left_out;
    t->n_elsewhere = j->cost->n_elsewhere;
    t->left_out = j->cost->left_out;
    if (ok)
        ranks_job(j);
    progress_begin(&s.progress, j->cost->n_todo, work, j->quiet);
    for (size_t k = 0, end; ok && k < plan_n_datasets(j->plan) && !ended(&s); k = end) {
        end = tasks_window(j, &s.tasks, k);
        ok = window(&s, k, end);
    }
    progress_clear(&s.progress);
    t->signal = interrupt_pending();
    ok = ok && !atomic_load(&s.broken);
    minima_free(&s.minima);
    tasks_free(&s.tasks);
    free(s.data);
    free(s.left);
    return ok;
}

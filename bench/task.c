#include "task.h"
#include "base/machine.h"
#include "base/mem.h"
#include "job.h"
#include <math.h>
#include <string.h>

size_t task_runs(const struct task *t) {
    size_t n = 0;
    for (int i = 0; i < t->n; i++)
        n += (size_t)t->pack[i].n;
    return n;
}

/* The shape of a data set before its turn comes. Of a file that is not kept: no more features occur than there
 * are non-zeros. */
static struct dataset shape_of(const struct job *j, size_t k) {
    struct dataset shape = j->cost->shape[k];
    const struct data_params *params = plan_dataset(j->plan, k);
    const bool is_file = params->kind == DATA_LIBSVM;
    for (size_t i = k + 1; is_file && !shape.n_features && j->ready && i-- > 0;) /* or read for another seed */
        if (j->ready[i] && !strcmp(j->ready[i]->params.path, params->path))
            shape = *j->ready[i];
    if (!shape.n_features)
        shape.n_features = shape.train.nnz;
    return shape;
}

/* How many packs like this one a thread may train side by side, so that all threads together take no more than
 * a quarter of the memory. */
static double packs_in_memory(const struct job *j, const struct pack *pack) {
    struct run r;
    plan_run(j->plan, pack->run[0], &r);
    const struct dataset shape = shape_of(j, pack->dataset);
    const double bytes = (double)train_memory(&shape, j->kernels->precision, r.rule, pack->batch);
    return (double)machine_get()->memory_bytes / 4 / j->threads / bytes;
}

/* How many packs with full batches train side by side, so that what is left of them is repacked (train/team.h):
 * not so many that threads have too few tasks to choose from, or that a kill loses more than a minute.
 * in_data: packs of their data set; work: of one pack. */
static size_t side_by_side(const struct job *j, const struct pack *pack, size_t in_data, double work) {
    enum { TASKS_A_THREAD = 4 };
    const double MINUTE = 1e12, memory = (double)machine_get()->memory_bytes / 4;
    const struct data_params *params = plan_dataset(j->plan, pack->dataset);
    if (!pack->group || params->kind == DATA_SURFACE)
        return 1;
    double n = MINUTE / work;
    if (j->threads_all > 1) {
        const double estimate = (double)data_memory_estimate(params, j->kernels->precision),
                     data_sets = estimate > 0 ? fmax(1, memory / estimate) : 1, /* at a time */
            packs = fmin(data_sets * (double)in_data, (double)j->cost->n_packs);
        n = fmin(n, ceil(packs / (TASKS_A_THREAD * j->threads_all)));
    }
    return n >= GROUP_MOST ? GROUP_MOST : n >= 1 ? (size_t)n : 1;
}

/* How many packs from pack i on make one task; work: of the first. Packs that share mini-batches are divided
 * equally among threads; with stop = target a group of packs is kept whole if it can be. With full batches a
 * task has packs of one group. */
static int task_packs(const struct job *j, size_t i, double work) {
    const struct pack *first = &j->cost->packs[i];
    const size_t threads = (size_t)j->threads_all, many = GROUP_MOST * 4 * threads; /* more change nothing */
    size_t n = 1, before = 0, whole = 0;
    if (!first->batch && !first->group)
        return 1;
    while (n < many && i + n < j->cost->n_packs && pack_shares_batches(first, first + n))
        n++;
    while (before < many && before < i && pack_shares_batches(first, first - before - 1))
        before++;
    const size_t part =
        first->batch ? (before + n + threads - 1) / threads : side_by_side(j, first, before + n, work);
    const double fit = fmin(packs_in_memory(j, first), GROUP_MOST);
    const size_t room = fit < 1 ? 1 : (size_t)fit, most = part < room ? part : room;
    for (size_t k = 1; k <= n && k <= most && first->group && (first->batch || !whole); k++)
        if (k == n || first[k].group != first[k - 1].group)
            whole = k;
    return (int)(whole ? whole : n < most ? n : most);
}

/* A counting sort that keeps the order of the packs. */
bool tasks_make(const struct job *j, struct tasks *t, struct err *e) {
    const size_t n_data = plan_n_datasets(j->plan), n = j->cost->n_packs;
    struct task *unsorted = mem_zeroed(n, sizeof *unsorted, e);
    *t = (struct tasks){mem_zeroed(n, sizeof *t->task, e), mem_zeroed(n_data + 2, sizeof *t->first, e)};
    const bool ok = unsorted && t->task && t->first;
    size_t n_tasks = 0;
    struct touched memory = {0};
    for (size_t i = 0; ok && i < n; i += (size_t)unsorted[n_tasks++].n) {
        const struct pack *first = &j->cost->packs[i];
        struct task *at = &unsorted[n_tasks];
        *at = (struct task){.pack = first, .dataset = first->dataset};
        at->work = work_total(work_of(j->cost, j->plan, first, &memory));
        at->n = task_packs(j, i, at->work);
        for (int k = 1; k < at->n; k++)
            at->work += work_total(work_of(j->cost, j->plan, &first[k], &memory));
        t->first[first->dataset + 2]++;
    }
    for (size_t k = 0; ok && k < n_data; k++)
        t->first[k + 2] += t->first[k + 1];
    for (size_t i = 0; ok && i < n_tasks; i++)
        t->task[t->first[unsorted[i].dataset + 1]++] = unsorted[i];
    free(unsorted);
    return ok;
}

void tasks_free(struct tasks *t) {
    free(t->task);
    free(t->first);
    *t = (struct tasks){0};
}

size_t tasks_window(const struct job *j, const struct tasks *t, size_t k) {
    enum { PACKS_A_THREAD = 8 }; /* enough in one window for its last packs to end together */
    const double budget = (double)machine_get()->memory_bytes / 4;
    const size_t enough = (size_t)j->threads_all * PACKS_A_THREAD, start = t->first[k];
    double bytes = 0;
    for (; k < plan_n_datasets(j->plan); k++) {
        const double more = (double)data_memory_estimate(plan_dataset(j->plan, k), j->kernels->precision);
        if (more == 0 || t->first[k + 1] - start >= enough || bytes + more > budget)
            return k + 1;
        bytes += more;
    }
    return k;
}

struct dataset *task_data(const struct job *j, size_t k, struct err *e) {
    const struct data_params *params = plan_dataset(j->plan, k);
    const enum precision precision = j->kernels->precision;
    const double estimate = (double)data_memory_estimate(params, precision);
    const double available = (double)machine_get()->memory_bytes;
    struct dataset *d = NULL;
    bool ok = estimate <= available || err_add(e, "needs %.0f MiB of memory; %.0f MiB are available",
                                               estimate / (1 << 20), available / (1 << 20));
    ok = ok && (d = j->ready[k] ? j->ready[k] : data_make(params, j->threads, e)) &&
         (!strcmp(d->fingerprint, plan_dataset_fingerprint(j->plan, k)) ||
          err_add(e, "%s has changed since the sweep began", params->path)) &&
         data_prepare(d, precision, e);
    j->ready[k] = NULL;
    if (ok)
        return d;
    data_free(d);
    return NULL;
}

bool task_train(const struct job *j, const struct minima *m, const struct task *t, const struct dataset *d,
                struct outcome *out, struct err *e) {
    double lstar[GROUP_MOST * LANES];
    const double *w_star[GROUP_MOST * LANES];
    for (int i = 0; i < t->n * LANES; i++) {
        struct run r;
        if (i % LANES >= t->pack[i / LANES].n)
            continue;
        plan_run(j->plan, t->pack[i / LANES].run[i % LANES], &r);
        lstar[i] = minima_of(m, &r);
        w_star[i] = minima_point_of(m, &r);
    }
    return train_traced(j->plan, t->pack, t->n, d, j->kernels, lstar, w_star, j->traced, out, e);
}

int task_threads(const struct job *j, const struct task *t, size_t n, struct dataset *const *data,
                 struct tally *tally) {
    size_t most = 1, bytes_of_data = 0, low = SIZE_MAX, high = 0;
    for (size_t i = 0; i < n; i++) {
        struct run r;
        plan_run(j->plan, t[i].pack->run[0], &r);
        const struct dataset *d = data[t[i].dataset];
        size_t bytes = (size_t)t[i].n * train_memory(d, j->kernels->precision, r.rule, t[i].pack->batch);
        most = bytes > most ? bytes : most;
        low = t[i].dataset < low ? t[i].dataset : low;
        high = t[i].dataset > high ? t[i].dataset : high;
    }
    for (size_t k = low; k <= high; k++)
        bytes_of_data += data[k] ? data[k]->memory_bytes : 0;
    const size_t available = machine_get()->memory_bytes,
                 fit = available > bytes_of_data ? (available - bytes_of_data) / most : 0;
    const int threads = fit >= (size_t)j->threads ? j->threads : fit < 1 ? 1 : (int)fit;
    if (!tally)
        return threads;
    tally->data_bytes = bytes_of_data > tally->data_bytes ? bytes_of_data : tally->data_bytes;
    const int in_flight = (size_t)threads < n ? threads : (int)n;
    if ((size_t)in_flight * most > tally->flight_bytes) {
        tally->flight_bytes = (size_t)in_flight * most;
        tally->in_flight = in_flight;
    }
    return threads;
}

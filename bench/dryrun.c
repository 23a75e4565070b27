#include "dryrun.h"
#include "base/machine.h"
#include "base/mem.h"
#include "job.h"
#include "memory.h"
#include "minima.h"
#include "show.h"
#include "speed.h"
#include <math.h>
#include <stdio.h>

/* Seconds to store a run, and each of its points. */
static const double STORE_RUN_S = 2e-5, STORE_POINT_S = 1.3e-7;

enum { POINT_BYTES = 40, CURVE_ROW_BYTES = 55, RUN_BYTES = 150, RUN_ROW_BYTES = 400 };

enum { REASONS_MOST = 4 };
struct sums {
    double work[WORK_COUNT], evaluations; /* units; evaluations: the share of them that no step needs */
    double memory_bytes;
    double units;                      /* of work that the busiest thread has */
    double data_s, minima_s;           /* on the machine of work.c */
    const char *because[REASONS_MOST]; /* why mini-batch steps are dense, and how many runs are meant */
    size_t dense[REASONS_MOST];
};

static void count_dense(struct sums *sums, const char *because, size_t runs) {
    int k = 0;
    while (k < REASONS_MOST - 1 && sums->because[k] && sums->because[k] != because)
        k++;
    sums->because[k] = because;
    sums->dense[k] += runs;
}

static void sum_up_packs(const struct plan *p, const struct cost *c, struct sums *sums) {
    struct touched memory = {0};
    for (size_t i = 0; i < c->n_packs; i++) {
        struct run r;
        plan_run(p, c->packs[i].run[0], &r);
        const struct work work = work_of(c, p, &c->packs[i], &memory);
        const char *because = train_dense_because(&r, &c->shape[r.dataset]);
        const bool dense = because || r.v[KEY_SWEEP_sparse_updates].word == UPDATES_DENSE;
        sums->work[!c->packs[i].batch ? FULL_BATCH : dense ? DENSE_STEPS : PUT_OFF] += work.steps;
        sums->work[FULL_BATCH] += work.evaluations;
        sums->evaluations += work.evaluations;
        if (because)
            count_dense(sums, because, (size_t)c->packs[i].n);
    }
}

/* Data sets are in memory, and their tasks wait for one another, window by window. shape: of each data set. */
static bool sum_up_windows(const struct job *job, struct dataset *shape, struct sums *sums, struct err *e) {
    const size_t n = plan_n_datasets(job->plan);
    struct dataset **data = mem_zeroed(n, sizeof *data, e);
    struct tasks tasks = {0};
    const bool ok = data && tasks_make(job, &tasks, e);
    for (size_t k = 0; ok && k < n; k++)
        data[k] = tasks.first[k + 1] > tasks.first[k] ? &shape[k] : NULL;
    for (size_t k = 0, end; ok && k < n; k = end) {
        struct tally taken = {0};
        end = tasks_window(job, &tasks, k);
        const struct task *task = tasks.task + tasks.first[k];
        const size_t n_tasks = tasks.first[end] - tasks.first[k];
        const int threads = task_threads(job, task, n_tasks, data, &taken);
        sums->memory_bytes = fmax(sums->memory_bytes, (double)taken.data_bytes + (double)taken.flight_bytes);
        double all = 0, longest = 0;
        for (size_t i = 0; i < n_tasks; i++) {
            all += task[i].work;
            longest = fmax(longest, task[i].work);
        }
        sums->units += fmax(all / threads, longest);
    }
    tasks_free(&tasks);
    free(data);
    return ok;
}

/* Data sets that are to be made, and their L*, one after the other. */
static bool sum_up_data(const struct plan *p, struct store *s, const struct ids *wanted, const struct cost *c,
                        int threads, struct sums *sums, struct err *e) {
    struct minima minima;
    bool *made = mem_zeroed(plan_n_datasets(p), sizeof *made, e);
    const bool ok = made && minima_list(&minima, p, wanted, s, e);
    for (size_t i = 0; ok && i < c->n_packs; i++)
        made[c->packs[i].dataset] = true;
    for (size_t k = 0; ok && k < plan_n_datasets(p); k++) {
        const struct dataset *shape = &c->shape[k];
        const size_t n = minima_missing(&minima, k);
        if ((made[k] || n) && plan_dataset(p, k)->kind != DATA_LIBSVM) /* files are read by now */
            sums->data_s += work_seconds_of_data(shape, threads);
        sums->minima_s += (double)n * work_seconds_of_minimum(shape, threads);
    }
    if (made)
        minima_free(&minima);
    free(made);
    return ok;
}

static bool sum_up(const struct plan *p, struct store *s, const struct ids *wanted, struct cost *c,
                   const struct kernels *kernels, int threads, struct sums *sums, struct err *e) {
    const struct job job = {
        .plan = p, .cost = c, .kernels = kernels, .threads = threads, .threads_all = threads};
    struct dataset *shape = mem_zeroed(plan_n_datasets(p), sizeof *shape, e);
    bool ok = shape;
    for (size_t k = 0; ok && k < plan_n_datasets(p); k++) {
        ok = memory_shape(plan_dataset(p, k), kernels->precision, threads, &shape[k], e);
        if (ok && plan_dataset(p, k)->kind == DATA_LIBSVM)
            c->shape[k] = shape[k];
    }
    ok = ok && sum_up_windows(&job, shape, sums, e) && sum_up_data(p, s, wanted, c, threads, sums, e);
    if (ok)
        sum_up_packs(p, c, sums);
    free(shape);
    return ok;
}

/* Runs are decoded in the order data, optimizer: equal neighbours make one line, equal lines further on are
 * joined. */
struct line {
    const char *optimizer, *data;
    size_t runs;
};

static bool print_runs(const struct plan *p, const struct ids *wanted, size_t *n_runs, struct err *e) {
    struct line *line = NULL;
    size_t n = 0, cap = 0, at = 0;
    bool ok = true;
    *n_runs = 0;
    for (size_t i = 0; ok && i < plan_n_runs(p); i++) {
        struct run r;
        plan_run(p, i, &r);
        if (wanted->id && !ids_have(wanted, r.id))
            continue;
        if (!n || line[at].optimizer != r.optimizer || line[at].data != r.data)
            for (at = 0; at < n && (line[at].optimizer != r.optimizer || line[at].data != r.data);)
                at++;
        if (at == n) {
            ok = mem_grow(&line, &cap, n + 1, sizeof *line, e);
            if (ok)
                line[n++] = (struct line){r.optimizer, r.data, 0};
        }
        if (ok)
            line[at].runs++;
        ++*n_runs;
    }
    printf("%-24s %-24s %12s\n", "optimizer", "data", "runs");
    for (size_t k = 0; k < n; k++) {
        char count[SHOW_CHARS];
        printf("%-24s %-24s %12s\n", line[k].optimizer, line[k].data, show_count(line[k].runs, count));
    }
    free(line);
    return ok;
}

bool dryrun_print(const struct plan *p, const char *dir, const struct ids *wanted, enum again again,
                  enum precision precision, enum isa isa, int threads, struct err *e) {
    struct store *s = NULL;
    struct cost c = {0};
    struct sums sums = {0};
    const struct kernels *kernels = kernels_get(isa, precision);
    size_t n_runs = 0;
    bool ok = (!dir || !store_is_there(dir) || (s = store_open(dir, false, true, e))) &&
              cost_make(p, s, wanted, again, &c, e) && sum_up(p, s, wanted, &c, kernels, threads, &sums, e) &&
              print_runs(p, wanted, &n_runs, e);
    if (ok) {
        struct run r;
        plan_run(p, 0, &r);
        const double points = c.epochs / r.v[KEY_SWEEP_evaluate].number + 2, n = (double)n_runs;
        const double disk = n * (points * (POINT_BYTES + CURVE_ROW_BYTES) + RUN_BYTES + RUN_ROW_BYTES);
        char a[SHOW_CHARS], b[SHOW_CHARS];
        printf("\n%s runs on %zu data set%s", show_count(n_runs, a), plan_n_datasets(p),
               plan_n_datasets(p) == 1 ? "" : "s");
        printf(", %s of them to compute in %s packs\n", show_count(c.n_todo, a), show_count(c.n_packs, b));
        if (c.n_left_out)
            printf("%s failed before and are left out (--retry-failed)\n", show_count(c.n_left_out, a));
        printf("memory  %s at most, of %s available\n", show_bytes(sums.memory_bytes, a),
               show_bytes((double)machine_get()->memory_bytes, b));
        printf("disk    %s\n", show_bytes(disk, a));
        const struct machine_speed speed = speed_measure(kernels, isa, sums.work);
        double work = 0, work_s = 0;
        for (int w = 0; w < WORK_COUNT; w++) {
            work += sums.work[w];
            work_s += sums.work[w] / speed.units_s[w];
        }
        const double store_s = (STORE_RUN_S + STORE_POINT_S * points) * (double)c.n_todo;
        const double seconds =
            (work > 0 ? sums.units * work_s / work : 0) + speed.slow * (sums.data_s + sums.minima_s + store_s);
        printf("time    %s %s on %d thread%s (%s), tables and pictures not counted",
               seconds < 1 ? "under" : "about", show_duration(fmax(seconds, 1), a), threads,
               threads == 1 ? "" : "s", isa_names[isa]);
        if (work > 0 && sums.evaluations >= 0.01 * work)
            printf("; %.0f%% of it evaluations", 100 * sums.evaluations / work);
        printf("\n");
        for (int k = 0; k < REASONS_MOST && sums.because[k]; k++)
            printf("dense   steps in %s runs: %s\n", show_count(sums.dense[k], a), sums.because[k]);
    }
    cost_free(&c);
    store_close(s);
    return ok;
}

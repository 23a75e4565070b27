#include "dryrun.h"
#include "base/machine.h"
#include "base/mem.h"
#include "job.h"
#include "memory.h"
#include "show.h"
#include <math.h>
#include <stdio.h>

/* Millions of units of work (work.c) a second per thread, in small grids on the machine the project was written
 * on: right within a small factor elsewhere. `bench throughput` measures. */
static const double rates[PRECISION_COUNT][ISA_COUNT] = {{300, 2000, 3500}, {300, 1000, 1600}};

static const double STORE_S = 5e-5; /* to store a run: with little data that is what takes the time */

enum { POINT_BYTES = 40, CURVE_ROW_BYTES = 55, RUN_BYTES = 150, RUN_ROW_BYTES = 400 };

enum { REASONS_MOST = 4 };
struct sums {
    struct work work;
    double data_bytes, task_bytes;
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

static bool sum_up(const struct plan *p, struct cost *c, const struct kernels *kernels, int threads,
                   struct sums *sums, struct err *e) {
    const enum precision precision = kernels->precision;
    const struct job job = {
        .plan = p, .cost = c, .kernels = kernels, .threads = threads, .threads_all = threads};
    struct dataset *shape = mem_zeroed(plan_n_datasets(p), sizeof *shape, e);
    struct touched memory = {0};
    size_t next = 0; /* the first pack of the next task */
    bool ok = shape;
    for (size_t k = 0; ok && k < plan_n_datasets(p); k++) {
        ok = memory_shape(plan_dataset(p, k), threads, &shape[k], e);
        double bytes = (double)data_memory_estimate(plan_dataset(p, k), precision);
        if (ok && !bytes) {
            bytes = (double)shape[k].memory_bytes;
            c->shape[k] = shape[k];
        }
        sums->data_bytes = bytes > sums->data_bytes ? bytes : sums->data_bytes;
    }
    for (size_t i = 0; ok && i < c->n_packs; i++) {
        struct run r;
        plan_run(p, c->packs[i].run[0], &r);
        const struct work work = work_of(c, p, &c->packs[i], &memory);
        if (i == next) {
            const int n = task_packs(&job, i, work_total(work));
            const double bytes =
                n * (double)train_memory(&shape[r.dataset], precision, r.rule, c->packs[i].batch);
            sums->task_bytes = bytes > sums->task_bytes ? bytes : sums->task_bytes;
            next += (size_t)n;
        }
        sums->work.steps += work.steps;
        sums->work.evaluations += work.evaluations;
        const char *because = train_dense_because(&r, &c->shape[r.dataset]);
        if (because)
            count_dense(sums, because, (size_t)c->packs[i].n);
    }
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
    size_t n_runs = 0;
    bool ok = (!dir || !store_is_there(dir) || (s = store_open(dir, false, true, e))) &&
              cost_make(p, s, wanted, again, &c, e) &&
              sum_up(p, &c, kernels_get(isa, precision), threads, &sums, e) &&
              print_runs(p, wanted, &n_runs, e);
    if (ok) {
        struct run r;
        plan_run(p, 0, &r);
        const double points = c.epochs / r.v[KEY_SWEEP_evaluate].number + 2, n = (double)n_runs;
        const double disk = n * (points * (POINT_BYTES + CURVE_ROW_BYTES) + RUN_BYTES + RUN_ROW_BYTES);
        const double available = (double)machine_get()->memory_bytes,
                     fit = fmax(1, floor((available - sums.data_bytes) / sums.task_bytes)), /* task_threads() */
            memory = sums.data_bytes + fmin(threads, fit) * sums.task_bytes;
        char a[SHOW_CHARS], b[SHOW_CHARS];
        printf("\n%s runs on %zu data set%s", show_count(n_runs, a), plan_n_datasets(p),
               plan_n_datasets(p) == 1 ? "" : "s");
        printf(", %s of them to compute in %s packs\n", show_count(c.n_todo, a), show_count(c.n_packs, b));
        if (c.n_left_out)
            printf("%s failed before and are left out (--retry-failed)\n", show_count(c.n_left_out, a));
        printf("memory  %s at most, of %s available\n", show_bytes(memory, a), show_bytes(available, b));
        printf("disk    %s\n", show_bytes(disk, a));
        const double work = work_total(sums.work);
        const double seconds = work / (rates[precision][isa] * 1e6) / threads + STORE_S * (double)c.n_todo;
        printf("time    %s %s on %d thread%s (%s), tables and pictures not counted",
               seconds < 1 ? "under" : "about", show_duration(fmax(seconds, 1), a), threads,
               threads == 1 ? "" : "s", isa_names[isa]);
        if (sums.work.evaluations > 0)
            printf("; %.0f%% of it evaluations", 100 * sums.work.evaluations / work);
        printf("\n");
        for (int k = 0; k < REASONS_MOST && sums.because[k]; k++)
            printf("dense   steps in %s runs: %s\n", show_count(sums.dense[k], a), sums.because[k]);
    }
    cost_free(&c);
    store_close(s);
    return ok;
}

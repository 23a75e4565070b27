/* The side of ranks.h that follows. It prints nothing: what goes wrong is rank 0's to say. */
#include "base/mem.h"
#include "interrupt.h"
#include "ranks_protocol.h"
#include "ranks_result.h"
#include "traces.h"
#include <string.h>

struct follower {
    const struct ranks_order *order;
    struct plan *plan;
    struct job job;
    struct cost cost; /* packs only */
    struct traces traced;
    struct minima minima; /* of the data sets in memory, as rank 0 told them */
    size_t minima_cap;
    struct dataset **data; /* (plan_n_datasets) */
    struct err e;
};

static void unload(struct follower *f, size_t k) {
    minima_forget_points(&f->minima, k);
    data_free(f->data[k]);
    f->data[k] = NULL;
}

static void forget(struct follower *f) {
    for (size_t k = 0; f->data && k < plan_n_datasets(f->plan); k++)
        unload(f, k);
    free(f->data);
    free(f->job.ready);
    minima_free(&f->minima);
    traces_free(&f->traced);
    cost_free(&f->cost);
    plan_free(f->plan);
    err_clear(&f->e);
}

static bool read_plan(struct follower *f, uint64_t hash, const char *numerics) {
    char mine[NUMERICS_CHARS] = "";
    numerics_name(mine);
    if (!f->order->grid)
        return err_add(&f->e, "--grid FILE is missing");
    const enum isa isa = f->order->isa < 0 ? isa_best() : (enum isa)f->order->isa;
    if (!isa_usable(isa))
        return err_add(&f->e, "--isa %s: this CPU cannot run it; the best here is %s", isa_names[isa],
                       isa_names[isa_best()]);
    if (strcmp(mine, numerics) != 0)
        return err_add(&f->e, "computes with %s, rank 0 with %s, whose numbers may differ", mine, numerics);
    if (!(f->plan = plan_read(f->order->grid, f->order->seeds, &f->e)))
        return false;
    if (ranks_plan_hash(f->plan) != hash)
        return err_add(&f->e, "%s, or a data file it names, is not what rank 0 reads", f->order->grid);
    struct run first;
    plan_run(f->plan, 0, &first);
    const size_t n = plan_n_datasets(f->plan);
    f->job = (struct job){.plan = f->plan,
                          .cost = &f->cost,
                          .kernels = kernels_get(isa, (enum precision)first.v[KEY_SWEEP_precision].word),
                          .traced = &f->traced.wanted,
                          .ready = mem_zeroed(n, sizeof *f->job.ready, &f->e),
                          .threads = f->order->threads};
    f->data = mem_zeroed(n, sizeof *f->data, &f->e);
    f->minima.plan = f->plan;
    f->minima.first = mem_zeroed(n, sizeof *f->minima.first, &f->e);
    for (size_t k = 0; f->minima.first && k < n; k++)
        f->minima.first[k] = NEED_END;
    return f->job.ready && f->data && f->minima.first;
}

static void begin(struct follower *f, struct parcel *p) {
    const uint64_t hash = parcel_word(p);
    char numerics[NUMERICS_CHARS];
    parcel_get(p, numerics, sizeof numerics);
    wire_agree(read_plan(f, hash, numerics), &f->e);
    wire_sum((uint64_t)f->order->threads);
    interrupt_catch_silently();
}

/* Memory for what rank 0 tells: without it this rank cannot follow. */
static void *room(size_t n, size_t size) {
    void *p = malloc(n * size + 1);
    if (!p)
        wire_give_up("out of memory");
    return p;
}

static void get_job(struct follower *f, struct parcel *p) {
    cost_free(&f->cost);
    traces_free(&f->traced);
    f->cost.n_packs = parcel_word(p);
    f->cost.packs = room(f->cost.n_packs, sizeof *f->cost.packs);
    parcel_get(p, f->cost.packs, f->cost.n_packs * sizeof *f->cost.packs);
    const size_t n = parcel_word(p);
    uint64_t *id = room(n, sizeof *id);
    parcel_get(p, id, n * sizeof *id);
    traces_of(f->plan, (struct ids){id, n}, &f->traced);
}

static void get_data(struct follower *f, struct parcel *p) {
    const size_t k = parcel_word(p);
    f->data[k] = task_data(&f->job, k, &f->e);
    if (!wire_agree(f->data[k], &f->e))
        unload(f, k);
    err_clear(&f->e);
}

static void get_minima(struct follower *f, struct parcel *p) {
    struct minima *m = &f->minima;
    const size_t k = parcel_word(p);
    if (!parcel_word(p)) {
        unload(f, k);
        return;
    }
    m->first[k] = NEED_END;
    while (parcel_word(p)) {
        if (!mem_grow(&m->need, &f->minima_cap, m->n + 1, sizeof *m->need, &f->e))
            wire_give_up("out of memory");
        struct need *need = &m->need[m->n];
        parcel_get(p, need, sizeof *need);
        need->key.fingerprint = plan_dataset_fingerprint(f->plan, k);
        if (need->w) {
            need->w = room(need->n_w, sizeof *need->w);
            parcel_get(p, need->w, need->n_w * sizeof *need->w);
        }
        need->next = m->first[k];
        m->first[k] = m->n++;
    }
}

static void compute(struct follower *f, const struct task *task) {
    struct parcel result = {0};
    uint64_t number;
    while ((number = wire_ask(&result)) != NO_TASK) {
        struct outcome out[GROUP_MOST * LANES] = {0};
        struct err e = {0}, named = {0};
        /* NOLINTNEXTLINE(clang-analyzer-core.uninitialized.ArraySubscript): tasks that were told */
        const bool ok = task_train(&f->job, &f->minima, &task[number], f->data[task[number].dataset], out, &e);
        if (!ok)
            err_add(&named, "%s: %.*s", wire_name(), e.len ? (int)e.len - 1 : 0, e.text ? e.text : "");
        result_put(&result, number, &task[number], out, ok, interrupt_pending(), &named);
        for (int i = 0; i < GROUP_MOST * LANES; i++)
            outcome_free(&out[i]);
        err_clear(&e);
        err_clear(&named);
    }
    free(result.word);
    train_release();
}

static void get_tasks(struct follower *f, struct parcel *p) {
    const size_t n = parcel_word(p);
    struct task *task = room(n, sizeof *task);
    for (size_t i = 0; i < n; i++) {
        struct task_told told;
        parcel_get(p, &told, sizeof told);
        task[i] = (struct task){&f->cost.packs[told.pack], (int)told.n, told.dataset, 0};
    }
#pragma omp parallel num_threads(task_threads(&f->job, task, n, f->data, NULL))
    compute(f, task);
    wire_leave();
    free(task);
    for (size_t k = 0; k < plan_n_datasets(f->plan); k++)
        unload(f, k);
}

static void drop(struct follower *f, struct parcel *p) {
    unload(f, parcel_word(p));
}

void ranks_follow(const struct ranks_order *o) {
    static void (*const obey[])(struct follower *, struct parcel *) = {
        [RANKS_BEGIN] = begin,       [RANKS_JOB] = get_job, [RANKS_DATA] = get_data,
        [RANKS_MINIMA] = get_minima, [RANKS_UNLOAD] = drop, [RANKS_TASKS] = get_tasks};
    struct follower f = {.order = o};
    struct parcel p = {0};
    for (uint64_t command; wire_tell(&p), (command = parcel_word(&p)) != RANKS_END; p.n = 0)
        obey[command](&f, &p);
    free(p.word);
    forget(&f);
    wire_stop();
}

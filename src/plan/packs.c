/* Runs, sixteen at a time. What a pack holds depends on the plan and on what is skipped alone, never on the
 * machine. */
#include "base/mem.h"
#include "plan/plan_internal.h"
#include <math.h>
#include <string.h>

/* A run to compute. Runs of one group may share a pack; those that see the same rows at every step, and so may
 * share the preparation of batches, come together. */
struct todo {
    uint64_t data, lanes; /* the group: data set and batch; order of rows, updates, loss, rule and variant */
    double rest;          /* how long an untouched weight goes on moving: lanes of a pack had better agree */
    uint64_t id;
    size_t run;
};

static uint64_t batch_number(const struct plan *p, const struct run *r) {
    const struct list *batches = &p->grid.sweep.list[KEY_SWEEP_batch];
    uint64_t batch = 0;
    while (value_compare(&batches->v[batch], &r->v[KEY_SWEEP_batch]) != 0)
        batch++;
    return batch;
}

/* Whether and how parameters move that no row touches: runs of one pack are alike in this, because training
 * then treats all parameters of the pack, or leaves those alone that never occur. */
static uint64_t decays_of(const struct run *r) {
    const bool l2 = r->v[KEY_MODEL_l2].number != 0, decays = r->h[H_weight_decay] > 0;
    return l2 ? 3 : run_decays_fast(r) ? 2 : decays;
}

static struct todo todo_make(const struct plan *p, size_t i) {
    struct run r;
    plan_run(p, i, &r);
    _Static_assert(LIST_MAX < 1 << 24 && PLAN_MAX_RUNS < 1 << 24 && RULE_MAX < 256 && LOSS_COUNT < 4,
                   "fields overlap");
    const bool numbered = r.v[KEY_SWEEP_batch].word == VALUE_NUMBER, shuffled = plan_shuffles(p, &r);
    const uint64_t order = shuffled ? 1 + i % p->seeds.n : 0;
    struct todo t = {.data = (uint64_t)r.dataset << 32 | batch_number(p, &r),
                     .lanes = order << 16 | decays_of(&r) << 14 | (uint64_t)run_loss(&r) << 12 |
                              (uint64_t)rule_index(r.rule) << 4 | (uint64_t)rule_variant_number(r.rule, r.h),
                     .id = r.id,
                     .run = i};
    if (numbered && r.v[KEY_SWEEP_sparse_updates].word == UPDATES_EXACT)
        t.rest = fmax(isnan(r.h[H_beta]) ? 0 : r.h[H_beta], isnan(r.h[H_beta1]) ? 0 : r.h[H_beta1]);
    return t;
}

static bool same_group(const struct todo *a, const struct todo *b) {
    return a->data == b->data && a->lanes == b->lanes;
}

static int by_group(const struct todo *a, const struct todo *b) {
    if (a->data != b->data)
        return a->data < b->data ? -1 : 1;
    return (a->lanes > b->lanes) - (a->lanes < b->lanes);
}

static int by_id(const void *a, const void *b) {
    const struct todo *x = a, *y = b;
    int group = by_group(x, y);
    if (group != 0)
        return group;
    if (x->id != y->id)
        return x->id < y->id ? -1 : 1;
    return x->run < y->run ? -1 : 1;
}

static int by_run(const void *a, const void *b) {
    const struct todo *x = a, *y = b;
    int group = by_group(x, y);
    if (group != 0)
        return group;
    if (x->rest != y->rest)
        return x->rest < y->rest ? -1 : 1;
    return x->run < y->run ? -1 : 1;
}

/* Runs of one id have one group (the id says all of it): keeps the first of each. */
static size_t once_each(struct todo *t, size_t n) {
    qsort(t, n, sizeof *t, by_id);
    size_t kept = 0;
    for (size_t i = 0; i < n; i++)
        if (kept == 0 || t[kept - 1].id != t[i].id || !same_group(&t[kept - 1], &t[i]))
            t[kept++] = t[i];
    qsort(t, kept, sizeof *t, by_run);
    return kept;
}

/* A pack in the making: `cost` is what orders packs, the same for one lane as for sixteen. */
struct draft {
    struct pack pack;
    double cost;
};

/* Data sets of unknown size first, then the largest; packs of a data set stay together, so that it can be freed
 * after them, and within it those that share batches; among these full packs go before the remainders. */
static int by_cost(const void *a, const void *b) {
    const struct draft *x = a, *y = b;
    if ((x->cost == 0) != (y->cost == 0))
        return x->cost == 0 ? -1 : 1;
    if (x->cost != y->cost)
        return x->cost > y->cost ? -1 : 1;
    if (x->pack.dataset != y->pack.dataset)
        return x->pack.dataset < y->pack.dataset ? -1 : 1;
    if (x->pack.batch != y->pack.batch)
        return x->pack.batch < y->pack.batch ? -1 : 1;
    if (x->pack.shuffled != y->pack.shuffled)
        return x->pack.shuffled ? 1 : -1;
    if (x->pack.order_seed != y->pack.order_seed)
        return x->pack.order_seed < y->pack.order_seed ? -1 : 1;
    if (x->pack.group != y->pack.group)
        return x->pack.group < y->pack.group ? -1 : 1;
    if (x->pack.n != y->pack.n)
        return x->pack.n > y->pack.n ? -1 : 1;
    return x->pack.run[0] < y->pack.run[0] ? -1 : 1;
}

static struct draft draft_make(const struct plan *p, const struct todo *first, size_t group) {
    struct run r;
    plan_run(p, first->run, &r);
    struct draft d = {.pack = {.dataset = r.dataset, .shuffled = plan_shuffles(p, &r)}};
    if (r.v[KEY_SWEEP_stop].word == STOP_TARGET)
        d.pack.group = group;
    d.cost = p->size[r.dataset].nonzeros * r.v[KEY_SWEEP_epochs].number;
    if (r.v[KEY_SWEEP_batch].word == VALUE_NUMBER)
        d.pack.batch = (uint64_t)r.v[KEY_SWEEP_batch].number;
    if (d.pack.shuffled)
        d.pack.order_seed = (uint64_t)r.v[KEY_SWEEP_seeds].number;
    return d;
}

bool plan_packs(const struct plan *p, bool (*skip)(void *ctx, uint64_t id), void *ctx, struct pack **packs,
                size_t *n_packs, size_t *n_todo, struct err *e) {
    struct todo *t = NULL;
    struct draft *draft = NULL;
    size_t n = 0, cap = 0, n_drafts = 0, cap_drafts = 0, n_groups = 0;
    bool ok = false;
    *packs = NULL;
    *n_packs = *n_todo = 0;
    for (size_t i = 0; i < p->n_runs; i++) {
        if (!mem_grow(&t, &cap, n + 1, sizeof *t, e))
            goto out;
        t[n] = todo_make(p, i);
        n += !skip || !skip(ctx, t[n].id);
    }
    n = n > 0 ? once_each(t, n) : 0;
    for (size_t i = 0; i < n; i++) {
        n_groups += i == 0 || !same_group(&t[i], &t[i - 1]);
        if (i == 0 || !same_group(&t[i], &t[i - 1]) || draft[n_drafts - 1].pack.n == LANES) {
            if (!mem_grow(&draft, &cap_drafts, n_drafts + 1, sizeof *draft, e))
                goto out;
            draft[n_drafts++] = draft_make(p, &t[i], n_groups);
        }
        struct draft *last = &draft[n_drafts - 1];
        last->pack.run[last->pack.n++] = t[i].run;
        last->pack.work = last->cost * last->pack.n;
    }
    if (n_drafts > 0)
        qsort(draft, n_drafts, sizeof *draft, by_cost);
    struct pack *out = mem_zeroed(n_drafts + 1, sizeof *out, e);
    if (!out)
        goto out;
    for (size_t i = 0; i < n_drafts; i++)
        out[i] = draft[i].pack;
    *packs = out;
    *n_packs = n_drafts;
    *n_todo = n;
    ok = true;
out:
    free(t);
    free(draft);
    return ok;
}

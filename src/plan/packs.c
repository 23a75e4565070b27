/* Runs, sixteen at a time. What a pack holds depends on the plan and on what is skipped alone, never on the
 * machine. */
#include "base/mem.h"
#include "plan/plan_internal.h"
#include <string.h>

/* A run to compute. Runs of one group may share a pack. */
struct todo {
    uint64_t group, id;
    size_t run;
};

static uint64_t group_of(const struct plan *p, const struct run *r) {
    const struct list *batches = &p->grid.sweep.list[KEY_SWEEP_batch];
    uint64_t batch = 0;
    while (batches->v[batch].word != r->v[KEY_SWEEP_batch].word ||
           batches->v[batch].number != r->v[KEY_SWEEP_batch].number)
        batch++;
    _Static_assert(LIST_MAX < 1 << 24 && PLAN_MAX_RUNS < 1 << 24 && RULE_MAX < 256 && LOSS_COUNT <= 16,
                   "fields overlap");
    return (uint64_t)r->dataset << 40 | batch << 16 | (uint64_t)r->v[KEY_MODEL_loss].word << 12 |
           (uint64_t)rule_index(r->rule) << 4 | (uint64_t)rule_variant_number(r->rule, r->h);
}

static int by_id(const void *a, const void *b) {
    const struct todo *x = a, *y = b;
    if (x->group != y->group)
        return x->group < y->group ? -1 : 1;
    if (x->id != y->id)
        return x->id < y->id ? -1 : 1;
    return x->run < y->run ? -1 : 1;
}

static int by_run(const void *a, const void *b) {
    const struct todo *x = a, *y = b;
    if (x->group != y->group)
        return x->group < y->group ? -1 : 1;
    return x->run < y->run ? -1 : 1;
}

/* Runs of one id have one group (the id says all of it): keeps the first of each. */
static size_t once_each(struct todo *t, size_t n) {
    qsort(t, n, sizeof *t, by_id);
    size_t kept = 0;
    for (size_t i = 0; i < n; i++)
        if (kept == 0 || t[kept - 1].id != t[i].id || t[kept - 1].group != t[i].group)
            t[kept++] = t[i];
    qsort(t, kept, sizeof *t, by_run);
    return kept;
}

/* A pack in the making: `cost` is what orders packs, the same for one lane as for sixteen. */
struct draft {
    struct pack pack;
    double cost;
    size_t dataset;
};

/* Data sets of unknown size first, then the largest; packs of a data set stay together, so that it can be freed
 * after them; within it full packs go before the remainders. */
static int by_cost(const void *a, const void *b) {
    const struct draft *x = a, *y = b;
    if ((x->cost == 0) != (y->cost == 0))
        return x->cost == 0 ? -1 : 1;
    if (x->cost != y->cost)
        return x->cost > y->cost ? -1 : 1;
    if (x->dataset != y->dataset)
        return x->dataset < y->dataset ? -1 : 1;
    if (x->pack.n != y->pack.n)
        return x->pack.n > y->pack.n ? -1 : 1;
    return x->pack.run[0] < y->pack.run[0] ? -1 : 1;
}

bool plan_packs(const struct plan *p, bool (*skip)(void *ctx, uint64_t id), void *ctx, struct pack **packs,
                size_t *n_packs, size_t *n_todo, struct err *e) {
    struct todo *t = NULL;
    struct draft *draft = NULL;
    size_t n = 0, cap = 0, n_drafts = 0, cap_drafts = 0;
    bool ok = false;
    *packs = NULL;
    *n_packs = *n_todo = 0;
    for (size_t i = 0; i < p->n_runs; i++) {
        struct run r;
        plan_run(p, i, &r);
        if (skip && skip(ctx, r.id))
            continue;
        if (!mem_grow(&t, &cap, n + 1, sizeof *t, e))
            goto out;
        t[n++] = (struct todo){.group = group_of(p, &r), .id = r.id, .run = i};
    }
    n = n > 0 ? once_each(t, n) : 0;
    double epochs = p->grid.sweep.list[KEY_SWEEP_epochs].v[0].number;
    for (size_t i = 0; i < n; i++) {
        struct draft *last = n_drafts > 0 ? &draft[n_drafts - 1] : NULL;
        if (!last || t[i].group != t[i - 1].group || last->pack.n == LANES) {
            if (!mem_grow(&draft, &cap_drafts, n_drafts + 1, sizeof *draft, e))
                goto out;
            last = &draft[n_drafts++];
            *last = (struct draft){.dataset = (size_t)(t[i].group >> 40)};
            last->cost = data_nonzeros_estimate(&p->dataset[last->dataset]) * epochs;
        }
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

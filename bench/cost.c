/* What there is to do, and how much work it is. */
#include "base/mem.h"
#include "job.h"

/* Runs that need not be computed, and which of them were met in the plan. */
struct skip {
    const struct ids *wanted;
    struct ids there, failed;
    bool *met_there, *met_failed;
};

/* Whether id is among s; marks it as met. */
static bool meet(const struct ids *s, bool *met, uint64_t id) {
    const uint64_t *at = ids_find(s, id);
    if (at)
        met[at - s->id] = true;
    return at;
}

static bool need_not(void *ctx, uint64_t id) {
    struct skip *skip = ctx;
    if (skip->wanted->id && !ids_have(skip->wanted, id))
        return true;
    return meet(&skip->there, skip->met_there, id) || meet(&skip->failed, skip->met_failed, id);
}

bool cost_make(const struct plan *p, struct store *s, const struct ids *wanted, enum again again,
               struct cost *c, struct err *e) {
    struct skip skip = {.wanted = wanted};
    struct run first;
    plan_run(p, 0, &first);
    *c = (struct cost){.epochs = first.v[KEY_SWEEP_epochs].number};
    bool ok = (!s || again == EVERYTHING_AGAIN || store_ids(s, &skip.there.id, &skip.there.n, e)) &&
              (!s || again != NEVER_AGAIN || store_failures(s, &skip.failed.id, &skip.failed.n, e)) &&
              (skip.met_there = mem_zeroed(skip.there.n + 1, 1, e)) &&
              (skip.met_failed = mem_zeroed(skip.failed.n + 1, 1, e)) &&
              plan_packs(p, need_not, &skip, &c->packs, &c->n_packs, &c->n_todo, e) &&
              (c->shape = mem_zeroed(plan_n_datasets(p), sizeof *c->shape, e));
    for (size_t i = 0; ok && i < skip.there.n; i++)
        c->n_elsewhere += !skip.met_there[i];
    for (size_t i = 0; ok && i < skip.failed.n; i++)
        if (skip.met_failed[i]) {
            c->n_left_out++;
            c->left_out = skip.failed.id[i];
        }
    for (size_t k = 0; ok && k < plan_n_datasets(p); k++) {
        const struct data_size size = plan_dataset_size(p, k);
        c->shape[k] = (struct dataset){.n_features = plan_dataset(p, k)->features,
                                       .train = {.n_rows = size.n_rows, .nnz = (uint64_t)size.nonzeros}};
    }
    free(skip.there.id);
    free(skip.failed.id);
    free(skip.met_there);
    free(skip.met_failed);
    return ok;
}

void cost_free(struct cost *c) {
    free(c->packs);
    free(c->shape);
    *c = (struct cost){0};
}

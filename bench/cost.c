/* What there is to do, and how much work it is. */
#include "base/mem.h"
#include "job.h"
#include <sys/stat.h>

struct ids {
    uint64_t *id; /* ascending */
    size_t n;
};

static int compare(const void *a, const void *b) {
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

static bool is_there(void *ctx, uint64_t id) {
    const struct ids *ids = ctx;
    return ids->n && bsearch(&id, ids->id, ids->n, sizeof id, compare);
}

/* `123:1 ` or `7:0.25 `: six bytes an entry, near enough for an estimate of time. */
static double nonzeros_guess(const struct data_params *d) {
    struct stat st;
    if (d->kind != DATA_LIBSVM)
        return data_nonzeros_estimate(d);
    return stat(d->path, &st) ? 0 : (double)st.st_size / 6;
}

bool cost_make(const struct plan *p, struct store *s, struct cost *c, struct err *e) {
    struct ids there = {0};
    struct run first;
    plan_run(p, 0, &first);
    *c = (struct cost){.epochs = first.v[KEY_SWEEP_epochs].number};
    bool ok = (!s || store_ids(s, &there.id, &there.n, e)) &&
              plan_packs(p, is_there, &there, &c->packs, &c->n_packs, &c->n_todo, e) &&
              (c->nonzeros = mem_zeroed(plan_n_datasets(p), sizeof *c->nonzeros, e));
    for (size_t k = 0; ok && k < plan_n_datasets(p); k++)
        c->nonzeros[k] = nonzeros_guess(plan_dataset(p, k));
    free(there.id);
    return ok;
}

void cost_free(struct cost *c) {
    free(c->packs);
    free(c->nonzeros);
    *c = (struct cost){0};
}

double cost_work(const struct cost *c, const struct plan *p, const struct pack *pack) {
    struct run r;
    plan_run(p, pack->run[0], &r);
    return c->nonzeros[r.dataset] * c->epochs * pack->n;
}

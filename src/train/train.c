/* Packs of runs from start to end: see train.h. */
#include "base/clock.h"
#include "base/mem.h"
#include "train/tracer.h"
#include <string.h>

void outcome_free(struct outcome *o) {
    free(o->points);
    o->points = NULL;
    o->n_points = 0;
    trace_free(&o->trace);
}

size_t train_memory(const struct dataset *d, enum precision p, const struct rule *rule, uint64_t batch) {
    size_t most = 0;
    for (int v = 0; v < RULE_MAX_VARIANTS && rule_variant(rule_index(rule), v)->exists; v++) {
        const size_t bytes = team_bytes(d, p, rule_index(rule), rule_variant(rule_index(rule), v), batch);
        most = bytes > most ? bytes : most;
    }
    return most + (batch ? batches_bytes(d, batch) : 0);
}

/* A run has an equal share in all that was trained together. */
static void hand_over(struct team *t, int n, double seconds, struct outcome *out) {
    double part_s[TRAIN_PARTS] = {0};
    int runs = 0;
    for (int i = 0; i < n; i++) {
        runs += t[i].n;
        for (int part = 0; part < TRAIN_PARTS; part++)
            part_s[part] += t[i].part_s[part];
    }
    for (int i = 0; i < n; i++)
        for (int lane = 0; lane < LANES; lane++) {
            struct lane *a = &t[i].lane[lane];
            if (a->slot < 0)
                continue;
            struct outcome *o = &out[a->slot];
            *o = a->out;
            o->seconds = seconds / runs;
            for (int part = 0; part < TRAIN_PARTS; part++)
                o->part_s[part] = part_s[part] / runs;
            a->out = (struct outcome){0};
        }
}

bool train_traced(const struct plan *plan, const struct pack *packs, int n, const struct dataset *data,
                  const struct kernels *k, const double *lstar, const double *const *w_star,
                  const struct trace_wanted *wanted, struct outcome *out, struct err *e) {
    const double start = clock_s();
    struct batches b = {0};
    struct team *t = mem_zeroed((size_t)n, sizeof *t, e);
    bool ok = t && (!packs->batch ||
                    batches_init(&b, data, k->precision, packs->batch, packs->shuffled, packs->order_seed, e));
    for (int i = 0; ok && i < n; i++) {
        ok = team_init(&t[i], plan, &packs[i], data, k, packs->batch ? &b : NULL,
                       lstar ? lstar + i * LANES : NULL, w_star ? w_star + i * LANES : NULL, e) &&
             tracer_init(&t[i], wanted, e);
        for (int lane = 0; lane < packs[i].n; lane++)
            t[i].lane[lane].slot += i * LANES;
    }
    if (ok && packs->batch)
        ok = train_minibatch(t, n, &b, e);
    for (int i = 0; ok && t->surface && i < n; i++)
        ok = train_surface(&t[i], e);
    if (ok && !packs->batch && !t->surface)
        ok = train_full(t, n, e);
    if (ok)
        hand_over(t, n, clock_s() - start, out);
    for (int i = 0; t && i < n; i++) {
        tracer_free(&t[i]);
        team_free(&t[i]);
    }
    free(t);
    batches_free(&b);
    return ok;
}

bool train_packs(const struct plan *plan, const struct pack *packs, int n, const struct dataset *data,
                 const struct kernels *k, const double *lstar, const double *const *w_star, struct outcome *out,
                 struct err *e) {
    return train_traced(plan, packs, n, data, k, lstar, w_star, NULL, out, e);
}

bool train_pack(const struct plan *plan, const struct pack *pack, const struct dataset *data,
                const struct kernels *k, const double *lstar, const double *const *w_star,
                struct outcome out[LANES], struct err *e) {
    return train_packs(plan, pack, 1, data, k, lstar, w_star, out, e);
}

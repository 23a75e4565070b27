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

static void hand_over(struct team *t, double seconds, struct outcome out[LANES]) {
    for (int lane = 0; lane < t->n; lane++) {
        out[lane] = t->lane[lane].out;
        out[lane].seconds = seconds;
        for (int part = 0; part < TRAIN_PARTS; part++)
            out[lane].part_s[part] = t->part_s[part] / t->n;
        t->lane[lane].out = (struct outcome){0};
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
    for (int i = 0; ok && i < n; i++)
        ok = team_init(&t[i], plan, &packs[i], data, k, packs->batch ? &b : NULL,
                       lstar ? lstar + i * LANES : NULL, w_star ? w_star + i * LANES : NULL, e) &&
             tracer_init(&t[i], wanted, e);
    if (ok && packs->batch)
        ok = train_minibatch(t, n, &b, e);
    for (int i = 0; ok && !packs->batch && i < n; i++)
        ok = t[i].surface ? train_surface(&t[i], e) : train_full(&t[i], e);
    int runs = 0;
    for (int i = 0; i < n; i++)
        runs += packs[i].n;
    for (int i = 0; ok && i < n; i++)
        hand_over(&t[i], (clock_s() - start) / runs, out + i * LANES);
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

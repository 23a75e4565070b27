/* A pack of runs from start to end: see train.h. */
#include "base/clock.h"
#include "train/team.h"
#include <stdlib.h>

void outcome_free(struct outcome *o) {
    free(o->points);
    o->points = NULL;
    o->n_points = 0;
}

size_t train_memory(const struct dataset *d, enum precision p, const struct rule *rule) {
    size_t most = 0;
    for (int v = 0; v < RULE_MAX_VARIANTS && rule_variant(rule_index(rule), v)->exists; v++) {
        const size_t bytes = team_bytes(d, p, rule_index(rule), rule_variant(rule_index(rule), v));
        most = bytes > most ? bytes : most;
    }
    return most;
}

bool train_pack(const struct plan *plan, const struct pack *pack, const struct dataset *data,
                const struct kernels *k, const double *lstar, const double *const *w_star,
                struct outcome out[LANES], struct err *e) {
    const double start = clock_s();
    struct team t;
    const bool ok = team_init(&t, plan, pack, data, k, lstar, w_star, e) && train_full(&t, e);
    for (int lane = 0; ok && lane < pack->n; lane++) {
        out[lane] = t.lane[lane].out;
        out[lane].seconds = (clock_s() - start) / pack->n;
        t.lane[lane].out = (struct outcome){0};
    }
    team_free(&t);
    return ok;
}

/* What a job computes, into the store. */
#include "job.h"

static bool put_data(void *ctx, const struct data_facts *f, struct err *e) {
    return store_put_data(ctx, f, e);
}

/* Runs that were there already are computed again for their traces: they must be what they were. */
static bool same_weights(struct store *s, const struct outcome *o, struct err *e) {
    struct outcome there;
    bool found;
    if (!store_get_run(s, o->id, &there, &found, e))
        return false;
    const bool same = !found || there.weights_hash == o->weights_hash;
    outcome_free(&there);
    return same ||
           err_add(e, "%s: run %016llx: computed again for its trace, the weights are not what is stored",
                   store_path(s), (unsigned long long)o->id);
}

static bool put_runs(void *ctx, const struct outcome *o, size_t n, bool synced, struct err *e) {
    for (size_t i = 0; i < n; i++)
        if (o[i].trace.n_rows && !same_weights(ctx, &o[i], e))
            return false;
    return store_sync(ctx, synced, e) && store_put_runs(ctx, o, n, e);
}

static bool put_failure(void *ctx, uint64_t id, const char *reason, struct err *e) {
    return store_put_failure(ctx, id, reason, e);
}

struct sink sink_store(struct store *s) {
    return (struct sink){s, put_data, put_runs, put_failure};
}

/* What a job computes, into the store. */
#include "job.h"

static bool put_data(void *ctx, const struct data_facts *f, struct err *e) {
    return store_put_data(ctx, f, e);
}

static bool put_runs(void *ctx, const struct outcome *o, size_t n, struct err *e) {
    return store_put_runs(ctx, o, n, e);
}

static bool put_failure(void *ctx, uint64_t id, const char *reason, struct err *e) {
    return store_put_failure(ctx, id, reason, e);
}

struct sink sink_store(struct store *s) {
    return (struct sink){s, put_data, put_runs, put_failure};
}

/* Memory, before anything is run. */
#include "memory.h"
#include "base/machine.h"
#include "base/mem.h"
#include "show.h"

bool memory_shape(const struct data_params *params, enum precision precision, int threads,
                  struct dataset *shape, struct err *e) {
    if (params->kind != DATA_LIBSVM) {
        *shape = (struct dataset){.n_features = params->features,
                                  .train.n_rows = params->rows,
                                  .memory_bytes = data_memory_estimate(params, precision)};
        shape->n_blocks = (params->rows + BLOCK_ROWS - 1) / BLOCK_ROWS;
        const double hot =
            data_nonzeros_estimate(params) / (double)(HOT_PER_BLOCK * shape->n_blocks); /* at most */
        shape->n_hot = hot < (double)params->features ? (size_t)hot : params->features;
        shape->n_warm = params->rows > WARM_ROWS ? params->features : shape->n_hot; /* at most */
        return true;
    }
    struct dataset *d = data_make(params, threads, e);
    if (!d || !data_prepare(d, precision, e)) {
        data_free(d);
        return false;
    }
    *shape = (struct dataset){.n_features = d->n_features,
                              .train.n_rows = d->train.n_rows,
                              .train.nnz = d->train.nnz,
                              .n_blocks = d->n_blocks,
                              .n_hot = d->n_hot,
                              .n_warm = d->n_warm,
                              .memory_bytes = d->memory_bytes};
    data_free(d);
    return true;
}

/* Bytes needed while the data set is made, and while a pack trains on it. */
static double needed(const struct data_params *params, const struct dataset *shape, double pack) {
    const double making = DATA_MAKING * (double)data_memory_estimate(params, PRECISION_F64),
                 training = (double)shape->memory_bytes + pack;
    return making > training ? making : training;
}

bool memory_foresee(const struct plan *p, const struct cost *c, struct dataset *const *ready,
                    enum precision precision, struct err *e) {
    const double available = (double)machine_get()->memory_bytes;
    double *pack = mem_zeroed(plan_n_datasets(p), sizeof *pack, e), worst = 0;
    size_t which = 0, n = 0;
    bool ok = pack != NULL;
    for (size_t i = 0; ok && i < c->n_packs; i++) {
        const struct pack *at = &c->packs[i];
        const struct data_params *params = plan_dataset(p, at->dataset);
        struct dataset shape;
        struct run r;
        if (params->kind != DATA_LIBSVM)
            ok = memory_shape(params, precision, 1, &shape, e);
        else if (ready[at->dataset])
            shape = *ready[at->dataset];
        else
            continue; /* read when its turn comes: its size is known then */
        plan_run(p, at->run[0], &r);
        double bytes = needed(params, &shape, (double)train_memory(&shape, precision, r.rule, at->batch));
        if (bytes <= pack[at->dataset])
            continue;
        n += pack[at->dataset] <= available && bytes > available;
        pack[at->dataset] = bytes;
        if (bytes > worst) {
            worst = bytes;
            which = at->dataset;
        }
    }
    free(pack);
    if (!ok || n == 0)
        return ok;
    const struct data_params *d = plan_dataset(p, which);
    char a[SHOW_CHARS], b[SHOW_CHARS], rows[SHOW_CHARS], features[SHOW_CHARS];
    return err_add(
        e,
        "not enough memory: data of %s rows and %s features need about %s with a pack of runs, %s are "
        "available (%zu of %zu data sets do not fit). Nothing was run. --memory SIZE, as in --memory 64G, "
        "takes your word for how much there is",
        show_count(d->rows, rows), show_count(d->features, features), show_bytes(worst, a),
        show_bytes(available, b), n, plan_n_datasets(p));
}

#include "known.h"
#include "numerics.h"
#include <stdlib.h>
#include <string.h>

/* What fixes a data set of kind libsvm, but for the bytes of its files. */
static bool key_of(const struct data_params *d, struct text *key) {
    text_addf(key, "path %s\ntest_path %s\nfeatures %llu\ntest ", d->path, d->test_path ? d->test_path : "",
              (unsigned long long)d->features);
    text_add_number(key, d->test);
    text_addf(key, "\nseed %llu\n", (unsigned long long)d->seed);
    return !key->failed;
}

bool known_put(const struct plan *p, struct store *s, struct err *e) {
    bool ok = true;
    for (size_t k = 0; ok && k < plan_n_datasets(p); k++) {
        if (plan_dataset(p, k)->kind != DATA_LIBSVM)
            continue;
        struct text key = {0};
        ok = (key_of(plan_dataset(p, k), &key) || err_add(e, "out of memory")) &&
             store_put_file(s, key.s, plan_dataset_fingerprint(p, k), e);
        text_free(&key);
    }
    return ok;
}

static bool known_fingerprint(void *ctx, const char *path, const struct data_params *d, char out[33]) {
    struct text key = {0};
    bool found = false;
    (void)path;
    bool ok = key_of(d, &key) && store_get_file(ctx, key.s, out, &found, NULL) && found;
    text_free(&key);
    return ok;
}

/* Data that were never made have no runs either: any size will do for their names. */
static bool known_size(void *ctx, const char *fingerprint, struct data_size *size) {
    struct data_facts f;
    bool found;
    if (!store_get_data(ctx, fingerprint, &f, &found, NULL))
        return false;
    if (found)
        *size = (struct data_size){.n_rows = f.n_rows, .nonzeros = (double)f.nnz};
    return true;
}

struct plan *known_plan(struct store *s, struct err *e) {
    const struct plan_known known = {s, known_fingerprint, known_size};
    char *grid = NULL, *path = NULL, *seeds = NULL;
    size_t grid_len, path_len, seeds_len;
    struct plan *p = NULL;
    if (numerics_agree(s, false, e) && store_get_note(s, "grid", &grid, &grid_len, e) &&
        store_get_note(s, "grid_path", &path, &path_len, e) &&
        store_get_note(s, "seeds", &seeds, &seeds_len, e)) {
        if (grid && path)
            p = plan_read_text(path, grid, grid_len, seeds_len ? seeds : NULL, &known, e);
        else
            err_add(e, "%s: it holds no grid file: no sweep was started there", store_path(s));
        if (grid && path && !p)
            err_add(e, "%s: the grid file that it holds, see above, is none that this program reads",
                    store_path(s));
    }
    free(grid);
    free(path);
    free(seeds);
    return p;
}

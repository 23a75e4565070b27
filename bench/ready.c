#include "ready.h"
#include "base/machine.h"
#include "base/mem.h"
#include <string.h>

static const char *text_or_empty(const char *s) {
    return s ? s : "";
}

/* The same files, read the same way: only the choice of held-out rows differs. */
static bool same_files(const struct data_params *a, const struct data_params *b) {
    return a->features == b->features && !strcmp(a->path, b->path) &&
           !strcmp(text_or_empty(a->test_path), text_or_empty(b->test_path));
}

bool ready_make(const struct plan *p, int threads, struct dataset ***ready, struct err *e) {
    const size_t n = plan_n_datasets(p), budget = machine_get()->memory_bytes / 4;
    const struct data_params *last = NULL;
    size_t bytes = 0;
    bool ok = true;
    *ready = mem_zeroed(n, sizeof **ready, e);
    for (size_t k = 0; *ready && k < n; k++) {
        const struct data_params *params = plan_dataset(p, k);
        if (params->kind != DATA_LIBSVM || (last && same_files(last, params)))
            continue;
        last = params;
        struct dataset *d = data_make(params, threads, e);
        ok = ok && d;
        if (!d || bytes + d->memory_bytes > budget) {
            data_free(d); /* too much to keep: read again when its turn comes */
            continue;
        }
        bytes += d->memory_bytes;
        (*ready)[k] = d;
    }
    return *ready && ok;
}

void ready_free(const struct plan *p, struct dataset **ready) {
    for (size_t k = 0; ready && k < plan_n_datasets(p); k++)
        data_free(ready[k]);
    free(ready);
}

/* Any bytes as a grid file: read, checked and, where it is one, decoded run by run. Data files it names are not
 * touched. */
#include "fuzz/fuzz.h"
#include "plan/plan.h"
#include <stdlib.h>

static bool fingerprint(void *ctx, const char *path, const struct data_params *p, char out[33]) {
    (void)ctx, (void)path, (void)p;
    for (int i = 0; i < 32; i++)
        out[i] = '0';
    out[32] = '\0';
    return true;
}

static bool size(void *ctx, const char *of, struct data_size *out) {
    (void)ctx, (void)of;
    *out = (struct data_size){.n_rows = 100, .nonzeros = 1000};
    return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len) {
    const struct plan_known known = {.fingerprint = fingerprint, .size = size};
    struct err e = {0};
    struct plan *p = plan_read_text("grid.ini", (const char *)data, len, NULL, &known, &e);
    if (!p != (e.count > 0)) /* refused without a word, or accepted with one */
        abort();
    for (size_t i = 0, n = p ? plan_n_runs(p) : 0; i < n && i < 100; i++) {
        struct run run;
        plan_run(p, i, &run);
    }
    plan_free(p);
    err_clear(&e);
    return 0;
}

/* Any bytes as the claim of an [expect] section, within a grid that has something to claim about. */
#include "base/text.h"
#include "fuzz/fuzz.h"
#include "plan/plan.h"
#include <stdlib.h>

static const char grid[] =
    "[data text]\nrows = 100\nfeatures = 10\nsparsity = 0.6, 0.7, 0.8\n"
    "[optimizer adam]\neta0 = 0.1, 0.01\n[optimizer sgd]\n"
    "[schedule cosine]\nperiod = 5, 50\noptimizers = sgd\n[trace]\nfeatures = 1, bias\n[expect e]\nclaim = ";

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len) {
    struct text t = {0};
    struct err e = {0};
    text_add(&t, grid);
    text_add_n(&t, (const char *)data, len);
    if (!t.failed) {
        struct plan *p = plan_read_text("grid.ini", t.s, t.len, NULL, NULL, &e);
        if (!p != (e.count > 0)) /* refused without a word, or accepted with one */
            abort();
        plan_free(p);
    }
    err_clear(&e);
    text_free(&t);
    return 0;
}

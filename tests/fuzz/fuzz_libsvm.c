/* Any bytes as a LIBSVM file. The first byte chooses the precision and the number of threads; what is read must
 * not depend on the latter. */
#include "data/libsvm_parse.h"
#include "fuzz/fuzz.h"
#include <stdlib.h>
#include <string.h>

static void part_free(struct data_part *p) {
    free(p->row_ptr);
    free(p->row_idx);
    free(p->row_val);
    free(p->y);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len) {
    if (!len)
        return 0;
    char *text = malloc(len);
    if (!text)
        return 0;
    memcpy(text, data + 1, len - 1);
    text[len - 1] = '\0';
    struct data_part p[2] = {{0}, {0}};
    struct err e[2] = {{0}, {0}};
    uint64_t max_index[2] = {0, 0};
    bool ok[2];
    for (int k = 0; k < 2; k++)
        ok[k] = libsvm_parse("data.svm", text, len - 1, 0, data[0] & 1, k ? 1 + (data[0] >> 1 & 3) : 1, &p[k],
                             &max_index[k], &e[k]);
    if (ok[0] != ok[1] || ok[0] != (e[0].count == 0) || p[0].n_rows != p[1].n_rows ||
        max_index[0] != max_index[1])
        abort();
    for (uint64_t i = 0; ok[0] && i < p[0].row_ptr[p[0].n_rows]; i++)
        if (p[0].row_idx[i] >= max_index[0])
            abort();
    for (int k = 0; k < 2; k++) {
        part_free(&p[k]);
        err_clear(&e[k]);
    }
    free(text);
    return 0;
}

/* Runs a fuzz target on files: its seed corpus, as an ordinary test, or one finding. */
#include "base/text.h"
#include "fuzz/fuzz.h"
#include <stdio.h>
#include <stdlib.h>

int main(int argc, char **argv) {
    for (int i = 1; i < argc; i++) {
        char *data = NULL;
        size_t len = 0;
        struct err e = {0};
        if (!file_read(argv[i], &data, &len, &e)) {
            fprintf(stderr, "%s", e.text);
            err_clear(&e);
            return 1;
        }
        LLVMFuzzerTestOneInput((const uint8_t *)data, len);
        free(data);
    }
    printf("%d inputs\n", argc - 1);
    return argc < 2; /* an empty corpus tests nothing */
}

/* A set of ids met so far. */
#pragma once
#include "base/err.h"
#include <stdint.h>

struct met {
    uint64_t *slot; /* (mask + 1): open addressing; ids are hashes already. 0: free */
    size_t mask;
    bool zero; /* the id 0 was met */
};
/* With room for n. met_free() it. */
bool met_make(struct met *m, size_t n, struct err *e);
void met_free(struct met *m);
/* Whether the id is new; it no longer is afterwards. */
bool met_first(struct met *m, uint64_t id);

/* A set of ids; met.h says how to use it. */
#include "report/met.h"
#include "base/mem.h"
#include <stdlib.h>

bool met_make(struct met *m, size_t n, struct err *e) {
    size_t size = 16;
    while (size < 2 * n)
        size *= 2;
    *m = (struct met){mem_zeroed(size, sizeof *m->slot, e), size - 1, false};
    return m->slot != NULL;
}

void met_free(struct met *m) {
    free(m->slot);
    *m = (struct met){0};
}

bool met_first(struct met *m, uint64_t id) {
    if (id == 0) {
        const bool first = !m->zero;
        m->zero = true;
        return first;
    }
    size_t k = id & m->mask;
    while (m->slot[k] && m->slot[k] != id)
        k = (k + 1) & m->mask;
    if (m->slot[k])
        return false;
    m->slot[k] = id;
    return true;
}

#include "base/mem.h"
#include <string.h>
#include <sys/mman.h>

static bool fits(size_t n, size_t size, size_t *bytes, struct err *e) {
    if (__builtin_mul_overflow(n, size, bytes) || *bytes > PTRDIFF_MAX - HUGE_BYTES)
        return err_add(e, "out of memory: %zu objects of %zu bytes do not fit in the address space", n, size);
    return true;
}

static bool refused(size_t bytes, struct err *e) {
    return err_add(e, "out of memory: the system refuses %zu bytes (%.1f MiB)", bytes,
                   (double)bytes / (1 << 20));
}

void *mem_zeroed(size_t n, size_t size, struct err *e) {
    size_t bytes;
    if (!fits(n, size, &bytes, e))
        return NULL;
    void *p = calloc(bytes ? bytes : 1, 1);
    if (!p)
        refused(bytes, e);
    return p;
}

void *mem_lines(size_t n, size_t size, struct err *e) {
    size_t bytes;
    if (!fits(n, size, &bytes, e))
        return NULL;
    bool huge = bytes >= HUGE_BYTES;
    void *p = NULL;
    if (posix_memalign(&p, huge ? HUGE_BYTES : LINE_BYTES, bytes ? bytes : 1)) {
        refused(bytes, e);
        return NULL;
    }
#ifdef MADV_HUGEPAGE
    /* Advice only: where it is not taken the program is slower, not wrong. */
    if (huge)
        (void)madvise(p, bytes, MADV_HUGEPAGE);
#endif
    return p;
}

bool mem_grow(void *array_pointer, size_t *cap, size_t need, size_t size, struct err *e) {
    if (need <= *cap)
        return true;
    size_t grown_cap = *cap + *cap / 2 + 8;
    if (grown_cap < need)
        grown_cap = need;
    size_t bytes;
    if (!fits(grown_cap, size, &bytes, e))
        return false;
    void *array;
    memcpy(&array, array_pointer, sizeof array); /* a T ** read as void **, without breaking aliasing rules */
    void *grown = realloc(array, bytes);
    if (!grown)
        return refused(bytes, e);
    memcpy(array_pointer, &grown, sizeof grown);
    *cap = grown_cap;
    return true;
}

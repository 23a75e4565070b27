#include "base/mem.h"
#include <stdint.h>
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

/* Advice only: where it is not taken the program is slower, not wrong. */
static void advise_huge(void *p, size_t bytes) {
#ifdef MADV_HUGEPAGE
    const uintptr_t page = 4096, begin = ((uintptr_t)p + page - 1) / page * page, end = (uintptr_t)p + bytes;
    (void)madvise((void *)begin, end - begin, MADV_HUGEPAGE); /* NOLINT(performance-no-int-to-ptr): rounded */
#else
    (void)p, (void)bytes;
#endif
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
    const bool huge = bytes >= HUGE_BYTES;
    void *p = NULL;
    if (posix_memalign(&p, huge ? HUGE_BYTES : LINE_BYTES, bytes ? bytes : 1)) {
        refused(bytes, e);
        return NULL;
    }
    if (huge)
        advise_huge(p, bytes);
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
    if (bytes >= 2 * HUGE_BYTES) /* some of it is a whole page, wherever it begins */
        advise_huge(grown, bytes);
    memcpy(array_pointer, &grown, sizeof grown);
    *cap = grown_cap;
    return true;
}

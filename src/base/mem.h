/* Memory: checked, aligned for vectors, on 2 MiB pages where it is large. */
#pragma once
#include "base/err.h"
#include <stdint.h>
#include <stdlib.h>

enum { LINE_BYTES = 64, HUGE_BYTES = 2 << 20 };

/* n objects of `size` bytes, zeroed; NULL and a message in e when out of memory or n * size overflows. free().
 */
void *mem_zeroed(size_t n, size_t size, struct err *e);

/* n objects of `size` bytes, not initialised, aligned to a cache line, from 2 MiB on to a huge page with huge
 * pages asked for. Never NULL for n = 0. free(). */
void *mem_lines(size_t n, size_t size, struct err *e);

/* Grows *array (element size `size`, capacity *cap) to hold at least `need` elements; on failure nothing
 * changes. */
bool mem_grow(void *array_pointer, size_t *cap, size_t need, size_t size, struct err *e);

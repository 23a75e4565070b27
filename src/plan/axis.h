/* The values of one key: a single one, or a list whose items are values or ranges.
 *
 *     linspace(a, b, n)   n points from a to b, evenly spaced
 *     logspace(a, b, n)   n points from a to b, evenly spaced in their logarithms; a and b above 0
 *     log2space(a, b, n)  the same from 2^a to 2^b
 *     range([a,] b [, s]) integers a, a + s, ... short of b, as Python's range
 *     a..b                integers, both ends included
 *
 * Ends are exactly as written; the points between them are rounded to 12 significant decimal digits, so that
 * logspace(1e-5, 1, 11) holds 0.001 and not a neighbour of it. Integers are never rounded. */
#pragma once
#include "plan/diag.h"
#include "plan/keys.h"

enum { LIST_MAX = 10000000 };

struct list {
    struct value *v; /* (n), distinct; malloc'ed */
    size_t n;
};

/* Reads what stands for a key that takes numbers or words; only AXIS keys may be lists. Complains about every
 * item that is wrong, and then returns false with an empty list. */
bool axis_read(enum key key, const char *text, size_t line, struct list *out, struct diag *d);

/* Reads pairs w0:b0, the value of KEY_MODEL_start, into two lists of equal length. */
bool axis_read_pairs(const char *text, size_t line, struct list *w0, struct list *b0, struct diag *d);

/* Calls each(ctx, item, len) for the items of a list, commas within parentheses aside; trimmed, possibly empty.
 * Stops when each returns false, and returns false then. */
bool axis_items(const char *text, bool (*each)(void *ctx, const char *item, size_t len), void *ctx);

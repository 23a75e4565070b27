/* The ranges that stand in lists (axis.h says what they mean), a row each. */
#pragma once
#include "plan/axis.h"

/* Where points go: onto a list of a key's values, or a reason why not into why. */
struct range_out {
    enum key key;
    struct list *out;
    size_t cap;
    struct text *why;
};

enum { RANGES_MAX = 8 };
struct range_row {
    const char *name, *usage;
    int least_args, most_args;
    /* arg: n_args finite numbers. False and a reason if they make no range, or a point is out of the key's
     * range. */
    bool (*expand)(struct range_out *r, const double *arg, int n_args);
};
extern const struct range_row ranges[];
extern const int n_ranges;

/* Adds a value; false and a reason past LIST_MAX. */
bool range_push(struct range_out *r, struct value v);
/* Adds first, first + step, ... short of stop. */
bool range_integers(struct range_out *r, double first, double stop, double step);

/* A table of plain text, row by row, that a format's writer turns into markup. */
#pragma once
#include "base/text.h"

struct table_column {
    const char *name;
    bool right; /* numbers */
};
struct table {
    const struct table_column *column; /* (n_columns) */
    size_t n_columns;
    struct text text;    /* add a cell's text here, then end it */
    size_t *end, n, cap; /* where in text each cell ends; n: cells so far */
    bool failed;
};
static inline struct table table_make(const struct table_column *column, size_t n_columns) {
    return (struct table){.column = column, .n_columns = n_columns};
}
void table_free(struct table *t);
void table_end_cell(struct table *t);

/* Cells in one call: text as it is; four digits (whole numbers in full), `-` for what is not finite; a share.
 */
void table_text(struct table *t, const char *s);
void table_number(struct table *t, double x);
void table_percent(struct table *t, double share); /* NAN: `-` */
/* A number as table_number() shows it. */
void add_short(struct text *t, double x);

/* Cell k (row by row): its bytes; not terminated. */
static inline const char *table_cell(const struct table *t, size_t k, size_t *len) {
    const size_t from = k ? t->end[k - 1] : 0;
    *len = t->end[k] - from;
    return t->text.s + from;
}

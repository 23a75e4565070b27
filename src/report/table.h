/* A table in markdown, its columns padded so that the raw text reads as a table too. */
#pragma once
#include "base/text.h"

struct table_column {
    const char *name;
    bool right; /* numbers */
};
struct table {
    const struct table_column *column;
    size_t n_columns;
    struct text text;    /* add a cell's text here, then end it */
    size_t *end, n, cap; /* where in text each cell ends; row by row */
    bool failed;
};
static inline struct table table_make(const struct table_column *column, size_t n_columns) {
    return (struct table){.column = column, .n_columns = n_columns};
}
void table_end_cell(struct table *t);
/* Appends the table, and a blank line after it, and empties it. */
void table_print(struct table *t, struct text *out);

/* Appends a label with whatever markdown would take for markup escaped. */
void table_add_label(struct text *out, const char *label);

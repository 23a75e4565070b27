/* Cells of a table; table.h says how to use them. */
#include "report/table.h"
#include "base/mem.h"
#include <math.h>
#include <stdlib.h>

void table_free(struct table *t) {
    free(t->end);
    text_free(&t->text);
    *t = table_make(t->column, t->n_columns);
}

void table_end_cell(struct table *t) {
    text_add(&t->text, ""); /* an empty table has a string too */
    if (!mem_grow(&t->end, &t->cap, t->n + 1, sizeof *t->end, NULL)) {
        t->failed = true;
        return;
    }
    t->end[t->n++] = t->text.len;
}

void table_text(struct table *t, const char *s) {
    text_add(&t->text, s);
    table_end_cell(t);
}

void add_short(struct text *t, double x) {
    if (!isfinite(x))
        text_add(t, "-");
    else
        text_addf(t, x == floor(x) && fabs(x) < 1e9 ? "%.0f" : "%.4g", x);
}

void table_number(struct table *t, double x) {
    add_short(&t->text, x);
    table_end_cell(t);
}

void table_percent(struct table *t, double share) {
    if (isnan(share))
        text_add(&t->text, "-");
    else
        text_addf(&t->text, "%.1f%%", 100 * share);
    table_end_cell(t);
}

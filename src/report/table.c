/* Markdown tables; table.h says how to use them. */
#include "report/table.h"
#include "base/mem.h"
#include <ctype.h>
#include <string.h>

void table_end_cell(struct table *t) {
    if (!mem_grow(&t->end, &t->cap, t->n + 1, sizeof *t->end, NULL)) {
        t->failed = true;
        return;
    }
    t->end[t->n++] = t->text.len;
}

/* Columns on a screen: code points, which is right for all but wide and combining letters. */
static size_t width(const char *s, size_t n) {
    size_t w = 0;
    for (size_t k = 0; k < n; k++)
        w += ((unsigned char)s[k] & 0xc0) != 0x80;
    return w;
}

static void add_many(struct text *out, const char *s, size_t n) {
    for (size_t k = 0; k < n; k++)
        text_add(out, s);
}

static void add_padded(struct text *out, const char *s, size_t n, size_t wanted, bool right) {
    size_t blanks = wanted - width(s, n);
    add_many(out, " ", right ? blanks : 0);
    text_add_n(out, s, n);
    add_many(out, " ", right ? 0 : blanks);
}

static void print_rows(struct table *t, size_t *wide, struct text *out) {
    const char *s = t->text.s;
    for (size_t c = 0; c < t->n_columns; c++)
        wide[c] = width(t->column[c].name, strlen(t->column[c].name));
    for (size_t k = 0; k < t->n; k++) {
        size_t from = k ? t->end[k - 1] : 0, w = width(s + from, t->end[k] - from);
        if (w > wide[k % t->n_columns])
            wide[k % t->n_columns] = w;
    }
    for (size_t c = 0; c < t->n_columns; c++) {
        wide[c] = wide[c] < 3 ? 3 : wide[c];
        text_add(out, c ? " | " : "| ");
        add_padded(out, t->column[c].name, strlen(t->column[c].name), wide[c], t->column[c].right);
    }
    text_add(out, " |\n");
    for (size_t c = 0; c < t->n_columns; c++) {
        text_add(out, c ? " | " : "| ");
        add_many(out, "-", wide[c] - t->column[c].right);
        text_add(out, t->column[c].right ? ":" : "");
    }
    text_add(out, " |\n");
    for (size_t k = 0; k < t->n; k++) {
        size_t from = k ? t->end[k - 1] : 0, c = k % t->n_columns;
        text_add(out, c ? " | " : "| ");
        add_padded(out, s + from, t->end[k] - from, wide[c], t->column[c].right);
        text_add(out, c + 1 == t->n_columns ? " |\n" : "");
    }
    text_add(out, "\n");
}

void table_print(struct table *t, struct text *out) {
    size_t *wide = mem_zeroed(t->n_columns, sizeof *wide, NULL);
    text_add(&t->text, ""); /* an empty table has a string too */
    if (!wide || t->failed || t->text.failed)
        out->failed = true;
    else
        print_rows(t, wide, out);
    free(wide);
    free(t->end);
    text_free(&t->text);
    *t = table_make(t->column, t->n_columns);
}

/* An underscore within a word is no markup, and names are full of them. */
static bool is_markup(const char *label, const char *p) {
    if (*p == '_')
        return p == label || !isalnum((unsigned char)p[-1]) || !isalnum((unsigned char)p[1]);
    return strchr("\\`*{}[]<>#|~&$", *p);
}

void table_add_label(struct text *out, const char *label) {
    for (const char *p = label; *p; p++) {
        if (is_markup(label, p))
            text_add(out, "\\");
        text_add_n(out, p, 1);
    }
}

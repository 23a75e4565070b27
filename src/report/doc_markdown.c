/* Documents as markdown: readable raw, tables padded so that they are tables there too. */
#include "base/mem.h"
#include "report/doc.h"
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

/* An underscore within a word is no markup, and names are full of them; a star after a word can only end what
 * another would have begun; > means something at the start of a line only. */
static bool is_markup(const char *s, size_t k, size_t len) {
    const bool after = k > 0 && isalnum((unsigned char)s[k - 1]);
    const bool before = k + 1 < len && isalnum((unsigned char)s[k + 1]);
    switch (s[k]) {
    case '_':
        return !(after && before);
    case '*':
        return !after || before;
    case '>':
        return k == 0 && !(len > 1 && s[1] == '=');
    default:
        return s[k] && strchr("\\`{}[]<#|~&$", s[k]);
    }
}

void markdown_escape(const char *s, size_t len, struct text *out) {
    for (size_t k = 0; k < len; k++) {
        if (is_markup(s, k, len))
            text_add_n(out, "\\", 1);
        text_add_n(out, s[k] == '\n' ? " " : s + k, 1);
    }
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
    const size_t blanks = wanted - width(s, n);
    add_many(out, " ", right ? blanks : 0);
    text_add_n(out, s, n);
    add_many(out, " ", right ? 0 : blanks);
}

/* Rows of a table whose cells are escaped already. wide: (n_columns) of space. */
static void print_rows(const struct table *t, size_t *wide, struct text *out) {
    size_t n;
    for (size_t c = 0; c < t->n_columns; c++)
        wide[c] = width(t->column[c].name, strlen(t->column[c].name));
    for (size_t k = 0; k < t->n; k++) {
        const char *s = table_cell(t, k, &n);
        const size_t w = width(s, n);
        const size_t c = k % t->n_columns; /* NOLINT(clang-analyzer-core.DivideZero): a table has a column */
        wide[c] = w > wide[c] ? w : wide[c];
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
        const size_t c = k % t->n_columns;
        const char *s = table_cell(t, k, &n);
        text_add(out, c ? " | " : "| ");
        add_padded(out, s, n, wide[c], t->column[c].right);
        text_add(out, c + 1 == t->n_columns ? " |\n" : "");
    }
    text_add(out, "\n");
}

static void print_table(const struct table *t, struct text *out) {
    struct table escaped = table_make(t->column, t->n_columns);
    size_t *wide = mem_zeroed(t->n_columns, sizeof *wide, NULL);
    for (size_t k = 0; k < t->n; k++) {
        size_t n;
        const char *s = table_cell(t, k, &n);
        markdown_escape(s, n, &escaped.text);
        table_end_cell(&escaped);
    }
    if (!wide || escaped.failed || escaped.text.failed)
        out->failed = true;
    else
        print_rows(&escaped, wide, out);
    free(wide);
    table_free(&escaped);
}

/* Up to 110 letters a line. Lines are broken before words only: a number or a sign there could begin a list. */
static void add_wrapped(struct text *out, const char *s, size_t indent) {
    enum { COLUMNS = 110 };
    struct text plain = {0};
    markdown_escape(s, strlen(s), &plain);
    size_t column = indent;
    for (const char *p = plain.s ? plain.s : ""; *p;) {
        const size_t blanks = strspn(p, " "), n = strcspn(p + blanks, " ");
        if (blanks && isalpha((unsigned char)p[blanks]) && column + blanks + width(p + blanks, n) > COLUMNS) {
            text_add(out, "\n");
            add_many(out, " ", indent);
            column = indent;
        } else {
            text_add_n(out, p, blanks);
            column += blanks;
        }
        text_add_n(out, p + blanks, n);
        column += width(p + blanks, n);
        p += blanks + n;
    }
    out->failed |= plain.failed;
    text_free(&plain);
}

void doc_markdown(const struct doc *d, struct text *out) {
    out->failed |= doc_failed(d);
    for (size_t k = 0; k < d->n; k++) {
        const struct block *b = &d->block[k];
        const char *s = b->text.s ? b->text.s : "";
        const bool more = b->kind == BLOCK_ITEM && k + 1 < d->n && d->block[k + 1].kind == BLOCK_ITEM;
        switch (b->kind) {
        case BLOCK_HEADING:
            add_many(out, "#", (size_t)b->level);
            text_add(out, " ");
            markdown_escape(s, strlen(s), out);
            text_add(out, "\n\n");
            break;
        case BLOCK_TABLE:
            print_table(&b->table, out);
            break;
        case BLOCK_ITEM:
            text_add(out, "- ");
            add_wrapped(out, s, 2);
            text_add(out, more ? "\n" : "\n\n");
            break;
        case BLOCK_TEXT:
            add_wrapped(out, s, 0);
            text_add(out, "\n\n");
            break;
        }
    }
}

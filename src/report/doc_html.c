/* Documents as HTML: the body of a page, a <section> to each heading of level 2, well-formed as XML is. */
#include "report/doc.h"
#include <ctype.h>
#include <string.h>

static const struct {
    char sign;
    const char *as;
} special[] = {
    {'&', "&amp;"}, {'<', "&lt;"}, {'>', "&gt;"}, {'"', "&quot;"}, {'\'', "&#39;"},
};

void html_escape(const char *s, size_t len, struct text *out) {
    for (size_t k = 0; k < len; k++) {
        const unsigned char c = (unsigned char)s[k];
        const char *as = (c < ' ' && c != '\n' && c != '\t') || c == 0x7f ? " " : NULL;
        for (size_t i = 0; i < sizeof special / sizeof *special && !as; i++)
            as = special[i].sign == s[k] ? special[i].as : NULL;
        text_add_n(out, as ? as : s + k, as ? strlen(as) : 1);
    }
}

void html_add(const char *s, struct text *out) {
    html_escape(s, strlen(s), out);
}

void html_anchor(const char *heading, struct text *out) {
    for (const char *c = heading; *c; c++) {
        const char letter = (char)tolower((unsigned char)*c);
        text_add_n(out, isalnum((unsigned char)*c) ? &letter : "-", 1);
    }
}

static void print_table(const struct table *t, const char *caption, struct text *out) {
    const size_t rows = t->n / t->n_columns;
    text_add(out, "<div class=\"scroll\" role=\"region\" tabindex=\"0\" aria-label=\"");
    html_add(caption, out);
    text_addf(out, "\"><table%s>\n<thead><tr>", rows > 1 ? " class=\"sorts\"" : "");
    for (size_t c = 0; c < t->n_columns; c++) {
        text_addf(out, "<th scope=\"col\"%s>", t->column[c].right ? " class=\"n\"" : "");
        html_add(t->column[c].name, out);
        text_add(out, "</th>");
    }
    text_add(out, "</tr></thead>\n<tbody>\n");
    for (size_t k = 0; k < t->n; k++) {
        const size_t c = k % t->n_columns;
        size_t n;
        const char *s = table_cell(t, k, &n);
        text_add(out, c ? "" : "<tr>");
        text_add(out, t->column[c].right ? "<td class=\"n\">" : "<td>");
        html_escape(s, n, out);
        text_add(out, c + 1 == t->n_columns ? "</td></tr>\n" : "</td>");
    }
    text_add(out, "</tbody>\n</table></div>\n");
}

static void print_heading(int level, const char *s, bool *in_section, struct text *out) {
    if (level == 2) {
        text_add(out, *in_section ? "</section>\n<section>\n<h2 id=\"" : "<section>\n<h2 id=\"");
        html_anchor(s, out);
        text_add(out, "\">");
        *in_section = true;
    } else {
        text_addf(out, "<h%d>", level);
    }
    html_add(s, out);
    text_addf(out, "</h%d>\n", level);
}

void doc_html(const struct doc *d, struct text *out) {
    bool in_section = false;
    out->failed |= doc_failed(d);
    for (size_t k = 0; k < d->n; k++) {
        const struct block *b = &d->block[k];
        const char *s = b->text.s ? b->text.s : "";
        switch (b->kind) {
        case BLOCK_HEADING:
            print_heading(b->level, s, &in_section, out);
            break;
        case BLOCK_TABLE:
            print_table(&b->table, s, out);
            break;
        case BLOCK_ITEM:
            text_add(out, k && d->block[k - 1].kind == BLOCK_ITEM ? "<li>" : "<ul>\n<li>");
            html_add(s, out);
            text_add(out, k + 1 < d->n && d->block[k + 1].kind == BLOCK_ITEM ? "</li>\n" : "</li>\n</ul>\n");
            break;
        case BLOCK_TEXT:
            text_add(out, "<p>");
            html_add(s, out);
            text_add(out, "</p>\n");
            break;
        }
    }
    text_add(out, in_section ? "</section>\n" : "");
}

/* A document said once: headings, paragraphs, items and tables, all plain text. Each format's writer escapes
 * what it would take for markup, so that no label can do harm. */
#pragma once
#include "report/table.h"

enum block_kind { BLOCK_HEADING, BLOCK_TEXT, BLOCK_ITEM, BLOCK_TABLE };
struct block {
    enum block_kind kind;
    int level;        /* of a heading: 1, 2, 3 */
    struct text text; /* a table's caption, of which only formats without headings around it make use */
    struct table table;
};
struct doc {
    struct block *block; /* (n) */
    size_t n, cap;
    struct block nowhere; /* what is written when memory is out */
    bool failed;          /* it was; doc_failed() looks at every block */
};
bool doc_failed(const struct doc *d); /* memory was out: nothing of the document can be used */
void doc_free(struct doc *d);

/* A new block. What is returned is added to until the next block is made, and is never NULL. */
struct text *doc_heading(struct doc *d, int level);
struct text *doc_text(struct doc *d);
struct text *doc_item(struct doc *d);
struct table *doc_table(struct doc *d, const struct table_column *column, size_t n_columns,
                        const char *caption);

/* doc_markdown.c: raw text that reads well, tables padded. doc_tex.c: the tables, for \input: booktabs, one
 * table environment each. doc_html.c: the body of a page. Out of memory: out->failed. */
void doc_markdown(const struct doc *d, struct text *out);
void doc_tex(const struct doc *d, struct text *out);
void doc_html(const struct doc *d, struct text *out);
/* One string as each format wants it; in HTML for text and for quoted attributes alike. */
void markdown_escape(const char *s, size_t len, struct text *out);
void tex_escape(const char *s, size_t len, struct text *out);
void html_escape(const char *s, size_t len, struct text *out);
void html_add(const char *s, struct text *out); /* the same, to its end */
/* The id of a heading of level 2: headings of that level are this program's own words, and so differ. */
void html_anchor(const char *heading, struct text *out);

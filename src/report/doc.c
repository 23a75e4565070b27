/* Blocks of a document; doc.h says how to use them. */
#include "report/doc.h"
#include "base/mem.h"
#include <stdlib.h>

/* Where memory is out there is still something to write to, and the failure is kept. */
static struct block *add(struct doc *d, enum block_kind kind) {
    if (!mem_grow(&d->block, &d->cap, d->n + 1, sizeof *d->block, NULL)) {
        d->failed = true;
        return &d->nowhere;
    }
    d->block[d->n] = (struct block){.kind = kind};
    return &d->block[d->n++];
}

bool doc_failed(const struct doc *d) {
    bool failed = d->failed;
    for (size_t k = 0; k < d->n; k++)
        failed |= d->block[k].text.failed || d->block[k].table.failed || d->block[k].table.text.failed;
    return failed;
}

void doc_free(struct doc *d) {
    for (size_t k = 0; k < d->n; k++) {
        text_free(&d->block[k].text);
        table_free(&d->block[k].table);
    }
    text_free(&d->nowhere.text);
    table_free(&d->nowhere.table);
    free(d->block);
    *d = (struct doc){0};
}

struct text *doc_heading(struct doc *d, int level) {
    struct block *b = add(d, BLOCK_HEADING);
    b->level = level;
    return &b->text;
}

struct text *doc_text(struct doc *d) {
    return &add(d, BLOCK_TEXT)->text;
}

struct text *doc_item(struct doc *d) {
    return &add(d, BLOCK_ITEM)->text;
}

struct table *doc_table(struct doc *d, const struct table_column *column, size_t n_columns,
                        const char *caption) {
    struct block *b = add(d, BLOCK_TABLE);
    b->table = table_make(column, n_columns);
    text_add(&b->text, caption);
    return &b->table;
}

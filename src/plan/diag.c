/* Invariant: messages[0..n) are in the order added; n never exceeds DIAG_MAX, past which err drops them. */
#define _GNU_SOURCE /* vasprintf */
#include "plan/diag.h"
#include "base/mem.h"
#include <stdarg.h>
#include <stdio.h>

enum { DIAG_MAX = 10 * ERR_MAX, QUOTED_MAX = 60 };

void diag_add(struct diag *d, size_t line, const char *format, ...) {
    if (d->n == DIAG_MAX)
        return;
    if (!mem_grow(&d->messages, &d->cap, d->n + 1, sizeof *d->messages, NULL)) {
        d->failed = true;
        return;
    }
    va_list args;
    va_start(args, format);
    char *text;
    bool ok = vasprintf(&text, format, args) >= 0;
    va_end(args);
    if (!ok) {
        d->failed = true;
        return;
    }
    d->messages[d->n] = (struct diag_message){.line = line, .order = d->n, .text = text};
    d->n++;
}

static int by_line(const void *a, const void *b) {
    const struct diag_message *x = a, *y = b;
    if (x->line != y->line)
        return x->line < y->line ? -1 : 1;
    return x->order < y->order ? -1 : 1;
}

bool diag_flush(struct diag *d, struct err *e) {
    bool clean = !d->failed && d->n == 0;
    if (d->n > 1)
        qsort(d->messages, d->n, sizeof *d->messages, by_line);
    for (size_t i = 0; i < d->n; i++) {
        const struct diag_message *m = &d->messages[i];
        if (m->line > 0)
            err_add(e, "%s:%zu: %s", d->file, m->line, m->text);
        else
            err_add(e, "%s", m->text);
        free(m->text);
    }
    if (d->failed)
        err_add(e, "%s: out of memory", d->file);
    free(d->messages);
    *d = (struct diag){.file = d->file};
    return clean;
}

int diag_quoted(const char *s, size_t len) {
    if (len <= QUOTED_MAX)
        return (int)len;
    size_t n = QUOTED_MAX;
    while (n > 0 && ((unsigned char)s[n] & 0xC0) == 0x80)
        n--;
    return (int)n;
}

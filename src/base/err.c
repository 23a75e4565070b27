/* Messages pile up in one growing string. Nothing here can fail for the caller: without memory, a fixed text
 * takes the place of what could not be kept. They quote what others wrote, and are read on a terminal. */
#include "base/err.h"
#include "base/text.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Stands for messages that no memory could be found for; never freed. */
static char out_of_memory[] = "out of memory\n";

static void append(struct err *e, const char *s, size_t n) {
    if (e->text == out_of_memory)
        return;
    char *grown = realloc(e->text, e->len + n + 2);
    if (!grown) {
        free(e->text);
        e->text = out_of_memory;
        e->len = sizeof out_of_memory - 1;
        return;
    }
    memcpy(grown + e->len, s, n);
    e->text = grown;
    text_disarm(grown + e->len, n);
    e->len += n;
    grown[e->len++] = '\n';
    grown[e->len] = '\0';
}

bool err_add(struct err *e, const char *format, ...) {
    if (!e)
        return false;
    if (e->count++ >= ERR_MAX)
        return false;
    char brief[512];
    va_list args;
    va_start(args, format);
    int n = vsnprintf(brief, sizeof brief, format, args);
    va_end(args);
    if (n < (int)sizeof brief) {
        append(e, brief, n < 0 ? 0 : (size_t)n);
        return false;
    }
    char *whole = malloc((size_t)n + 1);
    if (!whole) {
        append(e, brief, sizeof brief - 1);
        return false;
    }
    va_start(args, format);
    vsnprintf(whole, (size_t)n + 1, format, args);
    va_end(args);
    append(e, whole, (size_t)n);
    free(whole);
    return false;
}

void err_clear(struct err *e) {
    if (e->text != out_of_memory)
        free(e->text);
    *e = (struct err){0};
}

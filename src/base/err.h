/* What went wrong, in sentences for the person at the keyboard.
 *
 * A function that can fail takes a `struct err *` and returns false (or NULL) after adding a message. Messages
 * pile up: a reader of a file reports all its errors, not the first. Only bench/ prints them and exits. */
#pragma once
#include <stdbool.h>
#include <stddef.h>

struct err {
    char *text; /* messages, one a line, each ending in '\n'; NULL while there are none */
    size_t len;
    int count; /* how many messages; past ERR_MAX they are counted but not kept */
};

enum { ERR_MAX = 100 };

/* Adds one message (printf-style, without the newline). Always returns false, so that a failing function can
 * end in `return err_add(e, ...)`. Works when memory is out: then the text is a fixed one. e may be NULL. */
bool err_add(struct err *e, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Frees the messages and makes *e empty again. */
void err_clear(struct err *e);

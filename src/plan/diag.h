/* Complaints about a file: gathered in any order while it is checked, handed over sorted by line, so that the
 * checks can go section by section and the user still reads them from top to bottom. */
#pragma once
#include "base/err.h"

struct diag_message {
    size_t line, order;
    char *text;
};

/* Zero-initialise, then set file. */
struct diag {
    const char *file;
    struct diag_message *messages;
    size_t n, cap;
    bool failed; /* memory ran out */
};

/* Adds a message about a line (1-based; 0: about something else, which the message names itself). */
void diag_add(struct diag *d, size_t line, const char *format, ...) __attribute__((format(printf, 3, 4)));

/* Moves all messages to e as `file:line: text`, by line, then in the order added. True if there were none. */
bool diag_flush(struct diag *d, struct err *e);

/* How many bytes of s[0..len) to quote in a message: all, or some sixty, ending with a whole character. */
int diag_quoted(const char *s, size_t len);

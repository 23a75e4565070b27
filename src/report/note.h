/* Notes of the store that are lists of `name: value`, a line each: the machine, the build. */
#pragma once
#include "base/text.h"

/* Adds the value; false where the note has no such line, or is NULL. */
bool note_value(const char *note, const char *name, struct text *out);
/* The line at *note, after which it is moved on; false at the end. */
struct note_line {
    const char *name, *value;
    size_t name_len, value_len; /* a line without `: ` has no name */
};
bool note_next(const char **note, struct note_line *line);

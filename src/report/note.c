/* Notes, line by line; note.h says of what. */
#define _GNU_SOURCE /* memmem */
#include "report/note.h"
#include <string.h>

bool note_next(const char **note, struct note_line *line) {
    const char *s = *note;
    if (!s || !*s)
        return false;
    const size_t len = strcspn(s, "\n");
    const char *colon = memmem(s, len, ": ", 2);
    const char *value = colon ? colon + 2 : s;
    *line = (struct note_line){s, value, colon ? (size_t)(colon - s) : 0, len - (size_t)(value - s)};
    *note = s + len + !!s[len];
    return true;
}

bool note_value(const char *note, const char *name, struct text *out) {
    struct note_line line;
    while (note_next(&note, &line))
        if (line.name_len == strlen(name) && !memcmp(line.name, name, line.name_len)) {
            const size_t before = out->len;
            text_add_n(out, line.value, line.value_len);
            if (!out->failed)
                text_disarm(out->s + before, out->len - before);
            return true;
        }
    return false;
}

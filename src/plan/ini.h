/* The line grammar of grid files: sections and `key = value` lines, each with its line number.
 *
 *     [kind label]      a section; what follows the kind is its label
 *     key = value       an entry of the section above
 *     ; or #            a comment, at the start of a line or after a blank
 *
 * Blanks around anything are ignored; lines end in LF or CR LF, the last one as it likes; a line may be of any
 * length; a byte-order mark at the start is skipped. The file is UTF-8 text: any other byte is an error. */
#pragma once
#include "plan/diag.h"

struct ini_entry {
    size_t line;
    const char *key, *value; /* trimmed; value may be "" */
};
struct ini_section {
    size_t line;
    const char *kind, *label; /* trimmed; label may be "". kind = NULL: the header could not be read */
    size_t first, n;          /* entries[first .. first + n) */
};
/* Zero-initialise. All strings live in text. */
struct ini {
    char *text;
    struct ini_section *sections;
    struct ini_entry *entries;
    size_t n_sections, n_entries, cap_sections, cap_entries;
};

/* Reads text[0..len); lines that cannot be read are complained about and left out. ini_free() in any case. */
void ini_read(struct ini *ini, const char *text, size_t len, struct diag *d);
void ini_free(struct ini *ini);

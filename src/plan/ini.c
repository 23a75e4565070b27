/* Invariant: every string handed out is a NUL-terminated piece of ini->text, the reader's own copy of the file,
 * and holds no byte below 0x20 but tabs. */
#include "plan/ini.h"
#include "base/mem.h"
#include <string.h>

enum { BAD_LINES_MAX = 8 }; /* more lines than this that are not text: the file is something else altogether */

static bool is_blank(char c) {
    return c == ' ' || c == '\t';
}

static char *trim(char *s, char *end) {
    while (s < end && is_blank(*s))
        s++;
    while (end > s && is_blank(end[-1]))
        end--;
    *end = '\0';
    return s;
}

/* Length of the UTF-8 character at s (at most n bytes): 0 if it is not one, or a control character. */
static size_t character(const unsigned char *s, size_t n) {
    if (s[0] < 0x80)
        return s[0] == '\t' || (s[0] >= 0x20 && s[0] != 0x7F);
    size_t len = s[0] >= 0xF0 ? 4 : s[0] >= 0xE0 ? 3 : 2;
    if (s[0] < 0xC2 || s[0] > 0xF4 || len > n)
        return 0;
    for (size_t i = 1; i < len; i++)
        if ((s[i] & 0xC0) != 0x80)
            return 0;
    bool overlong = (s[0] == 0xE0 && s[1] < 0xA0) || (s[0] == 0xF0 && s[1] < 0x90);
    bool surrogate = s[0] == 0xED && s[1] > 0x9F;
    bool too_large = s[0] == 0xF4 && s[1] > 0x8F;
    bool control = s[0] == 0xC2 && s[1] < 0xA0;
    return overlong || surrogate || too_large || control ? 0 : len;
}

/* The first byte of a line that is not text, or NULL. */
static const char *not_text(const char *s, const char *end) {
    for (size_t n; s < end; s += n)
        if ((n = character((const unsigned char *)s, (size_t)(end - s))) == 0)
            return s;
    return NULL;
}

static char *comment(char *s, char *end) {
    for (char *c = s; c < end; c++)
        if ((*c == ';' || *c == '#') && (c == s || is_blank(c[-1])))
            return c;
    return end;
}

static void read_section(struct ini *ini, char *s, size_t line, struct diag *d) {
    if (!mem_grow(&ini->sections, &ini->cap_sections, ini->n_sections + 1, sizeof *ini->sections, NULL)) {
        d->failed = true;
        return;
    }
    struct ini_section *section = &ini->sections[ini->n_sections++];
    *section = (struct ini_section){.line = line, .label = "", .first = ini->n_entries};
    size_t len = strlen(s);
    if (s[len - 1] != ']') {
        diag_add(d, line, "'%.*s': expected [section] or [section label], with ']' at the end of the line",
                 diag_quoted(s, len), s);
        return;
    }
    char *kind = trim(s + 1, s + len - 1);
    char *blank = kind + strcspn(kind, " \t");
    section->label = *blank ? trim(blank + 1, blank + strlen(blank)) : blank;
    *blank = '\0';
    section->kind = kind;
}

static void read_entry(struct ini *ini, char *s, size_t line, struct diag *d) {
    char *equals = strchr(s, '=');
    if (!equals || equals == s) {
        diag_add(d, line, "'%.*s': expected [section] or key = value", diag_quoted(s, strlen(s)), s);
        return;
    }
    if (ini->n_sections == 0) {
        diag_add(d, line, "'%.*s' stands before any section: expected [sweep], [data LABEL], ... above it",
                 diag_quoted(s, strlen(s)), s);
        return;
    }
    if (!mem_grow(&ini->entries, &ini->cap_entries, ini->n_entries + 1, sizeof *ini->entries, NULL)) {
        d->failed = true;
        return;
    }
    char *value = trim(equals + 1, s + strlen(s));
    char *key = trim(s, equals);
    ini->entries[ini->n_entries++] = (struct ini_entry){.line = line, .key = key, .value = value};
    ini->sections[ini->n_sections - 1].n++;
}

void ini_read(struct ini *ini, const char *text, size_t len, struct diag *d) {
    ini->text = malloc(len + 1);
    if (!ini->text) {
        d->failed = true;
        return;
    }
    memcpy(ini->text, text, len);
    char *s = ini->text, *end = s + len;
    if (len >= 3 && memcmp(s, "\xEF\xBB\xBF", 3) == 0)
        s += 3;
    size_t line = 1, bad_lines = 0;
    for (char *next; s < end; s = next, line++) {
        char *lf = memchr(s, '\n', (size_t)(end - s)), *stop = lf ? lf : end;
        next = lf ? lf + 1 : end;
        if (stop > s && stop[-1] == '\r')
            stop--;
        const char *bad = not_text(s, stop);
        if (bad) {
            diag_add(d, line, "byte 0x%02X%s in column %zu is not text; a grid file is UTF-8 text",
                     (unsigned char)*bad, *bad == '\0' ? " (NUL)" : "", (size_t)(bad - s) + 1);
            if (++bad_lines > BAD_LINES_MAX) {
                diag_add(d, line, "this is not a text file: the rest is not read");
                return;
            }
            continue;
        }
        s = trim(s, comment(s, stop));
        if (*s == '[')
            read_section(ini, s, line, d);
        else if (*s)
            read_entry(ini, s, line, d);
    }
}

void ini_free(struct ini *ini) {
    free(ini->text);
    free(ini->sections);
    free(ini->entries);
    *ini = (struct ini){0};
}

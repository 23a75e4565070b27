/* Claims, piece by piece: words, labels, and complaints about them with their column. */
#include "plan/claim_internal.h"
#include <ctype.h>
#include <string.h>

enum { NAMES_MAX = 128 };

void claim_skip_blanks(struct claim_reader *p) {
    p->at += strspn(p->at, " \t");
}

bool claim_take(struct claim_reader *p, char c) {
    claim_skip_blanks(p);
    if (*p->at != c)
        return false;
    p->at++;
    return true;
}

/* How many bytes at s belong to what a reader takes for one piece. */
size_t claim_piece(const char *s) {
    size_t n = 0;
    while (isalnum((unsigned char)s[n]) || (unsigned char)s[n] >= 0x80 || (s[n] && strchr("_.-+", s[n])))
        n++;
    return n ? n : *s != '\0';
}

/* `column 7: 'xyz' WHAT`; what was expected may be added. Returns false. */
bool claim_complain(struct claim_reader *p, const char *at, size_t len, const char *what) {
    text_addf(p->why, "column %zu: ", (size_t)(at - p->text) + 1);
    if (!*at && !len)
        text_add(p->why, "the claim ends here: ");
    else
        text_addf(p->why, "'%.*s'%s ", diag_quoted(at, len), at, diag_quoted(at, len) < (int)len ? "..." : "");
    text_add(p->why, what);
    return false;
}

void claim_add_names(struct claim_reader *p, const char *at, size_t len, const char *const *names, size_t n) {
    char word[64];
    size_t short_len = len < sizeof word ? len : sizeof word - 1;
    memcpy(word, at, short_len);
    word[short_len] = '\0';
    for (size_t k = 0; k < n; k++)
        text_addf(p->why, "%s%s", k ? ", " : "", names[k]);
    if (len)
        add_nearest(p->why, word, names, n);
}

bool claim_is_word(const char *at, size_t len, const char *word) {
    return strlen(word) == len && memcmp(at, word, len) == 0;
}

bool claim_at_number(const char *s) {
    s += *s == '-' || *s == '+';
    return isdigit((unsigned char)*s) || (*s == '.' && isdigit((unsigned char)s[1]));
}

/* The section whose label stands at the parser, the longest that ends at a comma or parenthesis (labels may
 * hold either); n if there is none, and then *len is how much stands there. */
static size_t find_label(const struct claim_reader *p, const struct section *list, size_t n, size_t *len) {
    size_t found = n;
    *len = 0;
    for (size_t i = 0; i < n; i++) {
        const size_t own = strlen(list[i].label);
        if (own <= *len || strncmp(p->at, list[i].label, own) != 0)
            continue;
        const char *rest = p->at + own + strspn(p->at + own, " \t");
        if (!*rest || *rest == ',' || *rest == ')') {
            found = i;
            *len = own;
        }
    }
    if (found == n) {
        *len = strcspn(p->at, ",)");
        while (*len && isblank((unsigned char)p->at[*len - 1]))
            --*len;
    }
    return found;
}

bool claim_read_label(struct claim_reader *p, const struct section *list, size_t n, const char *kind,
                      const char *besides, size_t *number) {
    size_t len;
    *number = find_label(p, list, n, &len);
    if (*number < n) {
        p->at += len;
        return true;
    }
    if (besides && claim_is_word(p->at, len, besides)) {
        p->at += len;
        return true;
    }
    const char *names[NAMES_MAX];
    size_t n_names = 0;
    for (size_t i = 0; i < n && n_names + 1 < NAMES_MAX; i++)
        names[n_names++] = list[i].label;
    if (besides)
        names[n_names++] = besides;
    claim_complain(p, p->at, len, "");
    text_addf(p->why, "is not the label of %s [%s]: expected ", strchr("aeiou", *kind) ? "an" : "a", kind);
    claim_add_names(p, p->at, len, names, n_names);
    return false;
}

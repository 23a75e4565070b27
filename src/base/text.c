/* Growing strings and near words. Numbers are in number.cpp, files in file.c. */
#include "base/text.h"
#include "base/mem.h"
#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void text_add_n(struct text *t, const char *s, size_t n) {
    if (t->failed)
        return;
    if (!mem_grow(&t->s, &t->cap, t->len + n + 1, 1, NULL)) {
        t->failed = true;
        return;
    }
    memcpy(t->s + t->len, s, n);
    t->len += n;
    t->s[t->len] = '\0';
}

void text_add(struct text *t, const char *s) {
    text_add_n(t, s, strlen(s));
}

void text_addf(struct text *t, const char *format, ...) {
    char brief[256];
    va_list args;
    va_start(args, format);
    int n = vsnprintf(brief, sizeof brief, format, args);
    va_end(args);
    if (n < 0)
        t->failed = true;
    if (t->failed)
        return;
    if (n < (int)sizeof brief) {
        text_add_n(t, brief, (size_t)n);
        return;
    }
    if (!mem_grow(&t->s, &t->cap, t->len + (size_t)n + 1, 1, NULL)) {
        t->failed = true;
        return;
    }
    va_start(args, format);
    vsnprintf(t->s + t->len, (size_t)n + 1, format, args);
    va_end(args);
    t->len += (size_t)n;
}

void text_add_number(struct text *t, double x) {
    char s[NUMBER_CHARS];
    text_add_n(t, s, number_format(x, s));
}

void text_free(struct text *t) {
    free(t->s);
    *t = (struct text){0};
}

void text_disarm(char *s, size_t n) {
    for (size_t i = 0; i < n; i++) {
        const unsigned char c = (unsigned char)s[i], next = i + 1 < n ? (unsigned char)s[i + 1] : 0;
        const bool c1 = c == 0xc2 && next >= 0x80 && next < 0xa0;
        if ((c < ' ' && c != '\n' && c != '\t') || c == 0x7f || c1)
            s[i] = '?';
        if (c1)
            s[++i] = '?';
    }
}

enum { WORD_MAX = 63 }; /* longer words are no slips of known ones */

/* Levenshtein's distance, one row of the table at a time. */
static size_t edit_distance(const char *a, size_t n_a, const char *b, size_t n_b) {
    size_t row[WORD_MAX + 1];
    for (size_t j = 0; j <= n_b; j++)
        row[j] = j;
    for (size_t i = 1; i <= n_a; i++) {
        size_t diagonal = row[0];
        row[0] = i;
        for (size_t j = 1; j <= n_b; j++) {
            bool same = tolower((unsigned char)a[i - 1]) == tolower((unsigned char)b[j - 1]);
            size_t best = diagonal + !same;
            if (best > row[j] + 1)
                best = row[j] + 1;
            if (best > row[j - 1] + 1)
                best = row[j - 1] + 1;
            diagonal = row[j];
            row[j] = best;
        }
    }
    return row[n_b];
}

const char *text_nearest(const char *word, const char *const *words, size_t n) {
    size_t len = strlen(word), best = len / 3 < 2 ? 2 : len / 3;
    if (len > WORD_MAX)
        return NULL;
    const char *nearest = NULL;
    for (size_t i = 0; i < n; i++) {
        size_t other = strlen(words[i]);
        if (other > WORD_MAX)
            continue;
        size_t d = edit_distance(word, len, words[i], other);
        /* Two short words that share no letter at all are within two changes too: no slip. */
        if (d < (len > other ? len : other) && (d < best || (d == best && !nearest))) {
            best = d;
            nearest = words[i];
        }
    }
    return nearest;
}

/* Everything that is said or decided about a single value follows from its row in keys[]. */
#include "plan/keys.h"
#include "plan/diag.h"
#include <assert.h>
#include <ctype.h>
#include <stdio.h>
#include <string.h>

const char *const key_section_names[SECTION_COUNT] = {"sweep",    "data",  "model",  "optimizer",
                                                      "schedule", "trace", "expect", "figure"};

/* clang-format off */
const struct key_row keys[KEY_COUNT] = {
#define X(section, name, words, numbers, lo, hi, open, fallback, flags, help) \
    {SECTION_##section, #name, words, NUMBERS_##numbers, lo, hi, open, fallback, flags, help},
    GRID_KEYS(X)
#undef X
#define X(name, words, lo, hi, open, help) \
    {SECTION_OPTIMIZER, #name, words, \
     sizeof(words) > 1 ? NUMBERS_NONE : (open) & INTEGER_NUMBER ? NUMBERS_INTEGER : NUMBERS_REAL, lo, hi, open, "", \
     AXIS | ID | COLUMN, help},
    HYPERS(X)
#undef X
#define X(name, words, lo, hi, open, is_length, help) \
    {SECTION_SCHEDULE, #name, words, sizeof(words) > 1 ? NUMBERS_NONE : NUMBERS_REAL, lo, hi, open, "", \
     AXIS | ID | COLUMN, help},
    SCHEDULE_KEYS(X)
#undef X
};
/* clang-format on */

bool key_belongs(enum key key, enum key_section section) {
    bool start = key == KEY_MODEL_w0 || key == KEY_MODEL_b0 || key == KEY_MODEL_start;
    return keys[key].section == section || (section == SECTION_DATA && start);
}

enum key key_find(enum key_section section, const char *name) {
    enum key k = 0;
    while (k < KEY_COUNT && !(key_belongs(k, section) && strcmp(keys[k].name, name) == 0))
        k++;
    return k;
}

bool word_at(const char *words, int k, char out[WORD_CHARS]) {
    for (; *words; k--) {
        size_t n = strcspn(words, " ");
        assert(n < WORD_CHARS);
        if (k == 0) {
            memcpy(out, words, n);
            out[n] = '\0';
            return true;
        }
        words += n + (words[n] == ' ');
    }
    return false;
}

void value_print(enum key key, struct value v, struct text *out) {
    char word[WORD_CHARS] = "";
    if (v.word == VALUE_NONE)
        return;
    if (v.word == VALUE_NUMBER) {
        text_add_number(out, v.number);
        return;
    }
    word_at(keys[key].words, v.word, word);
    text_add(out, word);
    if (keys[key].numbers != NUMBERS_CALL && keys[key].numbers != NUMBERS_PHRASE)
        return;
    text_add(out, keys[key].numbers == NUMBERS_CALL ? "(" : " ");
    text_add_number(out, v.number);
    text_add(out, keys[key].numbers == NUMBERS_CALL ? ")" : "");
}

int value_compare(const void *a, const void *b) {
    const struct value *x = a, *y = b;
    if (x->word != y->word)
        return x->word < y->word ? -1 : 1;
    return (x->number > y->number) - (x->number < y->number);
}

static void add_words(const char *words, struct text *out) {
    char word[WORD_CHARS], more[WORD_CHARS];
    for (int k = 0; word_at(words, k, word); k++)
        text_addf(out, "%s%s", k == 0 ? "" : word_at(words, k + 1, more) ? ", " : " or ", word);
}

/* An end of a range, readable: integers in full, where the shortest form would be 1e+09. */
static void add_end(struct text *out, double x) {
    if (fabs(x) < 1e16 && x == floor(x))
        text_addf(out, "%.0f", x);
    else
        text_add_number(out, x);
}

static void add_number_wanted(const struct key_row *k, struct text *out) {
    text_add(out, k->numbers == NUMBERS_INTEGER ? "an integer" : "a number");
    if (isinf(k->lo))
        return;
    if (isinf(k->hi)) {
        text_add(out, k->open & OPEN_LO ? " above " : " of at least ");
        add_end(out, k->lo);
        return;
    }
    text_add(out, k->open & OPEN_LO ? " in (" : " in [");
    add_end(out, k->lo);
    text_add(out, ", ");
    add_end(out, k->hi);
    text_add(out, k->open & OPEN_HI ? ")" : "]");
}

void key_describe(enum key key, struct text *out) {
    const struct key_row *k = &keys[key];
    switch (k->numbers) {
    case NUMBERS_TEXT:
        text_add(out, "text");
        return;
    case NUMBERS_NONE:
        add_words(k->words, out);
        return;
    case NUMBERS_CALL:
        add_number_wanted(k, out);
        text_addf(out, " or %s(SD) with SD above 0", k->words);
        return;
    case NUMBERS_PHRASE:
        add_words(k->words, out);
        text_add(out, " and ");
        add_number_wanted(k, out);
        return;
    case NUMBERS_REAL:
    case NUMBERS_INTEGER:
        if (*k->words)
            text_addf(out, "%s, or ", k->words);
        add_number_wanted(k, out);
    }
}

bool value_check(enum key key, double x, struct text *why) {
    const struct key_row *k = &keys[key];
    bool whole = k->numbers != NUMBERS_INTEGER || x == floor(x);
    bool low = k->open & OPEN_LO ? x > k->lo : x >= k->lo;
    bool high = k->open & OPEN_HI ? x < k->hi : x <= k->hi;
    if (whole && low && high)
        return true;
    text_add_number(why, x);
    text_addf(why, " is %s: expected ", whole ? "out of range" : "not an integer");
    key_describe(key, why);
    return false;
}

/* Which of the key's words s[0..len) begins with (the whole name must match), VALUE_NONE if none. */
static int word_find(enum key key, const char *s, size_t len) {
    char word[WORD_CHARS];
    for (int k = 0; word_at(keys[key].words, k, word); k++)
        if (strlen(word) == len && memcmp(word, s, len) == 0)
            return k;
    return VALUE_NONE;
}

/* The number that follows the word of so many letters, a blank or a sign between: gap 0.5, gap=0.5. Its length,
 * 0 where that is none. */
static size_t number_after(const char *s, size_t len, size_t letters, const char **number) {
    size_t at = letters;
    double x;
    while (at < len && strchr(" \t=:<", s[at]))
        at++;
    *number = s + at;
    return at > letters && at < len && number_parse(s + at, len - at, &x) == len - at && isfinite(x) ? len - at
                                                                                                     : 0;
}

/* Says what s[0..len) is not, and what was expected. part: it is a part of the value, where no word may stand.
 */
static bool wanted(enum key key, const char *s, size_t len, bool part, const char *what, struct text *why) {
    char copy[4 * WORD_CHARS], list[8][WORD_CHARS], before[WORD_CHARS + 1] = "";
    text_addf(why, "'%.*s' %s: expected ", diag_quoted(s, len), s, what);
    key_describe(key, why);
    const int n_letters = diag_quoted(s, len);
    memcpy(copy, s, (size_t)n_letters);
    copy[n_letters] = '\0';
    const char *names[8];
    size_t n = 0;
    for (; n < 8 && word_at(keys[key].words, (int)n, list[n]); n++)
        names[n] = list[n];
    double x;
    const bool is_number = len > 0 && number_parse(s, len, &x) == len; /* nan is no slip for gap */
    if (!part && !is_number && add_nearest(why, copy, names, n))
        return false;
    if (!part && keys[key].numbers == NUMBERS_PHRASE)
        snprintf(before, sizeof before, "%s ", list[0]);
    size_t letters = 0;
    while (letters < len && isalpha((unsigned char)s[letters]))
        letters++;
    const char *rung;
    const size_t rung_len = number_after(s, len, letters, &rung);
    if (key == KEY_SWEEP_targets && word_find(KEY_SWEEP_target, s, letters) != VALUE_NONE && rung_len)
        text_addf(why, "; did you mean '%.*s'?", (int)rung_len, rung); /* their kind is that of the target */
    else if (*before && is_number && isfinite(x) && x > 0)
        text_addf(why, "; did you mean '%s%s'?", before, copy);
    else if (keys[key].numbers == NUMBERS_NONE || !add_number_hint(why, before, s, len))
        if (keys[key].flags & (AXIS | LADDER) && !part)
            add_list_hint(why, s, len, names, n);
    return false;
}

/* gap=0.05, gap < 0.05, for `gap 0.05`: letters are those of the word, and a number is what follows. */
static bool incomplete_phrase(enum key key, const char *s, size_t len, size_t letters, struct text *why) {
    const char *number;
    const size_t n = number_after(s, len, letters, &number);
    wanted(key, s, len, true, "is incomplete", why);
    if (n)
        text_addf(why, "; did you mean '%.*s %.*s'?", (int)letters, s, (int)n, number);
    return false;
}

/* All of s[0..len) as a finite number; part: of the value. */
static bool number_read(enum key key, const char *s, size_t len, bool part, double *x, struct text *why) {
    double y;
    if (len == 0 || number_parse(s, len, &y) != len)
        return wanted(key, s, len, part, "is not a number", why);
    bool digit = isdigit((unsigned char)s[strspn(s, "+-")]) || s[strspn(s, "+-")] == '.';
    if (!isfinite(y))
        return wanted(key, s, len, part, digit ? "is too large for a double" : "is not a finite number", why);
    if (y == 0 && strcspn(s, "123456789") < (size_t)(strcspn(s, "eE") < len ? strcspn(s, "eE") : len))
        return wanted(key, s, len, part, "is too small for a double", why);
    *x = y + 0.0; /* -0 is 0 */
    return true;
}

bool value_parse(enum key key, const char *s, size_t len, struct value *v, struct text *why) {
    const struct key_row *k = &keys[key];
    assert(k->numbers != NUMBERS_TEXT);
    size_t letters = 0;
    while (letters < len && (isalnum((unsigned char)s[letters]) || s[letters] == '_'))
        letters++;
    struct value out = {.number = 0, .word = word_find(key, s, letters)};
    if (out.word == VALUE_NONE) {
        out.word = VALUE_NUMBER;
        if (k->numbers == NUMBERS_NONE || k->numbers == NUMBERS_PHRASE)
            return wanted(key, s, len, false, "is not known", why);
        if (!number_read(key, s, len, false, &out.number, why) || !value_check(key, out.number, why))
            return false;
    } else if (k->numbers == NUMBERS_CALL) {
        const char *open = s + letters, *end = s + len;
        while (open < end && *open == ' ')
            open++;
        if (end - open < 3 || *open != '(' || end[-1] != ')')
            return wanted(key, s, len, true, "is incomplete", why);
        for (open++, end--; open < end && *open == ' ';)
            open++;
        while (end > open && end[-1] == ' ')
            end--;
        if (!number_read(key, open, (size_t)(end - open), true, &out.number, why))
            return false;
        if (!(out.number > 0))
            return wanted(key, s, len, true, "is out of range", why);
    } else if (k->numbers == NUMBERS_PHRASE) {
        size_t at = letters + strspn(s + letters, " \t");
        if (at >= len || at == letters || strchr("=:<", s[at]))
            return incomplete_phrase(key, s, len, letters, why);
        if (!number_read(key, s + at, len - at, true, &out.number, why) || !value_check(key, out.number, why))
            return false;
    } else if (letters != len) {
        return wanted(key, s, len, false, "is not known", why);
    }
    *v = out;
    return true;
}

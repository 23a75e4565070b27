/* Lists and ranges. Invariant: a list that is handed out holds distinct values, each within its key's range. */
#define _GNU_SOURCE /* memmem */
#include "plan/axis.h"
#include "plan/range.h"
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- items ----------------------------------------------------------------------------------------------- */

enum { ARGS_MAX = 3 };

static void trim(const char **s, size_t *len) {
    while (*len > 0 && isspace((unsigned char)**s))
        (*s)++, (*len)--;
    while (*len > 0 && isspace((unsigned char)(*s)[*len - 1]))
        (*len)--;
}

bool axis_items(const char *text, bool (*each)(void *ctx, const char *item, size_t len), void *ctx) {
    for (const char *s = text;;) {
        int depth = 0;
        const char *end = s;
        for (; *end && !(*end == ',' && depth <= 0); end++)
            depth += (*end == '(') - (*end == ')');
        const char *item = s;
        size_t len = (size_t)(end - s);
        trim(&item, &len);
        if (!each(ctx, item, len))
            return false;
        if (!*end)
            return true;
        s = end + 1;
    }
}

struct arguments {
    double x[ARGS_MAX];
    int n;
    const char *bad; /* the first that is no finite number */
    size_t bad_len;
};

static bool add_argument(void *ctx, const char *s, size_t len) {
    struct arguments *a = ctx;
    double x = NAN;
    if (!a->bad && (len == 0 || number_parse(s, len, &x) != len || !isfinite(x))) {
        a->bad = s;
        a->bad_len = len;
    }
    if (a->n < ARGS_MAX)
        a->x[a->n] = x;
    a->n++;
    return true;
}

/* name(arguments): s[0..len) with its parenthesis at s[name_len]. */
static bool read_call(struct range_out *r, const char *s, size_t len, size_t name_len) {
    const char *names[RANGES_MAX + 1];
    const struct range_row *row = NULL;
    for (int k = 0; k < n_ranges; k++) {
        names[k] = ranges[k].name;
        if (strlen(names[k]) == name_len && memcmp(names[k], s, name_len) == 0)
            row = &ranges[k];
    }
    char copy[256];
    if (!row) {
        int n = diag_quoted(s, name_len);
        const bool has_call = keys[r->key].numbers == NUMBERS_CALL; /* normal(SD), as for w0 */
        snprintf(copy, sizeof copy, "%.*s", n, s);
        text_addf(r->why, "'%s(' is not a range: expected linspace, logspace, log2space or range", copy);
        if (has_call)
            text_addf(r->why, ", or %s(SD)", names[n_ranges] = keys[r->key].words);
        add_nearest(r->why, copy, names, (size_t)n_ranges + has_call);
        return false;
    }
    size_t inner = len - name_len - 1;
    if (s[len - 1] != ')' || inner >= sizeof copy) {
        text_addf(r->why, "'%.*s' %s: expected %s", diag_quoted(s, len), s,
                  s[len - 1] != ')' ? "does not end in ')'" : "is too long", row->usage);
        return false;
    }
    memcpy(copy, s + name_len + 1, inner);
    copy[inner - 1] = '\0';
    struct arguments a = {.n = 0};
    axis_items(copy, add_argument, &a);
    if (a.bad)
        text_addf(r->why, "'%.*s' is not a finite number: expected %s", diag_quoted(a.bad, a.bad_len), a.bad,
                  row->usage);
    else if (a.n < row->least_args || a.n > row->most_args)
        text_addf(r->why, "%s has %d argument%s: expected %s", row->name, a.n, a.n == 1 ? "" : "s", row->usage);
    else
        return row->expand(r, a.x, a.n);
    return false;
}

static bool read_dots(struct range_out *r, const char *s, size_t len, const char *dots) {
    const char *b = dots + 2;
    size_t a_len = (size_t)(dots - s), b_len = (size_t)(s + len - b);
    trim(&s, &a_len);
    trim(&b, &b_len);
    double first, last;
    bool numbers = a_len > 0 && b_len > 0 && number_parse(s, a_len, &first) == a_len &&
                   number_parse(b, b_len, &last) == b_len;
    if (!numbers || first != floor(first) || last != floor(last) || fabs(first) > 0x1p53 || fabs(last) > 0x1p53)
        text_add(r->why, "expected integers FIRST..LAST, both included; for fractions there are "
                         "linspace(first, last, points) and logspace(first, last, points)");
    else if (last < first)
        text_add(r->why, "an empty range: the first end is above the last");
    else
        return range_integers(r, first, last + 1, 1);
    return false;
}

static bool is_list_item(enum key key, const char *s, size_t len, size_t *name_len, const char **dots) {
    size_t n = 0;
    while (n < len && (isalnum((unsigned char)s[n]) || s[n] == '_' || s[n] == '.')) /* np.logspace */
        n++;
    *name_len = n;
    char word[WORD_CHARS] = "";
    word_at(keys[key].words, 0, word);
    bool own_call = keys[key].numbers == NUMBERS_CALL && strlen(word) == n && memcmp(word, s, n) == 0;
    if (n > 0 && n < len && s[n] == '(' && !own_call && !isdigit((unsigned char)s[0]))
        return true;
    *dots = memmem(s, len, "..", 2);
    return *dots != NULL;
}

struct item_reader {
    struct range_out r;
    const char *text; /* the whole value */
    size_t line, n_items;
    struct diag *d;
    bool ok;
    const char *past; /* items before it are parts of a number with commas that was said to be wrong */
};

enum { DECIMAL_CHARS = 64 };
static const char digits[] = "0123456789";

/* 0,01 around a comma: its end, and how it is written with a point; NULL: it is no such number. */
static const char *read_fraction(const char *text, const char *comma, char number[DECIMAL_CHARS]) {
    const char *first = comma, *end = comma + 1 + strspn(comma + 1, digits);
    while (first > text && isdigit((unsigned char)first[-1]))
        first--;
    if (first > text && strchr("+-", first[-1]))
        first--;
    if (first > text && !strchr(" \t,", first[-1]))
        return NULL;
    end += strcspn(end, " \t,"); /* an exponent */
    const int n = snprintf(number, DECIMAL_CHARS, "%.*s.%.*s", (int)(comma - first), first,
                           (int)(end - comma - 1), comma + 1);
    return n < DECIMAL_CHARS ? end : NULL;
}

/* 1,000,000 around a comma, likewise. */
static const char *read_thousands(const char *text, const char *comma, char number[DECIMAL_CHARS]) {
    const char *first = comma;
    while (first > text && (isdigit((unsigned char)first[-1]) || first[-1] == ','))
        first--;
    const size_t lead = strspn(first, digits);
    if ((first > text && !strchr(" \t", first[-1])) || lead < 1 || lead > 3)
        return NULL;
    size_t n = lead;
    const char *end = first + lead;
    memcpy(number, first, lead);
    for (; *end == ',' && strspn(end + 1, digits) == 3 && n + 3 < DECIMAL_CHARS; n += 3, end += 4)
        memcpy(number + n, end + 1, 3);
    number[n] = '\0';
    return n > lead && (!*end || strchr(" \t", *end) || (*end == ',' && !isdigit((unsigned char)end[1])))
               ? end
               : NULL;
}

/* The number that a comma between digits may be meant for, and its end; NULL where the key would not take that
 * either. */
static const char *read_decimal(const struct item_reader *i, const char *comma, char number[DECIMAL_CHARS]) {
    if (comma == i->text || *comma != ',' || !isdigit((unsigned char)comma[-1]) ||
        !isdigit((unsigned char)comma[1]))
        return NULL;
    const char *end = keys[i->r.key].numbers == NUMBERS_INTEGER ? read_thousands(i->text, comma, number)
                                                                : read_fraction(i->text, comma, number);
    double x;
    struct text why = {0};
    const bool takes =
        end && number_parse(number, strlen(number), &x) == strlen(number) && value_check(i->r.key, x, &why);
    text_free(&why);
    return takes ? end : NULL;
}

/* Of a list whose values are not right together: the first that may be one number, as in 0,5, 0,2. */
static bool find_decimal(const struct item_reader *i, char number[DECIMAL_CHARS]) {
    for (const char *comma = strchr(i->text, ','); comma; comma = strchr(comma + 1, ',')) {
        const char *end = read_decimal(i, comma, number), *first = comma;
        while (first > i->text && strchr(digits, first[-1]))
            first--;
        if (end && (first == i->text || strchr(" \t+-", first[-1])) &&
            (!*end || strchr(" \t", end[*end == ','])))
            return true;
    }
    return false;
}

static void add_decimal(const char *number, struct text *out) {
    text_addf(out, "; a comma begins another value; did you mean '%s'?", number);
}

static void complain(struct item_reader *i, const char *s, size_t len) {
    const char *name = keys[i->r.key].name;
    char number[DECIMAL_CHARS];
    const char *past = len ? read_decimal(i, s + len, number) : NULL;
    if (!past && len && s > i->text)
        past = read_decimal(i, s - 1, number);
    if (past) {
        add_decimal(number, i->r.why);
        i->past = past;
    }
    if (i->r.why->failed)
        i->d->failed = true;
    else if (len == 0 || i->r.why->s[0] == '\'') /* the text is quoted already */
        diag_add(i->d, i->line, "%s: %s", name, i->r.why->s);
    else
        diag_add(i->d, i->line, "%s = %.*s: %s", name, diag_quoted(s, len), s, i->r.why->s);
    text_free(i->r.why);
    i->ok = false;
}

static bool read_item(void *ctx, const char *s, size_t len) {
    struct item_reader *i = ctx;
    enum key key = i->r.key;
    size_t name_len;
    const char *dots = NULL;
    i->n_items++;
    if (i->past && s < i->past)
        return true;
    if (len == 0) {
        text_add(i->r.why, "an empty item in the list");
    } else if (is_list_item(key, s, len, &name_len, &dots)) {
        if (!(keys[key].flags & (AXIS | LADDER)))
            text_add(i->r.why, "expected one value, not a range");
        else if (dots ? read_dots(&i->r, s, len, dots) : read_call(&i->r, s, len, name_len))
            return true;
    } else {
        struct value v;
        char number[DECIMAL_CHARS];
        const bool odd = s > i->text && len > 1 && *s == '0' && read_decimal(i, s - 1, number); /* nobody's 1 */
        if (odd)
            text_addf(i->r.why, "'%.*s' begins with a 0", diag_quoted(s, len), s);
        else if (value_parse(key, s, len, &v, i->r.why) && range_push(&i->r, v))
            return true;
    }
    complain(i, s, len);
    return i->r.out->n < LIST_MAX;
}

/* A value listed twice would plan the same runs twice. */
static bool distinct(struct item_reader *i) {
    struct list *l = i->r.out;
    if (l->n < 2)
        return true;
    struct value *sorted = malloc(l->n * sizeof *sorted);
    if (!sorted) {
        i->d->failed = true;
        return false;
    }
    memcpy(sorted, l->v, l->n * sizeof *sorted);
    qsort(sorted, l->n, sizeof *sorted, value_compare);
    for (size_t k = 1; k < l->n && i->ok; k++)
        if (value_compare(&sorted[k - 1], &sorted[k]) == 0) {
            value_print(i->r.key, sorted[k], i->r.why);
            char number[DECIMAL_CHARS];
            text_add(i->r.why, " is listed twice");
            if (find_decimal(i, number))
                add_decimal(number, i->r.why);
            else
                text_add(i->r.why, " (points of a range are rounded to 12 digits)");
            complain(i, "", 0);
        }
    free(sorted);
    return i->ok;
}

static bool finish(struct item_reader *i, size_t line) {
    if (i->ok && i->n_items > 1 && !(keys[i->r.key].flags & (AXIS | LADDER))) {
        char number[DECIMAL_CHARS];
        if (find_decimal(i, number))
            add_decimal(number, i->r.why);
        diag_add(i->d, line, "%s: expected one value, not a list%s", keys[i->r.key].name,
                 i->r.why->s ? i->r.why->s : "");
        text_free(i->r.why);
        i->ok = false;
    }
    return i->ok;
}

static void drop(struct list *l) {
    free(l->v);
    *l = (struct list){0};
}

bool axis_read(enum key key, const char *text, size_t line, struct list *out, struct diag *d) {
    struct text why = {0};
    struct item_reader i = {
        .r = {.key = key, .out = out, .why = &why}, .text = text, .line = line, .d = d, .ok = true};
    *out = (struct list){0};
    if (*text == '\0') {
        text_add(&why, "a value is missing: expected ");
        key_describe(key, &why);
        complain(&i, "", 0);
        return false;
    }
    axis_items(text, read_item, &i);
    if (finish(&i, line) && distinct(&i))
        return true;
    drop(out);
    return false;
}

struct pair_reader {
    struct item_reader w0, b0;
};

static bool read_pair(void *ctx, const char *s, size_t len) {
    struct pair_reader *p = ctx;
    const char *colon = memchr(s, ':', len);
    if (!colon) {
        diag_add(p->w0.d, p->w0.line, "start: '%.*s': expected pairs W0:B0, as in -2:-2, -4:4",
                 diag_quoted(s, len), s);
        p->w0.ok = false;
        return true;
    }
    const char *b = colon + 1;
    size_t w_len = (size_t)(colon - s), b_len = (size_t)(s + len - b);
    trim(&s, &w_len);
    trim(&b, &b_len);
    return read_item(&p->w0, s, w_len) && read_item(&p->b0, b, b_len);
}

bool axis_read_pairs(const char *text, size_t line, struct list *w0, struct list *b0, struct diag *d) {
    struct text why = {0};
    struct pair_reader p = {.w0 = {.r = {.key = KEY_MODEL_w0, .out = w0, .why = &why},
                                   .text = text,
                                   .line = line,
                                   .d = d,
                                   .ok = true},
                            .b0 = {.r = {.key = KEY_MODEL_b0, .out = b0, .why = &why},
                                   .text = text,
                                   .line = line,
                                   .d = d,
                                   .ok = true}};
    *w0 = *b0 = (struct list){0};
    axis_items(text, read_pair, &p);
    bool ok = p.w0.ok && p.b0.ok;
    if (ok && (w0->n != b0->n || w0->n != p.w0.n_items)) {
        diag_add(d, line, "start: a range cannot stand in a pair: list the pairs W0:B0");
        ok = false;
    }
    for (size_t i = 0; ok && i < w0->n; i++)
        for (size_t j = 0; ok && j < i; j++)
            if (value_compare(&w0->v[i], &w0->v[j]) == 0 && value_compare(&b0->v[i], &b0->v[j]) == 0) {
                diag_add(d, line, "start: pair %zu is the same as pair %zu", i + 1, j + 1);
                ok = false;
            }
    if (!ok) {
        drop(w0);
        drop(b0);
    }
    return ok;
}

/* A descent through the grammar of formula.h, straight to values. */
#include "kern/formula.h"
#include <ctype.h>
#include <string.h>

static const char *const hyper_names[H_COUNT] = {
#define X(name, ...) #name,
    HYPERS(X)
#undef X
};
static const char *const hyper_words[H_COUNT] = {
#define X(name, words, ...) words,
    HYPERS(X)
#undef X
};

static int find(const struct formula *f, const char *name, size_t len) {
    for (int i = 0; i < f->n; i++)
        if (strlen(f->name[i]) == len && !memcmp(f->name[i], name, len))
            return i;
    return -1;
}

static void set(struct formula *f, const char *name, size_t len, double value) {
    int i = find(f, name, len);
    if (i < 0) {
        if (f->n == FORMULA_NAMES || len >= FORMULA_NAME_CHARS)
            return;
        i = f->n++;
        memcpy(f->name[i], name, len);
        f->name[i][len] = '\0';
    }
    f->value[i] = value;
}

double formula_get(const struct formula *f, const char *name) {
    const int i = find(f, name, strlen(name));
    return i < 0 ? NAN : f->value[i];
}

void formula_set(struct formula *f, const char *name, double value) {
    set(f, name, strlen(name), value);
}

void formula_begin(struct formula *f, const struct rule *r, const double h[H_COUNT], const struct rule_time *t,
                   double w, double g, const double *state, double a) {
    *f = (struct formula){.rule = r, .h = h, .next = r->steps ? r->steps : ""};
    set(f, "w", 1, w);
    set(f, "g", 1, g);
    for (int k = 0; k < RULE_MAX_STATE && r->state[k]; k++)
        set(f, r->state[k], strlen(r->state[k]), state[k]);
    set(f, "eta", 3, t->eta);
    set(f, "a", 1, a);
    set(f, "beta1^t", 7, t->beta1_t);
    set(f, "beta2^t", 7, t->beta2_t);
    for (int k = 0; k < H_COUNT; k++)
        if (!isnan(h[k]) && !*hyper_words[k])
            set(f, hyper_names[k], strlen(hyper_names[k]), h[k]);
}

/* ---- pieces ---------------------------------------------------------------------------------------------- */

static bool is_letter(char c) {
    return isalpha((unsigned char)c) || c == '_';
}

/* Letters and digits, with the ^t of beta1^t. */
static int name_length(const char *s) {
    int n = 0;
    while (is_letter(s[n]) || (n && isdigit((unsigned char)s[n])))
        n++;
    return n && s[n] == '^' && s[n + 1] == 't' ? n + 2 : n;
}

bool formula_piece(const struct formula *f, const char **at, const char *end, struct formula_piece *p) {
    const char *s = *at;
    bool blank = false;
    while (s < end && *s == ' ') {
        blank = true;
        s++;
    }
    if (s == end)
        return false;
    const char before = s > f->rule->steps && blank ? s[-2] : '\0';
    int n = name_length(s);
    *p = (struct formula_piece){.text = s, .len = n ? n : 1};
    p->is_name = n && s[n] != '(';
    if (isdigit((unsigned char)*s))
        while (isdigit((unsigned char)s[p->len]) || s[p->len] == '.')
            p->len++;
    else if (*s == '^')
        p->len = 2;
    if (p->is_name) {
        const int i = find(f, s, (size_t)n);
        p->value = i < 0 ? NAN : f->value[i];
    }
    p->times =
        blank && (n || *s == '(') && (is_letter(before) || isdigit((unsigned char)before) || before == ')');
    *at = s + p->len;
    return true;
}

/* ---- values ---------------------------------------------------------------------------------------------- */

static double sum(const struct formula *f, const char **s);

static void skip(const char **s) {
    *s += strspn(*s, " ");
}

/* D of formula.h. */
static double denominator(const struct formula *f, double v) {
    const double epsilon = f->h[H_epsilon];
    if (f->h[H_root] == 0)
        return v + epsilon;
    return f->h[H_epsilon_placement] == 1 ? sqrt(v + epsilon) : sqrt(v) + epsilon;
}

static double call(const struct formula *f, const char *name, const char **s) {
    double x = sum(f, s), y = 0;
    if (**s == ',') {
        ++*s;
        y = sum(f, s);
    }
    ++*s; /* ) */
    switch (*name) {
    case 's':
        return sqrt(x);
    case 'a':
        return fabs(x);
    case 'm':
        return x > y ? x : y; /* a NaN in y stays */
    default:
        return denominator(f, x);
    }
}

static double factor(const struct formula *f, const char **s) {
    const char *start = *s;
    double x = 0;
    if (*start == '(') {
        ++*s;
        x = sum(f, s);
        ++*s;
    } else if (isdigit((unsigned char)*start)) {
        while (isdigit((unsigned char)**s))
            x = 10 * x + (*(*s)++ - '0');
    } else {
        const int n = name_length(start);
        *s += n ? n : 1;
        if (**s == '(') {
            ++*s;
            return call(f, start, s);
        }
        const int i = find(f, start, (size_t)n);
        x = i < 0 ? NAN : f->value[i];
    }
    if ((*s)[0] == '^' && (*s)[1] == '2') {
        *s += 2;
        x *= x;
    }
    return x;
}

static double product(const struct formula *f, const char **s) {
    double x = factor(f, s);
    for (;;) {
        skip(s);
        if (**s == '/') {
            ++*s;
            skip(s);
            x /= factor(f, s);
        } else if (is_letter(**s) || isdigit((unsigned char)**s) || **s == '(') {
            x *= factor(f, s);
        } else {
            return x;
        }
    }
}

static double sum(const struct formula *f, const char **s) {
    skip(s);
    double x = product(f, s);
    for (;;) {
        const char sign = **s;
        if (sign != '+' && sign != '-')
            return x;
        ++*s;
        skip(s);
        const double y = product(f, s);
        x = sign == '+' ? x + y : x - y;
    }
}

/* ---- statements ------------------------------------------------------------------------------------------ */

/* Whether the guard `key=word` of s[0..len) holds; a rule without the key takes the last of its words. */
static bool holds(const struct formula *f, const char *s, size_t len) {
    const char *equals = memchr(s, '=', len);
    const size_t n = (size_t)(equals - s), n_word = len - n - 1;
    for (int k = 0; k < H_COUNT; k++) {
        if (strlen(hyper_names[k]) != n || memcmp(hyper_names[k], s, n) != 0)
            continue;
        int number = 0;
        for (const char *word = hyper_words[k]; *word; number++) {
            const size_t l = strcspn(word, " ");
            if (l == n_word && !memcmp(word, equals + 1, l))
                return isnan(f->h[k]) ? !word[l] : f->h[k] == number;
            word += l + (word[l] == ' ');
        }
    }
    return false;
}

bool formula_next(struct formula *f, struct formula_statement *s) {
    for (;;) {
        skip(&f->next);
        if (!*f->next)
            return false;
        const char *at = f->next, *end = at + strcspn(at, ";");
        f->next = end + (*end == ';');
        if (*at == '{') {
            const char *close = strchr(at, '}');
            if (!holds(f, at + 1, (size_t)(close - at - 1)))
                continue;
            at = close + 1;
            skip(&at);
        }
        const int n = name_length(at);
        *s = (struct formula_statement){.subtracts = !memcmp(at + n, " -=", 3)};
        memcpy(s->target, at, (size_t)n);
        s->text = at + n + (s->subtracts ? 4 : 3);
        s->len = (int)(end - s->text);
        const char *right = s->text;
        s->right = sum(f, &right);
        set(f, at, (size_t)n, s->subtracts ? formula_get(f, "w") - s->right : s->right);
        return true;
    }
}

/* Hints: what a word that is not known may stand for. Names that other programs and papers use are no slips of
 * ours, so that no distance finds them: they have a table. In it stands only what means one thing (`decay` does
 * not), in lower case and without `_` and `-`; a word may stand twice, for the sections it is used in. */
#include "plan/keys.h"
#include <ctype.h>
#include <math.h>
#include <string.h>

static const struct {
    const char *usual, *ours;
} others[] = {
    {"lr", "eta0"},
    {"learningrate", "eta0"},
    {"stepsize", "eta0"},
    {"eta", "eta0"},
    {"momentum", "beta"},
    {"momentum", "beta1"},
    {"rho", "beta"},
    {"b1", "beta1"},
    {"b2", "beta2"},
    {"eps", "epsilon"},
    {"wd", "weight_decay"},
    {"stepsize", "every"}, /* PyTorch's StepLR */
    {"tmax", "period"},
    {"t0", "period"},
    {"tmult", "growth"},
    {"warmup", "steps"},
    {"warmupsteps", "steps"},
    {"decayrate", "rate"},
    {"batchsize", "batch"},
    {"numepochs", "epochs"},
    {"maxepochs", "epochs"},
    {"randomstate", "seeds"},
    {"dtype", "precision"},
    {"nrows", "rows"},
    {"nsamples", "rows"},
    {"samples", "rows"},
    {"nfeatures", "features"},
    {"dim", "features"},
    {"file", "path"},
    {"filename", "path"},
    {"lambda", "l2"},
    {"dataset", "data"},
    {"nesterov", "nag"},
    {"heavyball", "momentum"},
    {"gd", "sgd"},
    {"cosineannealing", "cosine"},
    {"svmlight", "libsvm"},
    {"crossentropy", "logistic"},
    {"bce", "logistic"},
    {"logloss", "logistic"},
    {"mse", "squared"},
    {"float32", "f32"},
    {"single", "f32"},
    {"float64", "f64"},
    {"double", "f64"},
    {"true", "yes"},
    {"on", "yes"},
    {"false", "no"},
    {"off", "no"},
    {"random", "shuffled"},
    {"average", "mean"},
    {"avg", "mean"},
    {"cos", "cosine"},
};

/* Whether word is `usual` but for case and for what joins its parts. */
static bool is_usual(const char *word, const char *usual) {
    for (; *word; word++)
        if (*word != '_' && *word != '-' && tolower((unsigned char)*word) != *usual++)
            return false;
    return !*usual;
}

const char *usual_name(const char *word, const char *const *names, size_t n) {
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        for (size_t k = 0; k < n && is_usual(word, others[i].usual); k++)
            if (strcmp(names[k], others[i].ours) == 0)
                return names[k];
    return NULL;
}

const char *add_nearest(struct text *out, const char *word, const char *const *names, size_t n) {
    const char *other = usual_name(word, names, n), *near = other ? other : text_nearest(word, names, n);
    if (near)
        text_addf(out, "; did you mean '%s'?", near);
    return near;
}

/* ---- numbers --------------------------------------------------------------------------------------------- */

static size_t skip_blanks(const char *s, size_t len) {
    size_t n = 0;
    while (n < len && (s[n] == ' ' || s[n] == '\t'))
        n++;
    return n;
}

static bool add_number(struct text *out, const char *before, double x) {
    text_addf(out, "; did you mean '%s", before);
    text_add_number(out, x);
    text_add(out, "'?");
    return true;
}

/* All of s[0..len) as a finite number. */
static bool is_number(const char *s, size_t len, double *x) {
    return len > 0 && number_parse(s, len, x) == len && isfinite(*x);
}

/* 1_000, '0.1', 1 e-3: what is left without these. */
static bool is_number_without(const char *s, size_t len, const char *drop, double *x) {
    char plain[NUMBER_CHARS];
    size_t n = 0;
    for (size_t i = 0; i < len && n < sizeof plain; i++)
        if (!strchr(drop, s[i]))
            plain[n++] = s[i];
    return n < len && n < sizeof plain && is_number(plain, n, x);
}

bool add_number_hint(struct text *out, const char *before, const char *s, size_t len) {
    double x, y;
    if (is_number_without(s, len, "_'\"`", &x))
        return add_number(out, before, x);
    const size_t n = len ? number_parse(s, len, &x) : 0, blanks = skip_blanks(s + n, len - n), at = n + blanks;
    const char *tail = s + at;
    const size_t left = len - at;
    if (n == 0 || left == 0 || !isfinite(x))
        return false;
    static const struct {
        const char *sign;
        double times, over;
    } signs[] = {{"%", 1, 100}, {"k", 1e3, 1}, {"K", 1e3, 1}, {"M", 1e6, 1}, {"f", 1, 1}};
    for (size_t k = 0; k < sizeof signs / sizeof *signs; k++)
        if (left == 1 && *tail == *signs[k].sign)
            return add_number(out, before, x * signs[k].times / signs[k].over);
    const bool exponent = *tail == 'e' || *tail == 'E';
    if (exponent && is_number_without(s, len, " \t", &y))
        return add_number(out, before, y);
    if (exponent && (left == 1 || (left == 2 && strchr("+-", tail[1])))) {
        text_add(out, "; an exponent has digits, as in 1e-3");
        return true;
    }
    const size_t power = *tail == '^' ? 1 : left > 2 && !memcmp(tail, "**", 2) ? 2 : 0;
    if (power && x == 10 && is_number(tail + power, left - power, &y) && y == floor(y) && fabs(y) < 300) {
        text_addf(out, "; did you mean '%s1e%.0f'?", before, y);
        return true;
    }
    if (*tail == '/' && is_number(tail + 1, left - 1, &y) && y != 0)
        return add_number(out, before, x / y);
    if (*tail == ';' || *tail == '#') {
        text_add(out, "; a comment begins after a blank");
        return true;
    }
    size_t letters = 0;
    while (letters < left && isalpha((unsigned char)tail[letters]))
        letters++;
    return blanks && letters == left && add_number(out, before, x);
}

/* ---- lists ------------------------------------------------------------------------------------------------
 */

static size_t skip_digits(const char *s, size_t len) {
    size_t n = 0;
    while (n < len && isdigit((unsigned char)s[n]))
        n++;
    return n;
}

/* 1-3, 1:3, 1 to 3. */
static bool add_range(struct text *out, const char *s, size_t len) {
    static const char *const between[] = {"-", ":", "to", "\xe2\x80\x93"}; /* the last: an en dash */
    const size_t first = skip_digits(s, len), sign = first + skip_blanks(s + first, len - first);
    for (size_t k = 0; first > 0 && k < sizeof between / sizeof *between; k++) {
        size_t at = sign + strlen(between[k]);
        if (at > len || memcmp(s + sign, between[k], at - sign) != 0)
            continue;
        at += skip_blanks(s + at, len - at);
        const size_t last = skip_digits(s + at, len - at);
        double from, to;
        if (last == 0 || at + last < len || !number_parse(s, first, &from) ||
            !number_parse(s + at, last, &to) || from >= to)
            continue;
        text_addf(out, "; did you mean '%.*s..%.*s'?", (int)first, s, (int)last, s + at);
        return true;
    }
    return false;
}

static bool begins_with_value(const char *s, size_t len, const char *const *words, size_t n) {
    size_t first = 0;
    double x;
    while (first < len && s[first] != ' ' && s[first] != '\t')
        first++;
    for (size_t k = 0; k < n; k++)
        if (strlen(words[k]) == first && !memcmp(words[k], s, first))
            return true;
    return number_parse(s, first, &x) == first;
}

void add_list_hint(struct text *out, const char *s, size_t len, const char *const *words, size_t n) {
    if (len == 0 || add_range(out, s, len))
        return;
    if (strchr("[{(", s[0]) || strchr("]})", s[len - 1]))
        text_add(out, "; a list has no brackets");
    else if (begins_with_value(s, len, words, n) && (memchr(s, ' ', len) || memchr(s, '\t', len)))
        text_add(out, "; values of a list have commas between them");
}

/* Hints: what a word that is not known may stand for. Names that other programs and papers use are no slips of
 * ours, so that no distance finds them: they have a table. In it stands only what means one thing (`decay` does
 * not), in lower case and without `_` and `-`; a word may stand twice, for the sections it is used in. */
#include "plan/keys.h"
#include <ctype.h>
#include <string.h>

static const struct {
    const char *usual, *ours;
} others[] = {
    {"lr", "eta0"},
    {"learningrate", "eta0"},
    {"stepsize", "eta0"},
    {"eta", "eta0"},
    {"momentum", "beta"},
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
};

/* Whether word is `usual` but for case and for what joins its parts. */
static bool is_usual(const char *word, const char *usual) {
    for (; *word; word++)
        if (*word != '_' && *word != '-' && tolower((unsigned char)*word) != *usual++)
            return false;
    return !*usual;
}

static const char *other_name(const char *word, const char *const *names, size_t n) {
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        for (size_t k = 0; k < n && is_usual(word, others[i].usual); k++)
            if (strcmp(names[k], others[i].ours) == 0)
                return names[k];
    return NULL;
}

void add_nearest(struct text *out, const char *word, const char *const *names, size_t n) {
    const char *other = other_name(word, names, n), *near = other ? other : text_nearest(word, names, n);
    if (near)
        text_addf(out, "; did you mean '%s'?", near);
}

/* ---- lists ------------------------------------------------------------------------------------------------
 */

static size_t skip_digits(const char *s, size_t len) {
    size_t n = 0;
    while (n < len && isdigit((unsigned char)s[n]))
        n++;
    return n;
}

static size_t skip_blanks(const char *s, size_t len) {
    size_t n = 0;
    while (n < len && (s[n] == ' ' || s[n] == '\t'))
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

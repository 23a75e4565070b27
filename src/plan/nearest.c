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

/* ---- ranges ---------------------------------------------------------------------------------------------- */

static size_t skip_digits(const char *s, size_t len) {
    size_t n = 0;
    while (n < len && isdigit((unsigned char)s[n]))
        n++;
    return n;
}

void add_range_hint(struct text *out, const char *s, size_t len) {
    static const char *const between[] = {"-", ":", "to", "\xe2\x80\x93"}; /* the last: an en dash */
    const size_t first = skip_digits(s, len);
    for (size_t k = 0; first > 0 && k < sizeof between / sizeof *between; k++) {
        const size_t width = strlen(between[k]);
        size_t at = first;
        while (at < len && s[at] == ' ')
            at++;
        if (len - at <= width || memcmp(s + at, between[k], width) != 0)
            continue;
        at += width;
        while (at < len && s[at] == ' ')
            at++;
        const size_t last = skip_digits(s + at, len - at);
        if (last > 0 && at + last == len)
            text_addf(out, "; did you mean '%.*s..%.*s'?", (int)first, s, (int)last, s + at);
    }
}

#include "options.h"
#include "base/text.h"
#include <assert.h>
#include <string.h>

static const struct option *find(const struct option *options, size_t n, const char *name, size_t len) {
    for (size_t i = 0; i < n; i++)
        if (strlen(options[i].name) == len && !memcmp(options[i].name, name, len))
            return &options[i];
    return NULL;
}

static void unknown(const struct option *options, size_t n, const char *name, size_t len, struct err *e) {
    const char *names[64];
    char word[64];
    snprintf(word, sizeof word, "%.*s", (int)(len < 63 ? len : 63), name);
    size_t n_names = 0;
    for (size_t i = 0; i < n && n_names < 63; i++)
        names[n_names++] = options[i].name;
    names[n_names++] = "help";
    const char *near = text_nearest(word, names, n_names);
    for (size_t i = 0; i < n_names && !near && len >= 3; i++) /* --output, --retry */
        if (!strncmp(word, names[i], strlen(names[i])) || !strncmp(word, names[i], len))
            near = names[i];
    if (near)
        err_add(e, "unknown option --%s; did you mean --%s?", word, near);
    else
        err_add(e, "unknown option --%s; --help lists those there are", word);
}

/* The words as one list: `scalar, avx2, avx512`. */
static void list_words(const char *const *words, struct text *out) {
    for (size_t i = 0; words[i]; i++)
        text_addf(out, "%s%s", i ? ", " : "", words[i]);
}

static bool read_word(const struct option *o, const char *s, int *out, struct err *e) {
    size_t n = 0;
    for (; o->words[n]; n++)
        if (!strcmp(o->words[n], s)) {
            *out = (int)n;
            return true;
        }
    struct text known = {0};
    list_words(o->words, &known);
    const char *near = text_nearest(s, o->words, n);
    err_add(e, "--%s: '%s' is none of %s%s%s%s", o->name, s, known.s ? known.s : "the known words",
            near ? "; did you mean " : "", near ? near : "", near ? "?" : "");
    text_free(&known);
    return false;
}

static bool read_count(const struct option *o, const char *s, uint64_t *out, struct err *e) {
    uint64_t x = 0;
    bool ok = *s != '\0';
    for (const char *p = s; ok && *p; p++)
        ok = *p >= '0' && *p <= '9' && !__builtin_mul_overflow(x, 10, &x) &&
             !__builtin_add_overflow(x, (uint64_t)(*p - '0'), &x);
    if (!ok || x < o->lo || x > o->hi)
        return err_add(e, "--%s: '%s' is not a whole number from %llu to %llu", o->name, s,
                       (unsigned long long)o->lo, (unsigned long long)o->hi);
    *out = x;
    return true;
}

static bool read_bytes(const struct option *o, const char *s, uint64_t *out, struct err *e) {
    static const char units[] = "KMGT";
    double x;
    const size_t len = strlen(s), n = number_parse(s, len, &x);
    const char *unit = n + 1 == len ? strchr(units, s[n]) : NULL;
    if (n && (n == len || unit) && x > 0) {
        for (const char *u = units; unit && u <= unit; u++)
            x *= 1024;
        if (x >= 1 && x < 0x1p63) {
            *out = (uint64_t)x;
            return true;
        }
    }
    return err_add(e, "--%s: '%s' is not a number of bytes, as in 64G or 1.5T", o->name, s);
}

static bool store_value(const struct option *o, const char *s, void *out, struct err *e) {
    void *member = (char *)out + o->offset;
    switch (o->type) {
    case OPTION_FLAG:
        *(bool *)member = true;
        return true;
    case OPTION_TEXT:
        if (!*s)
            return err_add(e, "--%s: the %s is empty", o->name, o->value);
        *(const char **)member = s;
        return true;
    case OPTION_COUNT:
        return read_count(o, s, member, e);
    case OPTION_BYTES:
        return read_bytes(o, s, member, e);
    case OPTION_WORD:
        return read_word(o, s, member, e);
    }
    return false;
}

bool options_read(const struct option *options, size_t n, int argc, char **argv, void *out, bool *help,
                  struct err *e) {
    enum { MOST = 64 };
    bool given[MOST] = {false};
    int before = e->count;
    assert(n <= MOST);
    *help = false;
    for (int i = 0; i < argc; i++) {
        if (!strcmp(argv[i], "-h")) {
            *help = true;
            continue;
        }
        if (strncmp(argv[i], "--", 2) || !argv[i][2]) {
            const char *dot = strrchr(argv[i], '.');
            const struct option *grid = find(options, n, "grid", 4);
            const bool is_grid = dot && !strcmp(dot, ".ini") && grid && !given[grid - options];
            err_add(e, "unexpected '%s': %s%s", argv[i],
                    is_grid ? "did you mean --grid " : "an option begins with --", is_grid ? argv[i] : "");
            continue;
        }
        const char *name = argv[i] + 2, *value = strchr(name, '=');
        size_t len = value ? (size_t)(value - name) : strlen(name);
        if (len == 4 && !memcmp(name, "help", 4)) {
            *help = true;
            continue;
        }
        const struct option *o = find(options, n, name, len);
        if (!o) {
            unknown(options, n, name, len, e);
            while (!value && i + 1 < argc && strncmp(argv[i + 1], "--", 2))
                i++; /* its value, whatever it was: one error is enough */
            continue;
        }
        if (given[o - options])
            err_add(e, "--%s is given twice", o->name);
        given[o - options] = true;
        if (o->type == OPTION_FLAG && value) {
            err_add(e, "--%s takes no value", o->name);
        } else if (o->type == OPTION_FLAG) {
            store_value(o, "", out, e);
        } else if (!value && (i + 1 == argc || !strncmp(argv[i + 1], "--", 2))) {
            err_add(e, "--%s needs a value: --%s %s", o->name, o->name, o->value);
        } else {
            store_value(o, value ? value + 1 : argv[++i], out, e);
        }
    }
    return e->count == before;
}

void options_help(const struct option *options, size_t n, FILE *f) {
    for (size_t i = 0; i < n; i++) {
        char left[64];
        snprintf(left, sizeof left, "--%s%s%s", options[i].name, options[i].value ? " " : "",
                 options[i].value ? options[i].value : "");
        fprintf(f, "  %-34s%s\n", left, options[i].help);
    }
    fprintf(f, "  %-34s%s\n", "--help", "this text");
}

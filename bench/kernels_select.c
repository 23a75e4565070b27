/* What is to be timed: rules by a regular expression, sizes as 4K..256M, instruction sets by name. */
#include "base/machine.h"
#include "base/mem.h"
#include "kernels.h"
#include <regex.h>
#include <stdio.h>
#include <string.h>

const char *const code_names[CODE_COUNT] = {"scalar", "auto", "avx2", "avx512"};
const char *const loop_names[LOOP_COUNT] = {"dense", "pack"};
const char *const level_names[] = {"L1", "L2", "L3", "memory"};
const char *const real_names[PRECISION_COUNT] = {"f32", "f64"};

enum isa code_isa(enum code c) {
    const enum isa widest = isa_usable(ISA_AVX512) ? ISA_AVX512 : ISA_AVX2;
    const enum isa isa[CODE_COUNT] = {ISA_SCALAR, widest, ISA_AVX2, ISA_AVX512};
    return isa[c];
}

bool code_usable(enum code c) {
    return isa_usable(code_isa(c));
}

const struct kernels *code_kernels(enum code c, enum precision p) {
    return c == CODE_AUTO ? kernels_auto(code_isa(c), p) : kernels_get(code_isa(c), p);
}

enum level level_of(const struct subject *s, size_t bytes) {
    const struct machine *m = machine_get();
    const size_t all = bytes * (size_t)s->cost.arrays;
    return bytes >= MEMORY_BYTES ? LEVEL_MEMORY
           : all <= m->l1_bytes  ? LEVEL_L1
           : all <= m->l2_bytes  ? LEVEL_L2
           : all <= m->l3_bytes  ? LEVEL_L3
                                 : LEVEL_MEMORY;
}

/* ---- rules ------------------------------------------------------------------------------------------------
 */

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

/* Hyperparameters that select a variant, and its name: the defaults, or one word of them changed. */
static bool subject_find(struct subject *s, int rule, int variant) {
    const struct rule *r = rules[rule];
    *s = (struct subject){.rule = rule, .variant = variant, .v = rule_variant(rule, variant)};
    s->cost = cost_count(rule, variant);
    memcpy(s->h, r->defaults, sizeof s->h);
    snprintf(s->name, sizeof s->name, "%s", r->name);
    if (rule_variant_number(r, s->h) == variant)
        return true;
    for (int key = 0; key < H_COUNT; key++) {
        int value = 0;
        for (const char *word = hyper_words[key]; !isnan(r->defaults[key]) && *word; value++) {
            const int len = (int)strcspn(word, " ");
            memcpy(s->h, r->defaults, sizeof s->h);
            s->h[key] = value;
            snprintf(s->name, sizeof s->name, "%s:%s=%.*s", r->name, hyper_names[key], len, word);
            if (rule_variant_number(r, s->h) == variant)
                return true;
            word += len + (word[len] == ' ');
        }
    }
    return false;
}

static bool select_rules(struct selection *s, const char *pattern, bool all, struct err *e) {
    regex_t regex;
    int failed = regcomp(&regex, pattern ? pattern : "", REG_EXTENDED | REG_NOSUB);
    if (failed) {
        char reason[128];
        regerror(failed, &regex, reason, sizeof reason);
        return err_add(e, "--rules '%s': %s", pattern, reason);
    }
    s->subject = mem_zeroed((size_t)n_rules * RULE_MAX_VARIANTS, sizeof *s->subject, e);
    for (int rule = 0; s->subject && rule < n_rules; rule++)
        for (int variant = 0; rule_variant(rule, variant)->exists; variant++) {
            struct subject *next = &s->subject[s->n_subjects];
            const bool usual = variant == rule_variant_number(rules[rule], rules[rule]->defaults);
            if ((usual || all) && subject_find(next, rule, variant) && !regexec(&regex, next->name, 0, NULL, 0))
                s->n_subjects++;
        }
    regfree(&regex);
    if (s->subject && !s->n_subjects) {
        const char *names[RULE_MAX];
        for (int k = 0; k < n_rules; k++)
            names[k] = rules[k]->name;
        const char *near = text_nearest(pattern, names, (size_t)n_rules);
        return err_add(e, "--rules '%s' matches no rule%s%s%s", pattern, near ? "; did you mean " : "",
                       near ? near : "", near ? "?" : " (bench list rules)");
    }
    return s->subject;
}

/* ---- instruction sets -------------------------------------------------------------------------------------
 */

static bool select_codes(struct selection *s, const char *list, struct err *e) {
    for (enum code c = 0; !list && c < CODE_COUNT; c++)
        s->code[c] = code_usable(c);
    for (const char *word = list; word;) {
        const size_t len = strcspn(word, ",");
        char name[64];
        snprintf(name, sizeof name, "%.*s", (int)(len < 63 ? len : 63), word);
        enum code c = 0;
        while (c < CODE_COUNT && strcmp(name, code_names[c]))
            c++;
        const char *near = text_nearest(name, code_names, CODE_COUNT);
        if (c == CODE_COUNT)
            err_add(e, "--isa: '%s' is none of scalar, auto, avx2, avx512%s%s%s", name,
                    near ? "; did you mean " : "", near ? near : "", near ? "?" : "");
        else if (!code_usable(c))
            err_add(e, "--isa %s: this CPU cannot run it; the best here is %s", name, isa_names[isa_best()]);
        else
            s->code[c] = true;
        word = word[len] ? word + len + 1 : NULL;
    }
    return !e->count;
}

/* ---- sizes ------------------------------------------------------------------------------------------------
 */

static bool read_size(const char *s, size_t len, size_t *bytes) {
    static const char units[] = "KMG";
    const char *unit = len ? strchr(units, s[len - 1]) : NULL;
    *bytes = 0;
    if (unit)
        len--;
    for (size_t i = 0; i < len; i++)
        if (s[i] < '0' || s[i] > '9' || *bytes > ((size_t)1 << 50))
            return false;
        else
            *bytes = *bytes * 10 + (size_t)(s[i] - '0');
    if (unit && *bytes < (size_t)1 << 30)
        *bytes <<= 10 * (unit - units + 1);
    return len && *bytes >= 1024 && *bytes % 1024 == 0;
}

static bool add_size(struct selection *s, size_t bytes, struct err *e) {
    size_t at = 0;
    while (at < s->n_sizes && s->bytes[at] < bytes)
        at++;
    if (at < s->n_sizes && s->bytes[at] == bytes)
        return true;
    size_t *grown = realloc(s->bytes, (s->n_sizes + 1) * sizeof *grown);
    if (!grown)
        return err_add(e, "out of memory");
    memmove(grown + at + 1, grown + at, (s->n_sizes - at) * sizeof *grown);
    grown[at] = bytes;
    s->bytes = grown;
    s->n_sizes++;
    return true;
}

static bool select_listed_sizes(struct selection *s, const char *list, struct err *e) {
    bool ok = true;
    for (const char *item = list; item && ok;) {
        const size_t len = strcspn(item, ",");
        const char *dots = strstr(item, "..");
        const size_t first = dots && dots < item + len ? (size_t)(dots - item) : len;
        size_t lo, hi;
        if (!read_size(item, first, &lo) ||
            !(first < len ? read_size(dots + 2, len - first - 2, &hi) : (hi = lo)) || hi < lo)
            return err_add(
                e,
                "--sizes: '%.*s' is no size of an array in bytes, a multiple of 1K such as 4K or 64M, "
                "nor a range of them such as 4K..256M (by doubling)",
                (int)len, item);
        for (size_t bytes = lo; ok && bytes <= hi; bytes *= 2)
            ok = add_size(s, bytes, e);
        item = item[len] ? item + len + 1 : NULL;
    }
    return ok;
}

static size_t whole_kib(size_t bytes) {
    return bytes < 1024 ? 1024 : bytes / 1024 * 1024;
}

/* One size in each cache such that the five arrays of the largest rule fit and the two of the smallest do not
 * fit the cache below; in memory MEMORY_BYTES. */
static bool select_usual_sizes(struct selection *s, struct err *e) {
    const struct machine *m = machine_get();
    const size_t l1 = m->l1_bytes ? m->l1_bytes : 32768, l2 = m->l2_bytes ? m->l2_bytes : 1 << 20;
    const size_t l3 = m->l3_bytes;
    bool ok = add_size(s, whole_kib(l1 / 6), e) && add_size(s, whole_kib(l2 / 8), e);
    if (l3 / 6 > l2 / 2)
        ok = ok && add_size(s, whole_kib(l3 / 6 < 2 * l2 ? l3 / 6 : 2 * l2), e);
    return ok && add_size(s, MEMORY_BYTES, e);
}

bool selection_make(struct selection *s, const char *rules_, const char *isa, const char *sizes, bool all,
                    struct err *e) {
    *s = (struct selection){.precision = {true, all}};
    const size_t most = machine_get()->memory_bytes / 10 * 8 / MAX_ARRAYS;
    bool ok = select_rules(s, rules_, all, e);
    ok = select_codes(s, isa, e) && ok;
    ok = (sizes ? select_listed_sizes(s, sizes, e)
          : all ? select_listed_sizes(s, "4K..256M", e)
                : select_usual_sizes(s, e)) &&
         ok;
    while (!sizes && s->n_sizes > 1 && s->bytes[s->n_sizes - 1] > most)
        s->n_sizes--;
    if (ok && s->bytes[s->n_sizes - 1] > most)
        ok = err_add(e, "--sizes: %d arrays of %zu bytes do not fit in the %.1f GiB that are free", MAX_ARRAYS,
                     s->bytes[s->n_sizes - 1], (double)machine_get()->memory_bytes / (1 << 30));
    return ok;
}

void selection_free(struct selection *s) {
    free(s->subject);
    free(s->bytes);
}

/* See rule_cases.h. */
#include "rule_cases.h"
#include <stdio.h>
#include <string.h>

const char *const hyper_names[H_COUNT] = {
#define X(name, ...) #name,
    HYPERS(X)
#undef X
};
const char *const hyper_words[H_COUNT] = {
#define X(name, words, ...) words,
    HYPERS(X)
#undef X
};

static int count_words(const char *words) {
    int n = *words != 0;
    for (; *words; words++)
        n += *words == ' ';
    return n;
}

static void add_word(struct rule_case *c, int key, int word) {
    const char *s = hyper_words[key];
    while (word--)
        s = strchr(s, ' ') + 1;
    const int len = (int)strcspn(s, " ");
    const size_t keys = strlen(c->keys), label = strlen(c->label);
    snprintf(c->keys + keys, sizeof c->keys - keys, "%s = %.*s\n", hyper_names[key], len, s);
    snprintf(c->label + label, sizeof c->label - label, " %s=%.*s", hyper_names[key], len, s);
}

bool rule_case(int i, struct rule_case *c) {
    for (int r = 0; r < n_rules; r++) {
        int n = 1;
        for (int k = 0; k < H_COUNT; k++)
            if (!isnan(rules[r]->defaults[k]) && *hyper_words[k])
                n *= count_words(hyper_words[k]);
        if (i >= n) {
            i -= n;
            continue;
        }
        *c = (struct rule_case){.rule = rules[r]};
        memcpy(c->h, rules[r]->defaults, sizeof c->h);
        snprintf(c->label, sizeof c->label, "%s", rules[r]->name);
        for (int k = 0; k < H_COUNT; k++) {
            const int words = isnan(c->h[k]) ? 0 : count_words(hyper_words[k]);
            if (words == 0)
                continue;
            c->h[k] = i % words;
            add_word(c, k, i % words);
            i /= words;
        }
        c->variant = rule_variant_number(c->rule, c->h);
        return true;
    }
    return false;
}

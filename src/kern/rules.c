/* The table of rules: rows from rules.h. */
#include "kern/rest.h"
#include "kern/rule.h"
#include <string.h>

#pragma GCC diagnostic ignored "-Woverride-init" /* KEYS: all NAN, then those the rule has */
#include "kern/rules.h"

const struct rule *const rules[] = {
#define R(name) &name##_rule,
    RULES(R, RULES_NONE)
#undef R
};
const int n_rules = sizeof rules / sizeof *rules;
_Static_assert(sizeof rules / sizeof *rules <= RULE_MAX, "raise RULE_MAX");

enum {
#define R(name) RULE_##name,
    RULES(R, RULES_NONE)
#undef R
};

static const struct rule_variant variants[RULE_MAX][RULE_MAX_VARIANTS + 1] = {
#define V(name, number, states, coefs_, point_, ...)                                                           \
    [RULE_##name][number] = {.exists = true, .n_state = states, .n_coefs = coefs_, .point = point_},
    RULES(RULES_NONE, V)
#undef V
};

const struct rule_variant *rule_variant(int rule, int variant) {
    return &variants[rule][variant];
}

int rule_variant_number(const struct rule *r, const double h[H_COUNT]) {
    return r->variant ? r->variant(h) : 0;
}

const struct rule *rule_find(const char *name) {
    for (int k = 0; k < n_rules; k++)
        if (strcmp(rules[k]->name, name) == 0)
            return rules[k];
    return NULL;
}

int rule_index(const struct rule *r) {
    int k = 0;
    while (rules[k] != r)
        k++;
    return k;
}

static const struct rest laws[RULE_MAX][RULE_MAX_VARIANTS] = {
#define X(name, variant, law_, traits_) [RULE_##name][variant] = {REST_##law_, traits_},
    RESTS(X)
#undef X
};

struct rest rest_of(int rule, int variant) {
    return laws[rule][variant];
}

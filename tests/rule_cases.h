/* Every rule with every choice of its word keys (form, root, epsilon_placement, ...), other keys at their
 * defaults. */
#pragma once
#include "kern/rule.h"
#include <stdint.h>

extern const char *const hyper_names[H_COUNT];
extern const char *const hyper_words[H_COUNT]; /* "" for a key that takes numbers */

struct rule_case {
    const struct rule *rule;
    double h[H_COUNT];
    int variant;
    char keys[128];  /* the words, as lines of a grid file: "root = no\nepsilon_placement = inside\n" */
    char label[128]; /* the same for messages: "adagrad root=no epsilon_placement=inside" */
};
/* The i-th; false past the last. */
bool rule_case(int i, struct rule_case *c);

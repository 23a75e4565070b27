/* The steps of a rule as text, worked out with numbers: for traces (the rate of each step) and for
 * explanations. In double, from the rule's `steps` (rule.h); tests hold them to its arithmetic.
 *
 *     steps       statement ; statement ...      each may begin with a guard, {key=word}: it counts only then
 *     statement   name = sum | w -= sum
 *     sum         product + product - ...
 *     product     factor factor / factor ...     a blank multiplies, from left to right
 *     factor      number | name | name^2 | beta1^t | beta2^t | (sum) | sqrt(sum) | abs(sum) | max(sum, sum) |
 * D(sum)
 *
 * D is the denominator of SPEC: sqrt(v) + epsilon, sqrt(v + epsilon) or, with root = no, v + epsilon. Names are
 * w, g, the rule's state, its keys, eta (the rate of this step), a (the step size a line search chose), and
 * what statements before have named. */
#pragma once
#include "kern/rule.h"

enum { FORMULA_NAMES = 40, FORMULA_NAME_CHARS = 20 };

struct formula {
    const struct rule *rule;
    const double *h; /* (H_COUNT) */
    int n;           /* names so far */
    char name[FORMULA_NAMES][FORMULA_NAME_CHARS];
    double value[FORMULA_NAMES];
    const char *next; /* the statement to come */
};

/* What a step starts from. state: as many as the rule has. a: line searches only. */
void formula_begin(struct formula *f, const struct rule *r, const double h[H_COUNT], const struct rule_time *t,
                   double w, double g, const double *state, double a);

/* One statement, done: `target` is named by it ("w" for w -= ..., whose value is then the new w), its right
 * side text[0..len). */
struct formula_statement {
    char target[FORMULA_NAME_CHARS];
    bool subtracts; /* w -= ... */
    const char *text;
    int len;
    double right; /* the value of the right side */
};
/* The next statement that counts; false after the last. A name is known with its new value only afterwards. */
bool formula_next(struct formula *f, struct formula_statement *s);
/* The value of a name, NAN if there is none of it. */
double formula_get(const struct formula *f, const char *name);
/* Puts another value in its place: what training, in its own precision, made of it. */
void formula_set(struct formula *f, const char *name, double value);

/* A piece of a right side, for printing: a name with its value, or anything else. False at the end. */
struct formula_piece {
    const char *text;
    int len;
    bool is_name; /* value holds */
    bool times;   /* a product is meant between this and the piece before */
    double value;
};
bool formula_piece(const struct formula *f, const char **at, const char *end, struct formula_piece *p);

/* What an update rule is. Every rule is written once, in rules.h; this is the row it fills in.
 *
 * A rule is a pure function of registers: (w, g, state, coefficients) -> (w, state), the same for each lane.
 * What a lane means (a parameter, or one of sixteen runs) is the business of the loops in updates.h, how wide a
 * register is that of vec_*.h. Everything that depends on the step number or on hyperparameters reaches it as
 * coefficients, formed in double once a step and rounded once to the run's precision. */
#pragma once
#include <math.h>
#include <stdbool.h>

/* ---- hyperparameters -------------------------------------------------------------------------------------
 * One row each: name, words that stand for 0, 1, ... ("" = a number), range, whether its ends are excluded,
 * help. */
enum {
    OPEN_LO = 1,
    OPEN_HI = 2,
    NORMAL_NUMBER = 4, /* positive and not subnormal in the run's precision */
    INTEGER_NUMBER = 512
};
/* clang-format off */
#define HYPERS(X) \
    X(eta0, "", 0, INFINITY, OPEN_LO | OPEN_HI, "step size, eta_max; the schedule multiplies it") \
    X(beta, "", 0, 1, OPEN_HI, "decay of the velocity or of the second moment") \
    X(form, "rewritten lookahead", 0, 1, 0, "of Nesterov's momentum: where the gradient is taken") \
    X(epsilon, "", 0, INFINITY, OPEN_LO | OPEN_HI | NORMAL_NUMBER, "keeps the denominator from zero") \
    X(root, "no yes", 0, 1, 0, "whether AdaGrad takes the root of the summed squares") \
    X(epsilon_placement, "outside inside", 0, 1, 0, "sqrt(v) + epsilon, or sqrt(v + epsilon)") \
    X(beta1, "", 0, 1, OPEN_HI, "decay of the first moment") \
    X(beta2, "", 0, 1, OPEN_HI, "decay of the second moment") \
    X(bias_correction, "no yes", 0, 1, 0, "divide the moments by 1 - beta^t") \
    X(weight_decay, "", 0, INFINITY, OPEN_HI, "decoupled decay of the weights, never of the bias") \
    X(candidates, "", 1, 64, INTEGER_NUMBER, "step sizes that a line search tries") \
    X(shrink, "", 0, 1, OPEN_LO | OPEN_HI, "factor from one candidate of a line search to the next")
/* clang-format on */

enum hyper {
#define X(name, ...) H_##name,
    HYPERS(X)
#undef X
        H_COUNT
};

/* What a rule's coefficients may depend on, besides its hyperparameters. */
struct rule_time {
    double eta;              /* eta0 * schedule(t-1) of this step */
    double eta_next;         /* the same of the next step */
    double beta1_t, beta2_t; /* beta1^t, beta2^t: running products in double, t = 1 at the first step */
};

enum { RULE_MAX = 24, RULE_MAX_STATE = 3, RULE_MAX_COEFS = 8, RULE_MAX_VARIANTS = 3 };

/* Coefficients of the rules with two moments: adam and its kin; ADAM_COEFS of them, adamw has eta weight_decay
 * after. */
enum { ADAM_alpha, ADAM_beta1, ADAM_1_beta1, ADAM_beta2, ADAM_1_beta2, ADAM_c2, ADAM_epsilon, ADAM_COEFS };

struct rule {
    const char *name, *formula, *source;
    double defaults[H_COUNT];                /* NAN: not a key of this rule */
    int (*variant)(const double h[H_COUNT]); /* see struct rule_variant; NULL: always 0 */
    const char *state[RULE_MAX_STATE];       /* u, m, v, vmax, as in the formula; NULL after the last */
    void (*coefs)(const double h[H_COUNT], const struct rule_time *t, double *c /* [n_coefs] */);
    /* One step in words (formula.h): what traces and explanations say. `rate` is the factor of g, or of mh,
     * without momentum. NULL: they leave it out. */
    const char *steps;
    /* A line search: training tries eta shrink^k for k = 0 .. candidates-1 in place of eta and passes on the
     * one with the least loss, or 0 where none lowers it. Full batch only. */
    bool line_search;
};

/* A variant is a code path of a rule, chosen by word keys (a key that changes coefficients alone needs none).
 */
struct rule_variant {
    bool exists;
    int n_state, n_coefs;
    /* 1 + the state array that holds the point where the gradient is taken, set by the rule for the next step
     * and starting at w; 0: the gradient is taken at w. */
    int point;
};

extern const struct rule *const rules[];
extern const int n_rules;
const struct rule *rule_find(const char *name); /* NULL if there is none */
/* The position in rules[], which is that of its kernels. */
int rule_index(const struct rule *r);
/* The number of the variant that h selects, and a variant by its numbers (exists = false past the last). */
int rule_variant_number(const struct rule *r, const double h[H_COUNT]);
const struct rule_variant *rule_variant(int rule, int variant);

/* EVERY OPTIMIZER, once: where it comes from, its formula, keys with defaults, coefficients and step.
 *
 * This file is read twice. By kern.c, for each ISA and precision, for the steps (RULES_STEPS defined): there
 * `vr` is a register of lanes, with the operators of C, v_fma(a, b, c) = a b + c, v_fnma(a, b, c) = c - a b,
 * v_sqrt, v_abs and v_max(a, b) = a > b ? a : b (so that a NaN in b stays). By rules.c, for the rows of the
 * table.
 *
 * A step gets w, the gradient g, the state s[] and the coefficients c[] of this step, updates s[] and returns
 * the new w. `variant` is a constant there. A rule of long waits may do it in two: FIRST() updates what state
 * it can and returns what takes long, SECOND() gets that as `first`; a loop then does the first of several
 * registers before the second of any, so that all roots, say, come before all divisions. To add a rule: write
 * its block and its line in RULES at the end (docs/adding-an-optimizer.md). */

#ifdef RULES_STEPS
#define STEP_PART(name, part, ...) static inline __attribute__((always_inline)) vr name##_##part(__VA_ARGS__)
#define FIRST(name) STEP_PART(name, first, vr g, vr *s, const vr *c, int variant)
#define SECOND(name)                                                                                           \
    enum { name##_in_two = 1 };                                                                                \
    STEP_PART(name, second, vr w, vr g, vr *s, const vr *c, vr first, int variant)
#define STEP(name)                                                                                             \
    enum { name##_in_two = 0 };                                                                                \
    FIRST(name) {                                                                                              \
        (void)s, (void)c, (void)variant;                                                                       \
        return g;                                                                                              \
    }                                                                                                          \
    STEP_PART(name, second, vr w, vr g, vr *s, const vr *c, vr first __attribute__((unused)), int variant)
#define DENOMINATOR(v, epsilon) (variant == 0 ? v_sqrt(v) + (epsilon) : v_sqrt((v) + (epsilon)))
#else
/* clang-format off */
#define KEYS(...) .defaults = {[0 ... H_COUNT - 1] = NAN, __VA_ARGS__}
/* clang-format on */
static int placement_variant(const double *h) {
    return (int)h[H_epsilon_placement];
}
enum { NO, YES, OUTSIDE = 0, INSIDE = 1, REWRITTEN = 0, LOOKAHEAD = 1 };
#endif

/* ---- sgd ------------------------------------------------------------------------------------------------ */
#ifdef RULES_STEPS
STEP(sgd) {
    (void)s, (void)variant;
    return v_fnma(c[0], g, w);
}
#else
static void sgd_coefs(const double *h, const struct rule_time *t, double *c) {
    (void)h;
    c[0] = t->eta;
}
static const struct rule sgd_rule = {
    .name = "sgd",
    .formula = "w -= eta g",
    .source = "Robbins and Monro 1951",
    KEYS([H_eta0] = 0.001),
    .steps = "rate = eta; w -= rate g",
    .coefs = sgd_coefs,
};
#endif

/* ---- momentum ------------------------------------------------------------------------------------------- */
#ifdef RULES_STEPS
STEP(momentum) {
    (void)variant;
    s[0] = v_fma(c[1], s[0], g);
    return v_fnma(c[0], s[0], w);
}
#else
static void momentum_coefs(const double *h, const struct rule_time *t, double *c) {
    c[0] = t->eta;
    c[1] = h[H_beta];
}
static const struct rule momentum_rule = {
    .name = "momentum",
    .formula = "u = beta u + g; w -= eta u",
    .source = "Polyak 1964",
    KEYS([H_eta0] = 0.001, [H_beta] = 0.9),
    .state = {"u"},
    .steps = "u = beta u + g; rate = eta; w -= rate u",
    .coefs = momentum_coefs,
};
#endif

/* ---- nag ------------------------------------------------------------------------------------------------ */
#ifdef RULES_STEPS
STEP(nag) {
    s[0] = v_fma(c[1], s[0], g);
    if (variant == 0)
        return v_fnma(c[0], v_fma(c[1], s[0], g), w);
    w = v_fnma(c[0], s[0], w);
    s[1] =
        v_fnma(c[2], s[0], w); /* where the next gradient is taken: w - eta beta m, with the next step's eta */
    return w;
}
#else
static int nag_variant(const double *h) {
    return (int)h[H_form];
}
static void nag_coefs(const double *h, const struct rule_time *t, double *c) {
    c[0] = t->eta;
    c[1] = h[H_beta];
    if (h[H_form] == LOOKAHEAD)
        c[2] = t->eta_next * h[H_beta];
}
static const struct rule nag_rule = {
    .name = "nag",
    .formula = "m = beta m + g; w -= eta (beta m + g); lookahead: g at w - eta beta m, w -= eta m",
    .source = "Nesterov 1983; Sutskever et al. 2013",
    KEYS([H_eta0] = 0.001, [H_beta] = 0.9, [H_form] = REWRITTEN),
    .variant = nag_variant,
    .state = {"m", "point"},
    .steps =
        "m = beta m + g; rate = eta; {form=rewritten} w -= rate (beta m + g); {form=lookahead} w -= rate m",
    .coefs = nag_coefs,
};
#endif

/* ---- adagrad -------------------------------------------------------------------------------------------- */
#ifdef RULES_STEPS
FIRST(adagrad) {
    s[0] = v_fma(g, g, s[0]);
    return variant == 2 ? s[0] + c[1] : DENOMINATOR(s[0], c[1]);
}
SECOND(adagrad) {
    (void)s, (void)variant;
    return w - c[0] * g / first;
}
#else
static int adagrad_variant(const double *h) {
    return h[H_root] == NO ? 2 : placement_variant(h);
}
static void adagrad_coefs(const double *h, const struct rule_time *t, double *c) {
    c[0] = t->eta;
    c[1] = h[H_epsilon];
}
static const struct rule adagrad_rule = {
    .name = "adagrad",
    .formula = "v += g^2; w -= eta g / D(v); root = no: w -= eta g / (v + epsilon)",
    .source = "Duchi, Hazan and Singer 2011",
    KEYS([H_eta0] = 0.01, [H_epsilon] = 1e-8, [H_root] = YES, [H_epsilon_placement] = OUTSIDE),
    .variant = adagrad_variant,
    .state = {"v"},
    .steps = "v = v + g^2; rate = eta / D(v); w -= rate g",
    .coefs = adagrad_coefs,
};
#endif

/* ---- rmsprop -------------------------------------------------------------------------------------------- */
#ifdef RULES_STEPS
FIRST(rmsprop) {
    s[0] = v_fma(c[2] * g, g, c[1] * s[0]);
    return DENOMINATOR(s[0], c[3]);
}
SECOND(rmsprop) {
    (void)s, (void)variant;
    return w - c[0] * g / first;
}
#else
static void rmsprop_coefs(const double *h, const struct rule_time *t, double *c) {
    c[0] = t->eta;
    c[1] = h[H_beta];
    c[2] = 1 - h[H_beta];
    c[3] = h[H_epsilon];
}
static const struct rule rmsprop_rule = {
    .name = "rmsprop",
    .formula = "v = beta v + (1-beta) g^2; w -= eta g / D(v)",
    .source = "Tieleman and Hinton 2012",
    KEYS([H_eta0] = 0.01, [H_beta] = 0.9, [H_epsilon] = 1e-8, [H_epsilon_placement] = OUTSIDE),
    .variant = placement_variant,
    .state = {"v"},
    .steps = "v = beta v + (1 - beta) g^2; rate = eta / D(v); w -= rate g",
    .coefs = rmsprop_coefs,
};
#endif

/* ---- adadelta ------------------------------------------------------------------------------------------- */
#ifdef RULES_STEPS
FIRST(adadelta) {
    (void)variant;
    s[0] = v_fma(c[1] * g, g, c[0] * s[0]);
    return (s[1] + c[2]) / (s[0] + c[2]); /* one root of the quotient for the quotient of two */
}
SECOND(adadelta) {
    (void)variant;
    const vr dw = v_sqrt(first) * g;
    s[1] = v_fma(c[1] * dw, dw, c[0] * s[1]);
    return w - dw;
}
#else
static void adadelta_coefs(const double *h, const struct rule_time *t, double *c) {
    (void)t;
    c[0] = h[H_beta];
    c[1] = 1 - h[H_beta];
    c[2] = h[H_epsilon];
}
static const struct rule adadelta_rule = {
    .name = "adadelta",
    .formula = "v = beta v + (1-beta) g^2; dw = sqrt(u+epsilon)/sqrt(v+epsilon) g; w -= dw; u = beta u + "
               "(1-beta) dw^2",
    .source = "Zeiler 2012",
    KEYS([H_beta] = 0.95, [H_epsilon] = 1e-6),
    .state = {"v", "u"},
    .steps = "v = beta v + (1 - beta) g^2; rate = sqrt(u + epsilon) / sqrt(v + epsilon); dw = rate g; "
             "u = beta u + (1 - beta) dw^2; w -= dw",
    .coefs = adadelta_coefs,
};
#endif

/* ---- adam, adamw, adamax, nadam, amsgrad: shared coefficients ---------------------------------------------
 */
#ifdef RULES_STEPS
#define FIRST_MOMENT(m) v_fma(c[ADAM_beta1], m, c[ADAM_1_beta1] * g)
#define SECOND_MOMENT(v) v_fma(c[ADAM_1_beta2] * g, g, c[ADAM_beta2] * (v))
/* D(vh) with vh = c2 v */
#define ADAM_DENOMINATOR(v)                                                                                    \
    (variant == 0 ? v_sqrt(c[ADAM_c2] * (v)) + c[ADAM_epsilon] : v_sqrt(v_fma(c[ADAM_c2], v, c[ADAM_epsilon])))
STEP(adam) {
    s[1] = SECOND_MOMENT(s[1]); /* in this order compilers mix roots and divisions as Zen 5 wants them */
    s[0] = FIRST_MOMENT(s[0]);
    return w - c[ADAM_alpha] * s[0] / ADAM_DENOMINATOR(s[1]);
}
#else
/* alpha = eta / (1 - beta1^t) and c2 = 1 / (1 - beta2^t): the bias corrections; without them eta and 1. */
static void corrected_coefs(const double *h, const struct rule_time *t, bool correct, double *c) {
    c[ADAM_alpha] = correct ? t->eta / (1 - t->beta1_t) : t->eta;
    c[ADAM_beta1] = h[H_beta1];
    c[ADAM_1_beta1] = 1 - h[H_beta1];
    c[ADAM_beta2] = h[H_beta2];
    c[ADAM_1_beta2] = 1 - h[H_beta2];
    c[ADAM_c2] = correct ? 1 / (1 - t->beta2_t) : 1;
    c[ADAM_epsilon] = h[H_epsilon];
}
static void adam_coefs(const double *h, const struct rule_time *t, double *c) {
    corrected_coefs(h, t, h[H_bias_correction] != NO, c);
}
static const struct rule adam_rule = {
    .name = "adam",
    .formula =
        "m = b1 m + (1-b1) g; v = b2 v + (1-b2) g^2; mh = m/(1-b1^t), vh = v/(1-b2^t); w -= eta mh / D(vh)",
    .source = "Kingma and Ba 2015",
    KEYS([H_eta0] = 0.001, [H_beta1] = 0.9, [H_beta2] = 0.999, [H_epsilon] = 1e-8, [H_bias_correction] = YES,
         [H_epsilon_placement] = OUTSIDE),
    .variant = placement_variant,
    .state = {"m", "v"},
    .steps = "m = beta1 m + (1 - beta1) g; "
             "v = beta2 v + (1 - beta2) g^2; "
             "{bias_correction=yes} mh = m / (1 - beta1^t); {bias_correction=no} mh = m; "
             "{bias_correction=yes} vh = v / (1 - beta2^t); {bias_correction=no} vh = v; "
             "rate = eta / D(vh); w -= rate mh",
    .coefs = adam_coefs,
};
#endif

/* ---- adamw ---------------------------------------------------------------------------------------------- */
#ifdef RULES_STEPS
STEP(adamw) {
    s[0] = FIRST_MOMENT(s[0]);
    s[1] = SECOND_MOMENT(s[1]);
    return v_fnma(c[ADAM_COEFS], w, w) - c[ADAM_alpha] * s[0] / ADAM_DENOMINATOR(s[1]);
}
#else
static void adamw_coefs(const double *h, const struct rule_time *t, double *c) {
    corrected_coefs(h, t, h[H_bias_correction] != NO, c);
    c[ADAM_COEFS] = t->eta * h[H_weight_decay];
}
static const struct rule adamw_rule = {
    .name = "adamw",
    .formula = "adam, and w -= eta weight_decay w with the w before the step (never the bias)",
    .source = "Loshchilov and Hutter 2019",
    KEYS([H_eta0] = 0.001, [H_beta1] = 0.9, [H_beta2] = 0.999, [H_epsilon] = 1e-8, [H_bias_correction] = YES,
         [H_epsilon_placement] = OUTSIDE, [H_weight_decay] = 0.01),
    .variant = placement_variant,
    .state = {"m", "v"},
    .steps = "m = beta1 m + (1 - beta1) g; "
             "v = beta2 v + (1 - beta2) g^2; "
             "{bias_correction=yes} mh = m / (1 - beta1^t); {bias_correction=no} mh = m; "
             "{bias_correction=yes} vh = v / (1 - beta2^t); {bias_correction=no} vh = v; "
             "rate = eta / D(vh); w -= rate mh + eta weight_decay w",
    .coefs = adamw_coefs,
};
#endif

/* ---- maxprop -------------------------------------------------------------------------------------------- */
#ifdef RULES_STEPS
STEP(maxprop) {
    (void)variant;
    s[0] = v_max(c[1] * s[0], v_abs(g));
    return w - c[0] * g / (s[0] + c[2]);
}
#else
static void maxprop_coefs(const double *h, const struct rule_time *t, double *c) {
    c[0] = t->eta;
    c[1] = h[H_beta];
    c[2] = h[H_epsilon];
}
static const struct rule maxprop_rule = {
    .name = "maxprop",
    .formula = "v = max(beta v, abs(g)); w -= eta g / (v + epsilon)",
    .source = "RMSProp with AdaMax's norm: Kingma and Ba 2015, section 7.1",
    KEYS([H_eta0] = 0.001, [H_beta] = 0.999, [H_epsilon] = 1e-8),
    .state = {"v"},
    .steps = "v = max(beta v, abs(g)); rate = eta / (v + epsilon); w -= rate g",
    .coefs = maxprop_coefs,
};
#endif

/* ---- adamax --------------------------------------------------------------------------------------------- */
#ifdef RULES_STEPS
STEP(adamax) {
    (void)variant;
    s[0] = FIRST_MOMENT(s[0]);
    s[1] = v_max(c[ADAM_beta2] * s[1], v_abs(g));
    return w - c[ADAM_alpha] * s[0] / (s[1] + c[ADAM_epsilon]);
}
#else
static void adamax_coefs(const double *h, const struct rule_time *t, double *c) {
    corrected_coefs(h, t, true, c);
}
static const struct rule adamax_rule = {
    .name = "adamax",
    .formula = "m, mh as adam; v = max(b2 v, abs(g)); w -= eta mh / (v + epsilon)",
    .source = "Kingma and Ba 2015, section 7.1",
    KEYS([H_eta0] = 0.002, [H_beta1] = 0.9, [H_beta2] = 0.999, [H_epsilon] = 1e-8),
    .state = {"m", "v"},
    .steps = "m = beta1 m + (1 - beta1) g; "
             "v = max(beta2 v, abs(g)); mh = m / (1 - beta1^t); rate = eta / (v + epsilon); w -= rate mh",
    .coefs = adamax_coefs,
};
#endif

/* ---- nadam ---------------------------------------------------------------------------------------------- */
#ifdef RULES_STEPS
STEP(nadam) {
    s[0] = FIRST_MOMENT(s[0]);
    s[1] = SECOND_MOMENT(s[1]);
    return w - c[ADAM_alpha] * FIRST_MOMENT(s[0]) / ADAM_DENOMINATOR(s[1]);
}
#else
static void nadam_coefs(const double *h, const struct rule_time *t, double *c) {
    corrected_coefs(h, t, true, c);
}
static const struct rule nadam_rule = {
    .name = "nadam",
    .formula = "m, v, mh, vh as adam; w -= eta / D(vh) (b1 mh + (1-b1) g / (1-b1^t))",
    .source = "Dozat 2016, with a constant momentum",
    KEYS([H_eta0] = 0.002, [H_beta1] = 0.9, [H_beta2] = 0.999, [H_epsilon] = 1e-8,
         [H_epsilon_placement] = OUTSIDE),
    .variant = placement_variant,
    .state = {"m", "v"},
    .steps = "m = beta1 m + (1 - beta1) g; "
             "v = beta2 v + (1 - beta2) g^2; "
             "mh = m / (1 - beta1^t); vh = v / (1 - beta2^t); rate = eta / D(vh); "
             "w -= rate (beta1 mh + (1 - beta1) g / (1 - beta1^t))",
    .coefs = nadam_coefs,
};
#endif

/* ---- amsgrad -------------------------------------------------------------------------------------------- */
#ifdef RULES_STEPS
STEP(amsgrad) {
    s[0] = FIRST_MOMENT(s[0]);
    s[1] = SECOND_MOMENT(s[1]);
    s[2] = v_max(s[2], c[ADAM_c2] * s[1]);
    return w - c[ADAM_alpha] * s[0] / DENOMINATOR(s[2], c[ADAM_epsilon]);
}
#else
static const struct rule amsgrad_rule = {
    .name = "amsgrad",
    .formula =
        "m, v as adam; vmax = max(vmax, v); w -= eta m / D(vmax); bias_correction = yes: mh, and vh in vmax",
    .source = "Reddi, Kale and Kumar 2018",
    KEYS([H_eta0] = 0.001, [H_beta1] = 0.9, [H_beta2] = 0.999, [H_epsilon] = 1e-8, [H_bias_correction] = NO,
         [H_epsilon_placement] = OUTSIDE),
    .variant = placement_variant,
    .state = {"m", "v", "vmax"},
    .steps = "m = beta1 m + (1 - beta1) g; "
             "v = beta2 v + (1 - beta2) g^2; "
             "{bias_correction=yes} mh = m / (1 - beta1^t); {bias_correction=no} mh = m; "
             "{bias_correction=yes} vh = v / (1 - beta2^t); {bias_correction=no} vh = v; "
             "vmax = max(vmax, vh); rate = eta / D(vmax); w -= rate mh",
    .coefs = adam_coefs,
};
#endif

/* ---- linesearch ----------------------------------------------------------------------------------------- */
#ifdef RULES_STEPS
STEP(linesearch) {
    (void)s, (void)variant;
    return v_fnma(c[0], g, w);
}
#else
static const struct rule linesearch_rule = {
    .name = "linesearch",
    .formula = "w -= a g, a of eta0 shrink^k, k = 0..candidates-1, with the least loss, or 0 if none lowers it",
    .source = "Armijo 1966, with the best candidate in place of the first",
    KEYS([H_eta0] = 1, [H_candidates] = 8, [H_shrink] = 0.5),
    .steps = "rate = a; w -= rate g",
    .coefs = sgd_coefs,
    .line_search = true,
};
#endif

/* ---- the table ------------------------------------------------------------------------------------------ */
/* R(rule), then V(rule, variant, states, coefs, point, near, far) for each of its variants: how many state
 * arrays and coefficients it has; 1 + the state array that holds the point where the gradient is taken (0: it
 * is taken at w); and how many registers an AVX-512 loop works on side by side, 1, 2, 4 or 8, + APART if all of
 * them are worked out before any is stored: where all arrays are in the first-level cache, and where they are
 * not. What `bench kernels` finds fastest. */
enum { APART = 16 };
/* clang-format off */
#define RULES(R, V) \
    R(sgd)      V(sgd, 0, 0, 1, 0, 4, 8) \
    R(momentum) V(momentum, 0, 1, 2, 0, 8 + APART, 4 + APART) \
    R(nag)      V(nag, 0, 1, 2, 0, 8, 4) V(nag, 1, 2, 3, 2, 2, 2) \
    R(adagrad)  V(adagrad, 0, 1, 2, 0, 8, 8) V(adagrad, 1, 1, 2, 0, 8, 8) V(adagrad, 2, 1, 2, 0, 8, 8) \
    R(rmsprop)  V(rmsprop, 0, 1, 4, 0, 8, 8) V(rmsprop, 1, 1, 4, 0, 8, 8) \
    R(adadelta) V(adadelta, 0, 2, 3, 0, 8, 8) \
    R(adam)     V(adam, 0, 2, ADAM_COEFS, 0, 8 + APART, 8 + APART) V(adam, 1, 2, ADAM_COEFS, 0, 8 + APART, 8 + APART) \
    R(adamw)    V(adamw, 0, 2, ADAM_COEFS + 1, 0, 2, 2) V(adamw, 1, 2, ADAM_COEFS + 1, 0, 2, 2) \
    R(maxprop)  V(maxprop, 0, 1, 3, 0, 2 + APART, 2 + APART) \
    R(adamax)   V(adamax, 0, 2, ADAM_COEFS, 0, 2, 2 + APART) \
    R(nadam)    V(nadam, 0, 2, ADAM_COEFS, 0, 2, 2) V(nadam, 1, 2, ADAM_COEFS, 0, 2, 2) \
    R(amsgrad)  V(amsgrad, 0, 3, ADAM_COEFS, 0, 2, 2) V(amsgrad, 1, 3, ADAM_COEFS, 0, 2, 2) \
    R(linesearch) V(linesearch, 0, 0, 1, 0, 4, 8)
/* clang-format on */
#define RULES_NONE(...)
#ifdef RULES_STEPS
#define R(name)                                                                                                \
    STEP_PART(name, step, vr w, vr g, vr *s, const vr *c, int variant) {                                       \
        return name##_second(w, g, s, c, name##_first(g, s, c, variant), variant);                             \
    }
RULES(R, RULES_NONE)
#undef R
#endif

/* clang-format off */
/* What a rule does to a parameter while its gradient is zero, for the closed forms of rest.c: X(rule, variant, law,
 * traits). A variant that is not named is replayed, step by step: right for every rule, slow after long rests.
 *   STILL     nothing moves
 *   DECAY     all state is multiplied by beta
 *   VELOCITY  state 0 decays by beta and drives w
 *   MOMENTS   state 0 (m) decays by beta1, state 1 (v) by beta2; w -= alpha m / D
 *   CAPPED    as MOMENTS, with D of state 2, which stays
 * Traits: AHEAD, the numerator is one decay further; INSIDE, D = sqrt(v + epsilon); LINEAR, D = v + epsilon; SHRINKS,
 * w decays too; POINT, state 1 is the look-ahead point. */
#define RESTS(X) \
    X(sgd, 0, STILL, 0) \
    X(momentum, 0, VELOCITY, 0) \
    X(nag, 0, VELOCITY, REST_AHEAD) X(nag, 1, VELOCITY, REST_POINT) \
    X(adagrad, 0, STILL, 0) X(adagrad, 1, STILL, 0) X(adagrad, 2, STILL, 0) \
    X(rmsprop, 0, DECAY, 0) X(rmsprop, 1, DECAY, 0) \
    X(adadelta, 0, DECAY, 0) \
    X(adam, 0, MOMENTS, 0) X(adam, 1, MOMENTS, REST_INSIDE) \
    X(adamw, 0, MOMENTS, REST_SHRINKS) X(adamw, 1, MOMENTS, REST_SHRINKS | REST_INSIDE) \
    X(maxprop, 0, DECAY, 0) \
    X(adamax, 0, MOMENTS, REST_LINEAR) \
    X(nadam, 0, MOMENTS, REST_AHEAD) X(nadam, 1, MOMENTS, REST_AHEAD | REST_INSIDE) \
    X(amsgrad, 0, CAPPED, 0) X(amsgrad, 1, CAPPED, REST_INSIDE)
/* clang-format on */

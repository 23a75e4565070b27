/* rules.h once more, with a register that counts what is done to it. C++ for its operators alone. */
#include "kern/cost.h"
#include <initializer_list>
#define _Static_assert static_assert
#pragma GCC diagnostic ignored "-Wshadow" /* of struct rule_variant by the function of its name, as C allows   \
                                           */
extern "C" {
#include "kern/rule.h"
}

namespace {
struct tally {
    int divisions, roots, arithmetic, flops;
    bool read[2 + RULE_MAX_STATE]; /* w, g, state */
};

struct vr {
    tally *t = nullptr;
    int array = -1; /* where it was loaded from; -1: computed, or a coefficient */
};

vr computed(int flops, const vr &a, const vr &b, const vr &c) {
    for (const vr *x : {&a, &b, &c})
        if (x->array >= 0)
            x->t->read[x->array] = true;
    a.t->arithmetic += flops > 0;
    a.t->flops += flops;
    return {a.t, -1};
}

vr operator+(const vr &a, const vr &b) {
    return computed(1, a, b, b);
}
vr operator-(const vr &a, const vr &b) {
    return computed(1, a, b, b);
}
vr operator*(const vr &a, const vr &b) {
    return computed(1, a, b, b);
}
vr operator/(const vr &a, const vr &b) {
    a.t->divisions++;
    a.t->arithmetic--; /* computed() counts it as one */
    return computed(1, a, b, b);
}
vr v_fma(const vr &a, const vr &b, const vr &c) {
    return computed(2, a, b, c);
}
vr v_fnma(const vr &a, const vr &b, const vr &c) {
    return computed(2, a, b, c);
}
vr v_max(const vr &a, const vr &b) {
    return computed(1, a, b, b);
}
vr v_abs(const vr &a) {
    return computed(0, a, a, a);
}
vr v_sqrt(const vr &a) {
    a.t->roots++;
    a.t->arithmetic--;
    return computed(1, a, a, a);
}

#define RULES_STEPS
#include "kern/rules.h"

typedef vr step(vr w, vr g, vr *s, const vr *c, int variant);

struct rule_cost count(step *f, int n_state, int variant) {
    tally t = {};
    vr s[RULE_MAX_STATE], c[RULE_MAX_COEFS];
    for (int k = 0; k < RULE_MAX_STATE; k++)
        s[k] = {&t, 2 + k};
    for (vr &x : c)
        x.t = &t;
    f({&t, 0}, {&t, 1}, s, c, variant);
    struct rule_cost cost = {};
    cost.arrays = 2 + n_state;
    cost.stores = 1 + n_state;
    for (bool read : t.read)
        cost.loads += read;
    cost.write_only = cost.arrays - cost.loads;
    cost.divisions = t.divisions;
    cost.roots = t.roots;
    cost.arithmetic = t.arithmetic;
    cost.flops = t.flops;
    return cost;
}

enum {
#define R(name) RULE_##name,
    RULES(R, RULES_NONE)
#undef R
};
} // namespace

struct rule_cost cost_count(int rule, int variant) {
    step *const steps[] = {
#define R(name) name##_step,
        RULES(R, RULES_NONE)
#undef R
    };
    return count(steps[rule], rule_variant(rule, variant)->n_state, variant);
}

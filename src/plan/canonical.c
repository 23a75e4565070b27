/* What a run is called. The id is a hash of a text that says everything the run's numbers follow from and
 * nothing else, one `key value` a line: not its labels, nor the sweep around it, nor how it is computed. */
#include "base/hash.h"
#include "plan/plan_internal.h"
#include <assert.h>
#include <string.h>

/* Whether a word key makes a difference with these hyperparameters: AdaGrad without the root, say, has but one
 * place for epsilon. Told from the rule itself: another word leads to another variant or other coefficients, or
 * it does not. */
static bool word_matters(const struct run *r, enum hyper key) {
    static const struct rule_time times[] = {{0.5, 0.25, 0.9, 0.99}, {0.125, 0.0625, 0.5, 0.75}};
    enum { N_TIMES = sizeof times / sizeof *times };
    char word[WORD_CHARS];
    double other[H_COUNT], a[RULE_MAX_COEFS], b[RULE_MAX_COEFS];
    memcpy(other, r->h, sizeof other);
    int rule = rule_index(r->rule), variant = rule_variant_number(r->rule, r->h);
    int n = rule_variant(rule, variant)->n_coefs;
    for (int k = 0; word_at(keys[KEY_H + key].words, k, word); k++) {
        other[key] = k;
        if (rule_variant_number(r->rule, other) != variant)
            return true;
        for (int t = 0; t < N_TIMES; t++) {
            r->rule->coefs(r->h, &times[t], a);
            r->rule->coefs(other, &times[t], b);
            for (int c = 0; c < n; c++)
                if (a[c] != b[c])
                    return true;
        }
    }
    return false;
}

static void add_key(const struct run *r, enum key key, struct text *out) {
    if (r->v[key].word == VALUE_NONE)
        return;
    text_add(out, key >= KEY_S ? "schedule_" : "");
    text_add(out, keys[key].name);
    text_add_n(out, " ", 1);
    value_print(key, r->v[key], out);
    text_add_n(out, "\n", 1);
}

static void add_section(const struct run *r, enum key_section section, struct text *out) {
    for (enum key k = 0; k < KEY_H; k++)
        if (keys[k].section == section && keys[k].flags & ID)
            add_key(r, k, out);
}

void plan_canonical(const struct plan *p, const struct run *r, struct text *out) {
    text_add(out, "numerics " NUMERICS_VERSION "\nrule ");
    text_add(out, r->rule->name);
    text_add_n(out, "\n", 1);
    for (int h = 0; h < H_COUNT; h++)
        if (r->v[KEY_H + h].word != VALUE_NONE && (!*keys[KEY_H + h].words || word_matters(r, h)))
            add_key(r, KEY_H + h, out);
    text_add(out, "schedule ");
    text_add(out, r->sched->name);
    text_add_n(out, "\n", 1);
    for (enum key k = KEY_S; k < KEY_COUNT; k++)
        add_key(r, k, out);
    add_section(r, SECTION_MODEL, out);
    add_section(r, SECTION_SWEEP, out);
    if (r->v[KEY_SWEEP_stop].word == STOP_TARGET)
        add_key(r, KEY_SWEEP_target, out);
    if (r->v[KEY_MODEL_w0].word != VALUE_NUMBER || r->v[KEY_MODEL_b0].word != VALUE_NUMBER ||
        plan_shuffles(p, r))
        add_key(r, KEY_SWEEP_seeds, out); /* elsewhere the seed works through the data alone */
    text_add(out, "data ");
    text_add(out, p->fingerprint[r->dataset]);
    text_add_n(out, "\n", 1);
}

uint64_t plan_id(const struct plan *p, const struct run *r) {
    /* Room for every key's name and value: the text never grows beyond, so nothing is allocated. */
    enum { ROOM = 2 * (KEY_COUNT + 8) * (WORD_CHARS + NUMBER_CHARS) };
    char room[ROOM];
    struct text t = {.s = room, .cap = sizeof room};
    plan_canonical(p, r, &t);
    assert(t.s == room && !t.failed);
    return hash64(t.s, t.len);
}

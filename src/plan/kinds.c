/* The kinds of labelled sections: kind of data, rule, schedule. A kind decides which keys apply, what they
 * default to and which must be given; all of that is read from the tables. */
#include "data/dataset.h"
#include "plan/grid.h"
#include <stdlib.h>
#include <string.h>

/* ---- telling the kind ------------------------------------------------------------------------------------ */

static bool find_data_kind(struct section *s, struct diag *d) {
    const struct ini_entry *entry = s->given[KEY_DATA_kind];
    struct list *kind = &s->list[KEY_DATA_kind];
    const char *text = entry ? entry->value : keys[KEY_DATA_kind].fallback;
    if (!axis_read(KEY_DATA_kind, text, section_line(s, KEY_DATA_kind), kind, d))
        return false;
    s->data_kind = kind->v[0].word;
    return true;
}

/* The name of the kind is that of the section unless given; complains if it is none of names[0..n). */
static bool named(const struct section *s, enum key key, const char *what, const char *const *names, int n,
                  int *found, struct diag *d) {
    const struct ini_entry *entry = s->given[key];
    const char *name = entry ? entry->value : s->label;
    for (*found = 0; *found < n; ++*found)
        /* cppcheck-suppress uninitvar ; the callers set all n */
        if (strcmp(names[*found], name) == 0)
            return true;
    struct text why = {0};
    text_addf(&why, "'%.*s' is not a %s%s: expected ", diag_quoted(name, strlen(name)), name, what,
              entry ? "" : ", and the section gives no kind");
    for (int k = 0; k < n; k++)
        text_addf(&why, "%s%s", k == 0 ? "" : ", ", names[k]);
    add_nearest(&why, name, names, (size_t)n);
    diag_add(d, section_line(s, key), "kind: %s", why.s ? why.s : "unknown");
    text_free(&why);
    return false;
}

static bool find_rule(struct section *s, struct diag *d) {
    const char *names[RULE_MAX];
    int found;
    for (int k = 0; k < n_rules; k++)
        names[k] = rules[k]->name;
    if (!named(s, KEY_OPTIMIZER_kind, "rule", names, n_rules, &found, d))
        return false;
    s->rule = rules[found];
    return true;
}

static bool find_schedule(struct section *s, struct diag *d) {
    enum { MOST = 64 };
    const char *names[MOST];
    int found, n = n_schedules < MOST ? n_schedules : MOST;
    for (int k = 0; k < n; k++)
        names[k] = schedules[k]->name;
    if (!named(s, KEY_SCHEDULE_kind, "schedule", names, n, &found, d))
        return false;
    s->schedule = schedules[found];
    return true;
}

void kind_find(struct section *s, struct diag *d) {
    s->kind_known = s->kind == SECTION_DATA        ? find_data_kind(s, d)
                    : s->kind == SECTION_OPTIMIZER ? find_rule(s, d)
                    : s->kind == SECTION_SCHEDULE  ? find_schedule(s, d)
                                                   : true;
}

/* ---- what it takes --------------------------------------------------------------------------------------- */

/* The default of a key of the section's rule or schedule, NAN if it has no such key. */
static double own_default(const struct section *s, enum key key) {
    if (key >= KEY_S)
        return s->schedule ? s->schedule->defaults[key - KEY_S] : NAN;
    return s->rule ? s->rule->defaults[key - KEY_H] : NAN;
}

bool kind_takes(const struct section *s, enum key key) {
    if (!key_belongs(key, s->kind))
        return false;
    if (s->kind == SECTION_DATA && keys[key].section == SECTION_DATA)
        return keys[key].flags & SYN << s->data_kind;
    return key < KEY_H || !isnan(own_default(s, key));
}

void kind_add_others(const struct section *s, enum key key, struct text *out) {
    enum { MOST = 64 };
    const char *names[MOST];
    const int n = s->kind == SECTION_DATA        ? DATA_KIND_COUNT
                  : s->kind == SECTION_OPTIMIZER ? n_rules
                  : s->kind == SECTION_SCHEDULE  ? n_schedules
                                                 : 0;
    int n_names = 0;
    for (int kind = 0; kind < n && n_names < MOST; kind++) {
        struct section other = *s;
        other.data_kind = kind;
        other.rule = s->kind == SECTION_OPTIMIZER ? rules[kind] : NULL;
        other.schedule = s->kind == SECTION_SCHEDULE ? schedules[kind] : NULL;
        if (kind_takes(&other, key))
            names[n_names++] = s->kind == SECTION_DATA        ? data_kind_names[kind]
                               : s->kind == SECTION_OPTIMIZER ? other.rule->name
                                                              : other.schedule->name;
    }
    for (int k = 0; k < n_names; k++)
        text_addf(out, "%s%s", k == 0 ? "kind = " : k + 1 < n_names ? ", " : " or ", names[k]);
    text_add(out, n_names ? " has it" : "");
}

void kind_complain(const struct section *s, enum key key, struct diag *d) {
    struct text why = {0};
    if (s->kind == SECTION_DATA)
        text_addf(&why, "data of kind %s have no key '%s': they take ", data_kind_names[s->data_kind],
                  keys[key].name);
    else
        text_addf(&why, "%s has no key '%s': it takes ",
                  s->kind == SECTION_OPTIMIZER ? s->rule->name : s->schedule->name, keys[key].name);
    int n = 0;
    for (enum key k = 0; k < KEY_COUNT; k++)
        if (kind_takes(s, k))
            text_addf(&why, "%s%s", n++ ? ", " : "", keys[k].name);
    text_add(&why, "; ");
    kind_add_others(s, key, &why);
    diag_add(d, section_line(s, key), "%s", why.s ? why.s : keys[key].name);
    text_free(&why);
}

static void complain_lacking(const struct section *s, enum key key, struct diag *d) {
    diag_add(d, s->line, "[%s %s] lacks '%s', which %s of kind %s need: %s", key_section_names[s->kind],
             s->label, keys[key].name, s->kind == SECTION_DATA ? "data" : "schedules",
             s->kind == SECTION_DATA ? data_kind_names[s->data_kind] : s->schedule->name, keys[key].help);
}

/* Keys of [data] that one kind can do without though others cannot. */
static const struct {
    int kind;
    enum key key;
    const char *text;
} own_fallbacks[] = {{DATA_LECTURE, KEY_DATA_sparsity, "0.8"}};

void kind_default(struct section *s, enum key key, struct diag *d) {
    bool start = s->kind == SECTION_DATA && keys[key].section == SECTION_MODEL;
    if (start) /* that of [model] holds */
        return;
    for (size_t i = 0; s->kind == SECTION_DATA && i < sizeof own_fallbacks / sizeof *own_fallbacks; i++)
        if (own_fallbacks[i].kind == s->data_kind && own_fallbacks[i].key == key) {
            axis_read(key, own_fallbacks[i].text, 1, &s->list[key], d);
            return;
        }
    if (key < KEY_H) {
        if (keys[key].numbers != NUMBERS_TEXT && *keys[key].fallback)
            axis_read(key, keys[key].fallback, 1, &s->list[key], d);
        else if (s->kind == SECTION_DATA && keys[key].flags & NEEDS << s->data_kind)
            complain_lacking(s, key, d);
        return;
    }
    double x = own_default(s, key);
    struct list *l = &s->list[key];
    if (x == SCHEDULE_REQUIRED) {
        complain_lacking(s, key, d);
        return;
    }
    l->v = malloc(sizeof *l->v);
    if (!l->v) {
        d->failed = true;
        return;
    }
    l->v[0] = (struct value){.number = x, .word = VALUE_NUMBER};
    if (*keys[key].words)
        l->v[0] = (struct value){.word = (int)x};
    l->n = 1;
}

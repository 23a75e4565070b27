/* KEY=VALUE in a claim: which cells of an optimizer a measure is about, and the arguments of its metric. */
#include "plan/claim_internal.h"
#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

const struct claim_argument_row claim_arguments[CLAIM_ARGUMENT_COUNT] = {
    {"p", CLAIM_P}, {"t", CLAIM_T}, {"k", CLAIM_K}, {"band", CLAIM_BAND}};

enum { NAMES_MAX = 128 };
#define LENGTH(a) (sizeof(a) / sizeof *(a))

static bool close_to(double a, double b) {
    return a == b || fabs(a - b) <= 1e-9 * fmax(fabs(a), fabs(b));
}
bool claim_same(struct value a, struct value b) {
    return a.word == b.word && (a.word == VALUE_NONE || close_to(a.number, b.number));
}

/* A key that may restrict cells of an optimizer; KEY_COUNT: no such. */
enum key claim_find_key(const struct section *optimizer, const char *at, size_t len) {
    static const char prefix[] = "schedule_";
    const size_t skip = sizeof prefix - 1;
    for (enum key k = 0; k < KEY_COUNT; k++) {
        const struct key_row *row = &keys[k];
        if (k == KEY_MODEL_start) /* two keys */
            continue;
        if (k >= KEY_S
                ? len > skip && !memcmp(at, prefix, skip) && claim_is_word(at + skip, len - skip, row->name)
                : claim_is_word(at, len, row->name) && row->flags & AXIS && k != KEY_SWEEP_seeds &&
                      (k < KEY_H || optimizer->list[k].n > 0))
            return k;
    }
    return KEY_COUNT;
}

void claim_complain_key(struct claim_reader *p, const struct section *optimizer, int needs, size_t len) {
    const char *names[NAMES_MAX];
    size_t n = 0;
    char schedule_keys[S_COUNT][WORD_CHARS + sizeof "schedule_"];
    for (size_t k = 0; k < CLAIM_ARGUMENT_COUNT; k++)
        if (needs & claim_arguments[k].bit)
            names[n++] = claim_arguments[k].name;
    names[n++] = "data";
    if (p->g->n_schedules)
        names[n++] = "schedule";
    for (enum key k = 0; k < KEY_COUNT && n < NAMES_MAX; k++) {
        bool applies = k >= KEY_H && k < KEY_S && optimizer->list[k].n > 0;
        for (size_t i = 0; k < KEY_H && i < p->g->n_data; i++)
            applies |=
                keys[k].flags & AXIS && k != KEY_SWEEP_seeds && grid_values(p->g, &p->g->data[i], k).n > 0;
        for (size_t i = 0; k >= KEY_S && i < p->g->n_schedules; i++)
            applies |= p->g->schedule[i].list[k].n > 0;
        if (!applies)
            continue;
        names[n] = keys[k].name;
        if (k >= KEY_S) {
            snprintf(schedule_keys[k - KEY_S], sizeof *schedule_keys, "schedule_%s", keys[k].name);
            names[n] = schedule_keys[k - KEY_S];
        }
        n++;
    }
    claim_complain(p, p->at, len, "is no key of these runs: expected ");
    claim_add_names(p, p->at, len, names, n);
}

static bool is_among(const struct value *list, size_t n, struct value v) {
    size_t k = 0;
    while (k < n && !claim_same(list[k], v))
        k++;
    return k < n;
}

/* The levels of a key among the sections a measure may be about, onto why; whether v is one of them. */
static bool is_level(const struct claim_reader *p, const struct claim_measure *m, enum key key, struct value v,
                     struct text *levels) {
    const struct grid *g = p->g;
    const struct section *optimizer = &g->optimizer[m->optimizer];
    struct value shown[12];
    size_t n_shown = 0;
    bool found = false;
    for (size_t i = 0;; i++) {
        struct list l;
        if (key >= KEY_S) {
            if (i == g->n_schedules)
                break;
            l = g->schedule[i].list[key];
            if (g->schedule[i].takes_optimizer && !g->schedule[i].takes_optimizer[m->optimizer])
                continue;
        } else if (key >= KEY_H) {
            if (i)
                break;
            l = optimizer->list[key];
        } else {
            if (i == g->n_data)
                break;
            l = grid_values(g, &g->data[i], key);
            if (optimizer->takes_data && !optimizer->takes_data[i])
                continue;
        }
        for (size_t k = 0; k < l.n; k++) {
            found |= claim_same(l.v[k], v);
            if (n_shown < LENGTH(shown) && !is_among(shown, n_shown, l.v[k])) {
                shown[n_shown++] = l.v[k];
                text_add(levels, levels->len ? ", " : "");
                value_print(key, l.v[k], levels);
            }
        }
    }
    return found;
}

static bool add_where(struct claim_reader *p, struct claim_measure *m, struct claim_where where, const char *at,
                      size_t len) {
    for (int k = 0; k < m->n_where; k++)
        if (m->where[k].key == where.key)
            return claim_complain(p, at, len, "is given twice");
    if (m->n_where == CLAIM_WHERE_MAX)
        return claim_complain(p, at, len, "is one key too many: expected at most 16");
    m->where[m->n_where++] = where;
    return true;
}

/* A value up to the next comma or parenthesis that is not its own, as of normal(0.1). */
static size_t value_len(const char *s) {
    size_t n = 0;
    for (int depth = 0; s[n] && !(depth == 0 && (s[n] == ',' || s[n] == ')')); n++)
        depth += (s[n] == '(') - (s[n] == ')');
    while (n && isblank((unsigned char)s[n - 1]))
        n--;
    return n;
}

static bool read_level(struct claim_reader *p, struct claim_measure *m, enum key key, const char *name,
                       size_t name_len, const char *at, size_t len) {
    struct value v;
    struct text why = {0}, levels = {0};
    bool ok = value_parse(key, at, len, &v, &why) || claim_complain(p, at, len, "");
    if (!ok)
        text_addf(p->why, "%s %s", keys[key].name, why.s ? why.s : "");
    else if (!is_level(p, m, key, v, &levels)) {
        ok = claim_complain(p, at, len, "");
        text_addf(p->why, "is no level of %s: expected %s", keys[key].name,
                  levels.len ? levels.s : "another key");
    }
    ok = ok && add_where(p, m, (struct claim_where){(int)key, v, NULL}, name, name_len);
    text_free(&why);
    text_free(&levels);
    return ok;
}

static bool read_start(struct claim_reader *p, struct claim_measure *m, const char *name, size_t name_len,
                       size_t len) {
    const char *at = p->at, *colon = memchr(at, ':', len);
    if (!colon)
        return claim_complain(p, at, len, "is no start: expected W0:B0");
    return read_level(p, m, KEY_MODEL_w0, name, name_len, at, (size_t)(colon - at)) &&
           read_level(p, m, KEY_MODEL_b0, name, name_len, colon + 1, (size_t)(at + len - colon - 1));
}

static bool read_argument(struct claim_reader *p, struct claim_measure *m, enum claim_argument bit,
                          size_t len) {
    double x;
    const char *at = p->at;
    if (bit == CLAIM_P && claim_is_word(at, len, "bias")) {
        m->p = CLAIM_BIAS;
        return true;
    }
    const double most = bit == CLAIM_P ? 4294967295.0 : bit == CLAIM_BAND ? 5 : 9007199254740991.0;
    if (!claim_at_number(at) || number_parse(at, len, &x) != len || x != floor(x) || x < 1 || x > most)
        return claim_complain(p, at, len,
                              bit == CLAIM_P
                                  ? "is no parameter: expected the number of a feature, from 1, or bias"
                              : bit == CLAIM_BAND ? "is no band: expected an integer in [1, 5]"
                                                  : "is no number of steps: expected an integer of at least 1");
    if (bit == CLAIM_P)
        m->p = (uint32_t)x;
    else if (bit == CLAIM_T)
        m->t = (uint64_t)x;
    else if (bit == CLAIM_K)
        m->k = (uint64_t)x;
    else
        m->band = (int)x;
    return true;
}

/* Whether the label's section runs with the optimizer. */
static bool check_taken(struct claim_reader *p, const struct claim_measure *m, bool taken, const char *at,
                        size_t len) {
    if (taken)
        return true;
    claim_complain(p, at, len, "");
    text_addf(p->why, "does not go with [optimizer %s]", p->g->optimizer[m->optimizer].label);
    return false;
}

static bool read_section_label(struct claim_reader *p, struct claim_measure *m, bool data, const char *name,
                               size_t name_len) {
    const struct grid *g = p->g;
    const char *at = p->at;
    size_t number;
    if (data ? !claim_read_label(p, g->data, g->n_data, "data", NULL, &number)
             : !claim_read_label(p, g->schedule, g->n_schedules, "schedule", "constant", &number))
        return false;
    const bool none = !data && number == g->n_schedules;
    const bool *takes = data    ? g->optimizer[m->optimizer].takes_data
                        : !none ? g->schedule[number].takes_optimizer
                                : NULL;
    const bool taken = !takes || takes[data ? number : m->optimizer];
    const char *label = data ? g->data[number].label : none ? "constant" : g->schedule[number].label;
    return check_taken(p, m, taken, at, (size_t)(p->at - at)) &&
           add_where(p, m, (struct claim_where){.key = data ? CLAIM_DATA : CLAIM_SCHEDULE, .label = label},
                     name, name_len);
}

bool claim_read_where(struct claim_reader *p, struct claim_measure *m, int *got) {
    const struct section *optimizer = &p->g->optimizer[m->optimizer];
    const int needs = claim_metrics[m->metric].needs;
    claim_skip_blanks(p);
    const char *name = p->at;
    const size_t len = claim_piece(name);
    int bit = 0;
    for (size_t k = 0; k < CLAIM_ARGUMENT_COUNT; k++)
        bit |= claim_is_word(name, len, claim_arguments[k].name) ? (int)claim_arguments[k].bit : 0;
    const bool start = claim_is_word(name, len, "start"), data = claim_is_word(name, len, "data"),
               schedule = claim_is_word(name, len, "schedule");
    const enum key key = claim_find_key(optimizer, name, len);
    if (!(bit & needs) && !start && !data && !schedule && key == KEY_COUNT) {
        claim_complain_key(p, optimizer, needs, len);
        return false;
    }
    p->at += len;
    if (!claim_take(p, '='))
        return claim_complain(p, p->at, claim_piece(p->at), "stands where = was expected, as in KEY=VALUE");
    claim_skip_blanks(p);
    if (bit & needs && *got & bit)
        return claim_complain(p, name, len, "is given twice");
    if (data || schedule)
        return read_section_label(p, m, data, name, len);
    const size_t value = value_len(p->at);
    if (bit & needs) {
        *got |= bit;
        if (!read_argument(p, m, (enum claim_argument)bit, value))
            return false;
    } else if (start ? !read_start(p, m, name, len, value) : !read_level(p, m, key, name, len, p->at, value)) {
        return false;
    }
    p->at += value;
    return true;
}

/* A claim from left to right. Every failure is said once, where it is met, with its column. */
#include "plan/claim.h"
#include "base/mem.h"
#include "plan/plan_internal.h"
#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const struct claim_metric_row claim_metrics[CLAIM_METRIC_COUNT] = {
#define X(name, needs, may_be_negative, traced, help) {#name, needs, may_be_negative, traced, help},
    CLAIM_METRICS(X)
#undef X
};
const char *const claim_relation_names[] = {"<", "<=", ">", ">="};
const char *const claim_outcome_names[] = {"held", "failed", "undecided"};

static const char *const choice_names[] = {"best", "median", "worst"};
static const struct {
    const char *name;
    enum claim_argument bit;
} arguments[] = {{"p", CLAIM_P}, {"t", CLAIM_T}, {"k", CLAIM_K}, {"band", CLAIM_BAND}};

#define LENGTH(a) (sizeof(a) / sizeof *(a))
enum { NAMES_MAX = 128 };

struct parser {
    const struct grid *g;
    const char *text, *at;
    struct text *why;
};

/* ---- words ----------------------------------------------------------------------------------------------- */

static void skip_blanks(struct parser *p) {
    p->at += strspn(p->at, " \t");
}

static bool take(struct parser *p, char c) {
    skip_blanks(p);
    if (*p->at != c)
        return false;
    p->at++;
    return true;
}

/* How many bytes at s belong to what a reader takes for one piece. */
static size_t piece(const char *s) {
    size_t n = 0;
    while (isalnum((unsigned char)s[n]) || (unsigned char)s[n] >= 0x80 || (s[n] && strchr("_.-+", s[n])))
        n++;
    return n ? n : *s != '\0';
}

/* `column 7: 'xyz' WHAT`; what was expected may be added. Returns false. */
static bool complain(struct parser *p, const char *at, size_t len, const char *what) {
    text_addf(p->why, "column %zu: ", (size_t)(at - p->text) + 1);
    if (!*at && !len)
        text_add(p->why, "the claim ends here: ");
    else
        text_addf(p->why, "'%.*s'%s ", diag_quoted(at, len), at, diag_quoted(at, len) < (int)len ? "..." : "");
    text_add(p->why, what);
    return false;
}

static void add_names(struct parser *p, const char *at, size_t len, const char *const *names, size_t n) {
    char word[64];
    size_t short_len = len < sizeof word ? len : sizeof word - 1;
    memcpy(word, at, short_len);
    word[short_len] = '\0';
    for (size_t k = 0; k < n; k++)
        text_addf(p->why, "%s%s", k ? ", " : "", names[k]);
    if (len)
        add_nearest(p->why, word, names, n);
}

static bool is_word(const char *at, size_t len, const char *word) {
    return strlen(word) == len && memcmp(at, word, len) == 0;
}

static bool at_number(const char *s) {
    s += *s == '-' || *s == '+';
    return isdigit((unsigned char)*s) || (*s == '.' && isdigit((unsigned char)s[1]));
}

static bool read_number(struct parser *p, double *x) {
    const size_t len = piece(p->at), n = number_parse(p->at, strlen(p->at), x);
    if (!n || !isfinite(*x) || n != strspn(p->at, "0123456789.eE+-"))
        return complain(p, p->at, len, "is not a finite number");
    p->at += n;
    return true;
}

/* ---- labels ---------------------------------------------------------------------------------------------- */

/* The section whose label stands at the parser, the longest that ends at a comma or parenthesis (labels may
 * hold either); n if there is none, and then *len is how much stands there. */
static size_t find_label(const struct parser *p, const struct section *list, size_t n, size_t *len) {
    size_t found = n;
    *len = 0;
    for (size_t i = 0; i < n; i++) {
        const size_t own = strlen(list[i].label);
        if (own <= *len || strncmp(p->at, list[i].label, own) != 0)
            continue;
        const char *rest = p->at + own + strspn(p->at + own, " \t");
        if (!*rest || *rest == ',' || *rest == ')') {
            found = i;
            *len = own;
        }
    }
    if (found == n) {
        *len = strcspn(p->at, ",)");
        while (*len && isblank((unsigned char)p->at[*len - 1]))
            --*len;
    }
    return found;
}

static bool read_label(struct parser *p, const struct section *list, size_t n, const char *kind,
                       const char *besides, size_t *number) {
    size_t len;
    *number = find_label(p, list, n, &len);
    if (*number < n) {
        p->at += len;
        return true;
    }
    if (besides && is_word(p->at, len, besides)) {
        p->at += len;
        return true;
    }
    const char *names[NAMES_MAX];
    size_t n_names = 0;
    for (size_t i = 0; i < n && n_names + 1 < NAMES_MAX; i++)
        names[n_names++] = list[i].label;
    if (besides)
        names[n_names++] = besides;
    complain(p, p->at, len, "");
    text_addf(p->why, "is not the label of %s [%s]: expected ", strchr("aeiou", *kind) ? "an" : "a", kind);
    add_names(p, p->at, len, names, n_names);
    return false;
}

/* ---- KEY=VALUE ------------------------------------------------------------------------------------------- */

static bool close_to(double a, double b) {
    return a == b || fabs(a - b) <= 1e-9 * fmax(fabs(a), fabs(b));
}
static bool same(struct value a, struct value b) {
    return a.word == b.word && (a.word == VALUE_NONE || close_to(a.number, b.number));
}

/* A key that may restrict cells of an optimizer; KEY_COUNT: no such. */
static enum key find_key(const struct section *optimizer, const char *at, size_t len) {
    static const char prefix[] = "schedule_";
    const size_t skip = sizeof prefix - 1;
    for (enum key k = 0; k < KEY_COUNT; k++) {
        const struct key_row *row = &keys[k];
        if (k == KEY_MODEL_start) /* two keys */
            continue;
        if (k >= KEY_S ? len > skip && !memcmp(at, prefix, skip) && is_word(at + skip, len - skip, row->name)
                       : is_word(at, len, row->name) && row->flags & AXIS && k != KEY_SWEEP_seeds &&
                             (k < KEY_H || optimizer->list[k].n > 0))
            return k;
    }
    return KEY_COUNT;
}

static void complain_key(struct parser *p, const struct section *optimizer, int needs, size_t len) {
    const char *names[NAMES_MAX];
    size_t n = 0;
    char schedule_keys[S_COUNT][WORD_CHARS + sizeof "schedule_"];
    for (size_t k = 0; k < LENGTH(arguments); k++)
        if (needs & arguments[k].bit)
            names[n++] = arguments[k].name;
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
    complain(p, p->at, len, "is no key of these runs: expected ");
    add_names(p, p->at, len, names, n);
}

static bool is_among(const struct value *list, size_t n, struct value v) {
    size_t k = 0;
    while (k < n && !same(list[k], v))
        k++;
    return k < n;
}

/* The levels of a key among the sections a measure may be about, onto why; whether v is one of them. */
static bool is_level(const struct parser *p, const struct claim_measure *m, enum key key, struct value v,
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
            found |= same(l.v[k], v);
            if (n_shown < LENGTH(shown) && !is_among(shown, n_shown, l.v[k])) {
                shown[n_shown++] = l.v[k];
                text_add(levels, levels->len ? ", " : "");
                value_print(key, l.v[k], levels);
            }
        }
    }
    return found;
}

static bool add_where(struct parser *p, struct claim_measure *m, struct claim_where where, const char *at,
                      size_t len) {
    for (int k = 0; k < m->n_where; k++)
        if (m->where[k].key == where.key)
            return complain(p, at, len, "is given twice");
    if (m->n_where == CLAIM_WHERE_MAX)
        return complain(p, at, len, "is one key too many: expected at most 16");
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

static bool read_level(struct parser *p, struct claim_measure *m, enum key key, const char *name,
                       size_t name_len, const char *at, size_t len) {
    struct value v;
    struct text why = {0}, levels = {0};
    bool ok = value_parse(key, at, len, &v, &why) || complain(p, at, len, "");
    if (!ok)
        text_addf(p->why, "%s %s", keys[key].name, why.s ? why.s : "");
    else if (!is_level(p, m, key, v, &levels)) {
        ok = complain(p, at, len, "");
        text_addf(p->why, "is no level of %s: expected %s", keys[key].name,
                  levels.len ? levels.s : "another key");
    }
    ok = ok && add_where(p, m, (struct claim_where){(int)key, v, NULL}, name, name_len);
    text_free(&why);
    text_free(&levels);
    return ok;
}

static bool read_start(struct parser *p, struct claim_measure *m, const char *name, size_t name_len,
                       size_t len) {
    const char *at = p->at, *colon = memchr(at, ':', len);
    if (!colon)
        return complain(p, at, len, "is no start: expected W0:B0");
    return read_level(p, m, KEY_MODEL_w0, name, name_len, at, (size_t)(colon - at)) &&
           read_level(p, m, KEY_MODEL_b0, name, name_len, colon + 1, (size_t)(at + len - colon - 1));
}

static bool read_argument(struct parser *p, struct claim_measure *m, enum claim_argument bit, size_t len) {
    double x;
    const char *at = p->at;
    if (bit == CLAIM_P && is_word(at, len, "bias")) {
        m->p = CLAIM_BIAS;
        return true;
    }
    const double most = bit == CLAIM_P ? 4294967295.0 : bit == CLAIM_BAND ? 5 : 9007199254740991.0;
    if (!at_number(at) || number_parse(at, len, &x) != len || x != floor(x) || x < 1 || x > most)
        return complain(p, at, len,
                        bit == CLAIM_P ? "is no parameter: expected the number of a feature, from 1, or bias"
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
static bool check_taken(struct parser *p, const struct claim_measure *m, bool taken, const char *at,
                        size_t len) {
    if (taken)
        return true;
    complain(p, at, len, "");
    text_addf(p->why, "does not go with [optimizer %s]", p->g->optimizer[m->optimizer].label);
    return false;
}

static bool read_section_label(struct parser *p, struct claim_measure *m, bool data, const char *name,
                               size_t name_len) {
    const struct grid *g = p->g;
    const char *at = p->at;
    size_t number;
    if (data ? !read_label(p, g->data, g->n_data, "data", NULL, &number)
             : !read_label(p, g->schedule, g->n_schedules, "schedule", "constant", &number))
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

static bool read_restriction(struct parser *p, struct claim_measure *m, int *got) {
    const struct section *optimizer = &p->g->optimizer[m->optimizer];
    const int needs = claim_metrics[m->metric].needs;
    skip_blanks(p);
    const char *name = p->at;
    const size_t len = piece(name);
    int bit = 0;
    for (size_t k = 0; k < LENGTH(arguments); k++)
        bit |= is_word(name, len, arguments[k].name) ? (int)arguments[k].bit : 0;
    const bool start = is_word(name, len, "start"), data = is_word(name, len, "data"),
               schedule = is_word(name, len, "schedule");
    const enum key key = find_key(optimizer, name, len);
    if (!(bit & needs) && !start && !data && !schedule && key == KEY_COUNT) {
        complain_key(p, optimizer, needs, len);
        return false;
    }
    p->at += len;
    if (!take(p, '='))
        return complain(p, p->at, piece(p->at), "stands where = was expected, as in KEY=VALUE");
    skip_blanks(p);
    if (bit & needs && *got & bit)
        return complain(p, name, len, "is given twice");
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

/* ---- sides ----------------------------------------------------------------------------------------------- */

/* METRIC(LABEL, ...), the parser standing at METRIC. */
static bool read_measure(struct parser *p, struct claim_measure *m) {
    const char *names[CLAIM_METRIC_COUNT + 1], *at = p->at;
    const size_t len = piece(at);
    int metric = 0, got = 0;
    while (metric < CLAIM_METRIC_COUNT && !is_word(at, len, claim_metrics[metric].name))
        metric++;
    if (metric == CLAIM_METRIC_COUNT) {
        for (int k = 0; k < CLAIM_METRIC_COUNT; k++)
            names[k] = claim_metrics[k].name;
        names[CLAIM_METRIC_COUNT] = "slope";
        complain(p, at, len,
                 len ? "is not known: expected a number, or one of " : "expected a number, or one of ");
        add_names(p, at, len, names, CLAIM_METRIC_COUNT + 1);
        return false;
    }
    m->metric = (enum claim_metric)metric;
    p->at += len;
    if (!take(p, '(')) {
        complain(p, p->at, piece(p->at), "");
        text_addf(p->why, "%swas expected: %s(LABEL ...", *p->at ? "stands where ( " : "( ",
                  claim_metrics[metric].name);
        return false;
    }
    skip_blanks(p);
    if (!read_label(p, p->g->optimizer, p->g->n_optimizers, "optimizer", NULL, &m->optimizer))
        return false;
    while (take(p, ','))
        if (!read_restriction(p, m, &got))
            return false;
    if (!take(p, ')'))
        return complain(p, p->at, piece(p->at),
                        *p->at ? "stands where , or ) was expected" : "expected , or )");
    for (size_t k = 0; k < LENGTH(arguments); k++)
        if (claim_metrics[metric].needs & arguments[k].bit & ~got) {
            complain(p, at, len, "");
            text_addf(p->why, "lacks %s: expected %s(LABEL, ..., %s=%s)", arguments[k].name,
                      claim_metrics[metric].name, arguments[k].name,
                      arguments[k].bit == CLAIM_P ? "FEATURE or bias" : "INTEGER");
            return false;
        }
    return true;
}

/* [NUMBER *] [best|median|worst] METRIC(...), or NUMBER. Stops at `slope`, where that may stand: *slope. */
static bool read_inner(struct parser *p, struct claim_measure *m, bool *slope) {
    *m = (struct claim_measure){.factor = 1};
    skip_blanks(p);
    if (at_number(p->at)) {
        const char *at = p->at;
        if (!read_number(p, &m->factor))
            return false;
        const size_t len = (size_t)(p->at - at);
        if (!take(p, '*')) {
            m->is_number = true;
            return true;
        }
        if (!(m->factor > 0))
            return complain(p, at, len, "is no factor: expected a number above 0");
        skip_blanks(p);
    }
    for (int k = 0; k < (int)LENGTH(choice_names); k++)
        if (is_word(p->at, piece(p->at), choice_names[k])) {
            p->at += piece(p->at);
            skip_blanks(p);
            m->choice = (enum claim_choice)k;
            return read_measure(p, m);
        }
    if (slope && is_word(p->at, piece(p->at), "slope")) {
        p->at += piece(p->at);
        *slope = true;
        return true;
    }
    return read_measure(p, m);
}

static bool read_slope(struct parser *p, struct claim_side *s) {
    if (!take(p, '('))
        return complain(p, p->at, piece(p->at), "stands where ( was expected: slope(SIDE / SIDE, KEY)");
    if (!read_inner(p, &s->over, NULL))
        return false;
    if (!take(p, '/'))
        return complain(p, p->at, piece(p->at), "stands where / was expected: slope(SIDE / SIDE, KEY)");
    if (!read_inner(p, &s->under, NULL))
        return false;
    if (!take(p, ','))
        return complain(p, p->at, piece(p->at), "stands where , was expected: slope(SIDE / SIDE, KEY)");
    skip_blanks(p);
    const struct claim_measure *m = s->over.is_number ? &s->under : &s->over;
    const size_t len = piece(p->at);
    if (m->is_number)
        return complain(p, p->at, len, "has no slope: expected a measure beside it");
    const struct section *optimizer = &p->g->optimizer[m->optimizer];
    s->axis = find_key(optimizer, p->at, len);
    if (s->axis == KEY_COUNT) {
        complain_key(p, optimizer, 0, len);
        return false;
    }
    if (keys[s->axis].numbers == NUMBERS_NONE)
        return complain(p, p->at, len, "has no numbers: expected a key whose levels are numbers");
    p->at += len;
    if (!take(p, ')'))
        return complain(p, p->at, piece(p->at), *p->at ? "stands where ) was expected" : "expected )");
    return true;
}

static bool read_side(struct parser *p, struct claim_side *s) {
    *s = (struct claim_side){.factor = 1};
    if (!read_inner(p, &s->over, &s->is_slope))
        return false;
    if (!s->is_slope)
        return true;
    s->factor = s->over.factor;
    return read_slope(p, s);
}

bool claim_parse(const struct grid *g, const char *text, struct claim *out, struct text *why) {
    struct parser p = {g, text, text, why};
    static const enum claim_relation strict[] = {CLAIM_LESS, CLAIM_MORE};
    if (!read_side(&p, &out->left))
        return false;
    skip_blanks(&p);
    if (*p.at != '<' && *p.at != '>')
        return complain(&p, p.at, piece(p.at),
                        *p.at ? "stands where <, <=, > or >= was expected"
                              : "expected <, <=, > or >= and another side");
    out->relation = strict[*p.at++ == '>'];
    if (*p.at == '=') {
        out->relation++; /* CLAIM_AT_MOST, CLAIM_AT_LEAST */
        p.at++;
    }
    skip_blanks(&p);
    const char *right = p.at;
    if (!read_side(&p, &out->right))
        return false;
    if (out->left.over.is_number && out->right.over.is_number && !out->left.is_slope && !out->right.is_slope)
        return complain(&p, right, (size_t)(p.at - right),
                        "is a number too: expected a measure on one side at least");
    skip_blanks(&p);
    if (*p.at)
        return complain(&p, p.at, strlen(p.at), "is left over: expected the end of the claim");
    return true;
}

/* ---- sections -------------------------------------------------------------------------------------------- */

void claims_read(struct grid *g, struct diag *d) {
    g->claim = mem_zeroed(g->n_expects + 1, sizeof *g->claim, NULL);
    if (!g->claim) {
        d->failed = true;
        return;
    }
    for (size_t i = 0; i < g->n_expects; i++) {
        const struct section *s = &g->expect[i];
        const struct ini_entry *given = s->given[KEY_EXPECT_claim];
        struct text why = {0};
        struct claim *c = &g->claim[i];
        *c = (struct claim){.label = s->label, .line = s->line};
        if (!given) {
            diag_add(d, s->line, "[expect %s] lacks 'claim': expected SIDE < SIDE, as in %s", s->label,
                     "claim = median steps(rmsprop) < median steps(adagrad)");
        } else if (*given->value) { /* an empty one was complained about */
            c->text = given->value;
            c->line = given->line;
            if (!claim_parse(g, given->value, c, &why))
                diag_add(d, given->line, "claim, %s", why.s ? why.s : "out of memory");
        }
        if (s->list[KEY_EXPECT_outcome].n)
            c->expected = (enum claim_outcome)s->list[KEY_EXPECT_outcome].v[0].word;
        text_free(&why);
    }
}

bool claim_matches(const struct claim_measure *m, const struct run *run) {
    bool matches = run->optimizer_index == m->optimizer;
    for (int k = 0; k < m->n_where && matches; k++) {
        const struct claim_where *w = &m->where[k];
        matches = w->key == CLAIM_DATA       ? strcmp(w->label, run->data) == 0
                  : w->key == CLAIM_SCHEDULE ? strcmp(w->label, run->schedule) == 0
                                             : same(w->v, run->v[w->key]);
    }
    return matches;
}

/* ---- against the plan ------------------------------------------------------------------------------------ */

static void check_cells(const struct plan *p, const struct claim *c, const struct claim_measure *m,
                        struct diag *d) {
    struct run run;
    if (m->is_number)
        return;
    const uint32_t *traced;
    const size_t n_traced = plan_traced(p, &traced);
    bool known = !claim_metrics[m->metric].traced;
    for (size_t k = 0; k < n_traced; k++)
        known |= traced[k] == m->p;
    if (!known && m->p == CLAIM_BIAS)
        diag_add(
            d, c->line,
            "claim: %s(..., p=bias) looks at traces: expected a [trace] section with bias among its features",
            claim_metrics[m->metric].name);
    else if (!known)
        diag_add(d, c->line,
                 "claim: %s(..., p=%u) looks at traces: expected a [trace] section with %u among its features",
                 claim_metrics[m->metric].name, (unsigned)m->p, (unsigned)m->p);
    for (size_t i = 0; i < plan_n_runs(p); i += plan_n_seeds(p)) {
        plan_run(p, i, &run);
        if (claim_matches(m, &run))
            return;
    }
    diag_add(d, c->line, "claim: no cell matches all that %s(%s, ...) asks for together",
             claim_metrics[m->metric].name, p->grid.optimizer[m->optimizer].label);
}

void claims_check(const struct plan *p, struct diag *d) {
    for (size_t i = 0; i < p->grid.n_expects; i++) {
        const struct claim *c = &p->grid.claim[i];
        check_cells(p, c, &c->left.over, d);
        check_cells(p, c, &c->right.over, d);
        if (c->left.is_slope)
            check_cells(p, c, &c->left.under, d);
        if (c->right.is_slope)
            check_cells(p, c, &c->right.under, d);
    }
}

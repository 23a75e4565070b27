/* A claim from left to right. Every failure is said once, where it is met, with its column. */
#include "plan/claim_internal.h"
#include <math.h>
#include <string.h>

const struct claim_metric_row claim_metrics[CLAIM_METRIC_COUNT] = {
#define X(name, needs, may_be_negative, traced, help) {#name, needs, may_be_negative, traced, help},
    CLAIM_METRICS(X)
#undef X
};
const char *const claim_relation_names[] = {"<", "<=", ">", ">="};
const char *const claim_outcome_names[] = {"held", "failed", "undecided"};

enum { CHOICES = 3 };
static const char *const choice_names[CHOICES] = {"best", "median", "worst"};

static bool read_number(struct claim_reader *p, double *x) {
    const size_t len = claim_piece(p->at), n = number_parse(p->at, strlen(p->at), x);
    if (!n || !isfinite(*x) || n != strspn(p->at, "0123456789.eE+-"))
        return claim_complain(p, p->at, len, "is not a finite number");
    p->at += n;
    return true;
}

/* METRIC(LABEL, ...), the parser standing at METRIC. */
static bool read_measure(struct claim_reader *p, struct claim_measure *m) {
    const char *names[CLAIM_METRIC_COUNT + 1], *at = p->at;
    const size_t len = claim_piece(at);
    int metric = 0, got = 0;
    while (metric < CLAIM_METRIC_COUNT && !claim_is_word(at, len, claim_metrics[metric].name))
        metric++;
    if (metric == CLAIM_METRIC_COUNT) {
        for (int k = 0; k < CLAIM_METRIC_COUNT; k++)
            names[k] = claim_metrics[k].name;
        names[CLAIM_METRIC_COUNT] = "slope";
        claim_complain(p, at, len,
                       len ? "is not known: expected a number, or one of " : "expected a number, or one of ");
        size_t label = 0;
        while (label < p->g->n_optimizers && !claim_is_word(at, len, p->g->optimizer[label].label))
            label++;
        const bool is_label = label < p->g->n_optimizers;
        claim_add_names(p, at, is_label ? 0 : len, names, CLAIM_METRIC_COUNT + 1);
        if (is_label)
            text_addf(p->why, "; did you mean 'steps(%.*s)'?", (int)len, at);
        return false;
    }
    m->metric = (enum claim_metric)metric;
    p->at += len;
    if (!claim_take(p, '(')) {
        claim_complain(p, p->at, claim_piece(p->at), "");
        text_addf(p->why, "%swas expected: %s(LABEL ...", *p->at ? "stands where ( " : "( ",
                  claim_metrics[metric].name);
        return false;
    }
    claim_skip_blanks(p);
    if (!claim_read_label(p, p->g->optimizer, p->g->n_optimizers, "optimizer", NULL, &m->optimizer))
        return false;
    while (claim_take(p, ','))
        if (!claim_read_where(p, m, &got))
            return false;
    if (!claim_take(p, ')'))
        return claim_complain(p, p->at, claim_piece(p->at),
                              *p->at ? "stands where , or ) was expected" : "expected , or )");
    for (size_t k = 0; k < CLAIM_ARGUMENT_COUNT; k++)
        if (claim_metrics[metric].needs & claim_arguments[k].bit & ~got) {
            claim_complain(p, at, len, "");
            text_addf(p->why, "lacks %s: expected %s(LABEL, ..., %s=%s)", claim_arguments[k].name,
                      claim_metrics[metric].name, claim_arguments[k].name,
                      claim_arguments[k].bit == CLAIM_P ? "FEATURE or bias" : "INTEGER");
            return false;
        }
    return true;
}

/* [NUMBER *] [best|median|worst] METRIC(...), or NUMBER. Stops at `slope`, where that may stand: *slope. */
static bool read_inner(struct claim_reader *p, struct claim_measure *m, bool *slope) {
    *m = (struct claim_measure){.factor = 1};
    claim_skip_blanks(p);
    if (claim_at_number(p->at)) {
        const char *at = p->at;
        if (!read_number(p, &m->factor))
            return false;
        const size_t len = (size_t)(p->at - at);
        if (!claim_take(p, '*')) {
            m->is_number = true;
            return true;
        }
        if (!(m->factor > 0))
            return claim_complain(p, at, len, "is no factor: expected a number above 0");
        claim_skip_blanks(p);
    }
    for (int k = 0; k < CHOICES; k++)
        if (claim_is_word(p->at, claim_piece(p->at), choice_names[k])) {
            p->at += claim_piece(p->at);
            claim_skip_blanks(p);
            m->choice = (enum claim_choice)k;
            return read_measure(p, m);
        }
    if (slope && claim_is_word(p->at, claim_piece(p->at), "slope")) {
        p->at += claim_piece(p->at);
        *slope = true;
        return true;
    }
    return read_measure(p, m);
}

static bool read_slope(struct claim_reader *p, struct claim_side *s) {
    if (!claim_take(p, '('))
        return claim_complain(p, p->at, claim_piece(p->at),
                              "stands where ( was expected: slope(SIDE / SIDE, KEY)");
    if (!read_inner(p, &s->over, NULL))
        return false;
    if (!claim_take(p, '/'))
        return claim_complain(p, p->at, claim_piece(p->at),
                              "stands where / was expected: slope(SIDE / SIDE, KEY)");
    if (!read_inner(p, &s->under, NULL))
        return false;
    if (!claim_take(p, ','))
        return claim_complain(p, p->at, claim_piece(p->at),
                              "stands where , was expected: slope(SIDE / SIDE, KEY)");
    claim_skip_blanks(p);
    const struct claim_measure *m = s->over.is_number ? &s->under : &s->over;
    const size_t len = claim_piece(p->at);
    if (m->is_number)
        return claim_complain(p, p->at, len, "has no slope: expected a measure beside it");
    const struct section *optimizer = &p->g->optimizer[m->optimizer];
    s->axis = claim_find_key(optimizer, p->at, len);
    if (s->axis == KEY_COUNT) {
        claim_complain_key(p, optimizer, 0, len);
        return false;
    }
    if (keys[s->axis].numbers == NUMBERS_NONE)
        return claim_complain(p, p->at, len, "has no numbers: expected a key whose levels are numbers");
    p->at += len;
    if (!claim_take(p, ')'))
        return claim_complain(p, p->at, claim_piece(p->at),
                              *p->at ? "stands where ) was expected" : "expected )");
    return true;
}

static bool read_side(struct claim_reader *p, struct claim_side *s) {
    *s = (struct claim_side){.factor = 1};
    if (!read_inner(p, &s->over, &s->is_slope))
        return false;
    if (!s->is_slope)
        return true;
    s->factor = s->over.factor;
    return read_slope(p, s);
}

bool claim_parse(const struct grid *g, const char *text, struct claim *out, struct text *why) {
    struct claim_reader p = {g, text, text, why};
    static const enum claim_relation strict[] = {CLAIM_LESS, CLAIM_MORE};
    if (!read_side(&p, &out->left))
        return false;
    claim_skip_blanks(&p);
    if (*p.at != '<' && *p.at != '>')
        return claim_complain(&p, p.at, claim_piece(p.at),
                              *p.at ? "stands where <, <=, > or >= was expected"
                                    : "expected <, <=, > or >= and another side");
    out->relation = strict[*p.at++ == '>'];
    if (*p.at == '=') {
        out->relation++; /* CLAIM_AT_MOST, CLAIM_AT_LEAST */
        p.at++;
    }
    claim_skip_blanks(&p);
    const char *right = p.at;
    if (!read_side(&p, &out->right))
        return false;
    if (out->left.over.is_number && out->right.over.is_number && !out->left.is_slope && !out->right.is_slope)
        return claim_complain(&p, right, (size_t)(p.at - right),
                              "is a number too: expected a measure on one side at least");
    claim_skip_blanks(&p);
    if (*p.at)
        return claim_complain(&p, p.at, strlen(p.at), "is left over: expected the end of the claim");
    return true;
}

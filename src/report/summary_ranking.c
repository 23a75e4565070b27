/* The summary's verdict: who is first, by how much, and how sure that is. */
#include "base/math.h"
#include "report/summary.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

#define LENGTH(a) (sizeof(a) / sizeof *(a))

static const struct group *group_of(const struct scores *s, const struct standing *row) {
    return &s->group[row->group];
}

/* How many times as long: 2.3, or `never`. */
static void add_factor(struct text *t, double log) {
    if (isnan(log))
        text_add(t, "-");
    else if (isinf(log))
        text_add(t, log > 0 ? "never" : "0");
    else
        text_addf(t, "%.3g", m_exp(log));
}

/* ---- in sentences ---------------------------------------------------------------------------------------- */

/* `, A (2.3 times as long), B` of the rows with this verdict; how many. */
static size_t add_rows(struct text *t, const struct scores *s, const struct ranking *k, enum verdict verdict,
                       const char *before, bool factors) {
    size_t n = 0, all = 0;
    for (size_t i = 1; i < k->n; i++)
        all += k->row[i].behind.verdict == verdict;
    for (size_t i = 1; i < k->n; i++) {
        const struct standing *row = &k->row[i];
        if (row->behind.verdict != verdict)
            continue;
        text_add(t, n == 0 ? before : n + 1 == all ? " and " : ", ");
        text_add(t, group_of(s, row)->optimizer);
        if (factors && isinf(row->behind.difference)) {
            text_add(t, " (does not arrive)");
        } else if (factors) {
            text_add(t, " (");
            add_factor(t, row->behind.difference);
            text_add(t, n ? ")" : " times as long)");
        }
        n++;
    }
    return n;
}

static bool any_there(const struct results *r, const struct group *g) {
    for (size_t k = 0; k < g->n_cells; k++)
        if (group_cell(r, g, k)->n_missing < group_cell(r, g, k)->n)
            return true;
    return false;
}

static void add_epochs(struct text *t, double epochs) {
    add_short(t, epochs);
    text_add(t, epochs == 1 ? " epoch" : " epochs");
}

/* Rows that share a place in the ranking. */
static bool tied(const struct standing *a, const struct standing *b) {
    return a->typical == b->typical && a->hit == b->hit && a->best == b->best;
}

/* `A`, `A and B`, `A, B and C`: the first of the ranking and those tied with it. How many. */
static size_t add_firsts(struct text *t, const struct scores *s, const struct ranking *k) {
    size_t n = 1;
    while (n < k->n && tied(&k->row[n], &k->row[0]))
        n++;
    for (size_t i = 0; i < n; i++)
        text_addf(t, "%s%s", i == 0 ? "" : i + 1 == n ? " and " : ", ", group_of(s, &k->row[i])->optimizer);
    return n;
}

/* Those that share the first evaluation may differ before it. */
static void add_resolution(struct text *t, const struct scores *s, const struct ranking *k) {
    struct run r;
    plan_run(s->r->plan, 0, &r);
    if (k->row[0].typical < 2 * r.v[KEY_SWEEP_evaluate].number)
        text_add(t, " That is the first evaluation: a harder target, or with mini-batches a smaller evaluate, "
                    "may tell them apart.");
}

/* How often the first stay first. */
static void add_chances(struct text *t, const struct scores *s, const struct ranking *k, size_t n_firsts) {
    if (isnan(k->row[0].first) || k->n == 1)
        return;
    if (n_firsts == 1) {
        text_addf(t, " It stays first in %.0f%% of %d resamplings of the %zu seeds.", 100 * k->row[0].first,
                  RESAMPLES, k->n_seeds);
        return;
    }
    text_addf(t, " Of %d resamplings of the %zu seeds", RESAMPLES, k->n_seeds);
    for (size_t i = 0; i < n_firsts; i++)
        text_addf(t, "%s %s is first in %.0f%%", i ? "," : "", group_of(s, &k->row[i])->optimizer,
                  100 * k->row[i].first);
    text_add(t, ".");
}

/* How well the leader takes a step size that is off. */
static void add_width(struct text *t, const struct scores *s, const struct group *g) {
    struct robustness b;
    t->failed |= !robustness_make(s->r, g, &b, NULL);
    char decades[16];
    snprintf(decades, sizeof decades, "%.2g", b.decades);
    if (b.known && b.decades > 0)
        text_addf(t, " %s takes at most twice as long over %s%s decade%s of eta0.", g->optimizer,
                  b.at_least ? "at least " : "", decades, strcmp(decades, "1") ? "s" : "");
    else if (b.known && !b.at_least)
        text_addf(t, " With no other eta0 does %s come within twice that time.", g->optimizer);
}

static void add_verdict(struct text *t, const struct scores *s, const struct ranking *k) {
    const struct standing *first = &k->row[0];
    const struct group *g = group_of(s, first);
    bool there = false;
    for (size_t i = 0; i < k->n; i++)
        there |= any_there(s->r, group_of(s, &k->row[i]));
    text_addf(t, "%s: ", g->data);
    if (!there) {
        text_add(t, "nothing was run.");
        return;
    }
    if (!k->solved) {
        text_add(t, "no optimizer reached the target");
        summary_gap_remark(s, k->problem, t);
        text_add(t, ".");
        return;
    }
    size_t n_firsts = 1;
    if (k->n == 1)
        text_addf(t, "%s, the only optimizer here, takes ", g->optimizer);
    else if (isinf(first->typical))
        text_addf(
            t,
            "with %zu setting%s tried at random no optimizer reaches the target more often than not; %s comes "
            "nearest. It takes ",
            k->k, k->k == 1 ? "" : "s", g->optimizer);
    else
        text_add(t, (n_firsts = add_firsts(t, s, k)) == 1 ? " is first, with " : " are first together, with ");
    add_epochs(t, first->typical);
    summary_gap_remark(s, k->problem, t);
    if (n_firsts == 1)
        text_addf(t, ": the median best of %zu of its %zu cell%s.", k->k, g->n_cells,
                  g->n_cells == 1 ? "" : "s");
    else
        text_addf(t, ": the median best of %zu of their cells.", k->k);
    if (n_firsts > 1)
        add_resolution(t, s, k);
    add_chances(t, s, k, n_firsts);
    if (k->n == 1) {
        add_width(t, s, g);
        return;
    }
    if (n_firsts == 1)
        text_add(t, " Its best cell (");
    else
        text_addf(t, " %s's best cell (", g->optimizer);
    add_epochs(t, first->best);
    text_add(t, ") is");
    size_t n = add_rows(t, s, k, VERDICT_MORE, " faster than that of ", true);
    if (add_rows(t, s, k, VERDICT_UNDECIDED,
                 n ? "; not distinguishable from " : " not distinguishable from that of ", false))
        n++;
    add_rows(t, s, k, VERDICT_LESS, n ? "; slower than the best cell of " : " slower than that of ", true);
    text_add(t, ".");
    add_width(t, s, g);
}

static void add_evidence(struct text *t, const struct ranking *k) {
    if (!k->chance)
        text_add(t, "No chance is involved: runs are compared directly.");
    else if (k->n_seeds >= ENOUGH_SEEDS)
        text_addf(t,
                  "Best cells are said to differ where a paired bootstrap over the %zu seeds says so (95%%, %d "
                  "resamples, "
                  "the best cell chosen anew in each, Holm's correction for the comparisons with the first).",
                  k->n_seeds, RESAMPLES);
    else
        text_addf(t, "With %zu seed%s (fewer than %d), best cells are said to differ only where %s.",
                  k->n_seeds, k->n_seeds == 1 ? "" : "s", ENOUGH_SEEDS,
                  k->n_seeds == 1 ? "it is so on that seed, which says nothing about chance"
                                  : "all seeds agree");
}

void summary_verdict(const struct scores *s, struct doc *d) {
    text_add(doc_heading(d, 2), "Verdict");
    for (size_t k = 0; k < s->n_problems; k++)
        add_verdict(doc_item(d), s, &s->ranking[k]);
    struct text *t = doc_text(d);
    text_add(
        t,
        "The ranking is at equal budget: an optimizer with more settings has had more tries, so each is judged "
        "by the median best of k of its cells drawn at random, k being the smallest number of cells of any "
        "optimizer on the data. ");
    if (s->n_problems)
        add_evidence(t, &s->ranking[0]);
}

/* ---- as tables ------------------------------------------------------------------------------------------- */

static const char *verdict_of(const struct ranking *k, size_t i) {
    static const char *const words[] = {"faster", "slower", "not distinguishable"};
    return i == 0 ? "" : words[k->row[i].behind.verdict];
}

static void cell_interval(struct table *t, const struct ranking *k, size_t i) {
    const struct contrast *c = &k->row[i].behind;
    add_factor(&t->text, c->difference);
    if (i && !isnan(c->lo) && !(isinf(c->lo) && c->lo == c->hi)) {
        text_add(&t->text, " (");
        add_factor(&t->text, c->lo);
        text_add(&t->text, " to ");
        add_factor(&t->text, c->hi);
        text_add(&t->text, ")");
    } else if (i && k->chance) {
        text_addf(&t->text, " (%zu of %zu seeds)", c->n_more > c->n_less ? c->n_more : c->n_less, c->n_seeds);
    }
    table_end_cell(t);
}

static void add_ranking(const struct scores *s, const struct ranking *k, struct doc *d) {
    static const struct table_column columns[] = {
        {"", true},     {"optimizer", false}, {"typical", true}, {"hit", true},
        {"best", true}, {"cells", true},      {"first", true},   {"best, times the first's", true},
        {"", false}};
    const char *data = group_of(s, &k->row[0])->data;
    text_add(doc_heading(d, 3), data);
    struct text *t = doc_text(d), remark = {0};
    summary_gap_remark(s, k->problem, &remark);
    t->failed |= remark.failed;
    text_addf(
        t,
        "Epochs to the target%s. Typical: median best of %zu cell%s. Hit: the chance that one of them arrives. "
        "Best: of all cells.",
        remark.s ? remark.s : "", k->k, k->k == 1 ? "" : "s");
    if (k->chance && k->n_seeds > 1)
        text_add(t, " First: the chance of being first, resampling the seeds.");
    if (k->chance && k->n > 1) /* intervals are for one comparison, verdicts for all of them */
        text_add(t, k->n_seeds >= ENOUGH_SEEDS
                        ? " In brackets: the 95% interval, before Holm's correction, which a verdict is after."
                        : " In brackets: the seeds that agree.");
    struct text caption = {0};
    text_addf(&caption, "%s: epochs to the target%s at an equal budget of %zu cells.", data,
              remark.s ? remark.s : "", k->k);
    d->failed |= caption.failed;
    text_free(&remark);
    struct table *table = doc_table(d, columns, LENGTH(columns), caption.s ? caption.s : "");
    text_free(&caption);
    for (size_t i = 0; i < k->n; i++) {
        const struct standing *row = &k->row[i];
        if (!i || !tied(row, row - 1))
            text_addf(&table->text, "%zu", i + 1);
        table_end_cell(table);
        table_text(table, group_of(s, row)->optimizer);
        table_number(table, row->typical);
        table_percent(table, row->hit);
        table_number(table, row->best);
        table_number(table, (double)group_of(s, row)->n_cells);
        table_percent(table, row->first);
        cell_interval(table, k, i);
        table_text(table, verdict_of(k, i));
    }
}

static void add_test_ranking(const struct scores *s, const struct ranking *k, struct doc *d) {
    static const struct table_column columns[] = {
        {"", true}, {"optimizer", false}, {"typical", true}, {"best", true}, {"cells", true}};
    const char *data = group_of(s, &k->row[0])->data;
    struct text *t = doc_text(d);
    text_addf(t,
              "%s, by the least loss on the held-out rows, median over the seeds. Typical: median best of %zu "
              "cell%s.",
              data, k->k, k->k == 1 ? "" : "s");
    struct text caption = {0};
    text_addf(&caption, "%s: least loss on held-out rows at an equal budget of %zu cells.", data, k->k);
    d->failed |= caption.failed;
    struct table *table = doc_table(d, columns, LENGTH(columns), caption.s ? caption.s : "");
    text_free(&caption);
    for (size_t i = 0; i < k->n; i++) {
        const struct standing *row = &k->row[k->by_test[i]];
        table_number(table, (double)(i + 1));
        table_text(table, group_of(s, row)->optimizer);
        table_number(table, row->test_typical);
        table_number(table, row->test_best);
        table_number(table, (double)group_of(s, row)->n_cells);
    }
}

void summary_rankings(const struct scores *s, struct doc *d) {
    text_add(doc_heading(d, 2), "Rankings");
    for (size_t k = 0; k < s->n_problems; k++) {
        add_ranking(s, &s->ranking[k], d);
        if (s->ranking[k].by_test)
            add_test_ranking(s, &s->ranking[k], d);
    }
}

void summary_profile(const struct scores *s, struct doc *d) {
    static const struct table_column columns[] = {{"optimizer", false},
                                                  {"score", true},
                                                  {"fastest", true},
                                                  {"within twice", true},
                                                  {"within 4 times", true}};
    const struct profile *p = &s->profile;
    text_add(doc_heading(d, 2), "Over all data");
    if (p->n_problems < PROFILE_ENOUGH) {
        text_addf(doc_text(d), "A performance profile needs %d data sets or more; %zu %s too few.",
                  PROFILE_ENOUGH, p->n_problems, p->n_problems == 1 ? "is" : "are");
        return;
    }
    text_addf(
        doc_text(d),
        "Time of each optimizer's best cell over the least on the same data, on %zu data sets (performance "
        "profile). Fastest, within twice, within 4 times: share of data sets on which it was. Score: mean of "
        "max(0, (4 - ratio) / 3). Times within one evaluation of the least are ties.",
        p->n_problems);
    struct text remark = {0};
    gap_remark_all(s, &remark);
    if (remark.len)
        text_addf(doc_text(d), "Times are to a gap: %s.", remark.s);
    d->failed |= remark.failed;
    text_free(&remark);
    struct table *t =
        doc_table(d, columns, LENGTH(columns), "Performance profile of each optimizer's best cell.");
    for (size_t k = 0; k < p->n_optimizers; k++) {
        table_text(t, scores_optimizer(s, p->optimizer[k]));
        table_number(t, p->score[k]);
        table_percent(t, profile_share(p, k, 1));
        table_percent(t, profile_share(p, k, 2));
        table_percent(t, profile_share(p, k, 4));
    }
}

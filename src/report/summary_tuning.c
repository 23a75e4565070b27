/* The summary's account of tuning: the best settings, and how much hangs on them. */
#include "report/summary.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define LENGTH(a) (sizeof(a) / sizeof *(a))

static void add_value(struct text *t, enum key key, struct value v) {
    if (v.word == VALUE_NUMBER)
        add_short(t, v.number);
    else
        value_print(key, v, t);
}

static bool key_varies(const struct results *r, const struct group *g, enum key key, struct text *out) {
    struct value *level;
    size_t n;
    out->failed |= !plan_levels(r->plan, key, g->optimizer_index, &level, &n, NULL);
    free(level);
    return n > 1;
}

void summary_setting(const struct results *r, const struct group *g, const struct run *run, struct text *out) {
    bool varies[KEY_COUNT] = {false}, any = false;
    for (int k = KEY_H; k < KEY_S; k++) {
        varies[k] = run->v[k].word != VALUE_NONE && key_varies(r, g, (enum key)k, out);
        any |= varies[k];
    }
    const char *comma = "";
    for (int k = KEY_H; k < KEY_S; k++) {
        if (any ? !varies[k] : run->v[k].word != VALUE_NUMBER)
            continue;
        text_addf(out, "%s%s=", comma, keys[k].name);
        comma = ", ";
        add_value(out, (enum key)k, run->v[k]);
    }
    if (!strcmp(run->schedule, "constant"))
        return;
    text_addf(out, "%sschedule %s", comma, run->schedule);
    for (int k = KEY_S; k < KEY_COUNT; k++) {
        if (run->v[k].word == VALUE_NONE || !key_varies(r, g, (enum key)k, out))
            continue;
        text_addf(out, ", %s=", keys[k].name);
        add_value(out, (enum key)k, run->v[k]);
    }
}

/* ---- best cells ------------------------------------------------------------------------------------------ */

static void add_best(struct table *t, const struct scores *s, const struct group *g) {
    const struct cell *best = group_cell(s->r, g, g->best);
    const bool there = best->n > best->n_missing;
    struct run run;
    plan_run(s->r->plan, best->first, &run);
    table_text(t, g->optimizer);
    table_number(t, (double)g->n_cells);
    if (there)
        summary_setting(s->r, g, &run, &t->text);
    table_end_cell(t);
    table_number(t, best->epochs.median);
    table_number(t, best->steps.median);
    table_number(t, best->ert);
    text_addf(&t->text, "%zu/%zu", best->n_converged, best->n);
    table_end_cell(t);
    table_number(t, best->final_loss.median);
    enum key edge = KEY_COUNT;
    t->text.failed |= there && !results_edge(s->r, g, &edge, NULL);
    if (edge != KEY_COUNT)
        text_addf(&t->text, "edge of %s", keys[edge].name);
    table_end_cell(t);
}

void summary_best(const struct scores *s, struct doc *d) {
    static const struct table_column columns[] = {
        {"optimizer", false}, {"cells", true},   {"best setting", false}, {"epochs", true}, {"steps", true},
        {"ERT", true},        {"arrived", true}, {"final loss", true},    {"", false}};
    text_add(doc_heading(d, 2), "Best cells");
    text_add(doc_text(d), "The best of an optimizer's cells (settings) has the least median, over the seeds, "
                          "of the epochs it takes "
                          "to the target; ties go to the least median final loss. A dash: did not arrive. ERT: "
                          "expected steps to the "
                          "target, all steps spent over the seeds that arrived. Arrived: seeds that did. Edge: "
                          "the best value ends "
                          "its axis; look further out.");
    for (size_t k = 0; k < s->n_problems; k++) {
        const struct group *g = &s->group[s->ranking[k].row[0].group];
        struct text caption = {0};
        text_add(doc_heading(d, 3), g->data);
        struct text *t = doc_text(d);
        text_add(t, "Target: ");
        value_print(KEY_SWEEP_target, *plan_target(s->r->plan), t);
        summary_gap_remark(s, g->problem, t);
        text_addf(&caption, "%s: each optimizer's best cell", g->data);
        summary_gap_remark(s, g->problem, &caption);
        text_add(&caption, ".");
        d->failed |= caption.failed;
        struct table *table = doc_table(d, columns, LENGTH(columns), caption.s ? caption.s : "");
        for (size_t i = 0; i < s->n; i++)
            if (s->group[i].problem == g->problem)
                add_best(table, s, &s->group[i]);
        text_free(&caption);
    }
}

/* ---- robustness and importance --------------------------------------------------------------------------- */

static void cell_robustness(struct table *t, const struct robustness *b) {
    if (b->known) {
        text_addf(&t->text, "%s%.2g", b->at_least ? ">= " : "", b->decades);
        table_end_cell(t);
        add_short(&t->text, b->lo);
        text_add(&t->text, " to ");
        add_short(&t->text, b->hi);
        table_end_cell(t);
    } else {
        table_text(t, "-");
        table_text(t, "-");
    }
}

static void add_importance(struct text *t, const struct importance *i) {
    text_addf(t, "%s ", i->key == KEY_COUNT ? "schedule" : keys[i->key].name);
    if (isinf(i->factor))
        text_add(t, "never");
    else
        text_addf(t, "%.3g", i->factor);
    text_add(t, " (");
    if (i->key == KEY_COUNT)
        text_add(t, i->worst_schedule);
    else
        add_value(t, i->key, i->worst);
    text_add(t, ")");
}

bool summary_sensitivity(const struct scores *s, struct doc *d, struct err *e) {
    static const struct table_column columns[] = {{"data", false},
                                                  {"optimizer", false},
                                                  {"decades of eta0", true},
                                                  {"eta0 within twice", false},
                                                  {"importance of keys", false}};
    text_add(doc_heading(d, 2), "Sensitivity");
    text_add(doc_text(d), "Decades of eta0: the width around the best, other keys at their best, within which "
                          "the median time is at "
                          "most twice the best (>=: it reaches the end of the axis). Importance of a key: how "
                          "many times as long the "
                          "best takes when the key may not be tuned but is fixed at its worst level, which "
                          "stands in brackets; never: "
                          "there the target is not reached.");
    struct table *t = doc_table(d, columns, LENGTH(columns), "Sensitivity to hyperparameters.");
    bool ok = true;
    for (size_t k = 0; ok && k < s->n; k++) {
        const struct group *g = &s->group[k];
        struct importance *list;
        size_t n;
        if (g->n_cells < 2)
            continue;
        struct robustness b;
        ok = robustness_make(s->r, g, &b, e) && importance_make(s->r, g, &list, &n, e);
        if (!ok)
            break;
        table_text(t, g->data);
        table_text(t, g->optimizer);
        cell_robustness(t, &b);
        for (size_t i = 0; i < n; i++) {
            text_add(&t->text, i ? ", " : "");
            add_importance(&t->text, &list[i]);
        }
        table_end_cell(t);
        free(list);
    }
    return ok;
}

/* ---- what was learnt ------------------------------------------------------------------------------------- */

void summary_learnt(const struct scores *s, struct doc *d) {
    static const struct table_column columns[] = {
        {"data", false}, {"optimizer", false}, {"most frequent", true}, {"2nd", true},
        {"3rd", true},   {"4th", true},        {"rarest", true}};
    struct table *t = NULL;
    for (size_t k = 0; k < s->n; k++) {
        const struct group *g = &s->group[k];
        const struct cell *c = group_cell(s->r, g, g->best);
        bool known = false;
        for (int band = 0; band < N_BANDS; band++)
            known |= !isnan(c->unlearnt[band].median);
        if (!known)
            continue;
        if (!t) {
            text_add(doc_heading(d, 2), "What was learnt");
            text_add(doc_text(d),
                     "Share of the true weights not learnt at the end, by fifths of the features, the most "
                     "frequent first: sum f (w - w*)^2 / sum f w*^2, median over the seeds of each "
                     "optimizer's best cell.");
            t = doc_table(d, columns, LENGTH(columns), "Share not learnt, by frequency of the features.");
        }
        table_text(t, g->data);
        table_text(t, g->optimizer);
        for (int band = 0; band < N_BANDS; band++)
            table_number(t, c->unlearnt[band].median);
    }
}

/* ---- failures -------------------------------------------------------------------------------------------- */

void summary_failures(const struct scores *s, struct doc *d) {
    static const struct table_column columns[] = {{"data", false},
                                                  {"optimizer", false},
                                                  {"runs", true},
                                                  {"converged", true},
                                                  {"exhausted", true},
                                                  {"diverged", true},
                                                  {"of these blown up", true},
                                                  {"not run", true}};
    size_t n_missing = 0;
    for (size_t k = 0; k < s->r->n_cells; k++)
        n_missing += s->r->cell[k].n_missing;
    text_add(doc_heading(d, 2), "Failures");
    text_add(doc_text(d),
             "Shares of the runs of all of an optimizer's cells, not counting those that were not run.");
    struct table *t = doc_table(d, columns, LENGTH(columns) - !n_missing, "Failures by kind.");
    for (size_t k = 0; k < s->n; k++) {
        const struct group *g = &s->group[k];
        size_t n = 0, converged = 0, exhausted = 0, diverged = 0, blown = 0, missing = 0;
        for (size_t i = 0; i < g->n_cells; i++) {
            const struct cell *c = group_cell(s->r, g, i);
            n += c->n - c->n_missing;
            missing += c->n_missing;
            converged += c->n_converged;
            exhausted += c->n_exhausted;
            diverged += c->n_diverged;
            for (size_t j = 0; j < c->n; j++) {
                const struct result *row = &s->r->row[c->first + j];
                blown += row->status == STATUS_DIVERGED && row->blown_up;
            }
        }
        table_text(t, g->data);
        table_text(t, g->optimizer);
        table_number(t, (double)n);
        table_percent(t, (double)converged / (double)n);
        table_percent(t, (double)exhausted / (double)n);
        table_percent(t, (double)diverged / (double)n);
        table_percent(t, (double)blown / (double)diverged);
        if (n_missing)
            table_number(t, (double)missing);
    }
}

/* ---- trends ---------------------------------------------------------------------------------------------- */

static void add_trend(struct table *t, const struct scores *s, const struct trend *k) {
    const struct group *g = &s->group[k->group];
    table_text(t, g->optimizer);
    text_add(&t->text, k->of == TREND_ETA0 ? "best eta0" : "epochs");
    if (k->of == TREND_BEHIND)
        text_addf(&t->text, " / those of %s", s->group[k->base].optimizer);
    table_end_cell(t);
    table_text(t, k->key == KEY_DATA_sparsity ? "1 - sparsity" : keys[k->key].name);
    if (isnan(k->slope))
        text_add(&t->text, "undecided");
    else
        text_addf(&t->text, "%.2f", k->slope);
    table_end_cell(t);
    if (!isnan(k->lo))
        text_addf(&t->text, "%.2f to %.2f", k->lo, k->hi);
    else
        text_add(&t->text, "-");
    table_end_cell(t);
    text_addf(&t->text, "%zu of %zu", k->n - k->n_left_out, k->n);
    for (size_t i = 0, n = 0; i < k->n; i++) {
        if (isfinite(k->y[i]) && k->y[i] > 0)
            continue;
        text_add(&t->text, n++ ? ", " : ", without ");
        add_short(&t->text, k->key == KEY_DATA_sparsity ? 1 - k->x[i] : k->x[i]);
    }
    table_end_cell(t);
}

void summary_trends(const struct scores *s, struct doc *d) {
    static const struct table_column columns[] = {{"optimizer", false}, {"of the best cell", false},
                                                  {"against", false},   {"power", true},
                                                  {"interval", true},   {"levels", false}};
    if (!s->n_trends)
        return;
    text_add(doc_heading(d, 2), "Trends");
    const bool few = s->trend[0].n_seeds < ENOUGH_SEEDS;
    text_addf(
        doc_text(d),
        "Least-squares slopes in logarithms over the levels of an axis: the quantity goes as the axis to this "
        "power. Levels where the target was missed are left out and named. Interval: %s.",
        few ? "the least and greatest slope of single seeds"
            : "95%, by resampling the seeds, the best cell chosen anew in each");
    struct table *t = NULL;
    for (size_t k = 0; k < s->n_trends; k++) {
        const struct trend *now = &s->trend[k];
        if (!t || strcmp(now->data, s->trend[k - 1].data)) {
            struct text caption = {0};
            text_add(doc_heading(d, 3), now->data);
            text_addf(&caption, "%s: slopes in logarithms.", now->data);
            d->failed |= caption.failed;
            t = doc_table(d, columns, LENGTH(columns), caption.s ? caption.s : "");
            text_free(&caption);
        }
        add_trend(t, s, now);
    }
}

/* summary.csv: a row an optimizer and problem, best first, with every measure in full. */
#include "base/math.h"
#include "report/csv.h"
#include "report/out.h"
#include "report/summary.h"
#include <math.h>
#include <stdlib.h>

static const char header[] =
    "data,optimizer,kind,rank,cells,budget_cells,epochs_typical,hit_chance,epochs_best,steps_best,nonzeros_"
    "best,ert_best,"
    "success_rate_best,final_loss_best,first_chance,times_first,times_first_lo,times_first_hi,p_holm,verdict,"
    "test_rank,test_loss_typical,test_loss_best,best_setting,edge,eta0_decades,eta0_decades_at_least,eta0_lo,"
    "eta0_hi,"
    "importance,seeds_without_minimum\n";

/* A number, or nothing where there is none. */
static void add(struct text *t, double x) {
    text_add(t, ",");
    if (!isnan(x))
        csv_quantity(t, x);
}

static double factor(double log) {
    return isinf(log) ? (log > 0 ? INFINITY : 0) : m_exp(log);
}

static void add_robustness(struct text *t, const struct robustness *b) {
    if (!b->known) {
        text_add(t, ",,,,");
        return;
    }
    add(t, b->decades);
    text_add(t, b->at_least ? ",yes" : ",no");
    add(t, b->lo);
    add(t, b->hi);
}

/* `eta0=3.5;beta=1.2`: a key and how many times as long without tuning it. */
static bool add_importance(struct text *t, const struct scores *s, const struct group *g, struct err *e) {
    struct importance *list;
    size_t n;
    if (!importance_make(s->r, g, &list, &n, e))
        return false;
    text_add(t, ",");
    for (size_t i = 0; i < n; i++) {
        text_addf(t, "%s%s=", i ? ";" : "", list[i].key == KEY_COUNT ? "schedule" : keys[list[i].key].name);
        csv_quantity(t, list[i].factor);
    }
    free(list);
    return true;
}

static size_t test_rank(const struct ranking *k, size_t i) {
    size_t at = 0;
    while (k->by_test[at] != i)
        at++;
    return at + 1;
}

static bool add_row(struct text *t, const struct scores *s, const struct ranking *k, size_t i, struct err *e) {
    static const char *const verdicts[] = {"faster", "slower", "undecided"};
    const struct standing *row = &k->row[i];
    const struct group *g = &s->group[row->group];
    const struct cell *best = group_cell(s->r, g, g->best);
    struct robustness b;
    const bool there = best->n > best->n_missing;
    struct text setting = {0};
    struct run run;
    enum key edge = KEY_COUNT;
    if (!robustness_make(s->r, g, &b, e) || (there && !results_edge(s->r, g, &edge, e)))
        return false;
    plan_run(s->r->plan, best->first, &run);
    csv_label(t, g->data);
    text_add(t, ",");
    csv_label(t, g->optimizer);
    text_addf(t, ",%s,%zu,%zu,%zu", run.rule->name, i + 1, g->n_cells, k->k);
    const double x[] = {row->typical,
                        row->hit,
                        row->best,
                        best->steps.median,
                        best->nonzeros.median,
                        best->ert,
                        cell_success(best),
                        best->final_loss.median,
                        row->first,
                        factor(row->behind.difference),
                        factor(row->behind.lo),
                        factor(row->behind.hi),
                        row->behind.p};
    for (size_t j = 0; j < sizeof x / sizeof *x; j++)
        add(t, x[j]);
    text_addf(t, ",%s,", i ? verdicts[row->behind.verdict] : "first");
    if (k->by_test)
        text_addf(t, "%zu", test_rank(k, i));
    add(t, k->by_test ? row->test_typical : NAN);
    add(t, k->by_test ? row->test_best : NAN);
    if (there)
        summary_setting(s->r, g, &run, &setting);
    text_add(t, ",");
    csv_label(t, setting.s ? setting.s : "");
    text_addf(t, ",%s", edge != KEY_COUNT ? keys[edge].name : "");
    add_robustness(t, &b);
    bool ok = add_importance(t, s, g, e) && (!setting.failed || err_add(e, "out of memory"));
    text_add(t, ",");
    if (s->minima[g->problem].n)
        text_addf(t, "%zu", s->minima[g->problem].n_missing);
    text_add(t, "\n");
    text_free(&setting);
    return ok;
}

bool summary_write_csv(const struct scores *s, const char *path, struct err *e) {
    struct out o;
    if (!out_open(&o, path, e))
        return false;
    text_add(&o.text, header);
    bool ok = true;
    for (size_t p = 0; ok && p < s->n_problems; p++)
        for (size_t i = 0; ok && i < s->ranking[p].n; i++)
            ok = add_row(&o.text, s, &s->ranking[p], i, e) && out_flow(&o, e);
    return out_close(&o, ok, e);
}

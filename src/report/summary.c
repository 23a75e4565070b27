/* summary.md: what was run, on what, and each optimizer's best cell, to be read raw or rendered. Numbers are
 * cut to four digits; runs.csv has them all. */
#include "report/results.h"
#include "report/table.h"
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define LENGTH(a) (sizeof(a) / sizeof *(a))
enum { NAMED_RUNS = 20 };

/* Four digits; whole numbers in full as far as they are readable. */
static void add_short(struct text *t, double x) {
    text_addf(t, x == floor(x) && fabs(x) < 1e9 ? "%.0f" : "%.4g", x);
}

static void add_time(struct text *t, double x) {
    if (isfinite(x))
        add_short(t, x);
    else
        text_add(t, "-");
}

static void cell_label(struct table *t, const char *s) {
    table_add_label(&t->text, s);
    table_end_cell(t);
}
static void cell_text(struct table *t, const char *s) {
    text_add(&t->text, s);
    table_end_cell(t);
}
static void cell_short(struct table *t, double x) {
    add_short(&t->text, x);
    table_end_cell(t);
}
static void cell_time(struct table *t, double x) {
    add_time(&t->text, x);
    table_end_cell(t);
}
static void cell_percent(struct table *t, size_t part, size_t whole) {
    if (whole)
        text_addf(&t->text, "%.1f%%", 100.0 * (double)part / (double)whole);
    else
        text_add(&t->text, "-");
    table_end_cell(t);
}

/* What is reported and in which groups. */
struct summary {
    const struct results *r;
    const struct group *group; /* (n) */
    size_t n;
    struct text *out;
};

static bool same_data(const struct group *a, const struct group *b) {
    return a->data_index == b->data_index && !strcmp(a->data, b->data);
}

/* Whether group k is the first on its data. */
static bool first_on_data(const struct summary *s, size_t k) {
    for (size_t i = 0; i < k; i++)
        if (same_data(&s->group[i], &s->group[k]))
            return false;
    return true;
}

/* ---- what was run ---------------------------------------------------------------------------------------- */

static void add_target(struct text *out, const struct plan *p) {
    value_print(KEY_SWEEP_target, *plan_target(p), out);
}

static void add_runs(const struct summary *s) {
    static const struct table_column columns[] = {{"status", false}, {"runs", true}, {"share", true}};
    static const char *const names[] = {"converged", "diverged", "exhausted", "not run"};
    size_t count[LENGTH(names)] = {0}, n_data = 0, n_blown = 0;
    for (size_t i = 0; i < s->r->n; i++) {
        count[s->r->row[i].status]++;
        n_blown += s->r->row[i].status == STATUS_DIVERGED && s->r->row[i].blown_up;
    }
    for (size_t k = 0; k < s->n; k++)
        n_data += first_on_data(s, k);
    size_t n_seeds = plan_n_seeds(s->r->plan);
    text_addf(s->out, "%zu runs: %zu settings of optimizer and data, %zu seed%s each; %zu data set%s. Target: ",
              s->r->n, s->r->n / n_seeds, n_seeds, n_seeds == 1 ? "" : "s", n_data, n_data == 1 ? "" : "s");
    add_target(s->out, s->r->plan);
    text_add(s->out, ".\n\n");
    struct table t = table_make(columns, LENGTH(columns));
    for (size_t k = 0; k < LENGTH(names); k++) {
        if (k == STATUS_MISSING && !count[k])
            continue;
        cell_text(&t, names[k]);
        cell_short(&t, (double)count[k]);
        cell_percent(&t, count[k], s->r->n);
    }
    table_print(&t, s->out);
    text_addf(s->out,
              "Converged: reached the target. Diverged: blew up (%zu) or ended above its start. Exhausted: "
              "neither.\n\n",
              n_blown);
}

/* ---- on what --------------------------------------------------------------------------------------------- */

struct span {
    double lo, hi;
};
static void span_add(struct span *s, double x) {
    s->lo = fmin(s->lo, x);
    s->hi = fmax(s->hi, x);
}
static void cell_span(struct table *t, struct span s) {
    if (s.lo <= s.hi)
        add_short(&t->text, s.lo);
    else
        text_add(&t->text, "-");
    if (s.lo < s.hi) {
        text_add(&t->text, " to ");
        add_short(&t->text, s.hi);
    }
    table_end_cell(t);
}

/* Facts about a group's data sets, over the seeds. */
struct facts {
    struct span rows, features, nnz, test, lstar;
    size_t n, n_without_minimum; /* of n minima */
};

static bool facts_find(const struct summary *s, const struct group *g, struct facts *f, struct err *e) {
    const struct span none = {INFINITY, -INFINITY};
    *f = (struct facts){none, none, none, none, none, 0, 0};
    struct cell c;
    results_cell(s->r, g->cell[0], &c);
    for (size_t k = 0; k < c.n; k++) {
        struct run run;
        struct data_facts d;
        struct minimum m;
        bool found;
        plan_run(s->r->plan, c.first + k, &run);
        const char *fingerprint = plan_dataset_fingerprint(s->r->plan, run.dataset);
        if (!store_get_data(s->r->store, fingerprint, &d, &found, e))
            return false;
        if (found) {
            span_add(&f->rows, (double)d.n_rows);
            span_add(&f->features, (double)d.n_features);
            span_add(&f->nnz, (double)d.nnz);
            span_add(&f->test, (double)d.n_test);
        }
        if (!store_get_minimum(s->r->store, fingerprint, (enum loss)run.v[KEY_MODEL_loss].word,
                               run.v[KEY_MODEL_reduction].word == 0, run.v[KEY_MODEL_l2].number, &m, &found, e))
            return false;
        if (found) {
            span_add(&f->lstar, m.loss);
            f->n++;
            f->n_without_minimum += minimum_missing(&m);
        }
    }
    return true;
}

static void add_no_minimum(struct text *out, const struct facts *f) {
    if (!f->n_without_minimum)
        return;
    text_add(out, "no finite minimum found");
    if (f->n_without_minimum < f->n)
        text_addf(out, " for %zu of %zu seeds", f->n_without_minimum, f->n);
}

static bool add_data(const struct summary *s, struct err *e) {
    static const struct table_column columns[] = {{"data", false},     {"rows", true},     {"features", true},
                                                  {"non-zeros", true}, {"held out", true}, {"L*", true},
                                                  {"", false}};
    text_add(s->out, "## Data\n\n");
    struct table t = table_make(columns, LENGTH(columns));
    bool ok = true;
    for (size_t k = 0; ok && k < s->n; k++) {
        struct facts f;
        if (!first_on_data(s, k))
            continue;
        ok = facts_find(s, &s->group[k], &f, e);
        cell_label(&t, s->group[k].data);
        cell_span(&t, f.rows);
        cell_span(&t, f.features);
        cell_span(&t, f.nnz);
        cell_span(&t, f.test);
        cell_span(&t, f.lstar);
        add_no_minimum(&t.text, &f);
        table_end_cell(&t);
    }
    table_print(&t, s->out);
    return ok;
}

/* ---- best cells ------------------------------------------------------------------------------------------ */

/* The hyperparameters that vary within the optimizer's section; where none does, all its numbers. */
static void add_setting(struct text *t, const struct summary *s, const struct group *g, const struct run *run) {
    bool varies[KEY_COUNT] = {false}, any = false;
    for (int k = KEY_H; k < KEY_COUNT; k++) {
        struct value *level = NULL;
        varies[k] = run->v[k].word != VALUE_NONE &&
                    plan_levels(s->r->plan, (enum key)k, g->optimizer_index, &level) > 1;
        any |= varies[k];
        free(level);
    }
    const char *comma = "";
    for (int k = KEY_H; k < KEY_COUNT; k++) {
        if (any ? !varies[k] : run->v[k].word != VALUE_NUMBER)
            continue;
        text_addf(t, "%s%s=", comma, keys[k].name);
        comma = ", ";
        if (run->v[k].word == VALUE_NUMBER)
            add_short(t, run->v[k].number);
        else
            value_print((enum key)k, run->v[k], t);
    }
    if (strcmp(run->schedule, "constant")) {
        text_addf(t, "%sschedule ", comma);
        table_add_label(t, run->schedule);
    }
}

static void add_best(struct table *t, const struct summary *s, const struct group *g) {
    struct cell best, c;
    struct run run;
    size_t n_diverged = 0, n_there = 0;
    for (size_t k = 0; k < g->n_cells; k++) {
        results_cell(s->r, g->cell[k], &c);
        n_diverged += c.n_diverged;
        n_there += c.n - c.n_missing;
    }
    results_cell(s->r, g->cell[g->best], &best);
    plan_run(s->r->plan, best.first, &run);
    bool there = best.n > best.n_missing;
    cell_label(t, g->optimizer);
    cell_short(t, (double)g->n_cells);
    if (there)
        add_setting(&t->text, s, g, &run);
    table_end_cell(t);
    cell_time(t, best.median_epochs);
    cell_time(t, best.median_steps);
    text_addf(&t->text, "%zu/%zu", best.n_converged, best.n);
    table_end_cell(t);
    if (there)
        add_short(&t->text, best.median_final_loss);
    else
        text_add(&t->text, "-");
    table_end_cell(t);
    cell_percent(t, n_diverged, n_there);
    enum key edge;
    if (there && results_edge(s->r, g, &edge))
        text_addf(&t->text, "edge of %s", keys[edge].name);
    table_end_cell(t);
}

static bool add_best_cells(const struct summary *s, struct err *e) {
    static const struct table_column columns[] = {
        {"optimizer", false}, {"cells", true},      {"best setting", false}, {"epochs", true}, {"steps", true},
        {"arrived", true},    {"final loss", true}, {"diverged", true},      {"", false}};
    text_add(
        s->out,
        "## Best cells\n\n"
        "The best of an optimizer's cells (settings) has the least median, over the seeds, of the epochs it\n"
        "takes to the target; ties go to the least median final loss. `-`: did not arrive. Arrived: seeds that "
        "did.\n"
        "Diverged: share of the runs of all its cells. `edge`: the best value ends its axis; look further "
        "out.\n\n");
    for (size_t k = 0; k < s->n; k++) {
        struct facts f;
        if (!first_on_data(s, k))
            continue;
        if (!facts_find(s, &s->group[k], &f, e))
            return false;
        text_add(s->out, "### ");
        table_add_label(s->out, s->group[k].data);
        text_add(s->out, "\n\nTarget: ");
        add_target(s->out, s->r->plan);
        if (f.n_without_minimum) {
            text_add(s->out, " (");
            add_no_minimum(s->out, &f);
            text_add(s->out, ")");
        }
        text_add(s->out, "\n\n");
        struct table t = table_make(columns, LENGTH(columns));
        for (size_t i = k; i < s->n; i++)
            if (same_data(&s->group[i], &s->group[k]))
                add_best(&t, s, &s->group[i]);
        table_print(&t, s->out);
    }
    return true;
}

/* ---- runs below L* --------------------------------------------------------------------------------------- */

/* L-BFGS should have found what a run found: where it did not, gaps are smaller than they look. */
static void add_below(const struct summary *s) {
    size_t n = 0;
    for (size_t i = 0; i < s->r->n; i++) {
        const struct result *row = &s->r->row[i];
        if (row->status == STATUS_MISSING ||
            !(row->lstar - row->best_loss > 1e-6 * fabs(row->start_loss - row->lstar)))
            continue;
        if (!n++)
            text_add(s->out, "## Runs below L*\n\nBy more than a millionth of the gap from the start:\n\n");
        if (n <= NAMED_RUNS)
            text_addf(s->out, "- run %016" PRIx64 ": %.9g, L* %.9g\n", row->id, row->best_loss, row->lstar);
    }
    if (n > NAMED_RUNS)
        text_addf(s->out, "- and %zu more\n", n - NAMED_RUNS);
}

bool summary_write(const struct results *r, const char *path, struct err *e) {
    struct group *group;
    struct text out = {0};
    struct summary s = {.r = r, .out = &out};
    if (!results_groups(r, &group, &s.n, e))
        return false;
    s.group = group;
    text_add(&out, "# ");
    table_add_label(&out, plan_name(r->plan));
    text_add(&out, "\n\n");
    add_runs(&s);
    bool ok = add_data(&s, e) && add_best_cells(&s, e);
    add_below(&s);
    if (ok && out.failed)
        ok = err_add(e, "%s: cannot write: out of memory", path);
    ok = ok && file_write(path, out.s, out.len, e);
    text_free(&out);
    results_groups_free(group, s.n);
    return ok;
}

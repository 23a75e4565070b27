/* The summary's account of what was run and on what. */
#include "report/summary.h"
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define LENGTH(a) (sizeof(a) / sizeof *(a))
enum { NAMED_RUNS = 20, NAMED_REASONS = 10 };

void summary_runs(const struct scores *s, struct doc *d) {
    static const struct table_column columns[] = {{"status", false}, {"runs", true}, {"share", true}};
    static const char *const names[] = {"converged", "diverged", "exhausted", "not run"};
    size_t count[LENGTH(names)] = {0}, n_blown = 0;
    for (size_t i = 0; i < s->r->n; i++) {
        count[s->r->row[i].status]++;
        n_blown += s->r->row[i].status == STATUS_DIVERGED && s->r->row[i].blown_up;
    }
    const size_t n_seeds = plan_n_seeds(s->r->plan);
    struct text *t = doc_text(d);
    text_addf(
        t, "%zu runs: %zu settings of optimizer and data, %zu seed%s each; %zu data set%s. Target: ", s->r->n,
        s->r->n_cells, n_seeds, n_seeds == 1 ? "" : "s", s->n_problems, s->n_problems == 1 ? "" : "s");
    value_print(KEY_SWEEP_target, *plan_target(s->r->plan), t);
    text_add(t, ".");
    struct table *table = doc_table(d, columns, LENGTH(columns), "What became of the runs.");
    for (size_t k = 0; k < LENGTH(names); k++) {
        if (k == STATUS_MISSING && !count[k])
            continue;
        table_text(table, names[k]);
        table_number(table, (double)count[k]);
        table_percent(table, (double)count[k] / (double)s->r->n);
    }
    text_addf(doc_text(d),
              "Converged: reached the target. Diverged: blew up (%zu) or ended above its start. Exhausted: "
              "neither.",
              n_blown);
    if (count[STATUS_MISSING])
        text_add(doc_text(d),
                 "Runs that are not there count as misses wherever optimizers are compared: what follows "
                 "is provisional.");
}

/* ---- data ------------------------------------------------------------------------------------------------ */

struct span {
    double lo, hi;
};
static void span_add(struct span *s, double x) {
    s->lo = fmin(s->lo, x);
    s->hi = fmax(s->hi, x);
}
static void cell_span(struct table *t, struct span s) {
    add_short(&t->text, s.lo <= s.hi ? s.lo : NAN);
    if (s.lo < s.hi) {
        text_add(&t->text, " to ");
        add_short(&t->text, s.hi);
    }
    table_end_cell(t);
}

/* Facts about a group's data sets, over the seeds. */
struct facts {
    struct span rows, features, nnz, sparsity, test, lstar, gradient;
};

static bool facts_find(const struct results *r, const struct group *g, struct facts *f, struct err *e) {
    const struct span none = {INFINITY, -INFINITY};
    *f = (struct facts){none, none, none, none, none, none, none};
    const struct cell *c = group_cell(r, g, 0);
    for (size_t k = 0; k < c->n; k++) {
        struct run run;
        struct minimum m;
        bool found;
        plan_run(r->plan, c->first + k, &run);
        const struct data_facts *d = &r->facts[run.dataset];
        if (*d->fingerprint) {
            span_add(&f->rows, (double)d->n_rows);
            span_add(&f->features, (double)d->n_features);
            span_add(&f->nnz, (double)d->nnz);
            span_add(&f->sparsity, 1 - (double)d->nnz / ((double)d->n_rows * (double)d->n_features));
            span_add(&f->test, (double)d->n_test);
        }
        if (!store_get_minimum(r->store, minimum_key_of(r->plan, &run), &m, &found, e))
            return false;
        if (found) {
            span_add(&f->lstar, m.loss);
            span_add(&f->gradient, m.max_gradient);
        }
    }
    return true;
}

bool summary_data(const struct scores *s, struct doc *d, struct err *e) {
    static const struct table_column columns[] = {
        {"data", false},    {"rows", true}, {"features", true},       {"non-zeros", true}, {"sparsity", true},
        {"held out", true}, {"L*", true},   {"gradient there", true}, {"", false}};
    text_add(doc_heading(d, 2), "Data");
    struct table *t = doc_table(d, columns, LENGTH(columns), "Data sets, over the seeds.");
    bool ok = true;
    for (size_t k = 0; ok && k < s->n_problems; k++) {
        const struct group *g = &s->group[s->ranking[k].row[0].group];
        struct facts f;
        ok = facts_find(s->r, g, &f, e);
        table_text(t, g->data);
        cell_span(t, f.rows);
        cell_span(t, f.features);
        cell_span(t, f.nnz);
        cell_span(t, f.sparsity);
        cell_span(t, f.test);
        cell_span(t, f.lstar);
        cell_span(t, f.gradient);
        minima_remark(s, g->problem, &t->text);
        table_end_cell(t);
    }
    return ok;
}

/* ---- runs that could not be computed ----------------------------------------------------------------------
 */

static int compare_ids(const void *a, const void *b) {
    const uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

/* The reasons on record, each with how many runs it kept from being computed. */
bool summary_not_computed(const struct scores *s, struct doc *d, struct err *e) {
    struct {
        char *text;
        size_t n;
    } reason[NAMED_REASONS] = {0};
    uint64_t *ids = NULL;
    size_t n_ids = 0, n_reasons = 0, n_more = 0;
    bool ok = store_failures(s->r->store, &ids, &n_ids, e);
    for (size_t i = 0; ok && n_ids && i < s->r->n; i++) {
        const struct result *row = &s->r->row[i];
        char *text = NULL;
        if (row->status != STATUS_MISSING || row->again ||
            !bsearch(&row->id, ids, n_ids, sizeof *ids, compare_ids))
            continue;
        if (!(ok = store_get_failure(s->r->store, row->id, &text, e)) || !text)
            continue;
        size_t k = 0;
        while (k < n_reasons && strcmp(reason[k].text, text))
            k++;
        if (k < NAMED_REASONS) {
            if (k == n_reasons) {
                reason[n_reasons++].text = text;
                text = NULL;
            }
            reason[k].n++;
        } else {
            n_more++;
        }
        free(text);
    }
    if (ok && n_reasons)
        text_add(doc_text(d), "Not computed, and why:");
    for (size_t k = 0; k < n_reasons; k++) {
        if (ok)
            text_addf(doc_item(d), "%zu run%s: %.*s", reason[k].n, reason[k].n == 1 ? "" : "s",
                      (int)strcspn(reason[k].text, "\n"), reason[k].text);
        free(reason[k].text);
    }
    if (ok && n_more)
        text_addf(doc_item(d), "%zu more for other reasons", n_more);
    free(ids);
    return ok;
}

/* ---- runs below L ---------------------------------------------------------------------------------------- */

/* L-BFGS should have found what a run found: where it did not, gaps are smaller than they look. */
void summary_below(const struct scores *s, struct doc *d) {
    size_t n = 0;
    for (size_t i = 0; i < s->r->n; i++) {
        const struct result *row = &s->r->row[i];
        if (row->status == STATUS_MISSING || row->again ||
            !(row->lstar - row->best_loss > 1e-6 * fabs(row->start_loss - row->lstar)))
            continue;
        if (!n++) {
            text_add(doc_heading(d, 2), "Runs below L*");
            text_add(doc_text(d), "By more than a millionth of the gap from the start:");
        }
        if (n <= NAMED_RUNS)
            text_addf(doc_item(d), "run %016" PRIx64 ": %.9g, L* %.9g", row->id, row->best_loss, row->lstar);
    }
    if (n > NAMED_RUNS)
        text_addf(doc_item(d), "and %zu more", n - NAMED_RUNS);
}

void summary_gap_remark(const struct scores *s, size_t problem, struct text *out) {
    struct text remark = {0};
    gap_remark(s, problem, &remark);
    if (remark.len)
        text_addf(out, " (%s)", remark.s);
    out->failed |= remark.failed;
    text_free(&remark);
}

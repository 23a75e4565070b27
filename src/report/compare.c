/* Matching the cells of two folders and comparing them; compare.h says how. */
#include "report/compare.h"
#include "base/hash.h"
#include "base/math.h"
#include "base/mem.h"
#include "base/stats.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- matching -------------------------------------------------------------------------------------------- */

/* Everything that fixes a cell. Data that were drawn are told by what they were drawn from, so that the
 * generators of two versions can be compared; data that were read are told by their content. Loosely: how it
 * was computed and the content of data aside; the label of the data stands for it. */
static uint64_t cell_name(const struct plan *p, const struct run *r, bool loosely, struct text *t) {
    t->len = 0;
    text_addf(t, "%s %s", r->rule->name, r->sched->name);
    for (int k = 0; k < KEY_COUNT; k++) {
        const bool how = keys[k].section == SECTION_SWEEP && k != KEY_SWEEP_batch;
        if (k == KEY_SWEEP_seeds || r->v[k].word == VALUE_NONE ||
            !(k >= KEY_H || keys[k].flags & (ID | COLUMN)) || (how && loosely))
            continue;
        text_addf(t, "\n%d ", k);
        value_print((enum key)k, r->v[k], t);
    }
    if (loosely)
        text_addf(t, "\n%s", r->data);
    else if (r->v[KEY_DATA_kind].word != DATA_SYNTHETIC)
        text_addf(t, "\n%s", plan_dataset_fingerprint(p, r->dataset));
    return hash64(t->s, t->len);
}

struct named {
    uint64_t name;
    size_t cell;
};

static int by_name(const void *a, const void *b) {
    const struct named *x = a, *y = b;
    if (x->name != y->name)
        return x->name < y->name ? -1 : 1;
    return (x->cell > y->cell) - (x->cell < y->cell);
}

/* Cells of which something was run, by name; of several with one name the first. malloc'ed. */
static struct named *name_cells(const struct results *r, bool loosely, size_t *n, struct err *e) {
    struct named *list = mem_zeroed(r->n_cells, sizeof *list, e);
    struct text space = {0};
    *n = 0;
    for (size_t k = 0; list && k < r->n_cells; k++) {
        struct run run;
        if (r->cell[k].n_missing == r->cell[k].n)
            continue;
        plan_run(r->plan, r->cell[k].first, &run);
        list[(*n)++] = (struct named){cell_name(r->plan, &run, loosely, &space), k};
    }
    if (list && space.failed) {
        err_add(e, "out of memory for the names of cells");
        free(list);
        list = NULL;
    }
    text_free(&space);
    if (!list)
        return NULL;
    qsort(list, *n, sizeof *list, by_name);
    size_t kept = 0;
    for (size_t i = 0; i < *n; i++)
        if (!kept || list[kept - 1].name != list[i].name)
            list[kept++] = list[i];
    *n = kept;
    return list;
}

static int by_a(const void *x, const void *y) {
    const size_t a = ((const struct compared *)x)->a, b = ((const struct compared *)y)->a;
    return (a > b) - (a < b);
}

static bool match(const struct results *a, const struct results *b, struct comparison *c, struct err *e) {
    size_t n_a, n_b, i = 0, j = 0;
    struct named *x = name_cells(a, c->loosely, &n_a, e), *y = x ? name_cells(b, c->loosely, &n_b, e) : NULL;
    free(c->row);
    c->n = 0;
    c->row = y ? mem_zeroed(n_a, sizeof *c->row, e) : NULL;
    while (c->row && i < n_a && j < n_b) {
        if (x[i].name == y[j].name)
            c->row[c->n++] = (struct compared){.a = x[i++].cell, .b = y[j++].cell};
        else if (x[i].name < y[j].name)
            i++;
        else
            j++;
    }
    if (c->row) {
        c->n_only_a = n_a - c->n;
        c->n_only_b = n_b - c->n;
        qsort(c->row, c->n, sizeof *c->row, by_a);
    }
    free(x);
    free(y);
    return c->row != NULL;
}

/* ---- one cell -------------------------------------------------------------------------------------------- */

/* Whether run i of r and run j of s are of one seed; a seed that changes nothing goes with any. */
static bool paired(const struct results *r, size_t i, const struct results *s, size_t j) {
    struct run x, y;
    plan_run(r->plan, i, &x);
    plan_run(s->plan, j, &y);
    return !x.seed_matters || !y.seed_matters || x.v[KEY_SWEEP_seeds].number == y.v[KEY_SWEEP_seeds].number;
}

static double time_difference(const struct result *a, const struct result *b, double interval) {
    const double x = a->epochs_to_target, y = b->epochs_to_target;
    return isfinite(x) && isfinite(y) && fabs(x - y) <= interval ? 0 : log_ratio(y, x);
}

static double loss_difference(const struct result *a, const struct result *b) {
    const double x = isnan(a->final_loss) ? INFINITY : a->final_loss;
    const double y = isnan(b->final_loss) ? INFINITY : b->final_loss;
    const double d = log_ratio(y, x);
    return fabs(d) < COMPARE_LOSS_TIE ? 0 : d;
}

struct pairing {
    const struct results *a, *b;
    double interval;
    uint32_t *draws[64]; /* by number of seeds, made when first needed */
    double *time, *loss; /* (seeds of a): differences */
};

static bool contrast_few(struct pairing *p, const double *d, size_t n, struct contrast *c, struct err *e) {
    enum { KEPT = sizeof p->draws / sizeof *p->draws };
    uint32_t *draws = n < KEPT ? p->draws[n] : NULL;
    bool differ = false;
    for (size_t s = 0; s < n; s++)
        differ |= d[s] != 0;
    if (!differ) { /* nearly always: nothing to resample */
        *c = (struct contrast){.lo = NAN, .hi = NAN, .p = NAN, .n_seeds = n, .verdict = VERDICT_UNDECIDED};
        return true;
    }
    if (n >= ENOUGH_SEEDS && !draws && !(draws = bootstrap_draws(n, e)))
        return false;
    bool ok = contrast_of(d, n, draws, c, e);
    if (n < KEPT)
        p->draws[n] = draws;
    else
        free(draws);
    return ok;
}

static bool compare_cell(struct pairing *p, struct compared *row, size_t *n_unpaired, struct err *e) {
    const struct cell *a = &p->a->cell[row->a], *b = &p->b->cell[row->b];
    size_t n = 0;
    for (size_t i = 0; i < a->n; i++) {
        const struct result *x = &p->a->row[a->first + i], *y = NULL;
        for (size_t j = 0; j < b->n && !y; j++)
            if (paired(p->a, a->first + i, p->b, b->first + j))
                y = &p->b->row[b->first + j];
        if (!y || x->status == STATUS_MISSING || y->status == STATUS_MISSING)
            continue;
        p->time[n] = time_difference(x, y, p->interval);
        p->loss[n++] = loss_difference(x, y);
    }
    *n_unpaired += n == 0;
    return contrast_few(p, p->time, n, &row->time, e) && contrast_few(p, p->loss, n, &row->loss, e);
}

/* ---- all cells ------------------------------------------------------------------------------------------- */

/* Many cells are compared: what Holm's correction does not let stand is undecided. */
static bool correct(struct comparison *c, size_t offset, size_t *n_less, size_t *n_more, struct err *e) {
    double *p = mem_zeroed(2 * c->n, sizeof *p, e), *corrected = p ? p + c->n : NULL;
    bool ok = p != NULL;
    for (size_t k = 0; ok && k < c->n; k++)
        p[k] = ((struct contrast *)(void *)((char *)&c->row[k] + offset))->p;
    ok = ok && holm_correct(p, c->n, corrected, e);
    for (size_t k = 0; ok && k < c->n; k++) {
        struct contrast *t = (void *)((char *)&c->row[k] + offset);
        t->p = corrected[k];
        if (t->p > 0.05)
            t->verdict = VERDICT_UNDECIDED;
        *n_less += t->verdict == VERDICT_LESS;
        *n_more += t->verdict == VERDICT_MORE;
    }
    free(p);
    return ok;
}

static bool speed_of(const struct results *a, const struct results *b, const struct comparison *c,
                     size_t optimizer, struct speed *s, struct err *e) {
    enum { MOST = 256 }; /* cells that are resampled: enough for a median */
    double *d = mem_zeroed(c->n, sizeof *d, e);
    bool ok = d != NULL;
    size_t n = 0;
    for (size_t k = 0; ok && k < c->n; k++) {
        struct run run;
        plan_run(a->plan, a->cell[c->row[k].a].first, &run);
        const double x = a->cell[c->row[k].a].seconds, y = b->cell[c->row[k].b].seconds;
        if (run.optimizer_index != optimizer || !(x > 0 && y > 0 && isfinite(x) && isfinite(y)))
            continue;
        s->optimizer = run.optimizer;
        d[n++] = m_log(y / x);
    }
    s->n = n;
    if (n > MOST) { /* evenly over the plan */
        for (size_t k = 0; k < MOST; k++)
            d[k] = d[k * n / MOST];
        n = MOST;
    }
    if (ok && n) {
        uint32_t *draws = n >= ENOUGH_SEEDS ? bootstrap_draws(n, e) : NULL;
        struct contrast t;
        ok = (draws || n < ENOUGH_SEEDS) && contrast_of(d, n, draws, &t, e);
        if (ok)
            *s = (struct speed){s->optimizer, s->n, m_exp(t.difference), m_exp(t.lo), m_exp(t.hi)};
        free(draws);
    }
    free(d);
    return ok;
}

static bool speeds(const struct results *a, const struct results *b, struct comparison *c, struct err *e) {
    size_t end = 0;
    for (size_t k = 0; k < c->n; k++) {
        struct run run;
        plan_run(a->plan, a->cell[c->row[k].a].first, &run);
        end = run.optimizer_index >= end ? run.optimizer_index + 1 : end;
    }
    c->speed = mem_zeroed(end, sizeof *c->speed, e);
    bool ok = c->speed != NULL;
    for (size_t k = 0; ok && k < end; k++) {
        ok = speed_of(a, b, c, k, &c->speed[c->n_speeds], e);
        c->n_speeds += c->speed[c->n_speeds].n > 0;
    }
    return ok;
}

bool comparison_make(const struct results *a, const struct results *b, struct comparison *c, struct err *e) {
    const struct value *x = plan_target(a->plan), *y = plan_target(b->plan);
    const size_t n_seeds = plan_n_seeds(a->plan);
    struct pairing p = {.a = a, .b = b};
    struct run run;
    plan_run(a->plan, 0, &run);
    p.interval = run.v[KEY_SWEEP_evaluate].number;
    *c = (struct comparison){.times = x->word == y->word && x->number == y->number};
    p.time = mem_zeroed(2 * n_seeds, sizeof *p.time, e);
    p.loss = p.time + n_seeds;
    bool ok = p.time && match(a, b, c, e);
    if (ok && !c->n) {
        c->loosely = true;
        ok = match(a, b, c, e);
    }
    for (size_t k = 0; ok && k < c->n; k++)
        ok = compare_cell(&p, &c->row[k], &c->n_unpaired, e);
    ok = ok && correct(c, offsetof(struct compared, time), &c->n_faster, &c->n_slower, e) &&
         correct(c, offsetof(struct compared, loss), &c->n_better, &c->n_worse, e) && speeds(a, b, c, e);
    for (size_t k = 0; k < sizeof p.draws / sizeof *p.draws; k++)
        free(p.draws[k]);
    free(p.time);
    if (!ok)
        comparison_free(c);
    return ok;
}

void comparison_free(struct comparison *c) {
    free(c->row);
    free(c->speed);
    *c = (struct comparison){0};
}

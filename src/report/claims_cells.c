#include "report/claims_cells.h"
#include "base/math.h"
#include "base/mem.h"
#include "report/claims_trace.h"
#include "report/traced.h"
#include <math.h>
#include <stdlib.h>

static double measure(const struct claim_measure *m, const struct result *row) {
    switch (m->metric) {
    case CLAIM_steps:
    case CLAIM_ert:
        return row->steps_to_target;
    case CLAIM_epochs:
        return row->epochs_to_target;
    case CLAIM_nonzeros:
        return row->nonzeros_to_target;
    case CLAIM_final_loss:
        return row->final_loss;
    case CLAIM_best_loss:
        return row->best_loss;
    case CLAIM_test_loss:
        return row->final_test_loss;
    case CLAIM_diverged:
        return row->status == STATUS_DIVERGED;
    case CLAIM_unlearnt:
        return row->unlearnt[m->band - 1];
    default: /* of traces: measure_trace */
        return NAN;
    }
}

/* The same of the trace of the plan's run i; found = false: the store has none. */
static bool measure_trace(struct gathering *in, const struct claim_measure *m, size_t i, double *x, bool *found,
                          struct err *e) {
    struct trace t = {0};
    const size_t k = traced_parameter(in->r->plan, m->p);
    *found = false;
    if (k == SIZE_MAX)
        return true;
    bool ok = traced_get(in->r, i, &t, found, e);
    if (ok && *found)
        ok = claim_of_trace(m, &t, k, in->r->row[i].steps_to_target, x, e);
    trace_free(&t);
    return ok;
}

static void gathered_free(struct gathered *g) {
    free(g->first);
    free(g->x);
    free(g->hit);
    free(g->best);
}

static bool gather_number(struct gathering *in, const struct claim_measure *m, struct gathered *g,
                          struct err *e) {
    *g = (struct gathered){.m = m, .n_cells = 1, .x = mem_zeroed(in->n_seeds, sizeof *g->x, e)};
    for (size_t s = 0; g->x && s < in->n_seeds; s++)
        g->x[s] = 1; /* the factor is the number */
    return g->x != NULL;
}

/* Those of the plan's cells that m asks for and, unless key is KEY_COUNT, that are at a level of key. */
static bool gather(struct gathering *in, const struct claim_measure *m, enum key key, struct value level,
                   struct gathered *g, struct err *e) {
    const struct results *r = in->r;
    if (m->is_number)
        return gather_number(in, m, g, e);
    *g = (struct gathered){.m = m};
    size_t cap_first = 0, cap_x = 0, cap_hit = 0;
    const bool traced = claim_metrics[m->metric].traced;
    bool known = false, any = false;
    for (size_t i = 0; i < r->n; i += in->n_seeds) {
        struct run run;
        plan_run(r->plan, i, &run);
        if (!claim_matches(m, &run) ||
            (key != KEY_COUNT && run.v[key].word != VALUE_NONE && value_compare(&run.v[key], &level) != 0))
            continue;
        const size_t n = (g->n_cells + 1) * in->n_seeds;
        if (!mem_grow(&g->first, &cap_first, g->n_cells + 1, sizeof *g->first, e) ||
            !mem_grow(&g->x, &cap_x, n, sizeof *g->x, e) || !mem_grow(&g->hit, &cap_hit, n, sizeof *g->hit, e))
            return false;
        bool whole = true;
        for (size_t s = 0; s < in->n_seeds; s++) {
            const struct result *row = &r->row[i + s];
            const size_t at = g->n_cells * in->n_seeds + s;
            double x = measure(m, row);
            bool found = true;
            if (traced && !measure_trace(in, m, i + s, &x, &found, e))
                return false;
            whole &= found;
            in->n_missing += row->status == STATUS_MISSING;
            known |= !isnan(x) || row->blown_up;
            g->hit[at] = row->status == STATUS_CONVERGED;
            if (m->metric == CLAIM_ert && !g->hit[at])
                x = results_budget_steps(r, &run, row);
            g->x[at] = isnan(x) ? INFINITY : x;
        }
        any = true;
        if (!whole) /* cells that are not traced do not take part */
            continue;
        in->chance |= r->row[i].id != r->row[i + in->n_seeds - 1].id;
        g->first[g->n_cells++] = i;
    }
    in->empty |= !any;
    in->traced |= any && g->n_cells == 0;
    in->unknown |= !known;
    return true;
}

void side_free(struct side_cells *c) {
    for (size_t k = 0; c->over && k < c->n; k++) {
        gathered_free(&c->over[k]);
        if (c->under)
            gathered_free(&c->under[k]);
    }
    free(c->over);
    free(c->under);
    free(c->x);
    free(c->level);
    *c = (struct side_cells){0};
}

bool side_make(struct gathering *in, const struct claim_side *s, struct side_cells *c, struct err *e) {
    const struct claim_measure *m = s->over.is_number ? &s->under : &s->over;
    *c = (struct side_cells){.s = s};
    struct value *levels = NULL;
    size_t n = 1;
    bool ok = !s->is_slope || plan_levels(in->r->plan, s->axis, m->optimizer, &levels, &n, e);
    c->level = levels;
    c->over = mem_zeroed(n + 1, sizeof *c->over, e);
    c->under = mem_zeroed(n + 1, sizeof *c->under, e);
    c->x = mem_zeroed(n + 1, sizeof *c->x, e);
    ok = ok && c->over && c->under && c->x;
    for (size_t k = 0; ok && k < n; k++) {
        const struct value level = s->is_slope ? c->level[k] : (struct value){0};
        c->n = k + 1;
        ok = gather(in, &s->over, s->is_slope ? s->axis : KEY_COUNT, level, &c->over[k], e) &&
             (!s->is_slope || gather(in, &s->under, s->axis, level, &c->under[k], e));
        const double at = s->axis == KEY_DATA_sparsity ? 1 - level.number : level.number;
        c->x[k] = s->is_slope && level.word == VALUE_NUMBER && at > 0 ? m_log(at) : NAN;
    }
    if (!ok)
        side_free(c);
    return ok;
}

/* [expect] sections: their claims read, and held against the runs of the whole plan. */
#include "base/mem.h"
#include "plan/claim_internal.h"
#include "plan/plan_internal.h"
#include <string.h>

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
                                             : claim_same(w->v, run->v[w->key]);
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

/* Whether the loss has a finite minimum, which every gap is measured from (scores.h). */
#include "base/mem.h"
#include "report/scores.h"
#include <stdlib.h>

/* The minima of a group's data sets, one a seed. */
static bool count(const struct results *r, const struct group *g, struct minima_count *m, struct err *e) {
    const struct cell *c = group_cell(r, g, 0);
    for (size_t k = 0; k < c->n; k++) {
        struct run run;
        struct minimum minimum;
        bool found;
        plan_run(r->plan, c->first + k, &run);
        if (!store_get_minimum(r->store, minimum_key_of(r->plan, &run), &minimum, &found, e))
            return false;
        m->n += found;
        m->n_missing += found && minimum_missing(&minimum);
    }
    return true;
}

bool minima_make(const struct results *r, const struct group *groups, size_t n, size_t n_problems,
                 struct minima_count **minima, struct err *e) {
    struct minima_count *m = mem_zeroed(n_problems, sizeof *m, e);
    bool ok = m != NULL;
    for (size_t i = 0, next = 0; ok && i < n; i++)
        if (groups[i].problem == next)
            ok = count(r, &groups[i], &m[next++], e);
    if (!ok)
        free(m);
    *minima = ok ? m : NULL;
    return ok;
}

static const char words[] = "no finite minimum found";

void minima_remark(const struct scores *s, size_t problem, struct text *out) {
    const struct minima_count *m = &s->minima[problem];
    if (!m->n_missing)
        return;
    text_add(out, words);
    if (m->n_missing < m->n)
        text_addf(out, " for %zu of %zu seeds", m->n_missing, m->n);
}

void gap_remark(const struct scores *s, size_t problem, struct text *out) {
    if (plan_target(s->r->plan)->word == TARGET_GAP)
        minima_remark(s, problem, out);
}

void gap_remark_all(const struct scores *s, struct text *out) {
    size_t n = 0;
    for (size_t p = 0; p < s->n_problems; p++)
        n += s->minima[p].n_missing > 0;
    if (s->n_problems == 1)
        gap_remark(s, 0, out);
    else if (n && plan_target(s->r->plan)->word == TARGET_GAP)
        text_addf(out, "%s on %zu of %zu data sets", words, n, s->n_problems);
}

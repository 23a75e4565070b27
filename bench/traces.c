#include "traces.h"
#include "base/mem.h"
#include "report/traced.h"

static bool watches(void *ctx, const struct run *r) {
    return ids_have(ctx, r->id);
}

void traces_of(const struct plan *p, struct ids ids, struct traces *t) {
    *t = (struct traces){.ids = ids, .wanted.run = watches};
    t->wanted.ctx = &t->ids;
    t->wanted.n = plan_traced(p, &t->wanted.parameter);
    t->wanted.curved = plan_traces_curvature(p);
}

/* Room for n ids. */
static bool begin(const struct plan *p, size_t n, struct traces *t, struct err *e) {
    traces_of(p, (struct ids){mem_zeroed(n + 1, sizeof *t->ids.id, e), 0}, t);
    return t->ids.id;
}

static bool add_unless(struct traces *t, struct store *s, uint64_t id, bool unless, struct err *e) {
    bool has;
    if (!store_has_trace(s, id, t->wanted.parameter, t->wanted.n, t->wanted.curved, &has, e))
        return false;
    if (has != unless)
        t->ids.id[t->ids.n++] = id;
    return true;
}

bool traces_named(const struct plan *p, struct traces *t, struct err *e) {
    const uint32_t *parameter;
    const bool any = plan_traced(p, &parameter) && plan_trace_runs(p) != TRACE_BEST;
    if (!begin(p, any ? plan_n_runs(p) : 0, t, e))
        return false;
    for (size_t i = 0; any && i < plan_n_runs(p); i++) {
        struct run r;
        plan_run(p, i, &r);
        if (plan_traces(p, &r))
            t->ids.id[t->ids.n++] = r.id;
    }
    ids_sort(&t->ids);
    return true;
}

bool traces_lacking(const struct plan *p, struct store *s, struct traces *t, struct err *e) {
    struct results r;
    size_t *run = NULL, n = 0;
    if (!begin(p, 0, t, e))
        return false;
    if (!t->wanted.n)
        return true;
    if (!results_load(p, s, &r, e))
        return false;
    bool ok = traced_runs(&r, &run, &n, e);
    traces_free(t);
    ok = ok && begin(p, n, t, e);
    for (size_t k = 0; ok && k < n; k++)
        ok = add_unless(t, s, r.row[run[k]].id, true, e);
    free(run);
    results_free(&r);
    ids_sort(&t->ids);
    return ok;
}

bool traces_there(const struct plan *p, struct store *s, const struct ids *among, struct traces *t,
                  struct err *e) {
    bool ok = begin(p, among->n, t, e);
    for (size_t i = 0; ok && t->wanted.n && i < among->n; i++)
        ok = add_unless(t, s, among->id[i], false, e);
    return ok;
}

void traces_free(struct traces *t) {
    free(t->ids.id);
    t->ids = (struct ids){0};
}

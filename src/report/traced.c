#include "report/traced.h"
#include "base/mem.h"
#include "report/met.h"
#include <inttypes.h>

/* Marks the runs of the best cell of every group. */
static bool mark_best(const struct results *r, bool *marked, struct err *e) {
    struct group *group;
    size_t n;
    if (!results_groups(r, &group, &n, e))
        return false;
    for (size_t k = 0; k < n; k++)
        for (size_t s = 0; group[k].n_cells && s < plan_n_seeds(r->plan); s++)
            marked[group[k].cell[group[k].best] + s] = true;
    results_groups_free(group, n);
    return true;
}

bool traced_runs(const struct results *r, size_t **run, size_t *n, struct err *e) {
    const uint32_t *parameter;
    const bool any = plan_traced(r->plan, &parameter) > 0, best = plan_trace_runs(r->plan) == TRACE_BEST;
    struct met met;
    *n = 0;
    *run = mem_zeroed(any ? r->n : 1, sizeof **run, e);
    if (!*run || !any)
        return *run;
    bool *marked = mem_zeroed(r->n, sizeof *marked, e), ok = marked && (!best || mark_best(r, marked, e));
    if (ok && (ok = met_make(&met, r->n, e))) {
        for (size_t i = 0; i < r->n; i++) {
            struct run at;
            if (r->row[i].status == STATUS_MISSING)
                continue;
            if (!best) {
                plan_run(r->plan, i, &at);
                marked[i] = plan_traces(r->plan, &at);
            }
            if (marked[i] && met_first(&met, r->row[i].id))
                (*run)[(*n)++] = i;
        }
        met_free(&met);
    }
    free(marked);
    return ok;
}

bool traced_get(const struct results *r, size_t i, struct trace *t, bool *found, struct err *e) {
    const uint32_t *parameter;
    const size_t n = plan_traced(r->plan, &parameter);
    return store_get_trace(r->store, r->row[i].id, parameter, n, plan_traces_curvature(r->plan), t, found, e);
}

size_t traced_parameter(const struct plan *p, uint32_t wanted) {
    const uint32_t *parameter;
    const size_t n = plan_traced(p, &parameter);
    for (size_t k = 0; k < n; k++)
        if (parameter[k] == wanted)
            return k;
    return SIZE_MAX;
}

void traced_name(struct text *out, uint32_t parameter) {
    if (parameter == PARAMETER_BIAS)
        text_add(out, "bias");
    else
        text_addf(out, "%" PRIu32, parameter);
}

/* trace.csv: the steps of the runs that [trace] asks for, as stored. */
#include "base/mem.h"
#include "report/csv.h"
#include "report/out.h"
#include "report/traced.h"
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <unistd.h>

static const char *const field_names[TRACE_FIELDS] = {"w", "g", "m", "v", "u", "rate"};

static void add_header(struct text *t, const uint32_t *parameter, size_t n) {
    text_add(t, "run,step,loss,eta");
    for (size_t k = 0; k < n; k++)
        for (int f = 0; f < TRACE_FIELDS; f++) {
            text_addf(t, ",%s.", field_names[f]);
            traced_name(t, parameter[k]);
        }
    text_add(t, "\n");
}

/* Whether the rule has such a thing at all: then a NaN is a number that came out of the run. */
static bool has(const struct run *run, enum trace_field f) {
    return f == TRACE_W || f == TRACE_G ||
           (f == TRACE_RATE ? run->rule->steps != NULL : trace_state(run->rule, f) >= 0);
}

static void add_steps(struct text *t, const struct run *run, const struct trace *trace, size_t row,
                      const bool *there) {
    const double loss = trace_loss(trace, row), eta = trace_eta(trace, row);
    csv_hex(t, run->id);
    text_addf(t, ",%zu,", row + 1);
    if (run->v[KEY_SWEEP_batch].word != VALUE_NUMBER || !isnan(loss))
        text_add_number(t, loss);
    text_add(t, ",");
    if (!isnan(eta))
        text_add_number(t, eta);
    for (size_t k = 0; k < trace->n_parameters; k++)
        for (int f = 0; f < TRACE_FIELDS; f++) {
            text_add(t, ",");
            if (there[k] && has(run, (enum trace_field)f))
                text_add_number(t, trace_get(trace, row, k, (enum trace_field)f));
        }
    text_add(t, "\n");
}

static bool add_trace(struct out *o, const struct results *r, size_t i, bool *there, struct err *e) {
    struct trace t;
    struct run run;
    bool found, ok = traced_get(r, i, &t, &found, e);
    if (!ok || !found)
        return ok;
    plan_run(r->plan, i, &run);
    for (size_t k = 0; k < t.n_parameters; k++)
        there[k] = t.parameter[k] == PARAMETER_BIAS || t.parameter[k] <= r->facts[run.dataset].n_features;
    for (size_t row = 0; ok && row + 1 < t.n_rows; row++) {
        add_steps(&o->text, &run, &t, row, there);
        ok = out_flow(o, e);
    }
    trace_free(&t);
    return ok;
}

bool csv_write_trace(const struct results *r, const char *path, struct err *e) {
    const uint32_t *parameter;
    const size_t n_parameters = plan_traced(r->plan, &parameter);
    if (!n_parameters) {
        unlink(path); /* of a grid that had [trace] before */
        return true;
    }
    size_t *run, n;
    struct out o;
    bool *there = mem_zeroed(n_parameters, sizeof *there, e);
    if (!there || !traced_runs(r, &run, &n, e)) {
        free(there);
        return false;
    }
    bool ok = out_open(&o, path, e);
    if (ok) {
        add_header(&o.text, parameter, n_parameters);
        for (size_t k = 0; ok && k < n; k++)
            ok = add_trace(&o, r, run[k], there, e);
        ok = out_close(&o, ok, e);
    }
    free(run);
    free(there);
    return ok;
}

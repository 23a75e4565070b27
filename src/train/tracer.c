#include "train/tracer.h"
#include "base/mem.h"
#include "kern/formula.h"
#include <math.h>
#include <string.h>

enum { BEFORE, AFTER };
#define BIAS TRACER_BIAS
#define ABSENT TRACER_ABSENT
#define CORRECTED 1e-20 /* as in team.c: below it, 1 - beta^t is 1 */

void trace_free(struct trace *t) {
    free(t->parameter);
    free(t->value);
    *t = (struct trace){0};
}

int trace_state(const struct rule *r, enum trace_field field) {
    static const char *const name[TRACE_FIELDS] = {[TRACE_M] = "m", [TRACE_V] = "v", [TRACE_U] = "u"};
    for (int k = 0; name[field] && k < RULE_MAX_STATE && r->state[k]; k++)
        if (!strcmp(r->state[k], name[field]))
            return k;
    return -1;
}

static bool lane_begin(struct lane *a, const struct tracer *tr, struct err *e) {
    struct trace *out = &a->out.trace;
    out->n_parameters = tr->n;
    out->curved = tr->wanted->curved;
    out->parameter = mem_zeroed(tr->n, sizeof *out->parameter, e);
    if (out->parameter)
        memcpy(out->parameter, tr->wanted->parameter, tr->n * sizeof *out->parameter);
    return out->parameter;
}

bool tracer_init(struct team *t, const struct trace_wanted *wanted, struct err *e) {
    bool any = false, yes[LANES] = {0};
    for (int lane = 0; wanted && lane < t->n; lane++)
        any |= yes[lane] = wanted->run(wanted->ctx, &t->lane[lane].run);
    if (!any)
        return true;
    struct tracer *tr = mem_zeroed(1, sizeof *tr, e);
    if (!(t->tracer = tr))
        return false;
    const size_t n = tr->n = wanted->n, lines = n * LANES;
    tr->wanted = wanted;
    tr->rank = mem_zeroed(n, sizeof *tr->rank, e);
    tr->last = mem_zeroed(n, sizeof *tr->last, e);
    tr->w = mem_zeroed((3 + 2 * RULE_MAX_STATE) * lines, sizeof *tr->w, e);
    tr->copy = mem_lines((1 + RULE_MAX_STATE) * t->line, 1, e);
    if (!tr->rank || !tr->last || !tr->w || !tr->copy)
        return false;
    tr->g = tr->w + lines;
    tr->state[BEFORE] = tr->g + lines;
    tr->state[AFTER] = tr->state[BEFORE] + RULE_MAX_STATE * lines;
    tr->h = wanted->curved ? tr->state[AFTER] + RULE_MAX_STATE * lines : NULL;
    for (size_t k = 0; k < n; k++) {
        const uint32_t p = wanted->parameter[k];
        tr->rank[k] = p == PARAMETER_BIAS ? BIAS : p <= t->data->n_features ? t->data->rank_of[p - 1] : ABSENT;
    }
    for (int lane = 0; lane < LANES; lane++) {
        struct watched *a = &tr->lane[lane];
        *a = (struct watched){.yes = yes[lane], .time = {.beta1_t = 1, .beta2_t = 1}, .loss = NAN};
        if (a->yes && !lane_begin(&t->lane[lane], tr, e))
            return false;
    }
    return true;
}

void tracer_free(struct team *t) {
    if (!t->tracer)
        return;
    free(t->tracer->rank);
    free(t->tracer->last);
    free(t->tracer->w);
    free(t->tracer->copy);
    free(t->tracer);
    t->tracer = NULL;
}

void tracer_segment(struct tracer *tr) {
    memset(tr->last, 0, tr->n * sizeof *tr->last);
}

/* Reads parameter k as of step `done` of the segment: its states, and w unless NULL. */
static void read_parameter(struct team *t, size_t k, const struct rest_tables *rest, uint32_t done, double *w,
                           double *state) {
    struct tracer *tr = t->tracer;
    const size_t rank = tr->rank[k];
    const int n_state = t->variant->n_state;
    const void *from_w = t->b, *from_state[RULE_MAX_STATE];
    size_t at = 0;
    if (rank == ABSENT)
        return;
    for (int s = 0; s < n_state; s++)
        from_state[s] = rank == BIAS ? t->b_state[s] : t->state[s];
    if (rank != BIAS) {
        from_w = t->w;
        at = rank * LANES;
    }
    if (rank != BIAS && rest && tr->last[k] < done) {
        char *copy = tr->copy;
        void *copied[RULE_MAX_STATE];
        memcpy(copy, (const char *)t->w + rank * t->line, t->line);
        for (int s = 0; s < n_state; s++) {
            copied[s] = copy + (size_t)(s + 1) * t->line;
            memcpy(copied[s], (const char *)t->state[s] + rank * t->line, t->line);
        }
        t->rk->rest[t->rule][t->variant_number](1, copy, copied, &tr->last[k], done, rest);
        from_w = copy;
        for (int s = 0; s < n_state; s++)
            from_state[s] = copied[s];
        at = 0;
    }
    for (size_t lane = 0; lane < LANES; lane++) {
        if (w)
            w[lane] = team_get(t, from_w, at + lane);
        for (int s = 0; s < n_state; s++)
            state[(size_t)s * LANES + lane] = team_get(t, from_state[s], at + lane);
    }
}

static double *state_of(const struct tracer *tr, int when, size_t k) {
    return tr->state[when] + k * RULE_MAX_STATE * LANES;
}

void tracer_before(struct team *t, const struct rest_tables *rest, uint32_t done) {
    struct tracer *tr = t->tracer;
    memset(tr->g, 0, tr->n * LANES * sizeof *tr->g);
    for (size_t k = 0; k < tr->n; k++)
        read_parameter(t, k, rest, done, tr->w + k * LANES, state_of(tr, BEFORE, k));
}

void tracer_gradients(struct team *t, size_t first, size_t n, const uint32_t *rank, const void *g) {
    struct tracer *tr = t->tracer;
    for (size_t k = 0; k < tr->n; k++) {
        if (tr->rank[k] >= BIAS)
            continue;
        size_t i = tr->rank[k] - first;
        if (rank)
            for (i = 0; i < n && rank[i] != tr->rank[k];)
                i++;
        if (i >= n)
            continue;
        for (size_t lane = 0; lane < LANES; lane++)
            tr->g[k * LANES + lane] = team_get(t, g, i * LANES + lane);
        tr->last[k] = UINT32_MAX; /* touched by this step, whose number tracer_after knows */
    }
}

/* The lane's clock, one step on. */
static void tick(struct watched *a, const struct lane *lane, uint64_t step) {
    const double *h = lane->run.h;
    a->time.eta = h[H_eta0] * lane->run.sched->factor(lane->s, (double)(step - 1), &a->cursor);
    a->time.beta1_t = a->time.beta1_t * h[H_beta1] < CORRECTED ? 0 : a->time.beta1_t * h[H_beta1];
    a->time.beta2_t = a->time.beta2_t * h[H_beta2] < CORRECTED ? 0 : a->time.beta2_t * h[H_beta2];
}

/* The rate of a step, from the state as it really became. */
static double rate_of(const struct rule *r, const double h[H_COUNT], const struct rule_time *time, double w,
                      double g, const double *before, const double *after, double a) {
    struct formula f;
    struct formula_statement s;
    formula_begin(&f, r, h, time, w, g, before, a);
    while (formula_next(&f, &s))
        for (int k = 0; k < RULE_MAX_STATE && r->state[k]; k++)
            if (!strcmp(s.target, r->state[k]))
                formula_set(&f, s.target, after[k]);
    return formula_get(&f, "rate");
}

static double *next_row(struct trace *out, struct err *e) {
    if (!mem_grow(&out->value, &out->cap, out->n_rows + 1, trace_width(out) * sizeof *out->value, e))
        return NULL;
    double *row = out->value + out->n_rows++ * trace_width(out);
    for (size_t i = 0; i < trace_width(out); i++)
        row[i] = NAN;
    return row;
}

/* What there is to say of parameter k of a lane. */
static void fill(const struct team *t, int lane, size_t k, double *field) {
    const struct tracer *tr = t->tracer;
    const struct run *run = &t->lane[lane].run;
    const size_t at = k * LANES + (size_t)lane;
    double h[H_COUNT], before[RULE_MAX_STATE], after[RULE_MAX_STATE];
    memcpy(h, run->h, sizeof h);
    if (tr->rank[k] == BIAS)
        h[H_weight_decay] = 0;
    for (int s = 0; s < RULE_MAX_STATE; s++) {
        before[s] = state_of(tr, BEFORE, k)[s * LANES + lane];
        after[s] = state_of(tr, AFTER, k)[s * LANES + lane];
    }
    field[TRACE_W] = tr->w[at];
    field[TRACE_G] = tr->g[at];
    for (int f = TRACE_M; f <= TRACE_U; f++) {
        const int s = trace_state(run->rule, (enum trace_field)f);
        if (s >= 0)
            field[f] = after[s];
    }
    if (tr->h)
        field[TRACE_CURVATURE] = tr->h[at];
    const double chosen = run->rule->line_search ? team_get(t, t->coefs, (size_t)lane) : NAN;
    field[TRACE_RATE] =
        rate_of(run->rule, h, &tr->lane[lane].time, tr->w[at], tr->g[at], before, after, chosen);
}

bool tracer_after(struct team *t, const struct rest_tables *rest, uint32_t done, uint64_t step, struct err *e) {
    struct tracer *tr = t->tracer;
    for (size_t lane = 0; lane < LANES; lane++)
        for (size_t k = 0; k < tr->n; k++)
            if (tr->rank[k] == BIAS)
                tr->g[k * LANES + lane] = team_get(t, t->b_g, lane);
    for (size_t k = 0; k < tr->n; k++) {
        if (tr->last[k] == UINT32_MAX)
            tr->last[k] = done;
        read_parameter(t, k, rest, done, NULL, state_of(tr, AFTER, k));
    }
    for (int lane = 0; lane < LANES; lane++) {
        struct watched *a = &tr->lane[lane];
        if (!a->yes)
            continue;
        tick(a, &t->lane[lane], step);
        if (!t->lane[lane].running)
            continue;
        double *row = next_row(&t->lane[lane].out.trace, e);
        if (!row)
            return false;
        row[0] = a->loss;
        row[1] = a->time.eta;
        a->loss = NAN;
        for (size_t k = 0; k < tr->n; k++)
            if (tr->rank[k] != ABSENT)
                fill(t, lane, k, row + 2 + trace_fields(&t->lane[lane].out.trace) * k);
    }
    return true;
}

bool tracer_end(struct team *t, int lane, struct err *e) {
    struct tracer *tr = t->tracer;
    if (!tr->lane[lane].yes)
        return true;
    double *row = next_row(&t->lane[lane].out.trace, e);
    if (!row)
        return false;
    row[0] = tr->lane[lane].loss;
    for (size_t k = 0; k < tr->n; k++)
        if (tr->rank[k] != ABSENT)
            row[2 + trace_fields(&t->lane[lane].out.trace) * k + TRACE_W] =
                tr->rank[k] == BIAS ? team_get(t, t->b, (size_t)lane)
                                    : team_get(t, t->w, tr->rank[k] * LANES + (size_t)lane);
    return true;
}

/* [figure] kind = trace, schedules, averages: lines over steps. */
#include "base/rng.h"
#include "kern/rule.h"
#include "report/figure.h"
#include "report/traced.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_POINTS = 1000 }; /* more than a page can show */

/* ---- trace ----------------------------------------------------------------------------------------------- */

static const struct {
    enum trace_field field;
    const char *name, *what;
    enum axis_scale scale;
} quantities[] = {
    {TRACE_G, "gradient", "gradient g", AXIS_LINEAR},
    {TRACE_V, "second-moment", "second moment v", AXIS_LOG},
    {TRACE_U, "u", "u, as in the rule", AXIS_LOG},
    {TRACE_RATE, "rate", "effective rate: the factor of g", AXIS_LOG},
    {TRACE_W, "w", "parameter", AXIS_LINEAR},
};

/* From which point on a line turns at most of its points, up to its end; n: nowhere. Not among the first, which
 * stand apart on the logarithmic axis of steps. */
static size_t jagged_from(const double *y, size_t n) {
    enum { FIRST = 30, LEAST = 20 };
    size_t from = n, turns = 0, seen = 0;
    bool later = false; /* whether it turns at the point after */
    for (size_t i = n < 2 ? 0 : n - 1; i-- > FIRST; seen++) {
        const bool turn = (y[i + 1] - y[i]) * (y[i] - y[i - 1]) < 0;
        turns += turn;
        if (turn && later && seen >= LEAST && 4 * turns > 3 * seen)
            from = i;
        later = turn;
    }
    return from;
}

/* The end of the last line in dots where it is jagged: a line there is a black band, and hides the others. */
static bool dot_end(struct chart *c, struct err *e) {
    const size_t i = c->n - 1;
    const struct chart_line *all = &c->line[i];
    const size_t from = jagged_from(all->y, all->n), n = all->n - from;
    if (!n)
        return true;
    struct chart_line *end = chart_add(c, all->name, all->style, LOOK_DOTS, n, false, e);
    if (!end)
        return false;
    struct chart_line *begin = &c->line[i];
    memcpy(end->x, begin->x + from, n * sizeof *end->x);
    memcpy(end->y, begin->y + from, n * sizeof *end->y);
    end->n = n;
    begin->n = from;
    begin->name = NULL;
    return true;
}

static bool add_line(const struct plot_input *in, const struct group *g, size_t parameter, int quantity,
                     struct chart *c, struct err *e) {
    struct trace t;
    bool found;
    const size_t run = g->cell[g->best];
    if (!traced_get(in->r, run, &t, &found, e))
        return false;
    bool ok = true;
    if (found && t.n_rows > 1) {
        const size_t n = t.n_rows - 1, every = (n + MOST_POINTS - 1) / MOST_POINTS;
        struct chart_line *k =
            chart_add(c, g->optimizer, g->optimizer_index, LOOK_LINE, n / every + 1, false, e);
        ok = k;
        for (size_t row = 0; k && row < n; row += every) {
            const double y = trace_get(&t, row, parameter, quantities[quantity].field);
            if (!isfinite(y) || (quantities[quantity].scale == AXIS_LOG && y == 0))
                continue;
            k->x[k->n] = (double)row + 1;
            k->y[k->n++] = y;
        }
        ok = ok && dot_end(c, e);
    }
    trace_free(&t);
    return ok;
}

/* A chart begins at 0 unless told where; a logarithm has no negative numbers (momentum's u). */
static void include_negative(struct chart *c) {
    double lo = 0, hi = 0;
    for (size_t i = 0; i < c->n; i++)
        for (size_t k = 0; k < c->line[i].n; k++) {
            lo = c->line[i].y[k] < lo ? c->line[i].y[k] : lo;
            hi = c->line[i].y[k] > hi ? c->line[i].y[k] : hi;
        }
    if (lo < 0) {
        const double margin = 0.05 * (hi - lo);
        c->y.lo = lo - margin;
        c->y.hi = hi + margin;
        c->y.scale = AXIS_LINEAR;
    }
}

bool figure_trace(const struct plot_input *in, const struct plan_figure *f, struct figure_list *l,
                  struct err *e) {
    const uint32_t *traced;
    const size_t n_traced = plan_traced(in->r->plan, &traced);
    for (size_t first = 0; first < in->n; first++) {
        if (!in->group[first].leads || !f->data[in->group[first].data_index])
            continue;
        for (size_t p = 0; p < n_traced; p++) {
            if (!figure_takes(f, traced[p]))
                continue;
            for (int q = 0; q < (int)(sizeof quantities / sizeof *quantities); q++) {
                struct chart c = {.what = "A traced quantity of each optimizer's best cell, step by step",
                                  .x = {.label = "step"},
                                  .y = {.label = quantities[q].what, .scale = quantities[q].scale}};
                struct text name = {0};
                bool ok = true;
                traced_name(&name, traced[p]);
                for (size_t i = first; ok && i < in->n; i++)
                    if (in->group[i].problem == in->group[first].problem &&
                        f->optimizer[in->group[i].optimizer_index])
                        ok = add_line(in, &in->group[i], p, q, &c, e);
                text_addf(&c.title, "%s of %s%s",
                          quantities[q].field == TRACE_W   ? "value"
                          : quantities[q].field == TRACE_V ? "second moment"
                                                           : quantities[q].name,
                          traced[p] == PARAMETER_BIAS ? "" : "feature ", name.s ? name.s : "");
                text_addf(&c.subtitle, "%s, best cells", in->group[first].data);
                c.title.failed |= name.failed;
                const char *words[] = {f->label, quantities[q].name, name.s ? name.s : "",
                                       in->group[first].data};
                include_negative(&c);
                ok = ok && chart_draw(&c, l, words, 4, e);
                chart_free(&c);
                text_free(&name);
                if (!ok)
                    return false;
            }
        }
    }
    return true;
}

/* ---- schedules ------------------------------------------------------------------------------------------- */

/* The factor of eta0 at each step of a run: of the first setting of each [schedule] section. */
bool figure_schedules(const struct plot_input *in, const struct plan_figure *f, struct figure_list *l,
                      struct err *e) {
    const struct plan *p = in->r->plan;
    struct run run;
    plan_run(p, 0, &run);
    const double epochs = run.v[KEY_SWEEP_epochs].number,
                 rows = (double)plan_dataset_size(p, run.dataset).n_rows;
    const bool full = run.v[KEY_SWEEP_batch].word != VALUE_NUMBER;
    const double per_epoch = full ? 1 : ceil(rows / run.v[KEY_SWEEP_batch].number), steps = epochs * per_epoch;
    struct chart c = {.what = "The factor of eta0 at each step, for each schedule of the grid",
                      .x = {.label = "step", .scale = AXIS_LINEAR},
                      .y = {.label = "factor of eta0", .scale = AXIS_LINEAR}};
    text_add(&c.title, "schedules");
    text_addf(&c.subtitle, "the first setting of each, over %.0f steps", steps);
    const char *label;
    size_t n;
    const struct schedule *s;
    bool ok = true;
    for (size_t k = 0; ok && (s = plan_schedule(p, k, &label, &n)); k++) {
        struct value v[KEY_COUNT];
        double written[S_COUNT], in_steps[S_COUNT];
        struct schedule_cursor cursor = {0};
        plan_schedule_keys(p, k, 0, v, written);
        schedule_in_steps(written, per_epoch, steps, in_steps);
        const size_t points = steps < MOST_POINTS ? (size_t)steps : MOST_POINTS;
        struct chart_line *line = chart_add(&c, label, k, LOOK_LINE, points, false, e);
        ok = line;
        for (size_t i = 0; ok && i < points; i++) {
            const double t = floor((double)i * steps / (double)points);
            line->x[line->n] = t;
            line->y[line->n++] = s->factor(in_steps, t, &cursor);
        }
    }
    const char *words[] = {f->label};
    ok = ok && chart_draw(&c, l, words, 1, e);
    chart_free(&c);
    return ok;
}

/* ---- averages -------------------------------------------------------------------------------------------- */

/* A signal of size 1 in noise, that is 0 in one stretch of the steps; its exponential average, plain and with
 * bias correction, and the max norm, which with the beta that maxprop has by default hardly falls there: the
 * rate, its inverse, does not rise while gradients are 0. The signal is drawn from a fixed stream. */
bool figure_averages(const struct plot_input *in, const struct plan_figure *f, struct figure_list *l,
                     struct err *e) {
    enum { STEPS = 100, QUIET_FROM = 55, QUIET_TO = 80, N = 4 };
    const double beta = 0.95, most_beta = rule_find("maxprop")->defaults[H_beta];
    static const char *const names[N] = {"|g|", "average", "corrected", "max norm"};
    static const size_t style[N] = {6, 1, 0, 2};
    struct chart c = {
        .what = "A noisy signal, its exponential average with and without bias correction, its max norm",
        .x = {.label = "step", .scale = AXIS_LINEAR},
        .y = {.label = "size of the gradient", .scale = AXIS_LINEAR}};
    (void)in;
    text_add(&c.title, "averages of a noisy signal");
    text_addf(&c.subtitle, "beta %g, max norm %g; no signal in steps %d to %d", beta, most_beta, QUIET_FROM,
              QUIET_TO - 1);
    bool ok = true;
    for (int k = 0; ok && k < N; k++) {
        struct rng r = rng_for(1, RNG_VALUE, 0);
        double average = 0, most = 0, power = 1;
        struct chart_line *line =
            chart_add(&c, names[k], style[k], k ? LOOK_LINE : LOOK_MARKS, STEPS, false, e);
        ok = line;
        for (int t = 1; ok && t <= STEPS; t++) {
            const double noisy = fabs(1 + 0.3 * rng_normal(&r)),
                         g = t >= QUIET_FROM && t < QUIET_TO ? 0 : noisy;
            average = beta * average + (1 - beta) * g;
            power *= beta;
            most = most_beta * most > g ? most_beta * most : g;
            line->x[line->n] = t;
            line->y[line->n++] = k == 0 ? g : k == 1 ? average : k == 2 ? average / (1 - power) : most;
        }
    }
    const char *words[] = {f->label};
    ok = ok && chart_draw(&c, l, words, 1, e);
    chart_free(&c);
    return ok;
}

/* `bench explain`: one step of one parameter of one run, its formula with its numbers. The run is computed
 * again, up to that step and on; nothing is read from or written to a results folder. */
#include "base/machine.h"
#include "command.h"
#include "kern/formula.h"
#include "options.h"
#include "train/train.h"
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct explain {
    const char *grid, *run, *parameter;
    uint64_t step;
};

static const struct option options[] = {
    {"grid", "FILE", OPTION_TEXT, offsetof(struct explain, grid), "the grid file", NULL, 0, 0},
    {"run", "ID", OPTION_TEXT, offsetof(struct explain, run), "id of the run in runs.csv, or how it begins",
     NULL, 0, 0},
    {"step", "T", OPTION_COUNT, offsetof(struct explain, step), "which step, from 1", NULL, 1, UINT32_MAX},
    {"parameter", "P", OPTION_TEXT, offsetof(struct explain, parameter),
     "a feature's number, or bias; 1 if left out", NULL, 0, 0},
};
enum { N_OPTIONS = sizeof options / sizeof *options };

/* ---- which run, which parameter -------------------------------------------------------------------------- */

/* The run whose id begins with the digits; all runs it may be have one id. */
static bool find_run(const struct plan *p, const char *digits, struct run *found, struct err *e) {
    size_t n = 0;
    const size_t len = strlen(digits);
    for (size_t i = 0; i < plan_n_runs(p); i++) {
        struct run r;
        char id[17];
        plan_run(p, i, &r);
        snprintf(id, sizeof id, "%016" PRIx64, r.id);
        if (len > 16 || strncmp(id, digits, len) != 0 || (n && r.id == found->id))
            continue;
        if (n++)
            return err_add(e,
                           "--run %s: several runs begin so, as %016" PRIx64 " and %016" PRIx64
                           ": expected more digits",
                           digits, found->id, r.id);
        *found = r;
    }
    return n ||
           err_add(e,
                   "--run %s: no run of the grid has an id that begins so: expected one of the first column of "
                   "runs.csv",
                   digits);
}

static bool find_parameter(const char *text, const struct dataset *d, uint32_t *parameter, struct err *e) {
    double x;
    *parameter = PARAMETER_BIAS;
    if (!strcmp(text, "bias"))
        return true;
    if (number_parse(text, strlen(text), &x) == strlen(text) && x >= 1 && x <= (double)d->n_features &&
        x == (double)(uint32_t)x) {
        *parameter = (uint32_t)x;
        return true;
    }
    return err_add(e, "--parameter %s: expected bias, or a feature from 1 to %zu", text, d->n_features);
}

/* ---- the run, again -------------------------------------------------------------------------------------- */

static bool not_it(void *ctx, uint64_t id) {
    return id != *(const uint64_t *)ctx;
}
static bool every(void *ctx, const struct run *r) {
    (void)ctx, (void)r;
    return true;
}

static bool compute(const struct plan *p, struct run *r, struct dataset *d, uint32_t parameter,
                    struct outcome *out, struct err *e) {
    struct pack *packs;
    size_t n_packs, n_todo;
    const enum precision precision = (enum precision)r->v[KEY_SWEEP_precision].word;
    struct minimum m = {.loss = 0};
    const struct trace_wanted wanted = {.parameter = &parameter, .n = 1, .run = every};
    struct outcome of_pack[LANES] = {0};
    if (r->v[KEY_SWEEP_stop].word == STOP_TARGET && plan_target(p)->word == TARGET_GAP &&
        !minimum_find(d, run_loss(r), run_means(r), r->v[KEY_MODEL_l2].number, 1, &m, NULL, e))
        return false;
    if (!data_prepare(d, precision, e) || !plan_packs(p, not_it, &r->id, &packs, &n_packs, &n_todo, e))
        return false;
    const double lstar[LANES] = {m.loss};
    const bool ok =
        train_traced(p, packs, 1, d, kernels_get(isa_best(), precision), lstar, NULL, &wanted, of_pack, e);
    *out = of_pack[0];
    train_release();
    free(packs);
    return ok;
}

/* ---- the words ------------------------------------------------------------------------------------------- */

static void add_plain(struct text *out, double x) {
    char digits[NUMBER_CHARS], *dot;
    number_format(x, digits);
    dot = strchr(digits, '.');
    if (dot && strlen(digits) > 12) /* twelve digits are plenty to follow by hand */
        snprintf(digits, sizeof digits, "%.10g", x);
    text_add(out, digits);
}

/* Within a formula. */
static void add_number(struct text *out, double x) {
    text_add(out, x < 0 ? "(" : "");
    add_plain(out, x);
    text_add(out, x < 0 ? ")" : "");
}

/* A right side with numbers for names; D written out. How many pieces it has. */
static int add_right(struct text *out, const struct formula *f, const struct formula_statement *s) {
    const char *at = s->text, *end = s->text + s->len;
    struct formula_piece p, argument;
    int n = 0;
    for (; formula_piece(f, &at, end, &p); n++) {
        text_add(out, p.times ? " * " : "");
        const bool sign = p.len == 1 && strchr("+-/", *p.text);
        if (p.len == 1 && *p.text == 'D' && !p.is_name) { /* D(name) */
            formula_piece(f, &at, end, &argument);
            formula_piece(f, &at, end, &argument);
            const bool root = f->h[H_root] != 0, inside = f->h[H_epsilon_placement] == 1;
            text_add(out, root ? "(sqrt(" : "(");
            add_number(out, argument.value);
            text_addf(out, "%s + ", root && !inside ? ")" : "");
            add_number(out, f->h[H_epsilon]);
            text_add(out, root && inside ? "))" : ")");
            formula_piece(f, &at, end, &argument);
        } else if (p.is_name) {
            add_number(out, p.value);
        } else {
            text_addf(out, "%s%.*s%s", sign ? " " : "", p.len, p.text, sign || *p.text == ',' ? " " : "");
        }
    }
    return n;
}

/* A statement; the same in numbers, where that says more than the outcome; the outcome. */
static void add_statement(struct text *out, const struct formula_statement *s, const struct formula *before,
                          const struct formula *after) {
    struct text right = {0};
    const bool single = add_right(&right, before, s) == 1;
    const char *numbers = right.s ? right.s : "";
    text_addf(out, "  %s %s %.*s\n", s->target, s->subtracts ? "-=" : "=", s->len, s->text);
    if (s->subtracts) {
        text_add(out, "    = ");
        add_plain(out, formula_get(before, "w"));
        text_addf(out, single ? " - %s\n" : " - (%s)\n", numbers);
    } else if (!single) {
        text_addf(out, "    = %s\n", numbers);
    }
    text_add(out, "    = ");
    add_plain(out, formula_get(after, s->target));
    text_add(out, "\n");
    out->failed |= right.failed;
    text_free(&right);
}

static void add_state(struct text *out, const struct rule *r, const double *state) {
    for (int k = 0; k < RULE_MAX_STATE && r->state[k]; k++)
        if (strcmp(r->state[k], "point") != 0) {
            text_addf(out, ", %s = ", r->state[k]);
            add_plain(out, state[k]);
        }
    text_add(out, "\n");
}

/* The statements of a step, in words unless out is NULL. State goes on to what training made of it, as far as a
 * trace says. */
static void take(const struct run *r, const double *h, const struct trace *t, size_t row,
                 const struct rule_time *time, double *state, struct text *out) {
    struct formula f, before;
    struct formula_statement s;
    formula_begin(&f, r->rule, h, time, trace_get(t, row, 0, TRACE_W), trace_get(t, row, 0, TRACE_G), state,
                  trace_get(t, row, 0, TRACE_RATE));
    for (before = f; formula_next(&f, &s); before = f) {
        if (out)
            add_statement(out, &s, &before, &f);
        for (int field = TRACE_M; field <= TRACE_U; field++) {
            const int k = trace_state(r->rule, (enum trace_field)field);
            if (k >= 0 && !strcmp(s.target, r->rule->state[k]))
                formula_set(&f, s.target, trace_get(t, row, 0, (enum trace_field)field));
        }
    }
    for (int k = 0; k < RULE_MAX_STATE && r->rule->state[k]; k++)
        state[k] = formula_get(&f, r->rule->state[k]);
}

/* The run, its rule, and its keys as a grid says them. */
static void add_run(struct text *out, const struct run *r, uint64_t step, const char *parameter) {
    text_addf(out, "run %016" PRIx64 ": %s (%s) on %s, schedule %s, step %" PRIu64 ", parameter %s\n  %s\n",
              r->id, r->optimizer, r->rule->name, r->data, r->schedule, step, parameter, r->rule->formula);
    const char *lead = "  ";
    for (int k = 0; k < H_COUNT; k++)
        if (r->v[KEY_H + k].word != VALUE_NONE) {
            text_addf(out, "%s%s = ", lead, keys[KEY_H + k].name);
            value_print(KEY_H + k, r->v[KEY_H + k], out);
            lead = ", ";
        }
    text_add(out, "\n\n");
}

static void add_step(struct text *out, const struct run *r, const struct trace *t, uint64_t step,
                     uint32_t parameter, const char *name) {
    double h[H_COUNT], state[RULE_MAX_STATE] = {0};
    struct rule_time time = {.beta1_t = 1, .beta2_t = 1};
    memcpy(h, r->h, sizeof h);
    if (parameter == PARAMETER_BIAS && !isnan(h[H_weight_decay]))
        h[H_weight_decay] = 0; /* never of the bias */
    add_run(out, r, step, name);
    for (size_t row = 0; row < step; row++) {
        time.eta = trace_eta(t, row);
        time.beta1_t *= h[H_beta1];
        time.beta2_t *= h[H_beta2];
        if (row + 1 == step) {
            text_add(out, "  before the step: w = ");
            add_plain(out, trace_get(t, row, 0, TRACE_W));
            text_add(out, ", g = ");
            add_plain(out, trace_get(t, row, 0, TRACE_G));
            add_state(out, r->rule, state);
            if (!isnan(time.eta)) {
                text_add(out, "  eta = eta0 * schedule = ");
                add_plain(out, time.eta);
                text_add(out, "\n");
            }
        }
        take(r, h, t, row, &time, state, row + 1 == step ? out : NULL);
    }
    text_addf(out, "  after the step, as trained in %s: w = ", r->v[KEY_SWEEP_precision].word ? "f64" : "f32");
    add_plain(out, trace_get(t, step, 0, TRACE_W));
    add_state(out, r->rule, state);
}

/* ---- the command ----------------------------------------------------------------------------------------- */

static int explain(const struct explain *w, struct err *e) {
    struct run r = {0};
    struct outcome out = {0};
    uint32_t parameter = 0;
    int code = EXIT_USAGE;
    struct dataset *d = NULL;
    struct plan *p = plan_read(w->grid, NULL, e);
    if (p && find_run(p, w->run, &r, e) && (d = data_make(plan_dataset(p, r.dataset), 1, e)) &&
        find_parameter(w->parameter, d, &parameter, e) && compute(p, &r, d, parameter, &out, e)) {
        struct text words = {0};
        if (w->step < out.trace.n_rows)
            add_step(&words, &r, &out.trace, w->step, parameter, w->parameter);
        else
            err_add(e, "--step %" PRIu64 ": the run ends after step %zu", w->step, out.trace.n_rows - 1);
        if (words.failed) {
            err_add(e, "out of memory");
        } else if (words.s) {
            printf("%s", words.s);
            code = EXIT_DONE;
        }
        text_free(&words);
    }
    outcome_free(&out);
    data_free(d);
    plan_free(p);
    return code;
}

int explain_command(int argc, char **argv) {
    struct explain w = {.parameter = "1"};
    struct err e = {0};
    bool help = false;
    int code = EXIT_USAGE;
    bool ok = options_read(options, N_OPTIONS, argc, argv, &w, &help, &e);
    if (ok && help) {
        printf("bench explain --grid FILE --run ID --step T: one step of one parameter, the formula with its "
               "numbers. "
               "The run\nis computed again.\n\n");
        options_help(options, N_OPTIONS, stdout);
        code = EXIT_DONE;
    } else if (ok && w.grid && w.run && w.step) {
        code = explain(&w, &e);
    } else if (ok) {
        err_add(&e, "bench explain: --grid FILE, --run ID and --step T are needed, as in: bench explain --grid "
                    "sweeps/lecture.ini --run 9aa2 --step 3");
    }
    command_complain(&e);
    return code;
}

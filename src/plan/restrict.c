/* What runs with what: the data sets and batches of an optimizer, the optimizers of a schedule. Every batch
 * must be one that the optimizer can take and the data can give. */
#include "data/dataset.h"
#include "plan/grid.h"
#include "plan/plan.h"
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* ---- lists of labels ------------------------------------------------------------------------------------- */

/* The sections that labels in a list may name. */
struct choice {
    const struct section *section;
    size_t n;
    enum key key; /* the key that lists them */
};

/* The section whose label stands at s, the longest that ends at a comma or the end (labels may hold commas);
 * n if there is none. */
static size_t label_at(const struct choice *c, const char *s, const char **after) {
    size_t found = c->n, longest = 0;
    for (size_t i = 0; i < c->n; i++) {
        size_t len = strlen(c->section[i].label);
        if (len <= longest || strncmp(s, c->section[i].label, len) != 0)
            continue;
        const char *rest = s + len + strspn(s + len, " \t");
        if (*rest == ',' || *rest == '\0') {
            found = i;
            longest = len;
            *after = rest;
        }
    }
    return found;
}

static void complain_label(const struct choice *c, const char *s, size_t len, size_t line, struct diag *d) {
    struct text why = {0}, word = {0};
    const char *names[64],
        *kind = c->key == KEY_OPTIMIZER_data || c->key == KEY_FIGURE_data ? "data" : "optimizer";
    size_t n = 0;
    for (size_t i = 0; i < c->n && n < 64; i++)
        names[n++] = c->section[i].label;
    text_add_n(&word, s, len);
    text_addf(&why, "%s: no [%s] section is labelled '%.*s': expected", keys[c->key].name, kind,
              diag_quoted(s, len), s);
    for (size_t i = 0; i < n; i++)
        text_addf(&why, "%s %s", i == 0 ? "" : ",", names[i]);
    text_add(&why, c->n > n ? ", ..." : "");
    if (word.s)
        add_nearest(&why, word.s, names, n);
    diag_add(d, line, "%s", why.s ? why.s : "unknown label");
    text_free(&word);
    text_free(&why);
}

/* Which of c's sections the list names; all of them where there is no list. NULL when out of memory. */
static bool *read_labels(const struct choice *c, const struct section *s, struct diag *d) {
    const struct ini_entry *given = s->given[c->key];
    bool *takes = malloc((c->n + 1) * sizeof *takes);
    if (!takes) {
        d->failed = true;
        return NULL;
    }
    for (size_t i = 0; i < c->n; i++)
        takes[i] = !given;
    if (!given || !*given->value)
        return takes;
    for (const char *at = given->value;; at++) {
        at += strspn(at, " \t");
        const char *after = at + strcspn(at, ",");
        size_t i = label_at(c, at, &after);
        if (i == c->n)
            complain_label(c, at, (size_t)(after - at), given->line, d);
        else if (takes[i])
            diag_add(d, given->line, "%s: '%s' is listed twice", keys[c->key].name, c->section[i].label);
        else
            takes[i] = true;
        at = after;
        if (!*at)
            return takes;
    }
}

/* ---- batches --------------------------------------------------------------------------------------------- */

static void complain_batch(const struct grid *g, const struct ini_entry *given, struct value v,
                           struct diag *d) {
    const struct ini_entry *sweep = g->sweep.given[KEY_SWEEP_batch];
    struct text t = {0};
    value_print(KEY_SWEEP_batch, v, &t);
    if (sweep)
        diag_add(d, given->line, "batch: %s is not a batch of the sweep: expected some of %s (line %zu)",
                 t.s ? t.s : "this", sweep->value, sweep->line);
    else
        diag_add(d, given->line, "batch: %s is not a batch of the sweep, which has no `batch` and so takes %s",
                 t.s ? t.s : "this", keys[KEY_SWEEP_batch].fallback);
    text_free(&t);
}

static void read_batches(const struct grid *g, struct section *s, struct diag *d) {
    const struct ini_entry *given = s->given[KEY_OPTIMIZER_batch];
    struct list all = g->sweep.list[KEY_SWEEP_batch], own = {0};
    s->takes_batch = malloc((all.n + 1) * sizeof *s->takes_batch);
    if (!s->takes_batch) {
        d->failed = true;
        return;
    }
    for (size_t j = 0; j < all.n; j++)
        s->takes_batch[j] = !given;
    if (!given || !*given->value || !axis_read(KEY_SWEEP_batch, given->value, given->line, &own, d))
        return;
    for (size_t i = 0; i < own.n; i++) {
        size_t j = 0;
        while (j < all.n && value_compare(&all.v[j], &own.v[i]) != 0)
            j++;
        if (j < all.n)
            s->takes_batch[j] = true;
        else if (all.n > 0) /* else the sweep's are wrong, which was said */
            complain_batch(g, given, own.v[i], d);
    }
    free(own.v);
}

/* A line search looks at the whole loss. */
static void check_line_search(const struct grid *g, const struct section *s, struct diag *d) {
    struct list all = g->sweep.list[KEY_SWEEP_batch];
    for (size_t j = 0; j < all.n; j++)
        if (s->takes_batch[j] && all.v[j].word == VALUE_NUMBER) {
            diag_add(
                d, section_line(s, KEY_OPTIMIZER_batch),
                "[optimizer %s]: %s needs the loss of all rows at every step, so batch = %.0f (line %zu) is "
                "not for it: expected batch = full here",
                s->label, s->rule->name, all.v[j].number, section_line(&g->sweep, KEY_SWEEP_batch));
            return;
        }
}

static bool is_taken(const struct grid *g, size_t data, size_t j) {
    for (size_t o = 0; o < g->n_optimizers; o++)
        if (g->optimizer[o].takes_data[data] && g->optimizer[o].takes_batch[j])
            return true;
    return false;
}

void restrict_check_rows(const struct grid *g, const struct section *data, size_t j, double rows,
                         struct diag *d) {
    struct list all = g->sweep.list[KEY_SWEEP_batch];
    size_t from = j == SIZE_MAX ? 0 : j, to = j == SIZE_MAX ? all.n : j + 1;
    for (size_t i = from; i < to; i++)
        if (all.v[i].word == VALUE_NUMBER && all.v[i].number > rows &&
            is_taken(g, (size_t)(data - g->data), i)) {
            if (rows == 0)
                diag_add(d, section_line(&g->sweep, KEY_SWEEP_batch),
                         "batch = %.0f: [data %s] (line %zu) is a surface, which has no rows: expected full; "
                         "where other data "
                         "take %.0f, data = LABELS and batch = LIST in [optimizer] say which takes what",
                         all.v[i].number, data->label, data->line, all.v[i].number);
            else
                diag_add(d, section_line(&g->sweep, KEY_SWEEP_batch),
                         "batch = %.0f: [data %s] (line %zu) has %.0f rows to train on: expected full, or an "
                         "integer in "
                         "[1, %.0f]",
                         all.v[i].number, data->label, data->line, rows, rows);
            return;
        }
}

/* ---- [trace] --------------------------------------------------------------------------------------------- */

const char *const trace_runs_words[] = {"best", "all", NULL};
enum { TRACED_MOST = 1000 };

static bool is_word(const struct section *s) {
    const char *text = s->given[KEY_TRACE_runs] ? s->given[KEY_TRACE_runs]->value : trace_runs_words[0];
    for (int k = 0; trace_runs_words[k]; k++)
        if (!strcmp(text, trace_runs_words[k]))
            return true;
    return false;
}

/* The most features that any data set has; INFINITY: not known before a file is read. */
static double most_features(const struct grid *g) {
    double most = 0;
    for (size_t k = 0; k < g->n_data; k++) {
        struct list l = g->data[k].list[KEY_DATA_features];
        if (g->data[k].data_kind == DATA_LIBSVM && l.n == 0)
            return INFINITY;
        most = fmax(most, l.n ? 0 : 1);
        for (size_t i = 0; i < l.n; i++)
            most = fmax(most, l.v[i].number);
    }
    return most;
}

void trace_check(struct grid *g, struct diag *d) {
    const struct section *s = &g->trace;
    const struct list l = s->list[KEY_TRACE_features];
    if (!s->line)
        return;
    if (!s->given[KEY_TRACE_features])
        diag_add(d, s->line, "[trace] lacks 'features': expected a list of features and bias, as 1, 7, bias");
    if (l.n > TRACED_MOST)
        diag_add(d, section_line(s, KEY_TRACE_features),
                 "features: %zu parameters to trace: expected at most %d", l.n, TRACED_MOST);
    const double most = most_features(g);
    for (size_t i = 0; i < l.n; i++)
        if (l.v[i].word == VALUE_NUMBER && l.v[i].number > most) {
            diag_add(d, section_line(s, KEY_TRACE_features),
                     "features: %.0f: no data set has more than %.0f features", l.v[i].number, most);
            break;
        }
    g->traced = malloc((l.n + 1) * sizeof *g->traced);
    if (!g->traced) {
        d->failed = true;
        return;
    }
    for (size_t i = 0; i < l.n; i++)
        g->traced[i] = l.v[i].word == VALUE_NUMBER ? (uint32_t)l.v[i].number : PARAMETER_BIAS;
}

/* ---- [figure] -------------------------------------------------------------------------------------------- */

static bool is_traced(const struct grid *g, struct value parameter) {
    const struct list l = g->trace.list[KEY_TRACE_features];
    for (size_t i = 0; i < l.n; i++)
        if (value_compare(&l.v[i], &parameter) == 0)
            return true;
    return false;
}

static void check_traced(const struct grid *g, const struct section *s, struct value parameter,
                         struct diag *d) {
    struct text t = {0};
    if (is_traced(g, parameter))
        return;
    value_print(KEY_FIGURE_parameters, parameter, &t);
    diag_add(d, section_line(s, KEY_FIGURE_parameters),
             "[figure %s] draws parameter %s, which is not traced: expected it among the features of [trace]",
             s->label, t.s ? t.s : "");
    text_free(&t);
}

/* A contour has w of one feature and b as its plane: of more features there is none. */
static void check_plane(const struct grid *g, const struct section *s, struct diag *d) {
    for (size_t k = 0; s->takes_data && k < g->n_data; k++) {
        const struct section *data = &g->data[k];
        const struct list features = data->list[KEY_DATA_features];
        const bool given = data->data_kind == DATA_SYNTHETIC || data->data_kind == DATA_LIBSVM;
        if (!data->kind_known || !given || !s->takes_data[k] || (features.n == 1 && features.v[0].number == 1))
            continue;
        diag_add(d, section_line(s, KEY_FIGURE_data),
                 "[figure %s] draws contours over w and b, and [data %s] (line %zu) may have more than one "
                 "feature: expected data = LABELS of surfaces, of kind lecture or with features = 1",
                 s->label, data->label, data->line);
        return;
    }
}

void figure_check(struct grid *g, struct diag *d) {
    const struct choice data = {g->data, g->n_data, KEY_FIGURE_data},
                        optimizers = {g->optimizer, g->n_optimizers, KEY_FIGURE_optimizers};
    for (size_t i = 0; i < g->n_figures; i++) {
        struct section *s = &g->figure[i];
        const struct list kind = s->list[KEY_FIGURE_kind], parameters = s->list[KEY_FIGURE_parameters];
        s->takes_data = read_labels(&data, s, d);
        s->takes_optimizer = read_labels(&optimizers, s, d);
        if (!s->given[KEY_FIGURE_kind])
            diag_add(d, s->line,
                     "[figure %s] lacks 'kind': expected contour, trace, schedules, averages or balls",
                     s->label);
        for (size_t k = 0; k < parameters.n; k++)
            check_traced(g, s, parameters.v[k], d);
        if (kind.n && kind.v[0].word == FIGURE_CONTOUR) { /* w of the one feature, and b */
            check_traced(g, s, (struct value){.number = 1, .word = VALUE_NUMBER}, d);
            check_traced(g, s, (struct value){.word = 0}, d);
            check_plane(g, s, d);
        } else if (kind.n && kind.v[0].word == FIGURE_TRACE && !g->trace.line) {
            diag_add(d, s->line, "[figure %s] draws what is traced: expected a [trace] section too", s->label);
        }
    }
}

/* ---- all ------------------------------------------------------------------------------------------------- */

void restrict_read(struct grid *g, struct diag *d) {
    const struct choice data = {g->data, g->n_data, KEY_OPTIMIZER_data},
                        optimizers = {g->optimizer, g->n_optimizers, KEY_SCHEDULE_optimizers};
    for (size_t i = 0; i < g->n_optimizers; i++) {
        struct section *s = &g->optimizer[i];
        s->takes_data = read_labels(&data, s, d);
        read_batches(g, s, d);
        if (s->rule && s->rule->line_search && s->takes_batch)
            check_line_search(g, s, d);
    }
    const struct choice traced = {g->optimizer, g->n_optimizers, KEY_TRACE_runs};
    if (g->trace.line && !is_word(&g->trace))
        g->trace.takes_optimizer = read_labels(&traced, &g->trace, d);
    for (size_t i = 0; i < g->n_schedules; i++) {
        struct section *s = &g->schedule[i];
        s->takes_optimizer = read_labels(&optimizers, s, d);
        for (size_t o = 0; o < g->n_optimizers && s->takes_optimizer; o++) {
            const struct rule *rule = g->optimizer[o].rule;
            if (!rule || isnan(rule->defaults[H_eta0])) /* nothing for it to multiply */
                s->takes_optimizer[o] = false;
        }
    }
}

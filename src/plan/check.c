/* What no key can tell alone: names, labels that must exist, axes that must match, numbers in the run's
 * precision. */
#include "data/dataset.h"
#include "plan/grid.h"
#include <float.h>
#include <stdlib.h>
#include <string.h>

enum { NAME_MAX_BYTES = 100 };

static void check_name(struct grid *g, struct diag *d) {
    const struct ini_entry *given = g->sweep.given[KEY_SWEEP_name];
    const char *slash = strrchr(g->file, '/'), *base = slash ? slash + 1 : g->file, *dot = strrchr(base, '.');
    size_t len = given ? strlen(given->value) : dot ? (size_t)(dot - base) : strlen(base);
    g->name = strndup(given ? given->value : base, len);
    if (!g->name) {
        d->failed = true;
        return;
    }
    size_t safe = strspn(g->name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._+-");
    bool start = *g->name && *g->name != '.' && *g->name != '-';
    if ((given && !*given->value) || (safe == len && start && len <= NAME_MAX_BYTES))
        return;
    diag_add(d, section_line(&g->sweep, KEY_SWEEP_name),
             "name: '%.*s'%s cannot name a folder in results/: expected up to %d letters, digits, . _ + -, not "
             "starting "
             "with . or -%s",
             diag_quoted(g->name, len), g->name, given ? "" : ", the file's name,", NAME_MAX_BYTES,
             given ? "" : "; give name = NAME in [sweep]");
}

static void check_batch(const struct list *batch, size_t line, struct diag *d) {
    for (size_t i = 0; i < batch->n; i++)
        if (batch->v[i].word == VALUE_NUMBER) {
            diag_add(d, line, "batch = %.0f: only full batches are known: expected full", batch->v[i].number);
            return;
        }
}

/* ---- [data] ---------------------------------------------------------------------------------------------- */

/* A path of the grid file, as seen from the working directory. */
static char *path_resolve(const char *file, const char *path, struct diag *d) {
    const char *slash = strrchr(file, '/');
    struct text t = {0};
    if (slash && *path != '/')
        text_add_n(&t, file, (size_t)(slash + 1 - file));
    text_add(&t, path);
    d->failed |= t.failed;
    return t.s;
}

static void check_frequency(const struct grid *g, const struct section *s, struct diag *d) {
    struct list sparsity = s->list[KEY_DATA_sparsity], most = s->list[KEY_DATA_max_frequency];
    if (sparsity.n == 0 || most.n == 0)
        return;
    double worst_s = INFINITY, worst_m = INFINITY;
    if (grid_zipped(g, KEY_DATA_sparsity, KEY_DATA_max_frequency)) {
        for (size_t i = 0; i < sparsity.n && i < most.n; i++)
            if (i == 0 || sparsity.v[i].number + most.v[i].number < worst_s + worst_m) {
                worst_s = sparsity.v[i].number;
                worst_m = most.v[i].number;
            }
    } else {
        for (size_t i = 0; i < sparsity.n; i++)
            worst_s = fmin(worst_s, sparsity.v[i].number);
        for (size_t i = 0; i < most.n; i++)
            worst_m = fmin(worst_m, most.v[i].number);
    }
    if (1 - worst_s > worst_m * (1 + 1e-12)) /* 1 - 0.7 is a little above 0.3 */
        diag_add(
            d, section_line(s, KEY_DATA_sparsity),
            "sparsity = %.12g: 1 - sparsity, the mean frequency of a feature, is above max_frequency = %.12g",
            worst_s, worst_m);
}

static void check_data(const struct grid *g, struct section *s, struct diag *d) {
    const struct ini_entry *path = s->given[KEY_DATA_path], *test_path = s->given[KEY_DATA_test_path];
    if (path && *path->value)
        s->path = path_resolve(g->file, path->value, d);
    if (test_path && *test_path->value)
        s->test_path = path_resolve(g->file, test_path->value, d);
    if (s->test_path && s->given[KEY_DATA_test])
        diag_add(d, test_path->line, "test_path and test (line %zu) are both given: expected one or the other",
                 s->given[KEY_DATA_test]->line);
    check_frequency(g, s, d);
}

/* ---- [optimizer] ----------------------------------------------------------------------------------------- */

/* What a hyperparameter becomes in the precision of the run must still be in its range. */
static void check_precision(const struct grid *g, const struct section *s, struct diag *d) {
    struct list precision = g->sweep.list[KEY_SWEEP_precision];
    bool f32 = precision.n > 0 && precision.v[0].word == PRECISION_F32;
    for (enum key k = KEY_H; k < KEY_COUNT; k++)
        for (size_t i = 0; i < s->list[k].n && keys[k].numbers == NUMBERS_REAL; i++) {
            double x = s->list[k].v[i].number, rounded = f32 ? (double)(float)x : x;
            double least = f32 ? (double)FLT_MIN : DBL_MIN, most = f32 ? (double)FLT_MAX : DBL_MAX;
            bool normal = !(keys[k].open & NORMAL_NUMBER) || (rounded >= least && rounded <= most);
            bool below = !(keys[k].open & OPEN_HI) || isinf(keys[k].hi) || rounded < keys[k].hi;
            if (normal && below)
                continue;
            char as_written[NUMBER_CHARS], becomes[NUMBER_CHARS];
            number_format(x, as_written);
            number_format(rounded, becomes);
            if (!normal)
                diag_add(d, section_line(s, k), "%s = %s is not a normal number in %s: expected %.8g to %.8g",
                         keys[k].name, as_written, f32 ? "f32" : "f64", least, most);
            else
                diag_add(d, section_line(s, k), "%s = %s is %s in %s: expected less than %g after rounding",
                         keys[k].name, as_written, becomes, f32 ? "f32" : "f64", keys[k].hi);
            break;
        }
}

/* The data section whose label stands at s, the longest that ends at a comma or the end (labels may hold
 * commas); n_data if there is none. */
static size_t label_at(const struct grid *g, const char *s, const char **after) {
    size_t found = g->n_data, longest = 0;
    for (size_t i = 0; i < g->n_data; i++) {
        size_t len = strlen(g->data[i].label);
        if (len <= longest || strncmp(s, g->data[i].label, len) != 0)
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

static void complain_label(const struct grid *g, const char *s, size_t len, size_t line, struct diag *d) {
    struct text why = {0}, word = {0};
    const char *names[64];
    size_t n = 0;
    for (size_t i = 0; i < g->n_data && n < 64; i++)
        names[n++] = g->data[i].label;
    text_add_n(&word, s, len);
    text_addf(&why, "data: no [data] section is labelled '%.*s'", diag_quoted(s, len), s);
    if (word.s)
        add_nearest(&why, word.s, names, n);
    diag_add(d, line, "%s", why.s ? why.s : "data: unknown label");
    text_free(&word);
    text_free(&why);
}

static void check_labels(const struct grid *g, struct section *s, struct diag *d) {
    const struct ini_entry *given = s->given[KEY_OPTIMIZER_data];
    s->takes_data = malloc((g->n_data + 1) * sizeof *s->takes_data);
    if (!s->takes_data) {
        d->failed = true;
        return;
    }
    for (size_t i = 0; i < g->n_data; i++)
        s->takes_data[i] = !given;
    if (!given || !*given->value)
        return;
    for (const char *at = given->value;; at++) {
        at += strspn(at, " \t");
        const char *after = at + strcspn(at, ",");
        size_t i = label_at(g, at, &after);
        if (i == g->n_data)
            complain_label(g, at, (size_t)(after - at), given->line, d);
        else if (s->takes_data[i])
            diag_add(d, given->line, "data: '%s' is listed twice", g->data[i].label);
        else
            s->takes_data[i] = true;
        at = after;
        if (!*at)
            return;
    }
}

static void check_batches(const struct grid *g, struct section *s, struct diag *d) {
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
    check_batch(&own, given->line, d);
    for (size_t i = 0; i < own.n; i++) {
        size_t j = 0;
        while (j < all.n && (all.v[j].word != own.v[i].word || all.v[j].number != own.v[i].number))
            j++;
        if (j < all.n)
            s->takes_batch[j] = true;
        else if (own.v[i].word != VALUE_NUMBER)
            diag_add(d, given->line, "batch: '%s' is not a batch of the sweep (line %zu)", given->value,
                     section_line(&g->sweep, KEY_SWEEP_batch));
    }
    free(own.v);
}

/* ---- all ------------------------------------------------------------------------------------------------- */

static void check_presence(const struct grid *g, struct diag *d) {
    bool data = false, optimizer = false;
    if (g->ini.n_sections == 0 && d->n > 0) /* not a grid file at all: that was said */
        return;
    for (size_t i = 0; i < g->ini.n_sections; i++) {
        const char *kind = g->ini.sections[i].kind;
        data |= !kind || strcmp(kind, "data") == 0;
        optimizer |= !kind || strcmp(kind, "optimizer") == 0;
    }
    if (!data)
        diag_add(d, 1, "no [data LABEL] section: expected one or more");
    if (!optimizer)
        diag_add(d, 1, "no [optimizer LABEL] section: expected one or more");
}

void grid_check(struct grid *g, struct diag *d) {
    check_presence(g, d);
    check_name(g, d);
    check_batch(&g->sweep.list[KEY_SWEEP_batch], section_line(&g->sweep, KEY_SWEEP_batch), d);
    zip_read(g, d);
    for (size_t i = 0; i < g->n_data; i++)
        check_data(g, &g->data[i], d);
    for (size_t i = 0; i < g->n_optimizers; i++) {
        check_precision(g, &g->optimizer[i], d);
        check_labels(g, &g->optimizer[i], d);
        check_batches(g, &g->optimizer[i], d);
    }
    zip_check(g, d);
}

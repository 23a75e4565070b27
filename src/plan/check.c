/* What no key can tell alone: names, labels that must exist, axes that must match, numbers in the run's
 * precision. */
#include "data/dataset.h"
#include "plan/claim.h"
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

/* The toy set comes in two forms. */
static void check_lecture(const struct section *s, struct diag *d) {
    struct list sparsity = s->list[KEY_DATA_sparsity];
    for (size_t i = 0; i < sparsity.n; i++)
        if (sparsity.v[i].number != 0.8 && sparsity.v[i].number != 0.5)
            diag_add(d, section_line(s, KEY_DATA_sparsity),
                     "sparsity = %.12g: the lecture's data come with 0.8 (every fifth row has a value) or 0.5 "
                     "(every second)",
                     sparsity.v[i].number);
}

/* A surface is its own loss. Keys of [model] about rows are for other data of the grid; with none there they
 * would be ignored. */
static void check_surfaces(const struct grid *g, struct diag *d) {
    size_t n = 0;
    for (size_t i = 0; i < g->n_data; i++)
        n += g->data[i].kind_known && g->data[i].data_kind == DATA_SURFACE;
    for (enum key k = 0; n && n == g->n_data && k < KEY_H; k++)
        if (key_is_of_rows(k) && g->model.given[k])
            diag_add(d, g->model.given[k]->line,
                     "%s: all data of this grid are surfaces, which are their own loss and have no rows: "
                     "expected no such key",
                     keys[k].name);
}

static void check_data(const struct grid *g, struct section *s, struct diag *d) {
    const struct ini_entry *path = s->given[KEY_DATA_path], *test_path = s->given[KEY_DATA_test_path];
    if (path && *path->value)
        s->path = path_resolve(g->file, path->value, d);
    if (test_path && *test_path->value)
        s->test_path = path_resolve(g->file, test_path->value, d);
    if (s->test_path && s->given[KEY_DATA_test])
        /* NOLINTNEXTLINE(clang-analyzer-core.NullDereference): given: s->test_path */
        diag_add(d, test_path->line, "test_path and test (line %zu) are both given: expected one or the other",
                 s->given[KEY_DATA_test]->line);
    check_frequency(g, s, d);
    if (s->kind_known && s->data_kind == DATA_LECTURE)
        check_lecture(s, d);
}

/* ---- [optimizer] ----------------------------------------------------------------------------------------- */

/* What a hyperparameter becomes in the precision of the run must still be in its range. */
static void check_precision(const struct grid *g, const struct section *s, struct diag *d) {
    struct list precision = g->sweep.list[KEY_SWEEP_precision];
    bool f32 = precision.n > 0 && precision.v[0].word == PRECISION_F32;
    for (enum key k = KEY_H; k < KEY_S; k++)
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

/* Batches against the rows of synthetic data; those of files are known when the files are read (datasets.c). */
static void check_rows(const struct grid *g, struct diag *d) {
    for (size_t k = 0; k < g->n_data; k++) {
        struct list rows = g->data[k].list[KEY_DATA_rows];
        double least = INFINITY;
        bool zipped = grid_zipped(g, KEY_DATA_rows, KEY_SWEEP_batch);
        for (size_t i = 0; i < rows.n; i++) {
            least = fmin(least, rows.v[i].number);
            if (zipped && i < g->sweep.list[KEY_SWEEP_batch].n)
                restrict_check_rows(g, &g->data[k], i, rows.v[i].number, d);
        }
        if (!zipped && rows.n > 0)
            restrict_check_rows(g, &g->data[k], SIZE_MAX, least, d);
        if (g->data[k].kind_known && g->data[k].data_kind == DATA_SURFACE)
            restrict_check_rows(g, &g->data[k], SIZE_MAX, 0, d);
    }
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
    zip_read(g, d);
    for (size_t i = 0; i < g->n_data; i++)
        check_data(g, &g->data[i], d);
    check_surfaces(g, d);
    for (size_t i = 0; i < g->n_optimizers; i++)
        check_precision(g, &g->optimizer[i], d);
    restrict_read(g, d);
    trace_check(g, d);
    figure_check(g, d);
    if (!d->failed)
        check_rows(g, d);
    zip_check(g, d);
    if (!d->failed)
        claims_read(g, d);
}

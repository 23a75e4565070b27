/* `bench data --grid FILE`: makes or reads the data sets of a grid, describes them, and writes them as LIBSVM
 * files. */
#include "base/machine.h"
#include "base/mem.h"
#include "command.h"
#include "facts.h"
#include "options.h"
#include "plan/plan.h"
#include "report/out.h"
#include "show.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

struct data {
    const char *grid, *export, *seeds;
    uint64_t threads;
};

static const struct option options[] = {
    {"grid", "FILE", OPTION_TEXT, offsetof(struct data, grid), "the grid file that names the data sets", NULL,
     0, 0},
    {"export", "FILE.svm", OPTION_TEXT, offsetof(struct data, export),
     "write them in LIBSVM's format; several: FILE-1.svm, FILE-2.svm, ...", NULL, 0, 0},
    {"seeds", "LIST", OPTION_TEXT, offsetof(struct data, seeds), "seeds in place of the grid's, as 1..10", NULL,
     0, 0},
    {"threads", "N", OPTION_COUNT, offsetof(struct data, threads),
     "threads; all this process may use if left out", NULL, 1, 4096},
};
enum { N_OPTIONS = sizeof options / sizeof *options };

/* ---- names ----------------------------------------------------------------------------------------------- */

/* The first run on each data set: it knows what the data set is called. free(). */
static size_t *first_runs(const struct plan *p, struct err *e) {
    const size_t n = plan_n_datasets(p);
    size_t *first = mem_zeroed(n + 1, sizeof *first, e), found = 0;
    for (size_t k = 0; first && k < n; k++)
        first[k] = SIZE_MAX;
    for (size_t i = 0; first && i < plan_n_runs(p) && found < n; i++) {
        struct run r;
        plan_run(p, i, &r);
        found += first[r.dataset] == SIZE_MAX;
        if (first[r.dataset] == SIZE_MAX)
            first[r.dataset] = i;
    }
    return first;
}

/* The label, then the keys of [data] that have several values in the grid, then the seed where it matters. */
static void add_name(const struct plan *p, size_t k, size_t run, struct text *t) {
    const struct data_params *d = plan_dataset(p, k);
    struct run r;
    plan_run(p, run, &r);
    text_add(t, r.data);
    for (enum key key = 0; key < KEY_H; key++) {
        struct value *levels = NULL;
        size_t n = 0;
        if (keys[key].section == SECTION_DATA && r.v[key].word != VALUE_NONE)
            t->failed |= !plan_levels(p, key, SIZE_MAX, &levels, &n, NULL);
        if (n > 1) {
            text_addf(t, " %s=", keys[key].name);
            value_print(key, r.v[key], t);
        }
        free(levels);
    }
    if (d->kind == DATA_SYNTHETIC || d->test > 0 || (d->kind == DATA_SURFACE && d->noise > 0))
        text_addf(t, " seed=%llu", (unsigned long long)d->seed);
}

/* ---- describing ------------------------------------------------------------------------------------------ */

static void print_list(const double *x, int n) {
    for (int i = 0; i < n; i++)
        if (isnan(x[i])) /* fewer features than parts */
            printf("%snone", i ? ", " : "");
        else
            printf("%s%.4g", i ? ", " : "", x[i]);
}

static void print_surface(const struct dataset *d) {
    const struct surface_row *s = &surfaces[d->params.function];
    printf("  function      %s: %s\n  minima        0 at (w, b) = %s\n", s->name, s->formula, s->minima);
    if (d->params.noise > 0)
        printf("  noise         standard deviation %.6g on each component of the gradient\n", d->params.noise);
    printf("  fingerprint   %s\n", d->fingerprint);
}

/* Seconds, and what they come to a second. */
static void print_time(const struct dataset *d, int threads) {
    const double seconds = d->making_s + d->arranging_s, entries = (double)(d->train.nnz + d->test.nnz);
    printf("  time          %s %.3g s", d->params.kind == DATA_LIBSVM ? "read" : "drawn", d->making_s);
    if (d->text_bytes)
        printf(" (%.0f MB a second)", (double)d->text_bytes / d->making_s / 1e6);
    printf(", arranged %.3g s: %.3g million non-zeros a second on %d thread%s\n", d->arranging_s,
           entries / seconds / 1e6, threads, threads == 1 ? "" : "s");
}

static void print_facts(const struct dataset *d, int threads) {
    const struct data_facts f = facts_of(d);
    char a[SHOW_CHARS], b[SHOW_CHARS];
    const double rows = (double)f.n_rows, cells = rows * (double)f.n_features;
    printf("  rows          %s", show_count(f.n_rows, a));
    if (f.n_test)
        printf(", and %s held out", show_count(f.n_test, a));
    printf("\n  features      %s, of which %s occur\n", show_count(f.n_features, a),
           show_count(d->n_present, b));
    printf("  non-zeros     %s, %.4g a row\n", show_count(f.nnz, a), (double)f.nnz / rows);
    printf("  sparsity      %.6g\n", 1 - (double)f.nnz / cells);
    printf("  frequencies   %.4g to %.4g of the rows; means of fifths of the features%s: ", f.max_frequency,
           f.min_frequency, d->frequency ? ", by law" : "");
    print_list(f.band_frequency, N_BANDS);
    printf("\n  labels        mean %.6g\n", f.mean_label);
    printf("  values        %s\n", d->train.row_val ? "any" : "all 1");
    printf("  memory        %s\n", show_bytes((double)d->memory_bytes, a));
    print_time(d, threads);
    printf("  fingerprint   %s\n", f.fingerprint);
}

/* ---- writing --------------------------------------------------------------------------------------------- */

static int by_feature(const void *a, const void *b) {
    const uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

/* A row: the label, then index:value, indices ascending from 1. Numbers are the shortest that read back to the
 * same bits. room: for as many entries as the longest row has. */
static void add_row(struct text *t, const struct dataset *d, const struct data_part *p, size_t row,
                    uint64_t *room) {
    const uint64_t begin = p->row_ptr[row], n = p->row_ptr[row + 1] - begin;
    /* Stored by rank: sorted by feature, with the place in the lower half. */
    for (uint64_t i = 0; i < n; i++)
        room[i] = (uint64_t)d->feature_of[p->row_idx[begin + i]] << 32 | i;
    qsort(room, n, sizeof *room, by_feature);
    text_add_number(t, p->y[row]);
    for (uint64_t i = 0; i < n; i++) {
        text_addf(t, " %llu:", (unsigned long long)(room[i] >> 32) + 1);
        text_add_number(t, p->row_val ? p->row_val[begin + (uint32_t)room[i]] : 1);
    }
    text_add(t, "\n");
}

static bool write_part(const struct dataset *d, const struct data_part *p, const char *path, struct err *e) {
    uint64_t longest = 0;
    for (size_t i = 0; i < p->n_rows; i++)
        if (p->row_ptr[i + 1] - p->row_ptr[i] > longest)
            longest = p->row_ptr[i + 1] - p->row_ptr[i];
    uint64_t *room = mem_zeroed(longest + 1, sizeof *room, e);
    struct out o;
    if (!room || !out_open(&o, path, e)) {
        free(room);
        return false;
    }
    bool ok = true;
    for (size_t i = 0; ok && i < p->n_rows; i++) {
        add_row(&o.text, d, p, i, room);
        ok = out_flow(&o, e);
    }
    free(room);
    return out_close(&o, ok, e);
}

/* FILE.svm with something before its ending: the number among several, `.test` for held-out rows. */
static void add_path(struct text *t, const char *file, size_t number, const char *part) {
    const char *slash = strrchr(file, '/'), *dot = strrchr(file, '.');
    const size_t stem = dot && dot > (slash ? slash + 1 : file) ? (size_t)(dot - file) : strlen(file);
    text_add_n(t, file, stem);
    if (number)
        text_addf(t, "-%zu", number);
    text_addf(t, "%s%s", part, file + stem);
}

static bool same_file(const char *a, const char *b) {
    struct stat x, y;
    return b && *b && !stat(a, &x) && !stat(b, &y) && x.st_dev == y.st_dev && x.st_ino == y.st_ino;
}

static bool export(const struct dataset *d, const char *file, size_t number, struct err *e) {
    struct text path = {0}, test = {0};
    add_path(&path, file, number, "");
    add_path(&test, file, number, ".test");
    bool ok = !path.failed && !test.failed;
    if (!ok)
        err_add(e, "out of memory");
    ok = ok && write_part(d, &d->train, path.s, e) && (!d->test.n_rows || write_part(d, &d->test, test.s, e));
    if (ok) {
        printf("  to read it    kind = libsvm; path = %s; features = %zu", path.s, d->n_features);
        printf(d->test.n_rows ? "; test_path = %s\n" : "\n", test.s);
    }
    text_free(&path);
    text_free(&test);
    return ok;
}

/* ---- the command ----------------------------------------------------------------------------------------- */

static bool describe(const struct data *w, const struct plan *p, size_t k, size_t run, struct err *e) {
    const size_t n = plan_n_datasets(p);
    struct text name = {0};
    add_name(p, k, run, &name);
    struct dataset *d = NULL;
    if (name.failed)
        err_add(e, "out of memory for the name of a data set");
    else
        d = data_make(plan_dataset(p, k), (int)w->threads, e);
    if (d) {
        printf("%sdata set %zu of %zu: %s\n", k ? "\n" : "", k + 1, n, name.s);
        if (d->params.kind == DATA_SURFACE)
            print_surface(d);
        else
            print_facts(d, (int)w->threads);
    }
    const bool ok = d && (!w->export || export(d, w->export, n > 1 ? k + 1 : 0, e));
    data_free(d);
    text_free(&name);
    return ok;
}

/* Whether a file can be written there, so that it is not found out after the data are made. */
static bool can_write(const char *path, struct err *e) {
    struct stat st;
    struct out o;
    if (!stat(path, &st) && S_ISDIR(st.st_mode))
        return err_add(e, "--export: %s is a folder; expected a file", path);
    if (!out_open(&o, path, e))
        return false;
    out_close(&o, false, e);
    return true;
}

/* Whether every file that would be written can be, and none is one that the grid reads. */
static bool may_export(const struct data *w, const struct plan *p, struct err *e) {
    static const char *const parts[] = {"", ".test"};
    const size_t n = plan_n_datasets(p);
    bool ok = true;
    for (size_t i = 0; ok && i < 2 * n; i++) {
        struct text path = {0};
        add_path(&path, w->export, n > 1 ? i / 2 + 1 : 0, parts[i % 2]);
        ok = !path.failed || err_add(e, "out of memory");
        for (size_t k = 0; ok && k < n; k++) {
            const struct data_params *d = plan_dataset(p, k);
            if (same_file(path.s, d->path) || same_file(path.s, d->test_path))
                ok = err_add(e, "--export: %s is a file that the grid reads; it is left as it is", path.s);
        }
        ok = ok && can_write(path.s, e);
        text_free(&path);
    }
    return ok;
}

/* Whether every data set has rows to write. */
static bool has_rows(const struct plan *p, struct err *e) {
    bool ok = true;
    for (size_t k = 0; ok && k < plan_n_datasets(p); k++)
        ok = plan_dataset(p, k)->kind != DATA_SURFACE ||
             err_add(e, "--export: data set %zu of the grid is the surface %s, which has no rows to write",
                     k + 1, surfaces[plan_dataset(p, k)->function].name);
    return ok;
}

static int data(const struct data *w, struct err *e) {
    struct plan *p = plan_read(w->grid, w->seeds, e);
    size_t *first = p && (!w->export || (has_rows(p, e) && may_export(w, p, e))) ? first_runs(p, e) : NULL;
    bool ok = first != NULL;
    for (size_t k = 0; ok && k < plan_n_datasets(p); k++)
        ok = describe(w, p, k, first[k], e);
    free(first);
    plan_free(p);
    return ok ? EXIT_DONE : EXIT_USAGE;
}

int data_command(int argc, char **argv) {
    struct data w = {.threads = (uint64_t)machine_get()->threads};
    struct err e = {0};
    bool help = false;
    int code = EXIT_USAGE;
    if (options_read(options, N_OPTIONS, argc, argv, &w, &help, &e) && !help && !w.grid)
        err_add(&e, "bench data: --grid FILE is missing, as in: bench data --grid sweeps/quick.ini");
    if (help && !e.count) {
        printf("bench data --grid FILE: makes or reads the data sets of a grid and describes them.\n\n");
        options_help(options, N_OPTIONS, stdout);
        code = EXIT_DONE;
    } else if (!e.count) {
        code = data(&w, &e);
    }
    command_complain(&e);
    return code;
}

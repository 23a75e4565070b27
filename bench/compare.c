/* `bench compare A B`: what has become of each cell of A in B. Text on stdout; exit code 3 if something is
 * worse. */
#include "report/compare.h"
#include "base/mem.h"
#include "command.h"
#include "known.h"
#include "options.h"
#include "report/note.h"
#include "report/summary.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LISTED = 40 };
/* With --speed: how much slower a run may surely be. */
static const double SPEED_LIMIT = 1.1;

struct compare {
    bool all, speed;
};

static const struct option options[] = {
    {"all", NULL, OPTION_FLAG, offsetof(struct compare, all), "list every cell that changed, not the first 40",
     NULL, 0, 0},
    {"speed", NULL, OPTION_FLAG, offsetof(struct compare, speed),
     "seconds a run count too: over 10% more is a regression", NULL, 0, 0},
};
enum { N_OPTIONS = sizeof options / sizeof *options };

/* ---- two folders ----------------------------------------------------------------------------------------- */

struct folder {
    const char *dir;
    struct store *store;
    struct plan *plan;
    struct results r;
    char *machine, *build; /* notes; NULL where there is none */
};

static bool folder_open(struct folder *f, const char *dir, struct err *e) {
    size_t len;
    *f = (struct folder){.dir = dir};
    return (f->store = store_open(dir, false, true, e)) && (f->plan = known_plan(f->store, e)) &&
           results_load(f->plan, f->store, &f->r, e) &&
           store_get_note(f->store, "machine", &f->machine, &len, e) &&
           store_get_note(f->store, "build", &f->build, &len, e);
}

static void folder_close(struct folder *f) {
    results_free(&f->r);
    plan_free(f->plan);
    store_close(f->store);
    free(f->machine);
    free(f->build);
}

static void add_note(struct text *t, const char *note, const char *name) {
    if (!note_value(note, name, t))
        text_add(t, "unknown");
}

/* ---- what is said ---------------------------------------------------------------------------------------- */

static void add_folders(struct doc *d, const struct folder *f) {
    static const struct table_column columns[] = {{"", false},    {"folder", false},       {"commit", false},
                                                  {"CPU", false}, {"instructions", false}, {"cells", true}};
    struct table *t = doc_table(d, columns, sizeof columns / sizeof *columns, "");
    for (int k = 0; k < 2; k++) {
        table_text(t, k ? "B" : "A");
        table_text(t, f[k].dir);
        add_note(&t->text, f[k].build, "commit");
        table_end_cell(t);
        add_note(&t->text, f[k].machine, "cpu");
        table_end_cell(t);
        add_note(&t->text, f[k].machine, "instructions");
        table_end_cell(t);
        table_number(t, (double)f[k].r.n_cells);
    }
}

static void add_counts(struct doc *d, const struct comparison *c) {
    struct text *t = doc_text(d);
    text_addf(t, "%zu cells are in both; %zu are in A only, %zu in B only. ", c->n, c->n_only_a, c->n_only_b);
    if (c->loosely)
        text_add(
            t,
            "No two were computed in the same way on the same data: they are matched by rule, hyperparameters, "
            "schedule, model, batch size and the data's label and axes. ");
    if (c->n_unpaired)
        text_addf(t, "%zu have no seed in common and are not compared. ", c->n_unpaired);
    if (c->times)
        text_addf(t, "Time to the target: %zu slower in B, %zu faster. ", c->n_slower, c->n_faster);
    else
        text_add(t, "The targets differ, so times to the target are not compared. ");
    text_addf(
        t,
        "Final loss: %zu worse in B, %zu better. Times within one evaluation and losses within 0.1%% are ties; "
        "cells differ where a paired bootstrap over the seeds says so (95%%, Holm's correction), or, with "
        "fewer "
        "than %d seeds, where all seeds agree.",
        c->n_worse, c->n_better, ENOUGH_SEEDS);
}

static bool changed(const struct comparison *c, const struct compared *row) {
    return (c->times && row->time.verdict != VERDICT_UNDECIDED) || row->loss.verdict != VERDICT_UNDECIDED;
}

static bool worse(const struct comparison *c, const struct compared *row) {
    return (c->times && row->time.verdict == VERDICT_MORE) || row->loss.verdict == VERDICT_MORE;
}

static void add_row(struct table *t, const struct folder *f, const struct group *g, const struct compared *row,
                    bool is_worse) {
    const struct cell *a = &f[0].r.cell[row->a], *b = &f[1].r.cell[row->b];
    struct run run;
    plan_run(f[0].plan, a->first, &run);
    table_text(t, is_worse ? "worse" : "better");
    table_text(t, g->optimizer);
    table_text(t, g->data);
    summary_setting(&f[0].r, g, &run, &t->text);
    table_end_cell(t);
    table_number(t, a->epochs.median);
    table_number(t, b->epochs.median);
    table_number(t, a->final_loss.median);
    table_number(t, b->final_loss.median);
    const struct contrast *most = row->time.n_less > row->time.n_more ? &row->time : &row->loss;
    text_addf(&t->text, "%zu", most->n_seeds);
    table_end_cell(t);
}

/* The cells that changed, worse ones first. */
static bool add_cells(struct doc *d, const struct folder *f, const struct comparison *c, bool all,
                      struct err *e) {
    static const struct table_column columns[] = {{"", false},        {"optimizer", false}, {"data", false},
                                                  {"setting", false}, {"epochs A", true},   {"epochs B", true},
                                                  {"loss A", true},   {"loss B", true},     {"seeds", true}};
    struct group *group = NULL;
    size_t n = 0, n_changed = 0, n_shown = 0;
    for (size_t k = 0; k < c->n; k++)
        n_changed += changed(c, &c->row[k]);
    if (!n_changed)
        return true;
    size_t *of = mem_zeroed(f[0].r.n_cells, sizeof *of, e); /* the group of each cell */
    if (!of || !results_groups(&f[0].r, &group, &n, e)) {
        free(of);
        return false;
    }
    for (size_t k = 0; k < n; k++)
        for (size_t i = 0; i < group[k].n_cells; i++)
            of[group[k].cell[i] / plan_n_seeds(f[0].plan)] = k;
    struct table *t = doc_table(d, columns, sizeof columns / sizeof *columns, "");
    for (int pass = 0; pass < 2; pass++)
        for (size_t k = 0; k < c->n && (all || n_shown < LISTED); k++)
            if (changed(c, &c->row[k]) && worse(c, &c->row[k]) == (pass == 0)) {
                add_row(t, f, &group[of[c->row[k].a]], &c->row[k], pass == 0);
                n_shown++;
            }
    if (n_shown < n_changed)
        text_addf(doc_text(d), "And %zu more; --all lists them.", n_changed - n_shown);
    results_groups_free(group, n);
    free(of);
    return true;
}

static bool slow(const struct speed *s) {
    return s->lo > SPEED_LIMIT;
}

static void add_speed(struct doc *d, const struct comparison *c) {
    static const struct table_column columns[] = {
        {"optimizer", false}, {"cells", true}, {"seconds, B over A", true}, {"95%", true}};
    text_add(doc_text(d),
             "Seconds a run, median over the cells. A run's time is its pack's divided by the runs in it; "
             "other work on the machine counts in.");
    struct table *t = doc_table(d, columns, sizeof columns / sizeof *columns, "");
    for (size_t k = 0; k < c->n_speeds; k++) {
        const struct speed *s = &c->speed[k];
        table_text(t, s->optimizer);
        table_number(t, (double)s->n);
        text_addf(&t->text, "%.2f", s->median);
        table_end_cell(t);
        if (isnan(s->lo))
            text_add(&t->text, "-");
        else
            text_addf(&t->text, "%.2f to %.2f", s->lo, s->hi);
        table_end_cell(t);
    }
}

static int judge(const struct comparison *c, const struct compare *w, struct doc *d) {
    bool regression = c->n_worse > 0 || (c->times && c->n_slower > 0);
    for (size_t k = 0; k < c->n_speeds; k++)
        regression |= w->speed && slow(&c->speed[k]);
    text_add(doc_text(d), regression ? "Verdict: a regression." : "Verdict: no regression.");
    return regression ? EXIT_REGRESSION : EXIT_DONE;
}

static int compare(const char *const dir[2], const struct compare *w, struct err *e) {
    struct folder f[2] = {{0}, {0}};
    struct comparison c = {0};
    struct doc d = {0};
    struct text out = {0};
    int code = EXIT_USAGE;
    if (folder_open(&f[0], dir[0], e) && folder_open(&f[1], dir[1], e)) {
        bool ok = comparison_make(&f[0].r, &f[1].r, &c, e);
        if (ok && !c.n)
            ok = err_add(e, "%s and %s have no cell in common", dir[0], dir[1]);
        else if (ok && c.n_unpaired == c.n)
            ok = err_add(e, "%s and %s have no seed in common: runs are compared seed by seed", dir[0], dir[1]);
        else if (ok) {
            add_folders(&d, f);
            add_counts(&d, &c);
            ok = add_cells(&d, f, &c, w->all, e);
            add_speed(&d, &c);
            code = judge(&c, w, &d);
            doc_markdown(&d, &out);
            ok = ok && (!out.failed || err_add(e, "out of memory"));
        }
        if (ok)
            fputs(out.s, stdout);
        else
            code = EXIT_USAGE;
    }
    text_free(&out);
    doc_free(&d);
    comparison_free(&c);
    folder_close(&f[0]);
    folder_close(&f[1]);
    return code;
}

int compare_command(int argc, char **argv) {
    struct compare w = {0};
    struct err e = {0};
    bool help = false;
    const char *dir[2] = {NULL, NULL};
    int n = 0;
    while (n < 2 && n < argc && *argv[n] != '-') {
        dir[n] = argv[n];
        n++;
    }
    int code = EXIT_USAGE;
    if (options_read(options, N_OPTIONS, argc - n, argv + n, &w, &help, &e) && !help && n < 2)
        err_add(
            &e,
            "bench compare: expected two results folders, as in: bench compare results/before results/after");
    if (help && !e.count) {
        printf(
            "bench compare A B: two results folders, cell by cell: time to the target, final loss, seconds.\n"
            "Exit code 3: something is worse in B.\n\n");
        options_help(options, N_OPTIONS, stdout);
        code = EXIT_DONE;
    } else if (!e.count) {
        code = compare(dir, &w, &e);
    }
    command_complain(&e);
    return code;
}

/* `bench merge INTO DIR...`: results folders into one, a shard after the other, then its tables and pictures.
 */
#include "command.h"
#include "job.h"
#include "known.h"
#include "numerics.h"
#include "options.h"
#include "report/report.h"
#include "store/lock.h"
#include "traces.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

struct merge {
    bool no_plots, pdf, quiet;
};

static const struct option options[] = {
    {"no-plots", NULL, OPTION_FLAG, offsetof(struct merge, no_plots), "tables only", NULL, 0, 0},
    {"pdf", NULL, OPTION_FLAG, offsetof(struct merge, pdf), "pictures as PDF too", NULL, 0, 0},
    {"quiet", NULL, OPTION_FLAG, offsetof(struct merge, quiet), "no messages but errors", NULL, 0, 0},
};
enum { N_OPTIONS = sizeof options / sizeof *options };

static bool same_folder(const char *a, const char *b) {
    struct stat x, y;
    return !stat(a, &x) && !stat(b, &y) && x.st_dev == y.st_dev && x.st_ino == y.st_ino;
}

/* Looks through all sources before anything is written. */
static bool check_sources(const char *into, int n, char **dir, struct err *e) {
    const int before = e->count;
    for (int i = 0; i < n; i++) {
        if (same_folder(into, dir[i])) {
            err_add(e, "%s is both what is made and a source; give the folder to make a name of its own",
                    dir[i]);
            continue;
        }
        struct store *s = store_open(dir[i], false, true, e);
        size_t rows;
        if (s && numerics_agree(s, false, e))
            store_check(s, &rows, e);
        store_close(s);
    }
    return e->count == before;
}

/* Tables follow the grid that is in INTO: runs of another are kept, and shown by none. */
static bool same_grid(struct store *a, struct store *b, bool *same, struct err *e) {
    static const char *const notes[] = {"grid", "seeds"};
    *same = true;
    bool ok = true;
    for (int i = 0; ok && i < 2; i++) {
        char *x = NULL, *y = NULL;
        size_t len_x, len_y;
        ok = store_get_note(a, notes[i], &x, &len_x, e) && store_get_note(b, notes[i], &y, &len_y, e);
        *same &= ok && len_x == len_y && (!len_x || !memcmp(x, y, len_x));
        free(x);
        free(y);
    }
    return ok;
}

static bool merge_one(struct store *into, const char *dir, const struct merge *w, struct err *e) {
    struct store *from = store_open(dir, false, true, e);
    struct merged m;
    bool same;
    const bool ok = from && numerics_match(into, from, e) && store_merge(into, from, &m, e) &&
                    same_grid(into, from, &same, e);
    if (ok && !w->quiet)
        printf("%s: %zu runs added, %zu were there\n", dir, m.n_added, m.n_known);
    if (ok && !same)
        fprintf(stderr, "bench: %s is of another grid: its runs are kept, the tables show the first grid's\n",
                dir);
    store_close(from);
    return ok;
}

static int finish(struct store *s, const char *into, const struct merge *w, struct err *e) {
    static const struct ids all;
    struct cost c = {0};
    struct traces lacking = {0};
    struct plan *p = known_plan(s, e);
    bool ok =
        p &&
        report_write(p, s, into,
                     &(struct report_options){.plots = !w->no_plots, .pdf = w->pdf, .quiet = w->quiet}, e) &&
        cost_make(p, s, &all, RETRY_FAILED, &c, e) && traces_lacking(p, s, &lacking, e);
    if (ok)
        printf("%zu runs in the grid, %zu of them missing: %s\n", plan_n_runs(p), c.n_todo, into);
    if (ok && lacking.ids.n) /* the best of the whole are not always the best of a shard */
        printf("traces that [trace] asks for and that are lacking: %zu; the grid run once more with --out %s "
               "makes them\n",
               lacking.ids.n, into);
    traces_free(&lacking);
    cost_free(&c);
    plan_free(p);
    return ok ? EXIT_DONE : EXIT_INCOMPLETE;
}

static int merge(const char *into, int n, char **dir, const struct merge *w, struct err *e) {
    if (!check_sources(into, n, dir, e))
        return EXIT_USAGE;
    struct lock *lock = lock_take(into, 0, false, e);
    struct store *s = lock ? store_open(into, false, false, e) : NULL;
    bool ok = s && numerics_agree(s, false, e);
    for (int i = 0; ok && i < n; i++)
        ok = merge_one(s, dir[i], w, e);
    const int code = ok ? finish(s, into, w, e) : EXIT_USAGE;
    store_close(s);
    lock_release(lock);
    return code;
}

int merge_command(int argc, char **argv) {
    struct merge w = {0};
    struct err e = {0};
    bool help = false;
    int n = 0, code = EXIT_USAGE;
    while (n < argc && strncmp(argv[n], "--", 2) != 0)
        n++;
    if (options_read(options, N_OPTIONS, argc - n, argv + n, &w, &help, &e) && !help && n < 2)
        err_add(&e, "bench merge: expected the folder to make or extend and at least one other, as in: "
                    "bench merge results/whole results/part1 results/part2");
    if (help && !e.count) {
        printf("bench merge INTO DIR...: adds what the results folders DIR hold to INTO, which is made if need "
               "be,\n"
               "and makes its tables and pictures. The sources stay as they are.\n\n");
        options_help(options, N_OPTIONS, stdout);
        code = EXIT_DONE;
    } else if (!e.count) {
        code = merge(argv[0], n - 1, argv + 1, &w, &e);
    }
    command_complain(&e);
    return code;
}

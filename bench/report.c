/* `bench report DIR`: tables, pictures and report of a results folder, rebuilt from its store alone. */
#include "report/report.h"
#include "base/clock.h"
#include "command.h"
#include "known.h"
#include "options.h"
#include <stdio.h>
#include <string.h>

struct report {
    bool no_plots, pdf, quiet;
};

static const struct option options[] = {
    {"no-plots", NULL, OPTION_FLAG, offsetof(struct report, no_plots), "tables only", NULL, 0, 0},
    {"pdf", NULL, OPTION_FLAG, offsetof(struct report, pdf), "pictures as PDF too", NULL, 0, 0},
    {"quiet", NULL, OPTION_FLAG, offsetof(struct report, quiet), "no messages but errors", NULL, 0, 0},
};
enum { N_OPTIONS = sizeof options / sizeof *options };

static int rebuild(const char *dir, const struct report *w, struct err *e) {
    const double start = clock_s();
    struct store *s = store_open(dir, false, true, e);
    struct plan *p = s ? known_plan(s, e) : NULL;
    int code = EXIT_USAGE;
    struct text unexpected = {0};
    size_t rows;
    if (p)
        code = report_write(
                   p, s, dir,
                   &(struct report_options){
                       .plots = !w->no_plots, .pdf = w->pdf, .quiet = w->quiet, .unexpected = &unexpected},
                   e)
                   ? EXIT_DONE
               : store_check(s, &rows, NULL) ? EXIT_INCOMPLETE
                                             : EXIT_USAGE; /* it was given a damaged store */
    if (code == EXIT_DONE)
        printf("%zu runs, tables%s made again in %.2f s: %s\n", plan_n_runs(p),
               w->no_plots ? "" : " and pictures", clock_s() - start, dir);
    if (unexpected.len) {
        fputs(unexpected.s, stderr);
        code = code == EXIT_DONE ? EXIT_INCOMPLETE : code;
    }
    text_free(&unexpected);
    plan_free(p);
    store_close(s);
    return code;
}

int report_command(int argc, char **argv) {
    struct report w = {0};
    struct err e = {0};
    bool help = false;
    const char *dir = argc > 0 && *argv[0] != '-' ? argv[0] : NULL;
    int code = EXIT_USAGE;
    if (options_read(options, N_OPTIONS, argc - !!dir, argv + !!dir, &w, &help, &e) && !help && !dir)
        err_add(&e, "bench report: expected a results folder, as in: bench report results/quick");
    if (help && !e.count) {
        printf(
            "bench report DIR: rebuilds everything but sweep.db in DIR, a results folder, from sweep.db.\n\n");
        options_help(options, N_OPTIONS, stdout);
        code = EXIT_DONE;
    } else if (!e.count) {
        code = rebuild(dir, &w, &e);
    }
    command_complain(&e);
    return code;
}

/* bench: the table of commands and the way to them. Only the files of this folder print and exit. */
#include "base/machine.h"
#include "base/text.h"
#include "command.h"
#include "kern/kern.h"
#include <signal.h>
#include <stdio.h>
#include <string.h>

static const struct command commands[] = {
    {"", "--grid FILE [OPTION...]",
     "run a grid of optimizer settings: what is missing, then tables and pictures", sweep_command},
    {"kernels", "kernels [OPTION...]", "time the update rules against what the machine can do",
     kernels_command},
    {"throughput", "throughput [OPTION...]", "time lockstep training beside plain C, one run at a time",
     throughput_command},
    {"report", "report DIR [OPTION...]", "rebuild tables and pictures of a results folder from its store",
     report_command},
    {"compare", "compare DIR DIR [OPTION...]", "two results folders, cell by cell; exit code 3 on a regression",
     compare_command},
    {"refine", "refine DIR", "print a finer grid around the best cells of a results folder", refine_command},
    {"merge", "merge INTO DIR...", "results folders into one, as the shards of a sweep", merge_command},
    {"verify", "verify DIR [OPTION...]", "check every stored row, and a sample of runs by computing it again",
     verify_command},
    {"data", "data --grid FILE [OPTION...]",
     "make or read the data sets of a grid, describe them, write LIBSVM", data_command},
    {"explain", "explain --grid FILE --run ID ...",
     "one step of one parameter: the formula with its numbers (--step T)", explain_command},
    {"list", "list [NAME]", "rules, schedules, keys, functions (surfaces) or isa, as tables in markdown",
     list_command},
};
enum { N_COMMANDS = sizeof commands / sizeof *commands };

static void print_help(FILE *f) {
    fprintf(f,
            "Sweeps and benchmarks of adaptive learning rates on sparse data: sixteen runs in lockstep.\n\n");
    for (int i = 0; i < N_COMMANDS; i++)
        fprintf(f, "  bench %-33s %s\n", commands[i].usage, commands[i].help);
    fprintf(f, "  bench --help, --version\n\n");
    fprintf(f, "Options of bench --grid (bench COMMAND --help lists those of a command):\n\n");
    sweep_help(f);
}

static int unknown_command(const char *word) {
    static const char *const dashed[] = {"grid", "help", "version"};
    const char *names[N_COMMANDS], *dot = strrchr(word, '.');
    size_t n = 0;
    for (int i = 0; i < N_COMMANDS; i++)
        if (*commands[i].name)
            names[n++] = commands[i].name;
    const char *near = text_nearest(word, names, n), *dashes = "";
    for (size_t i = 0; i < sizeof dashed / sizeof *dashed && !*dashes; i++)
        if (!strcmp(word, dashed[i])) {
            near = word;
            dashes = "--";
        }
    fprintf(stderr, "bench: unknown command '%s'", word);
    if (dot && !strcmp(dot, ".ini"))
        fprintf(stderr, "; did you mean 'bench --grid %s'?\n", word);
    else if (near)
        fprintf(stderr, "; did you mean '%s%s'?\n", dashes, near);
    else
        fprintf(stderr, "; bench --help lists them\n");
    return EXIT_USAGE;
}

static int dispatch(int argc, char **argv) {
    if (argc < 2) {
        print_help(stderr);
        return EXIT_USAGE;
    }
    const char *word = argv[1];
    if (argc > 2 && !strcmp(word, "--version")) {
        fprintf(stderr, "bench --version: unexpected '%s'\n", argv[2]);
        return EXIT_USAGE;
    }
    if (argc == 2 && (!strcmp(word, "--help") || !strcmp(word, "-h"))) {
        print_help(stdout);
        return EXIT_DONE;
    }
    if (argc == 2 && !strcmp(word, "--version")) {
        printf("bench %s (commit %s)\n", machine_get()->version, machine_get()->commit);
        return EXIT_DONE;
    }
    if (!isa_usable(ISA_SCALAR)) {
        fprintf(stderr,
                "bench: this CPU has no fused multiply-add (FMA3), without which results would differ\n");
        return EXIT_INCOMPLETE;
    }
    if (*word == '-')
        return commands[0].run(argc - 1, argv + 1);
    for (int i = 0; i < N_COMMANDS; i++)
        if (*commands[i].name && !strcmp(commands[i].name, word))
            return commands[i].run(argc - 2, argv + 2);
    return unknown_command(word);
}

void command_complain(struct err *e) {
    if (e->text)
        fputs(e->text, stderr);
    if (e->count > ERR_MAX)
        fprintf(stderr, "and %d more\n", e->count - ERR_MAX);
    err_clear(e);
}

int main(int argc, char **argv) {
    signal(SIGXFSZ, SIG_IGN); /* a limit on the size of files then is what a full disk is: a write that fails */
    int code = dispatch(argc, argv);
    if ((fflush(stdout) || ferror(stdout)) && code == EXIT_DONE) {
        fprintf(stderr, "bench: cannot write to standard output\n");
        code = EXIT_INCOMPLETE;
    }
    return code;
}

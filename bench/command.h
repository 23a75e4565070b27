/* The commands of the program: one row each in main.c, one file each. A command gets the words after its name,
 * prints its results to stdout and its messages to stderr, and returns the exit code. */
#pragma once
#include "base/err.h"
#include <stdio.h>

/* 0: done. 1: some run could not be computed, or a claim has not the verdict expected. 2: usage or bad input.
 * 3: a regression. 128 + signal: interrupted, what was finished is kept. */
enum { EXIT_DONE = 0, EXIT_INCOMPLETE = 1, EXIT_USAGE = 2, EXIT_REGRESSION = 3, EXIT_SIGNAL = 128 };

/* Prints the messages to stderr, and how many more there were; empties *e. */
void command_complain(struct err *e);

struct command {
    const char *name; /* "": the main job, `bench --grid FILE` */
    const char *usage, *help;
    int (*run)(int argc, char **argv);
};

void sweep_help(FILE *f); /* the options of the main job */
int sweep_command(int argc, char **argv);
int kernels_command(int argc, char **argv);
int throughput_command(int argc, char **argv);
int list_command(int argc, char **argv);
int refine_command(int argc, char **argv);
int report_command(int argc, char **argv);
int compare_command(int argc, char **argv);
int merge_command(int argc, char **argv);
int verify_command(int argc, char **argv);
int data_command(int argc, char **argv);
int explain_command(int argc, char **argv);

/* How far a sweep is, on stderr: a bar that is drawn over on a terminal, a line now and then otherwise. One
 * thread at a time: callers lock. */
#pragma once
#include <stdbool.h>
#include <stddef.h>

struct progress {
    size_t n_runs, runs_done;
    double work, work_done; /* time left is judged by work, not by runs: packs differ */
    double start_s, last_s; /* when it began, when it last said something */
    bool quiet, terminal;
};

void progress_begin(struct progress *p, size_t n_runs, double work, bool quiet);
/* A pack of runs is done. */
void progress_add(struct progress *p, size_t runs, double work);
/* Wipes the bar, so that a message can be printed; the next progress_add draws it again. */
void progress_clear(struct progress *p);

/* `--dry-run`: what a sweep would do and cost. */
#pragma once
#include "job.h"

/* Prints to stdout. dir: the results folder, whose store says what is there already; NULL: as if empty. */
bool dryrun_print(const struct plan *p, const char *dir, const struct ids *wanted, enum again again,
                  enum precision precision, enum isa isa, int threads, struct err *e);

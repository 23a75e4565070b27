/* Everything a results folder holds besides the store, rebuilt from plan and store alone. */
#pragma once
#include "plan/plan.h"
#include "store/store.h"

struct report_options {
    double *pictures_s; /* NULL, or: receives the seconds of the pictures */
    bool plots;         /* draw pictures (needs gnuplot; without it a note says what is missing) */
    bool pdf;           /* pictures as PDF too */
    bool quiet;
    struct text *unexpected; /* NULL, or told of claims that have not the verdict expected, a line each */
};
/* Writes the tables (report.c lists them), plots/ and report.html into dir. Runs not in the store are left out.
 */
bool report_write(const struct plan *p, struct store *s, const char *dir, const struct report_options *o,
                  struct err *e);

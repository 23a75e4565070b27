/* Gnuplot as this project uses it: how text gets into a script unharmed, and how scripts are run. */
#pragma once
#include "base/err.h"
#include "base/text.h"

/* Appends s as a gnuplot string. Whatever s holds (quotes, backquotes, backslashes, control characters, broken
 * UTF-8), the result is one single-quoted string on one line that stands for the printable part of s; at most
 * `width` characters, the middle of a longer s replaced by an ellipsis. Single quotes are the only strings in
 * which gnuplot expands nothing. */
void gnuplot_quote(struct text *out, const char *s, size_t width);

/* Runs one script, gnuplot as found on PATH, with `before` (a command; NULL: none) run first. False and a
 * message (gnuplot's own words included) when it is missing, refuses the script or is killed. */
bool gnuplot_run(const char *script, const char *before, struct err *e);
/* Runs n scripts, so many processes at a time, each with a share of them, as most of the time of a short one
 * goes into starting gnuplot. One that fails stops no other: false and a message for each, the first few named.
 */
bool gnuplot_run_all(const char *const *script, size_t n, const char *before, int processes, struct err *e);

/* Whether there is a gnuplot to run. */
bool gnuplot_found(void);

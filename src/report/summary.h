/* The summary as a document: its parts, in order. Numbers are cut to four digits; the .csv files have them all.
 */
#pragma once
#include "report/doc.h"
#include "report/scores.h"

/* summary.c: the whole of it. */
bool summary_make(const struct scores *s, struct doc *d, struct err *e);
bool summary_write_markdown(const struct scores *s, const char *path, struct err *e);
bool summary_write_tex(const struct scores *s, const char *path, struct err *e);
/* summary_csv.c: a row an optimizer and problem. */
bool summary_write_csv(const struct scores *s, const char *path, struct err *e);

/* summary_run.c: what was run, on what. */
void summary_runs(const struct scores *s, struct doc *d);
bool summary_data(const struct scores *s, struct doc *d, struct err *e);
bool summary_not_computed(const struct scores *s, struct doc *d, struct err *e); /* after the failures */
void summary_below(const struct scores *s, struct doc *d);                       /* runs below L* */
/* ` (no finite minimum found)` after a time to a gap on such data. */
void summary_gap_remark(const struct scores *s, size_t problem, struct text *out);
/* summary_ranking.c: who is first. */
void summary_verdict(const struct scores *s, struct doc *d);
void summary_rankings(const struct scores *s, struct doc *d);
void summary_profile(const struct scores *s, struct doc *d);
/* summary_tuning.c: with which setting, and how much depends on it. */
void summary_best(const struct scores *s, struct doc *d);
bool summary_sensitivity(const struct scores *s, struct doc *d, struct err *e);
void summary_failures(const struct scores *s, struct doc *d);
void summary_learnt(const struct scores *s, struct doc *d);
void summary_trends(const struct scores *s, struct doc *d);
/* The hyperparameters of a cell that vary in its optimizer's section; where none does, all its numbers. */
void summary_setting(const struct results *r, const struct group *g, const struct run *run, struct text *out);

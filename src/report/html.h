/* report.html: the whole report as one page that needs no network and no other file. Its words are those of the
 * summary (summary.h), its pictures those of plots/; it adds what was run on what machine, and hashes to cite.
 * Bytes depend on the store, the figures and this program alone. Labels are text wherever they stand; pictures
 * are <img> with data: addresses, in which a browser runs and fetches nothing, and a content security policy
 * forbids the page all but its own script and style. */
#pragma once
#include "report/figures.h"
#include "report/scores.h"

/* Writes DIR/report.html, after the tables and plots/. Figures without a picture are only linked to. */
bool html_write(const struct scores *s, const char *dir, const struct figure_list *figures, struct err *e);

struct doc;
/* html_run.c: what was run, on what. */
void html_plan(const struct scores *s, struct doc *d);
bool html_machine(const struct scores *s, struct doc *d, struct err *e);
/* html_cite.c: hashes, a BibTeX entry, the grid file. */
bool html_cite(const struct scores *s, const char *dir, struct text *out, struct err *e);
/* html_figures.c: figures with their captions and links, kinds of which there are few first. */
bool html_figures(const struct figure_list *l, const char *dir, struct text *out, struct err *e);
/* How many optimizers there are. */
size_t html_n_optimizers(const struct scores *s);

/* Comma-separated tables. Their bytes are a pure function of plan and store: ordered by plan, shortest
 * decimals, no times. RFC 4180 with \\n, a comma and no blank between columns. */
#pragma once
#include "report/scores.h"

/* One field. A label is quoted if it holds what would end a field. Counts, and quantities that are whole, are
 * written in full, where the shortest decimal of 100000 would be 1e+05. */
void csv_hex(struct text *t, uint64_t v);
void csv_label(struct text *t, const char *s);
void csv_count(struct text *t, double x);
void csv_quantity(struct text *t, double x);
void csv_value(struct text *t, enum key key, struct value v);
/* Every key that is a column of runs.csv, but seed, batch, loss and precision, each with a comma before it. */
void csv_key_names(struct text *t);
void csv_key_values(struct text *t, const struct run *run);

/* csv.c, csv_cells.c, csv_data.c */
bool csv_write_cells(const struct results *r, const char *path, struct err *e);
bool csv_write_data(const struct results *r, const char *path, struct err *e);
/* csv_trace.c: nothing is written where the grid has no [trace]. */
bool csv_write_trace(const struct results *r, const char *path, struct err *e);
bool csv_write_bands(const struct results *r, const char *path, struct err *e);

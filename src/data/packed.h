/* Entries in groups (struct packed): rows, and columns block by block. Internal to src/data. */
#pragma once
#include "data/make.h"

/* The rows of a part, which are by rank, as p->stream. */
bool packed_rows(struct data_part *p, size_t n_features, int threads, struct err *e);

/* The columns of ranks r0 .. r1 of the training rows, which are by rank, as s: block by block of so many rows
 * (a multiple of BLOCK_ROWS); lines: ranks, counted from r0. */
bool packed_columns(const struct dataset *d, size_t r0, size_t r1, size_t rows, struct packed *s, int threads,
                    struct err *e);

/* Fills in val or val32 of p->stream from the rows' values, where missing. */
bool packed_rows_values(struct data_part *p, enum precision precision, struct err *e);

void packed_free(struct packed *s);
size_t packed_bytes(const struct packed *s);

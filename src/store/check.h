/* Rows of any table, told by the declared types of their columns: for checking and merging stores, whatever
 * tables there are. Only src/store/ includes this. */
#pragma once
#include "store/db.h"

/* Whether the row that the statement (SELECT * FROM table) stands on is what its checksum says. A value of
 * another type than its column's is not. *sound is false too when out of memory, which is the only failure. */
bool row_check(struct store *s, sqlite3_stmt *st, bool *sound, struct err *e);
/* Names it in `out`: the table and its key as far as its first column says. */
enum { ROW_NAME_CHARS = 160 };
void row_name(const char *table, sqlite3_stmt *st, char out[ROW_NAME_CHARS]);

/* The tables of a store, in the order of schema.sql. free() *names, which holds the strings too. */
bool table_list(struct store *s, char ***names, size_t *n, struct err *e);
/* Prepares `format`, in which %w is the table's name within double quotes. NULL and a message on failure. */
sqlite3_stmt *table_statement(struct store *s, const char *format, const char *table, struct err *e);

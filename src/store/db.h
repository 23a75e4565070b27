/* Inside the store: the connection, its prepared statements, and rows written and read field by field, so that
 * the checksum at the end of a row follows from the same calls that move its fields. Only src/store/ includes
 * this. */
#pragma once
#include "base/hash.h"
#include "store/store.h"
#include <sqlite3.h>

enum statement {
    ST_BEGIN,
    ST_COMMIT,
    ST_ROLLBACK,
    ST_PUT_NOTE,
    ST_GET_NOTE,
    ST_IDS,
    ST_PUT_RUN,
    ST_GET_RUN,
    ST_PUT_DATA,
    ST_GET_DATA,
    ST_PUT_FILE,
    ST_GET_FILE,
    ST_PUT_MINIMUM,
    ST_GET_MINIMUM,
    ST_PUT_MINIMISER,
    ST_GET_MINIMISER,
    ST_PUT_FAILURE,
    ST_FAILURES,
    ST_GET_FAILURE,
    ST_PUT_TRACE,
    ST_GET_TRACE,
    ST_HAS_TRACE,
    N_STATEMENTS
};

struct store {
    sqlite3 *db;
    char *path;
    bool read_only, unsynced;
    sqlite3_stmt *statement[N_STATEMENTS]; /* prepared at first use */
};

/* Adds `path: what: SQLite's reason` to e; false. */
bool db_error(struct store *s, const char *what, struct err *e);
/* The statement, reset and ready to bind; NULL and a message on failure. */
sqlite3_stmt *db_statement(struct store *s, enum statement id, struct err *e);
/* The same with its first n parameters bound to strings. */
sqlite3_stmt *db_key(struct store *s, enum statement id, struct err *e, int n, ...);
/* Runs a statement that returns nothing. */
bool db_run(struct store *s, enum statement id, const char *what, struct err *e);

/* schema.c: whether its tables are those of schema.sql, and nothing else is in it. */
bool schema_agrees(struct store *s, struct err *e);

/* Whether the file is still where it was opened: deleted or moved, it would take what is written with it. */
bool db_in_place(struct store *s, struct err *e);

/* What a checksum is made of (schema.sql). */
void hash_integer(struct hash *h, uint64_t v);
void hash_real(struct hash *h, double v);
void hash_bytes(struct hash *h, const void *v, size_t len);

/* A row on its way in or out. `at` is the next parameter (1, 2, ...) or column (0, 1, ...). */
struct row {
    struct store *store;
    sqlite3_stmt *st;
    int at, rc; /* rc: the first failure of a bind */
    bool odd;   /* a value read is of another type than its column's, or of an impossible size */
    struct hash *hash;
    const char *what; /* for messages: "run 0123456789abcdef", "data set ..." */
};

/* In: begin, put every field in the order of the table, write (which adds the checksum and runs the statement).
 * The bytes of text and blobs must live until then. A row whose key is there already stays as it is, or is
 * replaced, as the statement says. */
bool row_put_begin(struct row *r, struct store *s, enum statement id, const char *what, struct err *e);
void row_put_integer(struct row *r, uint64_t v);
void row_put_real(struct row *r, double v);
void row_put_text(struct row *r, const char *v);
void row_put_blob(struct row *r, const void *v, size_t len);
bool row_put_end(struct row *r, struct err *e);

/* Out: bind the key to the statement, then begin (*found: whether there is such a row; if not, nothing more is
 * to be done), get every field in the order of the table, end (which compares the checksum, and
 * whether every value had the type and size of its column). Text and blobs are
 * copied: malloc'ed, NULL when out of memory; blobs are followed by a NUL. */
bool row_get_begin(struct row *r, struct store *s, sqlite3_stmt *st, const char *what, bool *found,
                   struct err *e);
uint64_t row_get_integer(struct row *r);
double row_get_real(struct row *r);
void row_get_text(struct row *r, char *out, size_t size); /* cut to size - 1 bytes */
char *row_get_blob(struct row *r, size_t *len);
char *row_get_string(struct row *r);
/* A blob of whole units of so many bytes, `least` of them or more. */
char *row_get_units(struct row *r, size_t unit, size_t least, size_t *n);
bool row_get_end(struct row *r, struct err *e);

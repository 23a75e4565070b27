/* Statements and rows of the store. Every field passes through one of the row_ functions, which is what makes
 * the checksum cover all of them. */
#include "store/db.h"
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

/* ON CONFLICT DO NOTHING, not INSERT OR IGNORE: the latter would also swallow other broken constraints. */
static const char *const sql[N_STATEMENTS] = {
    [ST_BEGIN] = "BEGIN IMMEDIATE",
    [ST_COMMIT] = "COMMIT",
    [ST_ROLLBACK] = "ROLLBACK",
    /* NOLINTNEXTLINE(bugprone-suspicious-missing-comma): nothing is missing where each has its name */
    [ST_PUT_NOTE] = "INSERT INTO note VALUES (?,?,?) ON CONFLICT (name) DO UPDATE SET "
                    "text = excluded.text, checksum = excluded.checksum",
    [ST_GET_NOTE] = "SELECT * FROM note WHERE name = ?",
    [ST_IDS] = "SELECT id FROM run ORDER BY id < 0, id", /* as unsigned numbers */
    [ST_PUT_RUN] = "INSERT INTO run VALUES (?,?,?,?,?,?,?,?,?,?,?,?) ON CONFLICT (id) DO NOTHING",
    [ST_GET_RUN] = "SELECT * FROM run WHERE id = ?",
    [ST_PUT_DATA] =
        "INSERT INTO data VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?) ON CONFLICT (fingerprint) DO NOTHING",
    [ST_GET_DATA] = "SELECT * FROM data WHERE fingerprint = ?",
    [ST_PUT_FILE] = "INSERT INTO file VALUES (?,?,?) ON CONFLICT (key) DO UPDATE SET "
                    "fingerprint = excluded.fingerprint, checksum = excluded.checksum",
    [ST_GET_FILE] = "SELECT * FROM file WHERE key = ?",
    [ST_PUT_MINIMUM] = "INSERT INTO minimum VALUES (?,?,?,?,?,?,?,?,?,?) "
                       "ON CONFLICT (fingerprint, loss, reduction, l2) DO NOTHING",
    [ST_PUT_MINIMISER] = "INSERT INTO minimiser VALUES (?,?,?,?,?,?) "
                         "ON CONFLICT (fingerprint, loss, reduction, l2) DO NOTHING",
    [ST_GET_MINIMISER] =
        "SELECT * FROM minimiser WHERE fingerprint = ? AND loss = ? AND reduction = ? AND l2 = ?",
    [ST_PUT_FAILURE] = "INSERT INTO failure VALUES (?,?,?) ON CONFLICT (id) DO NOTHING",
    /* Ascending as unsigned numbers; a run that was computed since has not failed. */
    [ST_FAILURES] = "SELECT id FROM failure WHERE id NOT IN (SELECT id FROM run) ORDER BY id < 0, id",
    [ST_GET_FAILURE] = "SELECT * FROM failure WHERE id = ?",
    [ST_PUT_TRACE] = "INSERT INTO trace VALUES (?,?,?,?) ON CONFLICT (id, parameters) DO NOTHING",
    [ST_GET_TRACE] = "SELECT * FROM trace WHERE parameters = ? AND id = ?",
    [ST_HAS_TRACE] = "SELECT 1 FROM trace WHERE parameters = ? AND id = ?",
    [ST_GET_MINIMUM] = "SELECT * FROM minimum WHERE fingerprint = ? AND loss = ? AND reduction = ? AND l2 = ?",
};

bool db_error(struct store *s, const char *what, struct err *e) {
    return err_add(e, "%s: %s: %s%s", s->path, what, s->db ? sqlite3_errmsg(s->db) : "out of memory",
                   s->db && sqlite3_errcode(s->db) == SQLITE_CORRUPT
                       ? "; restore the file from a copy, or delete it to compute everything anew"
                       : "");
}

sqlite3_stmt *db_statement(struct store *s, enum statement id, struct err *e) {
    sqlite3_stmt **st = &s->statement[id];
    if (!*st && sqlite3_prepare_v3(s->db, sql[id], -1, SQLITE_PREPARE_PERSISTENT, st, NULL) != SQLITE_OK) {
        db_error(s, sql[id], e);
        return NULL;
    }
    sqlite3_reset(*st);
    sqlite3_clear_bindings(*st);
    return *st;
}

sqlite3_stmt *db_key(struct store *s, enum statement id, struct err *e, int n, ...) {
    sqlite3_stmt *st = db_statement(s, id, e);
    va_list args;
    va_start(args, n);
    for (int i = 1; st && i <= n; i++)
        if (sqlite3_bind_text(st, i, va_arg(args, const char *), -1, SQLITE_TRANSIENT) != SQLITE_OK) {
            db_error(s, sql[id], e);
            st = NULL;
        }
    va_end(args);
    return st;
}

bool db_run(struct store *s, enum statement id, const char *what, struct err *e) {
    sqlite3_stmt *st = db_statement(s, id, e);
    if (!st)
        return false;
    int rc = sqlite3_step(st);
    bool ok = rc == SQLITE_DONE || db_error(s, what, e);
    sqlite3_reset(st);
    return ok;
}

bool db_in_place(struct store *s, struct err *e) {
    int moved = 0;
    sqlite3_file_control(s->db, "main", SQLITE_FCNTL_HAS_MOVED, &moved);
    return !moved || err_add(e, "%s: the file was moved or deleted while it was written to", s->path);
}

void hash_integer(struct hash *h, uint64_t v) {
    unsigned char bytes[8];
    for (int i = 0; i < 8; i++)
        bytes[i] = (unsigned char)(v >> 8 * i);
    hash_add(h, bytes, sizeof bytes);
}

void hash_real(struct hash *h, double v) {
    uint64_t bits = 0x7ff8000000000000u;
    if (!isnan(v))
        memcpy(&bits, &v, sizeof bits);
    hash_integer(h, bits);
}

void hash_bytes(struct hash *h, const void *v, size_t len) {
    hash_integer(h, len);
    hash_add(h, v, len);
}

static bool row_start(struct row *r, struct store *s, const char *what, struct err *e) {
    *r = (struct row){.store = s, .what = what, .hash = hash_new()};
    return r->hash || err_add(e, "%s: %s: out of memory", s->path, what);
}

/* ---- in -------------------------------------------------------------------------------------------------- */

bool row_put_begin(struct row *r, struct store *s, enum statement id, const char *what, struct err *e) {
    if (!row_start(r, s, what, e))
        return false;
    r->at = 1;
    r->st = db_statement(s, id, e);
    if (!r->st)
        hash_free(r->hash);
    return r->st != NULL;
}

static void row_bound(struct row *r, int rc) {
    r->at++;
    if (r->rc == SQLITE_OK)
        r->rc = rc;
}

void row_put_integer(struct row *r, uint64_t v) {
    hash_integer(r->hash, v);
    row_bound(r, sqlite3_bind_int64(r->st, r->at, (sqlite3_int64)v));
}

void row_put_real(struct row *r, double v) {
    hash_real(r->hash, v);
    row_bound(r, sqlite3_bind_double(r->st, r->at, v)); /* NaN becomes NULL */
}

void row_put_text(struct row *r, const char *v) {
    size_t len = strlen(v);
    hash_bytes(r->hash, v, len);
    row_bound(r, sqlite3_bind_text64(r->st, r->at, v, len, SQLITE_STATIC, SQLITE_UTF8));
}

void row_put_blob(struct row *r, const void *v, size_t len) {
    hash_bytes(r->hash, v, len);
    /* A NULL pointer would bind NULL, which is no blob of length 0. */
    row_bound(r, sqlite3_bind_blob64(r->st, r->at, len ? v : "", len, SQLITE_STATIC));
}

bool row_put_end(struct row *r, struct err *e) {
    row_bound(r, sqlite3_bind_int64(r->st, r->at, (sqlite3_int64)hash_value64(r->hash)));
    hash_free(r->hash);
    bool ok = r->rc == SQLITE_OK && sqlite3_step(r->st) == SQLITE_DONE;
    if (!ok)
        err_add(e, "%s: cannot write %s: %s", r->store->path, r->what, sqlite3_errmsg(r->store->db));
    sqlite3_reset(r->st);
    sqlite3_clear_bindings(r->st); /* they point into the caller's memory */
    return ok;
}

/* ---- out ------------------------------------------------------------------------------------------------- */

bool row_get_begin(struct row *r, struct store *s, sqlite3_stmt *st, const char *what, bool *found,
                   struct err *e) {
    *found = false;
    int rc = sqlite3_step(st);
    if (rc == SQLITE_DONE) {
        sqlite3_reset(st);
        return true;
    }
    bool ok = rc == SQLITE_ROW;
    if (!ok)
        err_add(e, "%s: cannot read %s: %s", s->path, what, sqlite3_errmsg(s->db));
    ok = ok && row_start(r, s, what, e);
    if (!ok) {
        sqlite3_reset(st);
        return false;
    }
    r->st = st;
    *found = true;
    return true;
}

/* The next column, which is to be of that type. */
static int row_column(struct row *r, int type) {
    r->odd |= sqlite3_column_type(r->st, r->at) != type;
    return r->at++;
}

uint64_t row_get_integer(struct row *r) {
    uint64_t v = (uint64_t)sqlite3_column_int64(r->st, row_column(r, SQLITE_INTEGER));
    hash_integer(r->hash, v);
    return v;
}

double row_get_real(struct row *r) {
    const bool null = sqlite3_column_type(r->st, r->at) == SQLITE_NULL;
    const int i = row_column(r, null ? SQLITE_NULL : SQLITE_FLOAT);
    double v = null ? NAN : sqlite3_column_double(r->st, i);
    hash_real(r->hash, v);
    return v;
}

void row_get_text(struct row *r, char *out, size_t size) {
    const int i = row_column(r, SQLITE_TEXT);
    const char *v = (const char *)sqlite3_column_text(r->st, i);
    size_t len = (size_t)sqlite3_column_bytes(r->st, i);
    hash_bytes(r->hash, v, v ? len : 0);
    size_t kept = !v ? 0 : len < size ? len : size - 1;
    memcpy(out, v ? v : "", kept);
    out[kept] = '\0';
}

static char *get_bytes(struct row *r, int type, size_t *len) {
    const int i = row_column(r, type);
    const void *v = sqlite3_column_blob(r->st, i);
    *len = v ? (size_t)sqlite3_column_bytes(r->st, i) : 0;
    hash_bytes(r->hash, v, *len);
    char *copy = malloc(*len + 1);
    if (copy) {
        memcpy(copy, v ? v : "", *len);
        copy[*len] = '\0';
    }
    return copy;
}

char *row_get_blob(struct row *r, size_t *len) {
    return get_bytes(r, SQLITE_BLOB, len);
}

char *row_get_string(struct row *r) {
    size_t len;
    return get_bytes(r, SQLITE_TEXT, &len);
}

char *row_get_units(struct row *r, size_t unit, size_t least, size_t *n) {
    size_t len;
    char *copy = row_get_blob(r, &len);
    *n = len / unit;
    r->odd |= len % unit || *n < least;
    return copy;
}

bool row_get_end(struct row *r, struct err *e) {
    uint64_t stored = (uint64_t)sqlite3_column_int64(r->st, r->at), computed = hash_value64(r->hash);
    hash_free(r->hash);
    sqlite3_reset(r->st);
    if (stored == computed && !r->odd)
        return true;
    if (stored == computed)
        return err_add(e, "%s: %s is damaged: a value is of another type or size than this program writes",
                       r->store->path, r->what);
    return err_add(
        e,
        "%s: %s is damaged: its checksum is %016llx, its contents make %016llx; restore the file from a "
        "copy, or compute it anew with --fresh",
        r->store->path, r->what, (unsigned long long)stored, (unsigned long long)computed);
}

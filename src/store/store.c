/* Opening and closing a store. What a store is, is said by its application_id and user_version (schema.sql): a
 * file without them is somebody else's and is not touched.
 *
 * Durability: WAL with synchronous=FULL. Each commit syncs the log, so a pack that was reported done survives
 * loss of power; with NORMAL the last packs before it could vanish (though never tear). It costs one sync a
 * pack, which is little beside training it. At rest a store is one plain file: closing folds the log back in
 * and leaves WAL mode, so that it can be copied and read from read-only places. */
#include "store/db.h"
#include "store/schema.h" /* schema_sql, made from schema.sql by CMake */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { APPLICATION_ID = 0x62656e63, FORMAT = 4, BUSY_MS = 30000 };

static bool db_exec(struct store *s, const char *text, const char *what, struct err *e) {
    return sqlite3_exec(s->db, text, NULL, NULL, NULL) == SQLITE_OK || db_error(s, what, e);
}

static bool db_integer(struct store *s, const char *text, int *out, struct err *e) {
    sqlite3_stmt *st = NULL;
    bool ok = sqlite3_prepare_v2(s->db, text, -1, &st, NULL) == SQLITE_OK && sqlite3_step(st) == SQLITE_ROW;
    if (ok)
        *out = sqlite3_column_int(st, 0);
    else if (sqlite3_errcode(s->db) == SQLITE_NOTADB)
        err_add(e, "%s: not a store: the file is no SQLite database; it is left as it is", s->path);
    else
        db_error(s, "cannot read", e);
    sqlite3_finalize(st);
    return ok;
}

struct identity {
    int application, format, objects;
};

/* Of one moment, though another process may just be making the tables. */
static bool store_identity(struct store *s, struct identity *id, struct err *e) {
    const bool outer = sqlite3_get_autocommit(s->db);
    bool ok = (!outer || db_exec(s, "BEGIN", "cannot read", e)) &&
              db_integer(s, "SELECT count(*) FROM sqlite_master", &id->objects, e) &&
              db_integer(s, "PRAGMA application_id", &id->application, e) &&
              db_integer(s, "PRAGMA user_version", &id->format, e);
    if (outer && !sqlite3_get_autocommit(s->db))
        ok &= db_exec(s, "COMMIT", "cannot read", ok ? e : NULL);
    return ok;
}

/* Locked down: nothing in a database file that came from elsewhere is run or trusted. What is in it is compared
 * with schema.sql before any table is read (schema.c); checksums are no proof against somebody who makes them,
 * so types and sizes are checked as rows are read (runs.c, data.c, notes.c). */
static bool store_configure(struct store *s, struct err *e) {
    static const struct {
        int option, value;
    } options[] = {
        {SQLITE_DBCONFIG_DEFENSIVE, 1},
        {SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0},
        {SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0},
        {SQLITE_DBCONFIG_ENABLE_TRIGGER, 0},
        {SQLITE_DBCONFIG_ENABLE_VIEW, 0},
        {SQLITE_DBCONFIG_ENABLE_FKEY, 1},
    };
    for (size_t i = 0; i < sizeof options / sizeof *options; i++)
        if (sqlite3_db_config(s->db, options[i].option, options[i].value, NULL) != SQLITE_OK)
            return db_error(s, "cannot configure", e);
    /* Little more than the schema and our own statements need. */
    static const struct {
        int limit, value;
    } limits[] = {
        {SQLITE_LIMIT_SQL_LENGTH, 1 << 16}, {SQLITE_LIMIT_COLUMN, 32},       {SQLITE_LIMIT_EXPR_DEPTH, 64},
        {SQLITE_LIMIT_COMPOUND_SELECT, 8},  {SQLITE_LIMIT_VDBE_OP, 1 << 16}, {SQLITE_LIMIT_FUNCTION_ARG, 16},
        {SQLITE_LIMIT_ATTACHED, 0},         {SQLITE_LIMIT_TRIGGER_DEPTH, 1}, {SQLITE_LIMIT_WORKER_THREADS, 0},
        {SQLITE_LIMIT_VARIABLE_NUMBER, 64},
    };
    for (size_t i = 0; i < sizeof limits / sizeof *limits; i++)
        sqlite3_limit(s->db, limits[i].limit, limits[i].value);
    return (sqlite3_busy_timeout(s->db, BUSY_MS) == SQLITE_OK || db_error(s, "cannot configure", e)) &&
           db_exec(s, "PRAGMA cell_size_check = ON", "cannot configure", e);
}

/* Back to an empty database file, whatever was in it: SQLite's own way, safe beside other connections. */
static bool store_empty(struct store *s, struct err *e) {
    sqlite3_db_config(s->db, SQLITE_DBCONFIG_RESET_DATABASE, 1, NULL);
    sqlite3_limit(s->db, SQLITE_LIMIT_ATTACHED, 1); /* VACUUM works in one */
    bool ok = db_exec(s, "VACUUM", "cannot start afresh", e);
    sqlite3_limit(s->db, SQLITE_LIMIT_ATTACHED, 0);
    sqlite3_db_config(s->db, SQLITE_DBCONFIG_RESET_DATABASE, 0, NULL);
    return ok;
}

/* Makes the tables unless another process has just made them. */
static bool store_create(struct store *s, struct err *e) {
    struct identity id;
    if (!db_run(s, ST_BEGIN, "cannot make the tables", e))
        return false;
    bool ok = store_identity(s, &id, e) &&
              (id.objects || db_exec(s, schema_sql, "cannot make the tables", e)) &&
              db_run(s, ST_COMMIT, "cannot make the tables", e);
    if (!ok)
        db_run(s, ST_ROLLBACK, "cannot undo", NULL);
    return ok;
}

/* Whether the file is a store of this program, made or emptied where that was asked for. */
static bool store_accept(struct store *s, bool fresh, struct err *e) {
    struct identity id;
    if (!store_identity(s, &id, e))
        return false;
    bool empty = !id.application && !id.objects;
    if (empty && s->read_only)
        return err_add(e, "%s: not a store: the file is empty", s->path);
    if (!empty && id.application != APPLICATION_ID)
        return err_add(
            e, "%s: not a store of this program (application id 0x%08x, expected 0x%08x); it is left as it is",
            s->path, (unsigned)id.application, (unsigned)APPLICATION_ID);
    if (!empty && !fresh && id.format != FORMAT)
        return err_add(
            e,
            "%s: the store has format %d, this program reads format %d; use the program that made it, or "
            "--fresh to compute everything anew",
            s->path, id.format, FORMAT);
    if (!empty && !fresh && !schema_agrees(s, e))
        return false;
    /* 64 MiB of cache, of which a small store uses little. */
    if (!db_exec(s, "PRAGMA cache_size = -65536", "cannot configure", e))
        return false;
    if (s->read_only)
        return true;
    if (!empty && fresh && !store_empty(s, e))
        return false;
    return db_exec(s, "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL", "cannot switch to WAL", e) &&
           (!(empty || fresh) || store_create(s, e));
}

bool store_sync(struct store *s, bool synced, struct err *e) {
    if (synced != s->unsynced)
        return true;
    s->unsynced = !synced;
    return db_exec(s, synced ? "PRAGMA synchronous = FULL" : "PRAGMA synchronous = NORMAL", "cannot configure",
                   e);
}

const char *store_path(const struct store *s) {
    return s->path;
}

bool store_read_only(const struct store *s) {
    return s->read_only;
}

bool store_is_there(const char *dir) {
    char path[PATH_MAX];
    const int len = snprintf(path, sizeof path, "%s/sweep.db", dir);
    return len > 0 && len < (int)sizeof path && !access(path, F_OK); /* no file has a longer path */
}

struct store *store_open(const char *dir, bool fresh, bool read_only, struct err *e) {
    struct store *s = calloc(1, sizeof *s);
    struct text path = {0};
    text_addf(&path, "%s/sweep.db", dir);
    if (!s || path.failed) {
        free(s);
        text_free(&path);
        err_add(e, "%s: out of memory", dir);
        return NULL;
    }
    s->path = path.s;
    s->read_only = read_only;
    if (read_only && access(s->path, F_OK)) {
        err_add(e, "%s: there is no store here; `bench --grid FILE` makes one", s->path);
        goto fail;
    }
    if (!read_only && !dir_make(dir, e))
        goto fail;
    struct stat file;
    if (!lstat(s->path, &file) && !S_ISREG(file.st_mode)) {
        err_add(e, "%s: not a store: %s; it is left as it is", s->path,
                S_ISLNK(file.st_mode)   ? "a symbolic link, which would lead out of the results folder"
                : S_ISDIR(file.st_mode) ? "a folder"
                                        : "no regular file");
        goto fail;
    }
    /* NOMUTEX: threads take turns under the caller's lock. */
    int flags =
        SQLITE_OPEN_NOMUTEX | (read_only ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE);
    if (sqlite3_open_v2(s->path, &s->db, flags, NULL) != SQLITE_OK) {
        db_error(s, "cannot open", e);
        goto fail;
    }
    if (store_configure(s, e) && store_accept(s, fresh, e))
        return s;
fail:
    store_close(s);
    return NULL;
}

void store_close(struct store *s) {
    if (!s)
        return;
    for (int i = 0; i < N_STATEMENTS; i++)
        sqlite3_finalize(s->statement[i]);
    /* Fails harmlessly while another connection reads: the log then stays, and the next to close folds it in.
     */
    if (s->db && !s->read_only)
        sqlite3_exec(s->db, "PRAGMA busy_timeout = 0; PRAGMA journal_mode = DELETE", NULL, NULL, NULL);
    sqlite3_close(s->db);
    free(s->path);
    free(s);
}

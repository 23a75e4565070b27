/* Whether a store is whole: every row of every table, whatever the tables, against its checksum. */
#include "store/check.h"
#include "base/mem.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Adds column i to the hash as the row_put_ functions did (db.h); false for a value of another type. Types tell
 * apart what is stored in the same bytes: a real and an integer differ in one bit of the row's head. */
static bool add_column(struct hash *h, sqlite3_stmt *st, int i) {
    const char *declared = sqlite3_column_decltype(st, i);
    const int type = sqlite3_column_type(st, i);
    if (!declared || !*declared) {
        hash_real(h, type == SQLITE_FLOAT ? sqlite3_column_double(st, i) : NAN);
        return type == SQLITE_FLOAT || type == SQLITE_NULL;
    }
    if (!strcmp(declared, "INTEGER")) {
        hash_integer(h, (uint64_t)sqlite3_column_int64(st, i));
        return type == SQLITE_INTEGER;
    }
    const void *bytes = sqlite3_column_blob(st, i);
    hash_bytes(h, bytes, (size_t)sqlite3_column_bytes(st, i));
    return type == (strcmp(declared, "TEXT") ? SQLITE_BLOB : SQLITE_TEXT);
}

bool row_check(struct store *s, sqlite3_stmt *st, bool *sound, struct err *e) {
    const int last = sqlite3_column_count(st) - 1;
    struct hash *h = hash_new();
    *sound = h && sqlite3_column_type(st, last) == SQLITE_INTEGER;
    for (int i = 0; h && i < last; i++)
        *sound &= add_column(h, st, i);
    *sound = *sound && hash_value64(h) == (uint64_t)sqlite3_column_int64(st, last);
    hash_free(h);
    return h || err_add(e, "%s: out of memory", s->path);
}

void row_name(const char *table, sqlite3_stmt *st, char out[ROW_NAME_CHARS]) {
    if (sqlite3_column_type(st, 0) == SQLITE_INTEGER)
        sqlite3_snprintf(ROW_NAME_CHARS, out, "%s %016llx", table, sqlite3_column_int64(st, 0));
    else
        sqlite3_snprintf(ROW_NAME_CHARS, out, "%s '%s'", table, sqlite3_column_text(st, 0));
}

sqlite3_stmt *table_statement(struct store *s, const char *format, const char *table, struct err *e) {
    sqlite3_stmt *st = NULL;
    char *text = sqlite3_mprintf(format, table);
    if (!text || sqlite3_prepare_v2(s->db, text, -1, &st, NULL) != SQLITE_OK)
        err_add(e, "%s: cannot read table %s: %s", s->path, table,
                text ? sqlite3_errmsg(s->db) : "out of memory");
    sqlite3_free(text);
    return st;
}

bool table_list(struct store *s, char ***names, size_t *n, struct err *e) {
    sqlite3_stmt *st =
        table_statement(s,
                        "SELECT name, count(*) OVER (), sum(length(CAST (name AS BLOB)) + 1) OVER () "
                        "FROM %w WHERE type = 'table' AND name NOT LIKE 'sqlite_%%' ORDER BY rowid",
                        "sqlite_master", e);
    char *at = NULL;
    int rc = SQLITE_ERROR;
    *names = NULL;
    *n = 0;
    while (st && (rc = sqlite3_step(st)) == SQLITE_ROW) {
        const size_t count = (size_t)sqlite3_column_int(st, 1), bytes = (size_t)sqlite3_column_int(st, 2);
        if (!*names && !(*names = mem_zeroed(1, count * sizeof **names + bytes, e)))
            break;
        const char *name = (const char *)sqlite3_column_text(st, 0);
        if (!name) /* out of memory */
            break;
        if (!at)
            at = (char *)(*names + count);
        (*names)[(*n)++] = at;
        at = stpcpy(at, name) + 1;
    }
    bool ok = rc == SQLITE_DONE;
    for (size_t i = 0; ok && i < *n; i++)
        if (strspn((*names)[i], "abcdefghijklmnopqrstuvwxyz_") != strlen((*names)[i]))
            ok = err_add(e, "%s: not a store of this program: it has a table '%s'", s->path, (*names)[i]);
    if (rc != SQLITE_DONE && st)
        db_error(s, "cannot read the list of tables", e);
    sqlite3_finalize(st);
    return ok;
}

/* SQLite's own look: pages, order of keys, types. */
static bool check_structure(struct store *s, struct err *e) {
    sqlite3_stmt *st = table_statement(s, "PRAGMA %w", "integrity_check", e);
    bool ok = st != NULL;
    int rc = SQLITE_ERROR;
    while (st && (rc = sqlite3_step(st)) == SQLITE_ROW) {
        const char *says = (const char *)sqlite3_column_text(st, 0);
        if (!says)
            ok = err_add(e, "%s: the structure of the file cannot be checked: out of memory", s->path);
        else if (strcmp(says, "ok") != 0)
            ok = err_add(e, "%s: the structure of the file is damaged: %s", s->path, says);
    }
    if (st && rc != SQLITE_DONE)
        ok = db_error(s, "the structure of the file is damaged", e);
    sqlite3_finalize(st);
    return ok;
}

static bool check_table(struct store *s, const char *table, size_t *rows, struct err *e) {
    sqlite3_stmt *st = table_statement(s, "SELECT * FROM \"%w\"", table, e);
    bool ok = st != NULL;
    int rc = SQLITE_DONE;
    while (st && (rc = sqlite3_step(st)) == SQLITE_ROW) {
        bool sound;
        char name[ROW_NAME_CHARS];
        ++*rows;
        if (!row_check(s, st, &sound, e)) {
            ok = false;
            break;
        }
        if (!sound) {
            row_name(table, st, name);
            ok = err_add(e, "%s: %s is damaged: its checksum is not that of its contents", s->path, name);
        }
    }
    if (st && rc != SQLITE_DONE && rc != SQLITE_ROW)
        ok = err_add(e, "%s: cannot read table %s: %s", s->path, table, sqlite3_errmsg(s->db));
    sqlite3_finalize(st);
    return ok;
}

bool store_check(struct store *s, size_t *rows, struct err *e) {
    char **tables = NULL;
    size_t n;
    *rows = 0;
    bool ok = check_structure(s, e);
    if (!table_list(s, &tables, &n, e))
        ok = false;
    for (size_t i = 0; i < n; i++)
        ok &= check_table(s, tables[i], rows, e);
    free(tables);
    return ok;
}

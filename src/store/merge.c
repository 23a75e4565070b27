/* One store into another, table by table and row by row, whatever the tables: a row that is new is copied as it
 * is, checksum included; one that is there must say the same. */
#include "store/check.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Where being there twice does not mean being the same. */
static const struct {
    const char *table, *column; /* column NULL: the whole row may differ, the first to come stays */
} differing[] = {
    {"run", "seconds"},
    {"failure", NULL},
    {"note", NULL},
};
/* A blob of reals: one NaN is as good as another, whose sign and payload depend on the instructions. */
static const char reals_table[] = "trace", reals_column[] = "steps";
/* A note that must not: mixed numbers would look like any others. */
static const char numerics[] = "numerics";

struct transfer {
    struct store *into, *from;
    const char *table;
    sqlite3_stmt *all, *put, *there; /* every row of `from`; INSERT; SELECT by key */
    const char *ignored;             /* a column */
    bool any;                        /* rows may differ */
    size_t n_added, n_known;
};

/* SELECT * FROM table WHERE key = ? AND ...: keys are the first columns of a table. */
static sqlite3_stmt *by_key(struct store *s, const char *table, struct err *e) {
    static const char query[] = "SELECT 'SELECT * FROM %q WHERE ' || group_concat('\"' || replace(name, '\"', "
                                "'\"\"') || '\" = ?', ' AND ') "
                                "FROM (SELECT name FROM pragma_table_info('%q') WHERE pk > 0 ORDER BY pk)";
    char *text = sqlite3_mprintf(query, table, table);
    sqlite3_stmt *names = NULL, *st = NULL;
    if (!text || sqlite3_prepare_v2(s->db, text, -1, &names, NULL) != SQLITE_OK ||
        sqlite3_step(names) != SQLITE_ROW ||
        sqlite3_prepare_v2(s->db, (const char *)sqlite3_column_text(names, 0), -1, &st, NULL) != SQLITE_OK)
        db_error(s, "cannot look up rows by their keys", e);
    sqlite3_finalize(names);
    sqlite3_free(text);
    return st;
}

/* INSERT of as many values as the table has columns. */
static sqlite3_stmt *insertion(struct store *s, const char *table, int n_columns, struct err *e) {
    char format[256] = "INSERT INTO \"%w\" VALUES (?";
    size_t len = strlen(format);
    for (int i = 1; i < n_columns && len + 40 < sizeof format; i++, len += 2)
        memcpy(format + len, ",?", 3);
    memcpy(format + len, ") ON CONFLICT DO NOTHING", 25);
    return table_statement(s, format, table, e);
}

static bool same_reals(const char *a, const char *b, size_t bytes) {
    for (size_t at = 0; at + sizeof(double) <= bytes; at += sizeof(double)) {
        double x, y;
        memcpy(&x, a + at, sizeof x);
        memcpy(&y, b + at, sizeof y);
        if (memcmp(&x, &y, sizeof x) != 0 && !(isnan(x) && isnan(y)))
            return false;
    }
    const size_t rest = bytes % sizeof(double);
    return !memcmp(a + bytes - rest, b + bytes - rest, rest);
}

static bool same_value(sqlite3_stmt *a, sqlite3_stmt *b, int i, bool reals) {
    const int type = sqlite3_column_type(a, i);
    if (type != sqlite3_column_type(b, i))
        return false;
    if (type == SQLITE_INTEGER)
        return sqlite3_column_int64(a, i) == sqlite3_column_int64(b, i);
    if (type == SQLITE_FLOAT) {
        const double x = sqlite3_column_double(a, i), y = sqlite3_column_double(b, i);
        return !memcmp(&x, &y, sizeof x);
    }
    const void *x = sqlite3_column_blob(a, i), *y = sqlite3_column_blob(b, i);
    const int len = sqlite3_column_bytes(a, i);
    if (len != sqlite3_column_bytes(b, i) || (len && !(x && y)))
        return false;
    return !len || (reals ? same_reals(x, y, (size_t)len) : !memcmp(x, y, (size_t)len));
}

/* The row of t->all stands in `into` already: whether it says the same there. */
static bool compare(struct transfer *t, const char *name, struct err *e) {
    const int n = sqlite3_column_count(t->all), n_keys = sqlite3_bind_parameter_count(t->there);
    bool ok = true;
    for (int k = 0; ok && k < n_keys; k++)
        ok = sqlite3_bind_value(t->there, k + 1, sqlite3_column_value(t->all, k)) == SQLITE_OK;
    if (!ok || sqlite3_step(t->there) != SQLITE_ROW)
        ok = err_add(e, "%s: cannot read %s: %s", t->into->path, name, sqlite3_errmsg(t->into->db));
    const char *differs = NULL;
    for (int i = 0; ok && !differs && i < n - 1; i++) {
        const char *column = sqlite3_column_name(t->all, i);
        const bool reals = !strcmp(t->table, reals_table) && !strcmp(column, reals_column);
        if (!(t->ignored && !strcmp(column, t->ignored)) && !same_value(t->all, t->there, i, reals))
            differs = column;
    }
    if (differs)
        ok =
            err_add(e, "%s and %s both hold %s, with another %s: one of them is not what this program computes",
                    t->into->path, t->from->path, name, differs);
    sqlite3_reset(t->there);
    t->n_known += ok;
    return ok;
}

static bool transfer_row(struct transfer *t, struct err *e) {
    char name[ROW_NAME_CHARS];
    bool sound;
    row_name(t->table, t->all, name);
    if (!row_check(t->from, t->all, &sound, e))
        return false;
    if (!sound)
        return err_add(
            e, "%s: %s is damaged: its checksum is not that of its contents; nothing was taken from there",
            t->from->path, name);
    bool ok = true;
    for (int i = 0; ok && i < sqlite3_column_count(t->all); i++)
        ok = sqlite3_bind_value(t->put, i + 1, sqlite3_column_value(t->all, i)) == SQLITE_OK;
    ok = ok && sqlite3_step(t->put) == SQLITE_DONE;
    if (!ok)
        err_add(e, "%s: cannot write %s: %s", t->into->path, name, sqlite3_errmsg(t->into->db));
    sqlite3_reset(t->put);
    if (!ok)
        return false;
    if (sqlite3_changes(t->into->db)) {
        t->n_added++;
        return true;
    }
    const unsigned char *key = sqlite3_column_text(t->all, 0);
    if (!key)
        return err_add(e, "%s: cannot read %s: out of memory", t->from->path, name);
    const bool must_agree = !strcmp(t->table, "note") && !strcmp((const char *)key, numerics);
    return (t->any && !must_agree) || compare(t, name, e);
}

static bool transfer_table(struct transfer *t, struct err *e) {
    for (size_t i = 0; i < sizeof differing / sizeof *differing; i++)
        if (!strcmp(differing[i].table, t->table)) {
            t->ignored = differing[i].column;
            t->any = !differing[i].column;
        }
    t->all = table_statement(t->from, "SELECT * FROM \"%w\"", t->table, e);
    t->put = t->all ? insertion(t->into, t->table, sqlite3_column_count(t->all), e) : NULL;
    t->there = t->put ? by_key(t->into, t->table, e) : NULL;
    bool ok = t->there != NULL;
    int rc = SQLITE_DONE;
    while (ok && (rc = sqlite3_step(t->all)) == SQLITE_ROW)
        ok = transfer_row(t, e);
    if (ok && rc != SQLITE_DONE)
        ok = err_add(e, "%s: cannot read table %s: %s", t->from->path, t->table, sqlite3_errmsg(t->from->db));
    sqlite3_finalize(t->all);
    sqlite3_finalize(t->put);
    sqlite3_finalize(t->there);
    return ok;
}

bool store_merge(struct store *into, struct store *from, struct merged *m, struct err *e) {
    char **tables = NULL;
    size_t n = 0;
    *m = (struct merged){0};
    if (!db_run(into, ST_BEGIN, "cannot write", e))
        return false;
    /* One state of `from`, though somebody may be writing to it. */
    bool ok =
        (sqlite3_exec(from->db, "BEGIN", NULL, NULL, NULL) == SQLITE_OK || db_error(from, "cannot read", e)) &&
        table_list(into, &tables, &n, e);
    for (size_t i = 0; ok && i < n; i++) {
        struct transfer t = {.into = into, .from = from, .table = tables[i]};
        ok = transfer_table(&t, e);
        if (!strcmp(tables[i], "run"))
            *m = (struct merged){t.n_added, t.n_known};
    }
    sqlite3_exec(from->db, "COMMIT", NULL, NULL, NULL);
    ok = ok && db_run(into, ST_COMMIT, "cannot write", e);
    if (!ok && !sqlite3_get_autocommit(into->db))
        db_run(into, ST_ROLLBACK, "cannot undo", e);
    free(tables);
    return ok;
}

/* Whether the tables of a file are those of schema.sql and nothing else: no trigger, view, index, constraint,
 * default or computed column that this program did not make. Compared are the statements that made them, as
 * SQLite keeps them, but for comments and the width of blanks. */
#include "store/schema.h" /* schema_sql, made from schema.sql by CMake */
#include "store/db.h"
#include <string.h>

/* Tables before the indexes that follow from them. */
static const char listing[] = "SELECT type, name, sql FROM sqlite_master ORDER BY type DESC, name";

/* The next character but for comments and repeated blanks; '\0' at the end. */
static char next(const char **at) {
    const char *s = *at, *begin = s;
    for (;;) {
        const size_t blanks = strspn(s, " \t\r\n");
        s += blanks;
        if (s[0] == '-' && s[1] == '-')
            s += strcspn(s, "\n");
        else if (!blanks)
            break;
    }
    if (s > begin && *s) {
        *at = s;
        return ' ';
    }
    *at = s + !!*s;
    return *s;
}

static bool same_statement(const char *a, const char *b) {
    a = a ? a : "";
    b = b ? b : "";
    for (;;) {
        const char x = next(&a), y = next(&b);
        if (x != y)
            return false;
        if (!x)
            return true;
    }
}

static const char *text_of(sqlite3_stmt *st, int column) {
    const char *text = (const char *)sqlite3_column_text(st, column);
    return text ? text : "";
}

/* Steps; false at the end. rc: SQLITE_ROW, SQLITE_DONE or what went wrong. */
static bool step(sqlite3_stmt *st, int *rc) {
    return (*rc = sqlite3_step(st)) == SQLITE_ROW;
}

/* The two listings side by side, up to the first difference. */
static bool compare(struct store *s, sqlite3_stmt *ours, sqlite3_stmt *theirs, struct err *e) {
    int rc_ours, rc_theirs;
    for (;;) {
        const bool any_ours = step(ours, &rc_ours), any_theirs = step(theirs, &rc_theirs);
        if (rc_theirs != SQLITE_ROW && rc_theirs != SQLITE_DONE)
            return db_error(s, "cannot read the list of tables", e);
        if (rc_ours != SQLITE_ROW && rc_ours != SQLITE_DONE)
            return err_add(e, "%s: cannot check the list of tables: out of memory", s->path);
        if (!any_ours && !any_theirs)
            return true;
        int order = !any_ours ? 1 : !any_theirs ? -1 : strcmp(text_of(theirs, 0), text_of(ours, 0));
        if (!order)
            order = strcmp(text_of(ours, 1), text_of(theirs, 1));
        sqlite3_stmt *odd = order < 0 ? ours : theirs;
        if (order || !same_statement(text_of(ours, 2), text_of(theirs, 2)))
            return err_add(e, "%s: not as this program makes a store: the %s '%s' %s; it is left as it is",
                           s->path, text_of(odd, 0), text_of(odd, 1),
                           order < 0   ? "is missing"
                           : order > 0 ? "does not belong there"
                                       : "is defined otherwise");
    }
}

bool schema_agrees(struct store *s, struct err *e) {
    sqlite3 *model = NULL;
    sqlite3_stmt *ours = NULL, *theirs = NULL;
    bool ok =
        sqlite3_open_v2(":memory:", &model, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX,
                        NULL) == SQLITE_OK &&
        sqlite3_exec(model, schema_sql, NULL, NULL, NULL) == SQLITE_OK &&
        sqlite3_prepare_v2(model, listing, -1, &ours, NULL) == SQLITE_OK;
    if (!ok)
        err_add(e, "%s: cannot check the list of tables: %s", s->path,
                model ? sqlite3_errmsg(model) : "out of memory");
    else if (sqlite3_prepare_v2(s->db, listing, -1, &theirs, NULL) != SQLITE_OK)
        ok = db_error(s, "cannot read the list of tables", e);
    else
        ok = compare(s, ours, theirs, e);
    sqlite3_finalize(ours);
    sqlite3_finalize(theirs);
    sqlite3_close(model);
    return ok;
}

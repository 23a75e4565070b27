/* Notes: named texts about the sweep. */
#include "store/db.h"
#include <stdio.h>
#include <stdlib.h>

bool store_put_note(struct store *s, const char *name, const char *text, size_t len, struct err *e) {
    char what[128];
    snprintf(what, sizeof what, "note '%s'", name);
    struct row r;
    if (!row_put_begin(&r, s, ST_PUT_NOTE, what, e))
        return false;
    row_put_text(&r, name);
    row_put_blob(&r, text, len);
    return row_put_end(&r, e);
}

bool store_get_note(struct store *s, const char *name, char **text, size_t *len, struct err *e) {
    *text = NULL;
    *len = 0;
    char what[128], key[64];
    snprintf(what, sizeof what, "note '%s'", name);
    struct row r;
    bool found;
    sqlite3_stmt *st = db_key(s, ST_GET_NOTE, e, 1, name);
    bool ok = st && row_get_begin(&r, s, st, what, &found, e);
    if (!ok || !found)
        return ok;
    row_get_text(&r, key, sizeof key);
    *text = row_get_blob(&r, len);
    ok = row_get_end(&r, e) && (*text || err_add(e, "%s: %s: out of memory", s->path, what));
    if (!ok) {
        free(*text);
        *text = NULL;
    }
    return ok;
}

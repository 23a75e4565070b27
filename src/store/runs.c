/* Runs with their curves and traces, and those that failed. Rows are named in messages, so that a damaged one
 * can be found. */
#include "base/mem.h"
#include "base/text.h"
#include "store/db.h"
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

_Static_assert(sizeof(struct point) == 40 && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__,
               "a curve is stored as the array that it is in memory");

/* ---- runs ------------------------------------------------------------------------------------------------ */

/* The ids that a statement lists. */
static bool list_ids(struct store *s, enum statement which, const char *what, uint64_t **ids, size_t *n,
                     struct err *e) {
    *ids = NULL;
    *n = 0;
    sqlite3_stmt *st = db_statement(s, which, e);
    if (!st)
        return false;
    size_t cap = 0;
    int rc = SQLITE_DONE;
    bool ok = true;
    while (ok && (rc = sqlite3_step(st)) == SQLITE_ROW) {
        ok = mem_grow(ids, &cap, *n + 1, sizeof **ids, e);
        if (ok)
            (*ids)[(*n)++] = (uint64_t)sqlite3_column_int64(st, 0);
    }
    if (ok && rc != SQLITE_DONE)
        ok = db_error(s, what, e);
    sqlite3_reset(st);
    if (!ok) {
        free(*ids);
        *ids = NULL;
        *n = 0;
    }
    return ok;
}

bool store_ids(struct store *s, uint64_t **ids, size_t *n, struct err *e) {
    return list_ids(s, ST_IDS, "cannot read the list of runs", ids, n, e);
}

static bool put_run(struct store *s, const struct outcome *o, struct err *e) {
    char what[32];
    snprintf(what, sizeof what, "run %016llx", (unsigned long long)o->id);
    struct row r;
    if (!row_put_begin(&r, s, ST_PUT_RUN, what, e))
        return false;
    row_put_integer(&r, o->id);
    row_put_integer(&r, o->blown_up);
    row_put_blob(&r, o->points, o->n_points * sizeof *o->points);
    row_put_real(&r, o->test_error);
    row_put_integer(&r, o->weights_hash);
    for (int band = 0; band < N_BANDS; band++)
        row_put_real(&r, o->unlearnt[band]);
    row_put_real(&r, o->seconds);
    return row_put_end(&r, e);
}

/* ---- traces ---------------------------------------------------------------------------------------------- */

/* 1,7,bias, or with second derivatives 1,7,bias curvature; free() it. */
static char *trace_key(const uint32_t *parameter, size_t n, bool curved, struct err *e) {
    struct text t = {0};
    text_add(&t, ""); /* of none */
    for (size_t k = 0; k < n; k++) {
        text_add(&t, k ? "," : "");
        if (parameter[k] == PARAMETER_BIAS)
            text_add(&t, "bias");
        else
            text_addf(&t, "%" PRIu32, parameter[k]);
    }
    text_add(&t, curved ? " curvature" : "");
    if (t.failed || !t.s) {
        text_free(&t);
        err_add(e, "out of memory");
        return NULL;
    }
    return t.s;
}

static bool put_trace(struct store *s, uint64_t id, const struct trace *t, struct err *e) {
    char what[32], *key = trace_key(t->parameter, t->n_parameters, t->curved, e);
    snprintf(what, sizeof what, "trace %016llx", (unsigned long long)id);
    struct row r;
    bool ok = key && row_put_begin(&r, s, ST_PUT_TRACE, what, e);
    if (ok) {
        row_put_integer(&r, id);
        row_put_text(&r, key);
        row_put_blob(&r, t->value, t->n_rows * trace_width(t) * sizeof *t->value);
        ok = row_put_end(&r, e);
    }
    free(key);
    return ok;
}

/* The statement with parameters and id bound; *key holds the text and is to be freed after it has run. */
static sqlite3_stmt *trace_statement(struct store *s, enum statement which, uint64_t id,
                                     const uint32_t *parameter, size_t n, bool curved, char **key,
                                     struct err *e) {
    *key = trace_key(parameter, n, curved, e);
    sqlite3_stmt *st = *key ? db_key(s, which, e, 1, *key) : NULL;
    if (st)
        sqlite3_bind_int64(st, 2, (sqlite3_int64)id);
    return st;
}

bool store_has_trace(struct store *s, uint64_t id, const uint32_t *parameter, size_t n, bool curved, bool *has,
                     struct err *e) {
    char *key;
    sqlite3_stmt *st = trace_statement(s, ST_HAS_TRACE, id, parameter, n, curved, &key, e);
    const int rc = st ? sqlite3_step(st) : SQLITE_ERROR;
    *has = rc == SQLITE_ROW;
    const bool ok = rc == SQLITE_ROW || rc == SQLITE_DONE || (st && db_error(s, "cannot look for a trace", e));
    if (st)
        sqlite3_reset(st);
    free(key);
    return ok;
}

bool store_get_trace(struct store *s, uint64_t id, const uint32_t *parameter, size_t n, bool curved,
                     struct trace *t, bool *found, struct err *e) {
    char what[32], *key;
    *t = (struct trace){.n_parameters = n, .curved = curved};
    *found = false;
    snprintf(what, sizeof what, "trace %016llx", (unsigned long long)id);
    struct row r;
    sqlite3_stmt *st = trace_statement(s, ST_GET_TRACE, id, parameter, n, curved, &key, e);
    bool ok = st && row_get_begin(&r, s, st, what, found, e);
    if (ok && *found) {
        char stored[8]; /* the key is known, its checksum is not */
        row_get_integer(&r);
        row_get_text(&r, stored, sizeof stored);
        t->value = (double *)(void *)row_get_units(&r, trace_width(t) * sizeof *t->value, 1, &t->n_rows);
        t->cap = t->n_rows;
        ok = row_get_end(&r, e) && (t->value || err_add(e, "%s: %s: out of memory", s->path, what)) &&
             (t->parameter = mem_zeroed(n, sizeof *t->parameter, e));
        if (ok)
            memcpy(t->parameter, parameter, n * sizeof *parameter);
    }
    if (!ok) {
        trace_free(t);
        *found = false;
    }
    free(key);
    return ok;
}

/* ---- runs, all of a pack at once ------------------------------------------------------------------------- */

bool store_put_runs(struct store *s, const struct outcome *o, size_t n, struct err *e) {
    if (!db_run(s, ST_BEGIN, "cannot write runs", e))
        return false;
    bool ok = true;
    for (size_t i = 0; ok && i < n; i++)
        ok = put_run(s, &o[i], e) && (!o[i].trace.n_rows || put_trace(s, o[i].id, &o[i].trace, e));
    ok = ok && db_in_place(s, e) && db_run(s, ST_COMMIT, "cannot write runs", e);
    if (!ok && !sqlite3_get_autocommit(s->db)) /* some failures have rolled back by themselves */
        db_run(s, ST_ROLLBACK, "cannot undo", e);
    return ok;
}

bool store_get_run(struct store *s, uint64_t id, struct outcome *o, bool *found, struct err *e) {
    memset(o, 0, sizeof *o);
    *found = false;
    char what[32];
    snprintf(what, sizeof what, "run %016llx", (unsigned long long)id);
    sqlite3_stmt *st = db_statement(s, ST_GET_RUN, e);
    if (!st)
        return false;
    sqlite3_bind_int64(st, 1, (sqlite3_int64)id);
    struct row r;
    bool ok = row_get_begin(&r, s, st, what, found, e);
    if (!ok || !*found)
        return ok;
    o->id = row_get_integer(&r);
    uint64_t blown_up = row_get_integer(&r);
    o->blown_up = blown_up;
    r.odd |= blown_up > 1;
    o->points = (struct point *)(void *)row_get_units(&r, sizeof *o->points, 1, &o->n_points); /* the start */
    o->test_error = row_get_real(&r);
    o->weights_hash = row_get_integer(&r);
    for (int band = 0; band < N_BANDS; band++)
        o->unlearnt[band] = row_get_real(&r);
    o->seconds = row_get_real(&r);
    ok = row_get_end(&r, e);
    if (ok && !o->points)
        ok = err_add(e, "%s: %s: out of memory", s->path, what);
    if (!ok) {
        free(o->points);
        memset(o, 0, sizeof *o);
        *found = false;
    }
    return ok;
}

/* ---- failures -------------------------------------------------------------------------------------------- */

bool store_failures(struct store *s, uint64_t **ids, size_t *n, struct err *e) {
    return list_ids(s, ST_FAILURES, "cannot read the list of failures", ids, n, e);
}

bool store_put_failure(struct store *s, uint64_t id, const char *reason, struct err *e) {
    struct row r;
    if (!row_put_begin(&r, s, ST_PUT_FAILURE, "a failure", e))
        return false;
    row_put_integer(&r, id);
    row_put_text(&r, reason);
    return row_put_end(&r, e);
}

bool store_get_failure(struct store *s, uint64_t id, char **reason, struct err *e) {
    *reason = NULL;
    sqlite3_stmt *st = db_statement(s, ST_GET_FAILURE, e);
    if (!st)
        return false;
    sqlite3_bind_int64(st, 1, (sqlite3_int64)id);
    struct row r;
    bool found;
    const bool read = row_get_begin(&r, s, st, "a failure", &found, e);
    if (!read || !found)
        return read;
    row_get_integer(&r);
    *reason = row_get_string(&r);
    bool ok = row_get_end(&r, e) && (*reason || err_add(e, "%s: a failure: out of memory", s->path));
    if (!ok) {
        free(*reason);
        *reason = NULL;
    }
    return ok;
}

/* What the store keeps, table by table; fields go in and out in the order of schema.sql. Rows are named in
 * messages, so that a damaged one can be found. */
#include "base/mem.h"
#include "base/text.h"
#include "store/db.h"
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

_Static_assert(sizeof(struct point) == 40 && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__,
               "a curve is stored as the array that it is in memory");

/* ---- notes ----------------------------------------------------------------------------------------------- */

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

/* ---- data sets ------------------------------------------------------------------------------------------- */

/* What is counted of a data set is exact as a double, too. */
static const uint64_t MAX_COUNT = (uint64_t)1 << 53;

bool store_put_data(struct store *s, const struct data_facts *f, struct err *e) {
    char what[64];
    snprintf(what, sizeof what, "data set %s", f->fingerprint);
    struct row r;
    if (!row_put_begin(&r, s, ST_PUT_DATA, what, e))
        return false;
    row_put_text(&r, f->fingerprint);
    row_put_integer(&r, f->n_rows);
    row_put_integer(&r, f->n_features);
    row_put_integer(&r, f->nnz);
    row_put_integer(&r, f->n_test);
    row_put_real(&r, f->max_frequency);
    row_put_real(&r, f->min_frequency);
    row_put_real(&r, f->mean_label);
    for (int band = 0; band < N_BANDS; band++)
        row_put_real(&r, f->band_frequency[band]);
    return row_put_end(&r, e);
}

bool store_get_data(struct store *s, const char *fingerprint, struct data_facts *f, bool *found,
                    struct err *e) {
    memset(f, 0, sizeof *f);
    *found = false;
    char what[64];
    snprintf(what, sizeof what, "data set %s", fingerprint);
    struct row r;
    sqlite3_stmt *st = db_key(s, ST_GET_DATA, e, 1, fingerprint);
    bool ok = st && row_get_begin(&r, s, st, what, found, e);
    if (!ok || !*found)
        return ok;
    row_get_text(&r, f->fingerprint, sizeof f->fingerprint);
    f->n_rows = row_get_integer(&r);
    f->n_features = row_get_integer(&r);
    f->nnz = row_get_integer(&r);
    f->n_test = row_get_integer(&r);
    f->max_frequency = row_get_real(&r);
    f->min_frequency = row_get_real(&r);
    f->mean_label = row_get_real(&r);
    for (int band = 0; band < N_BANDS; band++)
        f->band_frequency[band] = row_get_real(&r);
    r.odd |= f->n_rows > MAX_COUNT || f->n_features > MAX_COUNT || f->nnz > MAX_COUNT || f->n_test > MAX_COUNT;
    return *found = row_get_end(&r, e);
}

bool store_put_file(struct store *s, const char *key, const char *fingerprint, struct err *e) {
    struct row r;
    if (!row_put_begin(&r, s, ST_PUT_FILE, "a data file's fingerprint", e))
        return false;
    row_put_text(&r, key);
    row_put_text(&r, fingerprint);
    return row_put_end(&r, e);
}

bool store_get_file(struct store *s, const char *key, char fingerprint[33], bool *found, struct err *e) {
    *found = false;
    char ignored[1];
    struct row r;
    sqlite3_stmt *st = db_key(s, ST_GET_FILE, e, 1, key);
    bool ok = st && row_get_begin(&r, s, st, "a data file's fingerprint", found, e);
    if (!ok || !*found)
        return ok;
    row_get_text(&r, ignored, sizeof ignored);
    row_get_text(&r, fingerprint, 33);
    r.odd |= strlen(fingerprint) != 32;
    return *found = row_get_end(&r, e);
}

/* ---- minima ---------------------------------------------------------------------------------------------- */

static const char *reduction_name(bool mean) {
    return mean ? "mean" : "sum";
}

/* As the column has it; surfaces are their own loss. */
static const char *loss_name(enum loss loss) {
    return loss < LOSS_COUNT ? loss_names[loss] : "surface";
}

/* What a minimum or its point is called in messages. */
enum { WHAT_CHARS = 128 };
static void name_minimum(char what[WHAT_CHARS], const char *of, const char *fingerprint, enum loss loss) {
    snprintf(what, WHAT_CHARS, "%s of the %s loss on data set %s", of, loss_name(loss), fingerprint);
}

static void put_minimum_key(struct row *r, const char *fingerprint, enum loss loss, bool mean, double l2) {
    row_put_text(r, fingerprint);
    row_put_text(r, loss_name(loss));
    row_put_text(r, reduction_name(mean));
    row_put_real(r, l2);
}

/* The row of that key, past the key; *found: whether there is one. */
static bool get_minimum_key(struct row *r, struct store *s, enum statement id, const char *what,
                            const char *fingerprint, enum loss loss, bool mean, double l2, bool *found,
                            struct err *e) {
    char ignored[1];
    sqlite3_stmt *st = db_key(s, id, e, 3, fingerprint, loss_name(loss), reduction_name(mean));
    if (!st)
        return false;
    sqlite3_bind_double(st, 4, l2);
    bool ok = row_get_begin(r, s, st, what, found, e);
    for (int i = 0; ok && *found && i < 3; i++)
        row_get_text(r, ignored, sizeof ignored);
    if (ok && *found)
        row_get_real(r);
    return ok;
}

bool store_put_minimum(struct store *s, const char *fingerprint, enum loss loss, bool mean, double l2,
                       const struct minimum *m, struct err *e) {
    char what[WHAT_CHARS];
    name_minimum(what, "the minimum", fingerprint, loss);
    struct row r;
    if (!row_put_begin(&r, s, ST_PUT_MINIMUM, what, e))
        return false;
    put_minimum_key(&r, fingerprint, loss, mean, l2);
    row_put_real(&r, m->loss);
    row_put_real(&r, m->max_gradient);
    row_put_real(&r, m->max_weight);
    row_put_integer(&r, (uint64_t)m->iterations);
    row_put_real(&r, m->start_loss);
    return row_put_end(&r, e);
}

bool store_get_minimum(struct store *s, const char *fingerprint, enum loss loss, bool mean, double l2,
                       struct minimum *m, bool *found, struct err *e) {
    memset(m, 0, sizeof *m);
    *found = false;
    char what[WHAT_CHARS];
    name_minimum(what, "the minimum", fingerprint, loss);
    struct row r;
    bool ok = get_minimum_key(&r, s, ST_GET_MINIMUM, what, fingerprint, loss, mean, l2, found, e);
    if (!ok || !*found)
        return ok;
    m->loss = row_get_real(&r);
    m->max_gradient = row_get_real(&r);
    m->max_weight = row_get_real(&r);
    const uint64_t iterations = row_get_integer(&r);
    m->iterations = (int)iterations;
    r.odd |= iterations > INT_MAX;
    m->start_loss = row_get_real(&r);
    return *found = row_get_end(&r, e);
}

bool store_put_minimiser(struct store *s, const char *fingerprint, enum loss loss, bool mean, double l2,
                         const double *w, size_t n, struct err *e) {
    char what[WHAT_CHARS];
    name_minimum(what, "the minimiser", fingerprint, loss);
    struct row r;
    if (!row_put_begin(&r, s, ST_PUT_MINIMISER, what, e))
        return false;
    put_minimum_key(&r, fingerprint, loss, mean, l2);
    row_put_blob(&r, w, n * sizeof *w);
    return row_put_end(&r, e);
}

bool store_get_minimiser(struct store *s, const char *fingerprint, enum loss loss, bool mean, double l2,
                         size_t n, double **w, struct err *e) {
    *w = NULL;
    bool found;
    char what[WHAT_CHARS];
    name_minimum(what, "the minimiser", fingerprint, loss);
    struct row r;
    bool ok = get_minimum_key(&r, s, ST_GET_MINIMISER, what, fingerprint, loss, mean, l2, &found, e);
    if (!ok || !found)
        return ok;
    size_t n_got;
    double *got = (double *)(void *)row_get_units(&r, sizeof **w, 0, &n_got);
    ok = row_get_end(&r, e) && (got || err_add(e, "%s: %s: out of memory", s->path, what));
    if (ok && n_got == n)
        *w = got;
    else
        free(got);
    return ok;
}

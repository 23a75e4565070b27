/* What was found of the data: facts by fingerprint, fingerprints of files, minima. */
#include "store/db.h"
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

struct minimum_key minimum_key_of(const struct plan *p, const struct run *r) {
    return (struct minimum_key){plan_dataset_fingerprint(p, r->dataset), run_loss(r), run_means(r),
                                r->v[KEY_MODEL_l2].number};
}

static const char *reduction_name(bool mean) {
    return mean ? "mean" : "sum";
}

/* As the column has it; surfaces are their own loss. */
static const char *loss_name(enum loss loss) {
    return loss < LOSS_COUNT ? loss_names[loss] : "surface";
}

/* What a minimum or its point is called in messages. */
enum { WHAT_CHARS = 128 };
static void name_minimum(char what[WHAT_CHARS], const char *of, struct minimum_key key) {
    snprintf(what, WHAT_CHARS, "%s of the %s loss on data set %s", of, loss_name(key.loss), key.fingerprint);
}

static void put_minimum_key(struct row *r, struct minimum_key key) {
    row_put_text(r, key.fingerprint);
    row_put_text(r, loss_name(key.loss));
    row_put_text(r, reduction_name(key.mean));
    row_put_real(r, key.l2);
}

/* The row of that key, past the key; *found: whether there is one. */
static bool get_minimum_key(struct row *r, struct store *s, enum statement id, const char *what,
                            struct minimum_key key, bool *found, struct err *e) {
    char ignored[1];
    sqlite3_stmt *st = db_key(s, id, e, 3, key.fingerprint, loss_name(key.loss), reduction_name(key.mean));
    if (!st)
        return false;
    sqlite3_bind_double(st, 4, key.l2);
    bool ok = row_get_begin(r, s, st, what, found, e);
    for (int i = 0; ok && *found && i < 3; i++)
        row_get_text(r, ignored, sizeof ignored);
    if (ok && *found)
        row_get_real(r);
    return ok;
}

bool store_put_minimum(struct store *s, struct minimum_key key, const struct minimum *m, struct err *e) {
    char what[WHAT_CHARS];
    name_minimum(what, "the minimum", key);
    struct row r;
    if (!row_put_begin(&r, s, ST_PUT_MINIMUM, what, e))
        return false;
    put_minimum_key(&r, key);
    row_put_real(&r, m->loss);
    row_put_real(&r, m->max_gradient);
    row_put_real(&r, m->max_weight);
    row_put_integer(&r, (uint64_t)m->iterations);
    row_put_real(&r, m->start_loss);
    return row_put_end(&r, e);
}

bool store_get_minimum(struct store *s, struct minimum_key key, struct minimum *m, bool *found, struct err *e) {
    memset(m, 0, sizeof *m);
    *found = false;
    char what[WHAT_CHARS];
    name_minimum(what, "the minimum", key);
    struct row r;
    bool ok = get_minimum_key(&r, s, ST_GET_MINIMUM, what, key, found, e);
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

bool store_put_minimiser(struct store *s, struct minimum_key key, const double *w, size_t n, struct err *e) {
    char what[WHAT_CHARS];
    name_minimum(what, "the minimiser", key);
    struct row r;
    if (!row_put_begin(&r, s, ST_PUT_MINIMISER, what, e))
        return false;
    put_minimum_key(&r, key);
    row_put_blob(&r, w, n * sizeof *w);
    return row_put_end(&r, e);
}

bool store_get_minimiser(struct store *s, struct minimum_key key, size_t n, double **w, struct err *e) {
    *w = NULL;
    bool found;
    char what[WHAT_CHARS];
    name_minimum(what, "the minimiser", key);
    struct row r;
    bool ok = get_minimum_key(&r, s, ST_GET_MINIMISER, what, key, &found, e);
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

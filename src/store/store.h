/* The store: results/<name>/sweep.db (SQLite, WAL), the truth from which all tables and pictures are rebuilt.
 * The only users of sqlite3.h are the files of src/store/; the schema is schema.sql. Numbers are kept as the
 * bits they are, and every row carries a checksum that is compared whenever it is read. One thread at a time
 * per store: callers lock. */
#pragma once
#include "data/minimum.h"
#include "train/train.h"

struct store;

/* Opens or creates dir/sweep.db (making dir). fresh: start with an empty one. read_only: it must exist. A file
 * that is not a store of this program, or of another format, is refused and left as it is. */
struct store *store_open(const char *dir, bool fresh, bool read_only, struct err *e);
void store_close(struct store *s);
bool store_is_there(const char *dir);
const char *store_path(const struct store *s); /* for messages */
bool store_read_only(const struct store *s);

/* Free text under a name: the grid file ("grid", "grid_path"), machine, build, command line. *text: malloc'ed,
 * with a NUL behind it; NULL: there is no such note. */
bool store_put_note(struct store *s, const char *name, const char *text, size_t len, struct err *e);
bool store_get_note(struct store *s, const char *name, char **text, size_t *len, struct err *e);

/* Runs. */
bool store_ids(struct store *s, uint64_t **ids, size_t *n, struct err *e); /* ascending; malloc'ed */
/* Whether the transactions to come are on the disk when they return, as at first, or only with the system: lost
 * then with its power, but not with the program, until one that is synced follows. */
bool store_sync(struct store *s, bool synced, struct err *e);
/* One transaction: all or none, traces included. A run that is there already is left as it is: equal ids mean
 * equal results, and two processes may have computed the same pack. */
bool store_put_runs(struct store *s, const struct outcome *o, size_t n, struct err *e);
/* outcome_free() what it fills. A damaged row is an error. */
bool store_get_run(struct store *s, uint64_t id, struct outcome *o, bool *found, struct err *e);

/* The trace of a run for these parameters (train/trace.h); trace_free() what it fills. One that was stored is
 * never changed. */
bool store_get_trace(struct store *s, uint64_t id, const uint32_t *parameter, size_t n, bool curved,
                     struct trace *t, bool *found, struct err *e);
bool store_has_trace(struct store *s, uint64_t id, const uint32_t *parameter, size_t n, bool curved, bool *has,
                     struct err *e);

/* Runs that could not be computed, and why; the first reason stays. Listed are those that have not been
 * computed since. *reason: malloc'ed; NULL: the run has not failed. */
bool store_put_failure(struct store *s, uint64_t id, const char *reason, struct err *e);
bool store_failures(struct store *s, uint64_t **ids, size_t *n, struct err *e); /* ascending; malloc'ed */
bool store_get_failure(struct store *s, uint64_t id, char **reason, struct err *e);

/* Data sets, by fingerprint. */
struct data_facts {
    char fingerprint[33];
    uint64_t n_rows, n_features, nnz, n_test;
    double max_frequency, min_frequency, mean_label; /* column share of rows: largest, smallest; mean of y */
    double band_frequency[N_BANDS];                  /* data/bands.h */
};
bool store_put_data(struct store *s, const struct data_facts *f, struct err *e);
bool store_get_data(struct store *s, const char *fingerprint, struct data_facts *f, bool *found, struct err *e);
/* Which file had which fingerprint (for plan_known). key: path and parameters as one text. */
bool store_put_file(struct store *s, const char *key, const char *fingerprint, struct err *e);
bool store_get_file(struct store *s, const char *key, char fingerprint[33], bool *found, struct err *e);

/* What an L* is of. */
struct minimum_key {
    const char *fingerprint; /* of the data set */
    enum loss loss;
    bool mean; /* over rows; false: a sum */
    double l2;
};
/* That of a run; the fingerprint is the plan's. */
struct minimum_key minimum_key_of(const struct plan *p, const struct run *r);
/* Whether two keys of one data set are the same. */
static inline bool minimum_key_same(struct minimum_key a, struct minimum_key b) {
    return a.loss == b.loss && a.mean == b.mean && a.l2 == b.l2;
}
bool store_put_minimum(struct store *s, struct minimum_key key, const struct minimum *m, struct err *e);
bool store_get_minimum(struct store *s, struct minimum_key key, struct minimum *m, bool *found, struct err *e);
/* Its minimiser, (n): by feature, the bias last. *w is malloc'ed, NULL where there is none of that length. */
bool store_put_minimiser(struct store *s, struct minimum_key key, const double *w, size_t n, struct err *e);
bool store_get_minimiser(struct store *s, struct minimum_key key, size_t n, double **w, struct err *e);

/* check.c: every row of every table against its checksum, after SQLite's own look at the structure of the file.
 * Each damaged row is a message that names it; *rows counts all. True if nothing is damaged. */
bool store_check(struct store *s, size_t *rows, struct err *e);

/* merge.c: whatever `from` holds and `into` does not, in one transaction. What both hold must be the same, the
 * seconds of a run aside; notes stay as they are in `into`, but the version of the numerics must agree. Rows
 * are checked on their way. */
struct merged {
    size_t n_added, n_known; /* runs */
};
bool store_merge(struct store *into, struct store *from, struct merged *m, struct err *e);

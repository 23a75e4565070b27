/* For tests of this folder: a store looked into and changed behind the program's back.
 *
 *   meddle DIR sql TEXT         runs SQL as it is, checksums or not; prints the rows
 *   meddle DIR note NAME TEXT   replaces a note, with a checksum that holds
 *   meddle DIR failure ID TEXT  adds a run that failed
 *   meddle DIR file KEY PRINT   adds a data file's fingerprint
 *   meddle DIR nans ID          gives every NaN of a run's trace of the bias its other sign; prints how many
 *   meddle DIR flip TABLE COLUMN ROWID BIT   flips a bit (counted modulo the bits there are) of a value */
#include "store/store.h"
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int print_row(void *ctx, int n, char **value, char **name) {
    (void)ctx, (void)name;
    for (int i = 0; i < n; i++)
        printf("%s%s", i ? "," : "", value[i] ? value[i] : "");
    puts("");
    return 0;
}

static int run_sql(const char *dir, const char *text) {
    char path[4096], *message = NULL;
    sqlite3 *db;
    snprintf(path, sizeof path, "%s/sweep.db", dir);
    int rc = sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE, NULL);
    if (rc == SQLITE_OK)
        rc = sqlite3_exec(db, text, print_row, NULL, &message);
    if (rc != SQLITE_OK)
        fprintf(stderr, "%s: %s\n", path, message ? message : sqlite3_errmsg(db));
    sqlite3_close(db);
    return rc != SQLITE_OK;
}

/* A row of a table, with a checksum that holds. */
static int put(const char *dir, const char *table, const char *key, const char *text) {
    struct err e = {0};
    struct store *s = store_open(dir, false, false, &e);
    const bool ok = s && (!strcmp(table, "note")   ? store_put_note(s, key, text, strlen(text), &e)
                          : !strcmp(table, "file") ? store_put_file(s, key, text, &e)
                                                   : store_put_failure(s, strtoull(key, NULL, 16), text, &e));
    store_close(s);
    if (e.text)
        fputs(e.text, stderr);
    err_clear(&e);
    return !ok;
}

static int turn_nans(const char *dir, uint64_t id) {
    struct err e = {0};
    struct store *s = store_open(dir, false, false, &e);
    struct outcome o = {0};
    const uint32_t parameter = PARAMETER_BIAS;
    bool found = false, ok = s && store_get_run(s, id, &o, &found, &e) && found &&
                             store_get_trace(s, id, &parameter, 1, false, &o.trace, &found, &e) && found;
    int n = 0;
    for (size_t i = 0; ok && i < o.trace.n_rows * trace_width(&o.trace); i++)
        if (o.trace.value[i] != o.trace.value[i]) {
            ((unsigned char *)&o.trace.value[i])[7] ^= 0x80;
            n++;
        }
    ok = ok && !run_sql(dir, "DELETE FROM trace") && store_put_runs(s, &o, 1, &e);
    outcome_free(&o);
    store_close(s);
    if (e.text)
        fputs(e.text, stderr);
    err_clear(&e);
    printf("%d\n", n);
    return !ok;
}

/* Text, blobs, integers and reals alike: as bytes, put back under their type. */
static bool flip(sqlite3_stmt *set, sqlite3_stmt *get, unsigned bit) {
    const int type = sqlite3_column_type(get, 0);
    sqlite3_int64 integer = sqlite3_column_int64(get, 0);
    double real = sqlite3_column_double(get, 0);
    const bool number = type == SQLITE_INTEGER || type == SQLITE_FLOAT;
    const size_t len = number ? 8 : (size_t)sqlite3_column_bytes(get, 0);
    unsigned char *bytes = malloc(len + 1);
    if (!bytes || !len || type == SQLITE_NULL) {
        free(bytes);
        return false;
    }
    memcpy(bytes,
           type == SQLITE_INTEGER ? (void *)&integer
           : number               ? (void *)&real
                                  : sqlite3_column_blob(get, 0),
           len);
    bytes[bit / 8 % len] ^= (unsigned char)(1 << bit % 8);
    memcpy(&integer, bytes, len < 8 ? len : 8);
    memcpy(&real, bytes, len < 8 ? len : 8);
    const int rc = type == SQLITE_INTEGER ? sqlite3_bind_int64(set, 1, integer)
                   : number               ? sqlite3_bind_double(set, 1, real)
                   : type == SQLITE_TEXT  ? sqlite3_bind_text(set, 1, (char *)bytes, (int)len, SQLITE_TRANSIENT)
                                          : sqlite3_bind_blob(set, 1, bytes, (int)len, SQLITE_TRANSIENT);
    free(bytes);
    return rc == SQLITE_OK;
}

static int flip_bit(const char *dir, const char *table, const char *column, const char *rowid, unsigned bit) {
    char path[4096], text[2][512];
    sqlite3 *db = NULL;
    sqlite3_stmt *get = NULL, *set = NULL;
    snprintf(path, sizeof path, "%s/sweep.db", dir);
    sqlite3_snprintf(512, text[0], "SELECT \"%w\" FROM \"%w\" WHERE rowid = %s", column, table, rowid);
    sqlite3_snprintf(512, text[1], "UPDATE \"%w\" SET \"%w\" = ? WHERE rowid = %s", table, column, rowid);
    const bool ok = sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE, NULL) == SQLITE_OK &&
                    sqlite3_prepare_v2(db, text[0], -1, &get, NULL) == SQLITE_OK &&
                    sqlite3_prepare_v2(db, text[1], -1, &set, NULL) == SQLITE_OK &&
                    sqlite3_step(get) == SQLITE_ROW && flip(set, get, bit) && !sqlite3_reset(get) &&
                    sqlite3_step(set) == SQLITE_DONE && sqlite3_changes(db) == 1;
    if (!ok)
        fprintf(stderr, "%s: %s\n", path, sqlite3_errmsg(db));
    sqlite3_finalize(get);
    sqlite3_finalize(set);
    sqlite3_close(db);
    return !ok;
}

int main(int argc, char **argv) {
    if (argc == 4 && !strcmp(argv[2], "sql"))
        return run_sql(argv[1], argv[3]);
    if (argc == 5 && (!strcmp(argv[2], "note") || !strcmp(argv[2], "file") || !strcmp(argv[2], "failure")))
        return put(argv[1], argv[2], argv[3], argv[4]);
    if (argc == 4 && !strcmp(argv[2], "nans"))
        return turn_nans(argv[1], strtoull(argv[3], NULL, 16));
    if (argc == 7 && !strcmp(argv[2], "flip"))
        return flip_bit(argv[1], argv[3], argv[4], argv[5], (unsigned)strtoul(argv[6], NULL, 10));
    fprintf(stderr, "meddle DIR sql TEXT | note NAME TEXT | file KEY PRINT | failure ID TEXT | "
                    "nans ID | flip TABLE COLUMN ROWID BIT\n");
    return 2;
}

/* Damage is found wherever it is; stores are joined without losing, doubling or changing anything. */
#include "store/store.h"
#include <math.h>
#include <setjmp.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static char dir[2][64];
static struct err e;

static int setup(void **state) {
    (void)state;
    for (int i = 0; i < 2; i++) {
        strcpy(dir[i], "/tmp/test_check.XXXXXX");
        if (!mkdtemp(dir[i]))
            return 1;
    }
    return 0;
}

static int teardown(void **state) {
    (void)state;
    static const char *const suffix[] = {"", "-wal", "-shm", "-journal"};
    for (int i = 0; i < 2; i++) {
        for (int k = 0; k < 4; k++) {
            char name[160];
            snprintf(name, sizeof name, "%s/sweep.db%s", dir[i], suffix[k]);
            unlink(name);
        }
        rmdir(dir[i]);
    }
    err_clear(&e);
    return 0;
}

static struct store *open_store(int i) {
    struct store *s = store_open(dir[i], false, false, &e);
    if (!s)
        fail_msg("%s", e.text);
    return s;
}

static struct point points[] = {{0, 0, 0, 0.6931471805599453, NAN}, {1, 7, 1234567, 0.25, 0.5}};

static struct outcome outcome(uint64_t id) {
    return (struct outcome){
        id, false, 2, points, 0.25, 0xfedcba9876543210u, {0.75, 0.625, 0.375, 0.25, NAN}, 0.125, {0}, {0}};
}

static void put(struct store *s, uint64_t id, double seconds) {
    struct outcome o = outcome(id);
    o.seconds = seconds;
    assert_true(store_put_runs(s, &o, 1, &e));
}

/* One of everything. */
static void fill(struct store *s) {
    const struct data_facts facts = {
        "0123456789abcdef0123456789abcdef", 10, 5, 20, 0, 0.5, 0.1, 0.5, {1, 2, 3, 4, 5}};
    const struct minimum m = {
        .loss = 0.5, .max_gradient = 1e-11, .max_weight = 3, .iterations = 9, .start_loss = 0.7};
    const double w[] = {1, -2, 0.5};
    uint32_t parameter[] = {PARAMETER_BIAS, 3};
    double value[2 * (2 + 2 * TRACE_FIELDS)] = {0.5, 0.1, -2, NAN, 1e-310, 3};
    struct outcome traced = outcome(0x8123456789abcdefu);
    traced.seconds = 1;
    traced.trace =
        (struct trace){.n_parameters = 2, .n_rows = 2, .cap = 2, .parameter = parameter, .value = value};
    assert_true(store_put_runs(s, &traced, 1, &e));
    assert_true(store_put_note(s, "grid", "[sweep]\n", 8, &e));
    assert_true(store_put_data(s, &facts, &e));
    assert_true(store_put_file(s, "path x", "0123456789abcdef0123456789abcdef", &e));
    assert_true(store_put_minimum(s, (struct minimum_key){facts.fingerprint, LOSS_logistic, true, 0}, &m, &e));
    assert_true(
        store_put_minimiser(s, (struct minimum_key){facts.fingerprint, LOSS_logistic, true, 0}, w, 3, &e));
    assert_true(store_put_failure(s, 7, "out of memory", &e));
}

static size_t count(struct store *s) {
    uint64_t *ids;
    size_t n;
    assert_true(store_ids(s, &ids, &n, &e));
    free(ids);
    return n;
}

/* ---- damage ---------------------------------------------------------------------------------------------- */

static sqlite3 *behind_its_back(void) {
    char path[160];
    sqlite3 *db;
    snprintf(path, sizeof path, "%s/sweep.db", dir[0]);
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, "PRAGMA synchronous = OFF", NULL, NULL, NULL), SQLITE_OK);
    return db;
}

static sqlite3_stmt *prepare(sqlite3 *db, const char *format, const char *table, const char *column) {
    char *sql = sqlite3_mprintf(format, table, column);
    sqlite3_stmt *st = NULL;
    if (sqlite3_prepare_v2(db, sql, -1, &st, NULL) != SQLITE_OK)
        fail_msg("%s: %s", sql, sqlite3_errmsg(db));
    sqlite3_free(sql);
    return st;
}

/* Binds what `get` stands on, with one bit flipped; false once there are no more bits. */
static bool bind_flipped(sqlite3_stmt *set, sqlite3_stmt *get, int bit) {
    const int type = sqlite3_column_type(get, 0);
    if (type == SQLITE_INTEGER || type == SQLITE_FLOAT) {
        uint64_t bits = (uint64_t)sqlite3_column_int64(get, 0);
        double x = sqlite3_column_double(get, 0);
        if (type == SQLITE_FLOAT)
            memcpy(&bits, &x, sizeof bits);
        bits ^= (uint64_t)1 << (bit & 63);
        memcpy(&x, &bits, sizeof x);
        if (type == SQLITE_FLOAT)
            sqlite3_bind_double(set, 1, x);
        else
            sqlite3_bind_int64(set, 1, (sqlite3_int64)bits);
        return bit < 64;
    }
    const int len = sqlite3_column_bytes(get, 0);
    unsigned char *copy = malloc((size_t)len + 1);
    assert_non_null(copy);
    if (len)
        memcpy(copy, sqlite3_column_blob(get, 0), (size_t)len);
    if (bit < 8 * len)
        copy[bit / 8] ^= (unsigned char)(1 << bit % 8);
    if (type == SQLITE_TEXT)
        sqlite3_bind_text(set, 1, (char *)copy, len, SQLITE_TRANSIENT);
    else
        sqlite3_bind_blob(set, 1, copy, len, SQLITE_TRANSIENT);
    free(copy);
    return bit < 8 * len;
}

static void expect_damage(struct store *s, const char *table, const char *column, int bit) {
    size_t rows;
    if (store_check(s, &rows, &e))
        fail_msg("bit %d of %s.%s was flipped unnoticed", bit, table, column);
    assert_non_null(strstr(e.text, table));
    assert_non_null(strstr(e.text, "damaged"));
    err_clear(&e);
}

/* Flips each bit of a column of the only row of a table, and back. */
static int flip_all(struct store *s, sqlite3 *db, const char *table, const char *column) {
    sqlite3_stmt *get = prepare(db, "SELECT \"%w\" FROM \"%w\"", column, table);
    sqlite3_stmt *set = prepare(db, "UPDATE \"%w\" SET \"%w\" = ?", table, column);
    int flips = 0;
    assert_int_equal(sqlite3_step(get), SQLITE_ROW);
    sqlite3_value *whole = sqlite3_value_dup(sqlite3_column_value(get, 0));
    /* NULL is no number: it has no bits. */
    while (sqlite3_value_type(whole) != SQLITE_NULL && bind_flipped(set, get, flips)) {
        sqlite3_reset(get);
        assert_int_equal(sqlite3_step(set), SQLITE_DONE);
        sqlite3_reset(set);
        expect_damage(s, table, column, flips++);
        sqlite3_bind_value(set, 1, whole);
        assert_int_equal(sqlite3_step(set), SQLITE_DONE);
        sqlite3_reset(set);
        assert_int_equal(sqlite3_step(get), SQLITE_ROW);
    }
    sqlite3_value_free(whole);
    sqlite3_finalize(get);
    sqlite3_finalize(set);
    return flips;
}

static void every_flipped_bit_is_found(void **state) {
    (void)state;
    struct store *s = open_store(0);
    fill(s);
    size_t rows;
    assert_true(store_check(s, &rows, &e));
    assert_int_equal(rows, 8);
    sqlite3 *db = behind_its_back();
    sqlite3_stmt *columns =
        prepare(db,
                "SELECT m.name, c.name FROM sqlite_master AS m, pragma_table_info(m.name) AS c "
                "WHERE m.type = 'table'",
                "", "");
    int flips = 0;
    while (sqlite3_step(columns) == SQLITE_ROW)
        flips += flip_all(s, db, (const char *)sqlite3_column_text(columns, 0),
                          (const char *)sqlite3_column_text(columns, 1));
    sqlite3_finalize(columns);
    sqlite3_close(db);
    assert_true(flips > 2000);
    assert_true(store_check(s, &rows, &e));
    store_close(s);
}

/* A real and an integer can be the same eight bytes under another head. */
static void another_type_is_damage(void **state) {
    (void)state;
    struct store *s = open_store(0);
    put(s, 1, 1);
    sqlite3 *db = behind_its_back();
    double half = 0.25;
    sqlite3_int64 bits;
    memcpy(&bits, &half, sizeof bits);
    sqlite3_stmt *set = prepare(db, "UPDATE run SET test_error = ?", "", "");
    sqlite3_bind_int64(set, 1, bits);
    assert_int_equal(sqlite3_step(set), SQLITE_DONE);
    sqlite3_finalize(set);
    sqlite3_close(db);
    expect_damage(s, "run", "test_error", 0);
    store_close(s);
}

/* ---- merging --------------------------------------------------------------------------------------------- */

static void merging_adds_what_is_new(void **state) {
    (void)state;
    struct store *into = open_store(0), *from = open_store(1);
    struct merged m;
    fill(from);
    put(from, 2, 1);
    put(into, 2, 9); /* took longer: the same result all the same */
    put(into, 3, 1);
    assert_true(store_merge(into, from, &m, &e));
    assert_int_equal(m.n_added, 1);
    assert_int_equal(m.n_known, 1);
    assert_int_equal(count(into), 3);
    size_t rows, rows_before;
    assert_true(store_check(into, &rows_before, &e));
    assert_int_equal(rows_before, 10);
    assert_true(store_merge(into, from, &m, &e));
    assert_int_equal(m.n_added, 0);
    assert_int_equal(m.n_known, 2);
    assert_true(store_check(into, &rows, &e));
    assert_int_equal(rows, rows_before);
    const uint32_t parameter[] = {PARAMETER_BIAS, 3};
    struct trace trace;
    bool found;
    assert_true(store_get_trace(into, 0x8123456789abcdefu, parameter, 2, false, &trace, &found, &e) && found);
    assert_true(trace.n_rows == 2 && trace_get(&trace, 0, 0, TRACE_W) == -2);
    trace_free(&trace);
    char *text;
    double *w;
    size_t len;
    assert_true(store_get_note(into, "grid", &text, &len, &e));
    assert_string_equal(text, "[sweep]\n");
    assert_true(store_get_minimiser(
        into, (struct minimum_key){"0123456789abcdef0123456789abcdef", LOSS_logistic, true, 0}, 3, &w, &e));
    assert_non_null(w);
    assert_true(w[1] == -2);
    free(text);
    free(w);
    store_close(into);
    store_close(from);
}

static void refuse_merge(struct store *into, struct store *from, const char *why) {
    struct merged m;
    const size_t before = count(into);
    assert_false(store_merge(into, from, &m, &e));
    if (!strstr(e.text, why))
        fail_msg("no '%s' in: %s", why, e.text);
    err_clear(&e);
    assert_int_equal(count(into), before);
}

static void what_contradicts_is_not_merged(void **state) {
    (void)state;
    struct store *into = open_store(0), *from = open_store(1);
    struct outcome o = outcome(5);
    assert_true(store_put_runs(into, &o, 1, &e));
    o.weights_hash++;
    assert_true(store_put_runs(from, &o, 1, &e));
    put(from, 4, 1);
    refuse_merge(into, from, "both hold run 0000000000000005, with another weights_hash");
    store_close(into);
    store_close(from);
}

static void other_numerics_are_not_merged(void **state) {
    (void)state;
    struct store *into = open_store(0), *from = open_store(1);
    assert_true(store_put_note(into, "numerics", "1", 1, &e));
    assert_true(store_put_note(from, "numerics", "2", 1, &e));
    put(from, 4, 1);
    refuse_merge(into, from, "both hold note 'numerics', with another text");
    store_close(into);
    store_close(from);
}

/* ---- failures -------------------------------------------------------------------------------------------- */

static void a_failure_ends_when_the_run_is_computed(void **state) {
    (void)state;
    struct store *s = open_store(0);
    uint64_t *ids;
    size_t n;
    char *reason;
    assert_true(store_put_failure(s, 0xffffffffffffffffu, "first\n", &e));
    assert_true(store_put_failure(s, 0xffffffffffffffffu, "second\n", &e));
    assert_true(store_put_failure(s, 1, "other\n", &e));
    assert_true(store_failures(s, &ids, &n, &e));
    assert_int_equal(n, 2);
    assert_true(ids[0] == 1 && ids[1] == 0xffffffffffffffffu);
    free(ids);
    assert_true(store_get_failure(s, 0xffffffffffffffffu, &reason, &e));
    assert_string_equal(reason, "first\n");
    free(reason);
    assert_true(store_get_failure(s, 2, &reason, &e));
    assert_null(reason);
    put(s, 1, 1);
    assert_true(store_failures(s, &ids, &n, &e));
    assert_int_equal(n, 1);
    free(ids);
    store_close(s);
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(every_flipped_bit_is_found),    TEST(another_type_is_damage),
        TEST(merging_adds_what_is_new),      TEST(what_contradicts_is_not_merged),
        TEST(other_numerics_are_not_merged), TEST(a_failure_ends_when_the_run_is_computed),
    };
#undef TEST
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* The file: made, refused, emptied, read while it is written; other people's files are left alone. */
#include "store_test.h"

static void refused(bool fresh, bool read_only, const char *reason) {
    struct store *s = store_open(dir, fresh, read_only, &e);
    if (s)
        fail_msg("opened (fresh %d, read_only %d), expected: %s", fresh, read_only, reason);
    if (!strstr(e.text, reason) || !strstr(e.text, path))
        fail_msg("expected the path and `%s`, got: %s", reason, e.text);
    err_clear(&e);
}

/* Tables that are not ours are refused before any is read: nothing in them is run. */
static void another_schema_is_refused(void **state) {
    (void)state;
    static const struct {
        const char *sql, *reason;
    } cases[] = {
        {"CREATE TRIGGER t AFTER INSERT ON run BEGIN DELETE FROM run; END",
         "the trigger 't' does not belong there"},
        {"CREATE VIEW v AS SELECT load_extension('x')", "the view 'v' does not belong there"},
        {"ALTER TABLE failure RENAME TO f; CREATE VIEW failure AS SELECT * FROM f",
         "the view 'failure' does not belong there"},
        {"CREATE INDEX i ON run (seconds)", "the index 'i' does not belong there"},
        {"CREATE TABLE extra (x)", "the table 'extra' does not belong there"},
        {"DROP TABLE trace", "is missing"},
        {"ALTER TABLE run ADD COLUMN x DEFAULT 3", "the table 'run' is defined otherwise"},
        {"DROP TABLE failure; CREATE TABLE failure (id INTEGER PRIMARY KEY, reason TEXT NOT NULL, "
         "checksum INTEGER NOT NULL CHECK (abs(checksum) < 0))",
         "the table 'failure' is defined otherwise"},
        {"DROP TABLE failure; CREATE TABLE failure (id INTEGER PRIMARY KEY, reason TEXT NOT NULL, "
         "checksum INTEGER GENERATED ALWAYS AS (id))",
         "the table 'failure' is defined otherwise"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        store_close(open_store(true, false));
        meddle(cases[i].sql);
        refused(false, true, cases[i].reason);
        refused(false, false, cases[i].reason);
    }
    store_close(open_store(true, false)); /* and emptied where that is asked for */
    store_close(open_store(false, true));
    /* Comments and blanks are no part of it: a program whose schema says the same in other words agrees. */
    meddle(
        "DROP TABLE failure; CREATE TABLE failure ( id INTEGER PRIMARY KEY, -- here\n reason   TEXT NOT NULL,\n"
        "checksum INTEGER NOT NULL )");
    store_close(open_store(false, true));
}

static void foreign_files_are_refused_and_untouched(void **state) {
    (void)state;
    static const char junk[] =
        "This is no database, and long enough to be looked at as one. 0123456789 0123456789";
    char *before, *after;
    size_t n_before, n_after;
    for (int kind = 0; kind < 2; kind++) {
        unlink(path);
        if (kind == 0)
            assert_true(file_write(path, junk, sizeof junk, &e));
        else
            meddle("CREATE TABLE mine (x); INSERT INTO mine VALUES (1)");
        assert_true(file_read(path, &before, &n_before, &e));
        refused(false, false, "not a store");
        refused(true, false, "not a store");
        refused(false, true, "not a store");
        assert_true(file_read(path, &after, &n_after, &e));
        assert_int_equal(n_before, n_after);
        assert_memory_equal(before, after, n_before);
        free(before);
        free(after);
    }
}

static void another_format_is_refused_but_can_be_started_afresh(void **state) {
    (void)state;
    store_close(open_store(false, false));
    meddle("PRAGMA user_version = 9");
    refused(false, false, "format 9");
    refused(false, true, "format 9");
    store_close(open_store(true, false));
    store_close(open_store(false, true));
}

static void reading_needs_a_store_and_writes_nothing(void **state) {
    (void)state;
    refused(false, true, "no store");
    assert_int_not_equal(access(path, F_OK), 0);
    assert_true(file_write(path, "", 0, &e));
    refused(false, true, "empty");
    store_close(open_store(false, false)); /* an empty file is as good as none */
    struct store *s = open_store(false, true);
    struct outcome o = sample(1);
    assert_false(store_put_runs(s, &o, 1, &e));
    assert_non_null(strstr(e.text, "readonly"));
    store_close(s);
}

static void fresh_forgets_everything(void **state) {
    (void)state;
    struct store *s = open_store(false, false);
    struct outcome o = sample(1);
    assert_true(store_put_runs(s, &o, 1, &e) && store_put_note(s, "n", "x", 1, &e));
    store_close(s);
    s = open_store(true, false);
    uint64_t *ids;
    size_t n;
    char *text;
    assert_true(store_ids(s, &ids, &n, &e));
    assert_true(store_get_note(s, "n", &text, &n, &e));
    assert_null(ids);
    assert_null(text);
    assert_true(store_put_runs(s, &o, 1, &e));
    store_close(s);
}

static void at_rest_it_is_one_file(void **state) {
    (void)state;
    struct store *s = open_store(false, false);
    struct outcome o = sample(1);
    assert_true(store_put_runs(s, &o, 1, &e));
    char wal[96];
    snprintf(wal, sizeof wal, "%s-wal", path);
    assert_int_equal(access(wal, F_OK), 0);
    store_close(s);
    assert_int_not_equal(access(wal, F_OK), 0);
    char *bytes;
    size_t len;
    assert_true(file_read(path, &bytes, &len, &e));
    assert_int_equal(bytes[18],
                     1); /* read version 1: a rollback journal, not WAL, so that readers make no files */
    free(bytes);
}

static void a_reader_sees_whole_packs_while_one_writes(void **state) {
    (void)state;
    struct store *w = open_store(false, false), *r = open_store(false, true);
    struct outcome o[16];
    for (uint64_t k = 0; k < 16; k++)
        o[k] = sample(k);
    assert_true(store_put_runs(w, o, 16, &e));
    uint64_t *ids;
    size_t n;
    assert_true(store_ids(r, &ids, &n, &e));
    assert_int_equal(n, 16);
    free(ids);
    store_close(w);
    store_close(r);
}

int main(void) {
    const struct CMUnitTest tests[] = {
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
        T(another_schema_is_refused),
        T(foreign_files_are_refused_and_untouched),
        T(another_format_is_refused_but_can_be_started_afresh),
        T(reading_needs_a_store_and_writes_nothing),
        T(fresh_forgets_everything),
        T(at_rest_it_is_one_file),
        T(a_reader_sees_whole_packs_while_one_writes),
    };
    return cmocka_run_group_tests_name("store", tests, NULL, NULL);
}

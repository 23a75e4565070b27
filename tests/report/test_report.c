/* A results folder as a whole. */
#include "report/canned.h"
#include "report/report.h"

static void a_folder_is_rebuilt_byte_for_byte(void **state) {
    (void)state;
    static const char *const names[] = {"runs.csv",    "curves.csv", "cells.csv",   "data.csv",   "bands.csv",
                                        "summary.csv", "summary.md", "summary.tex", "report.html"};
    enum { N = sizeof names / sizeof *names };
    const struct report_options options = {.plots = false, .quiet = true};
    struct canned c;
    char *before[N];
    canned_open(&c,
                "[sweep]\nseeds = 1, 2\n[data d]\nkind = synthetic\nrows = 100\nfeatures = 10\nsparsity = 0.8\n"
                "[optimizer sgd]\neta0 = 0.1, 1\n");
    canned_minima(&c, 0, false);
    for (size_t i = 0; i < 3; i++)
        canned_put(&c, i, &(struct curve)CURVE(1, 0.5, 0), NULL, NAN);
    canned_ok(report_write(c.plan, c.store, c.dir, &options, &canned_err));
    for (int k = 0; k < N; k++) {
        before[k] = canned_read(&c, names[k]);
        assert_int_not_equal(strlen(before[k]), 0);
        char path[96];
        snprintf(path, sizeof path, "%s/%s", c.dir, names[k]);
        assert_int_equal(unlink(path), 0);
    }
    /* From a reader, as `bench report` has it, and over what is there. */
    store_close(c.store);
    c.store = store_open(c.dir, false, true, &canned_err);
    canned_ok(c.store != NULL);
    for (int again = 0; again < 2; again++) {
        canned_ok(report_write(c.plan, c.store, c.dir, &options, &canned_err));
        for (int k = 0; k < N; k++) {
            char *after = canned_read(&c, names[k]);
            if (strcmp(after, before[k]))
                fail_msg("%s is not the same the second time", names[k]);
            free(after);
        }
    }
    for (int k = 0; k < N; k++)
        free(before[k]);
    canned_close(&c);
}

static void a_damaged_run_stops_the_report(void **state) {
    (void)state;
    const struct report_options options = {.plots = false, .quiet = true};
    struct canned c;
    canned_open(
        &c,
        "[sweep]\n[data d]\nkind = synthetic\nrows = 100\nfeatures = 10\nsparsity = 0.8\n[optimizer sgd]\n");
    canned_minima(&c, 0, false);
    canned_put(&c, 0, &(struct curve)CURVE(1, 0.123456789), NULL, NAN);
    store_close(c.store);
    /* One bit of the last evaluation's loss, found in the file by its bytes. */
    char path[96], *bytes;
    size_t len;
    double loss = 0.123456789;
    snprintf(path, sizeof path, "%s/sweep.db", c.dir);
    canned_ok(file_read(path, &bytes, &len, &canned_err));
    size_t at = 0;
    while (at + sizeof loss <= len && memcmp(bytes + at, &loss, sizeof loss))
        at++;
    assert_true(at + sizeof loss <= len);
    bytes[at] ^= 1;
    canned_ok(file_write(path, bytes, len, &canned_err));
    free(bytes);
    c.store = store_open(c.dir, false, true, &canned_err);
    canned_ok(c.store != NULL);
    assert_false(report_write(c.plan, c.store, c.dir, &options, &canned_err));
    assert_non_null(strstr(canned_err.text, "is damaged"));
    canned_close(&c);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_folder_is_rebuilt_byte_for_byte),
        cmocka_unit_test(a_damaged_run_stops_the_report),
    };
    return cmocka_run_group_tests_name("report", tests, NULL, NULL);
}

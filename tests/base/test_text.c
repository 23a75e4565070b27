/* Messages, growing strings, near words, files and folders. */
#include "base/text.h"
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
// cmocka.h needs those above
#include <cmocka.h>

static void messages_pile_up(void **s) {
    (void)s;
    struct err e = {0};
    assert_false(err_add(&e, "grid.ini:%d: no", 3));
    assert_false(err_add(&e, "%s", "second"));
    assert_string_equal(e.text, "grid.ini:3: no\nsecond\n");
    assert_int_equal(e.len, strlen(e.text));
    assert_int_equal(e.count, 2);
    err_clear(&e);
    assert_null(e.text);
    char big[2000];
    memset(big, 'x', sizeof big - 1);
    big[sizeof big - 1] = '\0';
    err_add(&e, "%s.", big);
    assert_int_equal(e.len, sizeof big + 1);
    for (int i = 0; i < 2 * ERR_MAX; i++)
        err_add(&e, "again");
    assert_int_equal(e.count, 2 * ERR_MAX + 1);
    int lines = 0;
    for (const char *p = e.text; (p = strchr(p, '\n')); p++)
        lines++;
    assert_int_equal(lines, ERR_MAX);
    err_clear(&e);
    assert_false(err_add(NULL, "nobody listens"));
}

static void strings_grow(void **s) {
    (void)s;
    struct text t = {0};
    for (int i = 0; i < 1000; i++) {
        text_add(&t, "ab");
        text_addf(&t, "%03d", i);
        text_add_number(&t, 0.5);
    }
    assert_false(t.failed);
    assert_int_equal(t.len, 8000);
    assert_int_equal(strlen(t.s), 8000);
    assert_memory_equal(t.s + 7992, "ab9990.5", 8);
    text_addf(&t, "%0600d", 7);
    assert_int_equal(t.len, 8600);
    assert_int_equal(t.s[8599], '7');
    text_free(&t);
    assert_null(t.s);
}

static void nearest(void **s) {
    (void)s;
    static const char *const words[] = {"eta0", "beta", "beta1", "beta2", "epsilon", "sparse_updates", "w0"};
    static const struct {
        const char *word, *near;
    } cases[] = {
        {"eta", "eta0"},
        {"Beta", "beta"},
        {"beta3", "beta"},
        {"epsilom", "epsilon"},
        {"espilon", "epsilon"},
        {"sparse-update", "sparse_updates"},
        {"x", NULL},
        {"momentum", NULL},
        {"", NULL},
        {"qq", NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *near = text_nearest(cases[i].word, words, sizeof words / sizeof *words);
        if (!near != !cases[i].near || (near && strcmp(near, cases[i].near)))
            fail_msg("nearest to '%s' is %s, expected %s", cases[i].word, near ? near : "none",
                     cases[i].near ? cases[i].near : "none");
    }
    char hostile[5000];
    memset(hostile, 'a', sizeof hostile - 1);
    hostile[sizeof hostile - 1] = '\0';
    assert_null(text_nearest(hostile, words, 7));
}

static void files(void **s) {
    (void)s;
    char dir[] = "/tmp/bench-test-XXXXXX", path[200], deep[200];
    assert_non_null(mkdtemp(dir));
    snprintf(path, sizeof path, "%s/file", dir);
    snprintf(deep, sizeof deep, "%s/a/b//c", dir);
    struct err e = {0};
    char *data;
    size_t len;
    assert_false(file_read(path, &data, &len, &e));
    assert_non_null(strstr(e.text, path));
    assert_non_null(strstr(e.text, "No such file"));
    err_clear(&e);
    assert_false(file_read(dir, &data, &len, &e)); /* a folder is no file */
    err_clear(&e);

    size_t big = 300000;
    char *bytes = malloc(big);
    assert_non_null(bytes);
    for (size_t i = 0; i < big; i++)
        bytes[i] = (char)(i % 251);
    assert_true(file_write(path, "old", 3, &e));
    assert_true(file_write(path, bytes, big, &e));
    assert_true(file_read(path, &data, &len, &e));
    assert_int_equal(len, big);
    assert_memory_equal(data, bytes, big);
    assert_int_equal(data[len], 0);
    free(data);
    free(bytes);
    assert_true(file_read("/proc/self/status", &data, &len, &e)); /* says it is empty, is not */
    assert_true(len > 100);
    free(data);

    assert_true(dir_make(deep, &e));
    assert_true(dir_make(deep, &e));
    assert_int_equal(e.count, 0);
    assert_false(dir_make(path, &e)); /* a file is there */
    assert_non_null(strstr(e.text, "Not a directory"));
    err_clear(&e);
    assert_false(dir_make("", &e));
    err_clear(&e);
    snprintf(path, sizeof path, "%s/none/file", dir);
    assert_false(file_write(path, "x", 1, &e));
    assert_non_null(strstr(e.text, path));
    err_clear(&e);

    for (const char *const *name = (const char *const[]){"a/b/c", "a/b", "a", "file", ".", NULL}; *name;
         name++) {
        snprintf(path, sizeof path, "%s/%s", dir, strcmp(*name, ".") ? *name : "");
        assert_int_equal(remove(path), 0); /* which also says that nothing else was left behind */
    }
}

/* What a killed writer left is taken away; what one at work is writing, and any other file, is not. */
static void leftovers(void **state) {
    (void)state;
    static const char *const names[] = {"a.csv.999999999.tmp", "a.csv.tmp", "a.999999999.csv", "999999999.tmp",
                                        ".tmp"};
    char dir[] = "/tmp/test_text.XXXXXX", path[64];
    struct err e = {0};
    assert_non_null(mkdtemp(dir));
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        snprintf(path, sizeof path, "%s/%s", dir, names[i]);
        assert_true(file_write(path, "x", 1, &e));
    }
    snprintf(path, sizeof path, "%s/b.csv.%ld.tmp", dir, (long)getpid());
    assert_true(file_write(path, "x", 1, &e));
    dir_clean(dir);
    assert_int_equal(unlink(path), 0);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        snprintf(path, sizeof path, "%s/%s", dir, names[i]);
        assert_int_equal(unlink(path) == 0, i > 0);
    }
    assert_int_equal(rmdir(dir), 0);
    dir_clean("/no/such/folder");
}

static void a_terminal_obeys_nothing_that_is_quoted(void **state) {
    (void)state;
    struct err e = {0};
    char text[] = "a\tb\nc \x1b[31m \x7f \xc2\x9b \xc3\xa9 \x01";
    text_disarm(text, strlen(text));
    assert_string_equal(text, "a\tb\nc ?[31m ? ?? \xc3\xa9 ?");
    err_add(&e, "'%s'", "\x1b]0;title\x07");
    assert_string_equal(e.text, "'?]0;title?'\n");
    err_clear(&e);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(messages_pile_up), cmocka_unit_test(strings_grow),
        cmocka_unit_test(nearest),          cmocka_unit_test(files),
        cmocka_unit_test(leftovers),        cmocka_unit_test(a_terminal_obeys_nothing_that_is_quoted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

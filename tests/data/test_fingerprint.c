/* The fingerprint names the content: it changes with everything that changes the data, and with nothing else.
 */
#include "data_help.h"

static void print(const struct data_params *p, char out[33]) {
    struct err e = {0};
    if (!data_fingerprint(p, out, &e))
        fail_msg("data_fingerprint: %s", e.text);
    assert_int_equal(strlen(out), 32);
}

static void assert_all_differ(char (*prints)[33], size_t n) {
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < i; k++)
            if (!strcmp(prints[i], prints[k]))
                fail_msg("cases %zu and %zu have the same fingerprint %s", i, k, prints[i]);
}

static void every_synthetic_parameter_counts(void **state) {
    (void)state;
    struct data_params p[15];
    for (size_t i = 0; i < COUNT(p); i++)
        p[i] = synthetic_params(200, 20, 0.8);
    p[1].seed = 2;
    p[2].rows = 201;
    p[3].features = 21;
    p[4].sparsity = nextafter(0.8, 1);
    p[5].popularity = 1.1;
    p[6].max_frequency = 0.6;
    p[7].rare_signal = 0;
    p[8].signal = 3;
    p[9].bias = 0.1;
    p[10].noise = 0.1;
    p[11].values = VALUES_GAUSSIAN;
    p[12].values = VALUES_STUDENT3;
    p[13].labels = LABELS_SOFT;
    p[14].test = 0.1;
    char prints[COUNT(p)][33], again[33];
    for (size_t i = 0; i < COUNT(p); i++) {
        print(&p[i], prints[i]);
        struct dataset *d = made(&p[i], 1);
        assert_string_equal(d->fingerprint, prints[i]);
        data_free(d);
    }
    assert_all_differ(prints, COUNT(p));
    p[0].bias = -0.0;
    p[0].path = "ignored";
    print(&p[0], again);
    assert_string_equal(again, prints[0]);
}

static void bytes_and_options_of_files_count(void **state) {
    (void)state;
    const struct scratch s = scratch_make();
    write_text(s.path, "1 1:1\n0 2:1\n1 1:1\n");
    write_text(s.other, "1 1:1\n0 2:1\n1 1:2\n");
    const struct data_params p[] = {
        {.path = s.path},
        {.path = s.other},
        {.path = s.path, .features = 2},
        {.path = s.path, .test = 0.4},
        {.path = s.path, .test = 0.4, .seed = 1},
        {.path = s.path, .test_path = s.other},
        {.path = s.other, .test_path = s.path},
    };
    char prints[COUNT(p)][33], again[33];
    for (size_t i = 0; i < COUNT(p); i++) {
        struct data_params q = p[i];
        q.kind = DATA_LIBSVM;
        print(&q, prints[i]);
        struct dataset *d = made(&q, 1);
        assert_string_equal(d->fingerprint, prints[i]);
        data_free(d);
    }
    assert_all_differ(prints, COUNT(p));

    struct data_params same = {.kind = DATA_LIBSVM, .path = s.path, .seed = 9, .test_path = ""};
    print(&same, again); /* the seed chooses nothing without held-out rows */
    assert_string_equal(again, prints[0]);
    write_text(s.other, "1 1:1\n0 2:1\n1 1:1\n");
    same.path = s.other; /* nor does the name of the file */
    print(&same, again);
    assert_string_equal(again, prints[0]);
    scratch_remove(&s);

    struct err e = {0};
    assert_false(data_fingerprint(&same, again, &e));
    assert_non_null(strstr(e.text, s.other));
    err_clear(&e);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_synthetic_parameter_counts),
        cmocka_unit_test(bytes_and_options_of_files_count),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

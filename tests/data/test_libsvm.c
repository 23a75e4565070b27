/* LIBSVM files: what is read, and what is refused with which words. */
#include "base/text.h"
#include "data_help.h"

static struct dataset *read_text(const struct scratch *s, const char *text, size_t len, struct data_params p,
                                 int threads, struct err *e) {
    write_bytes(s->path, text, len);
    p.kind = DATA_LIBSVM;
    p.path = s->path;
    return data_make(&p, threads, e);
}

/* `y | index:value ...` a row, indices from 1; each part ends with `d=features`. */
static void part_print(const struct dataset *d, const struct data_part *p, char *out) {
    for (size_t i = 0; i < p->n_rows; i++) {
        out += sprintf(out, "%g |", p->y[i]);
        for (size_t j = 0; j < d->n_features; j++)
            for (uint64_t k = p->row_ptr[i]; k < p->row_ptr[i + 1]; k++)
                if (d->feature_of[p->row_idx[k]] == j)
                    out += sprintf(out, " %zu:%g", j + 1, p->row_val ? p->row_val[k] : 1);
        out += sprintf(out, "; ");
    }
    sprintf(out, "d=%zu", d->n_features);
}

static const struct {
    const char *text, *read;
    uint64_t features;
} good[] = {
    {"+1 1:1 3:2.5\n-1 2:-1e-3\n", "1 | 1:1 3:2.5; 0 | 2:-0.001; d=3", 0},
    {"1 1:1\n0 2:1\n", "1 | 1:1; 0 | 2:1; d=2", 0},
    {"0.25 1:1\n1 2:1\n", "0.25 | 1:1; 1 | 2:1; d=2", 0},
    {"1 1:1\n1 2:1", "1 | 1:1; 1 | 2:1; d=2", 0},             /* unterminated */
    {"1 1:1\r\n-1 2:1\r\n", "1 | 1:1; 0 | 2:1; d=2", 0},      /* from Windows */
    {"1 1:1\n-1 2:1\n\n \n\r\n", "1 | 1:1; 0 | 2:1; d=2", 0}, /* empty lines at the end */
    {"# head\n1 1:1 # one\n-1 # none\n#2\n", "1 | 1:1; 0 |; d=1", 0},
    {"  1\t 1:1 \t 2:1  \n", "1 | 1:1 2:1; d=2", 0},
    {"1 3:0\n0 1:7\n", "1 |; 0 | 1:7; d=3", 0}, /* a stored zero counts for d alone */
    {"1 1:1\n", "1 | 1:1; d=10", 10},
    {"1\n0\n", "1 |; 0 |; d=4", 4},
    {"-1.0 1:1e0\n+1.0 1:1\n", "0 | 1:1; 1 | 1:1; d=1", 0},
    {"-0 1:.5\n0 1:5.\n", "0 | 1:0.5; 0 | 1:5; d=1", 0},
    {"1 1:1e-400\n", "1 |; d=1", 0}, /* reads as 0 */
    {"1 1:+2\n", "1 | 1:2; d=1", 0},
    {"1 007:2\n", "1 | 7:2; d=7", 0},
};

static const struct {
    const char *text, *message; /* the message after the path */
    size_t len;                 /* 0: strlen */
    uint64_t features;
} bad[] = {
    {"1 0:1\n", ":1: '0:1': indices count from 1", 0, 0},
    {"1 1:1\n1 3:1 2:1\n", ":2: '2:1': expected indices that ascend", 0, 0},
    {"1 2:1 2:1\n", ":1: '2:1': expected indices that ascend within a row, each once", 0, 0},
    {"1 1:x\n", ":1: '1:x': expected a number after the colon", 0, 0},
    {"1 1:\n", ":1: '1:': expected a number", 0, 0},
    {"1 1:1,5\n", ":1: '1:1,5': expected a number", 0, 0},
    {"1 1:1.5.2\n", ":1: '1:1.5.2': expected a number", 0, 0},
    {"1 1:nan\n", ":1: '1:nan': expected a finite value", 0, 0},
    {"1 1:-inf\n", ":1: '1:-inf': expected a finite value", 0, 0},
    {"1 1:1e999\n", ":1: '1:1e999': expected a finite value", 0, 0},
    {"1 1\n", ":1: '1': expected index:value", 0, 0},
    {"1 :1\n", ":1: ':1': expected index:value", 0, 0},
    {"1 -1:1\n", ":1: '-1:1': expected index:value", 0, 0},
    {"1 qid:3 1:1\n", ":1: 'qid:3': expected index:value", 0, 0},
    {"1 1:1 garbage\n", ":1: 'garbage': expected index:value", 0, 0},
    {"2 1:1\n", ":1: '2': expected a label: -1 or +1, 0 or 1, or a number in [0, 1]", 0, 0},
    {"-0.5 1:1\n", ":1: '-0.5': expected a label", 0, 0},
    {"nan 1:1\n", ":1: 'nan': expected a label", 0, 0},
    {"spam 1:1\n", ":1: 'spam': expected a label", 0, 0},
    {"1:1\n", ":1: '1:1': expected a label", 0, 0},
    {"-1 1:1\n1 1:1\n0.5 1:1\n", ":3: '0.5': expected -1 or +1, as line 1 has label -1", 0, 0},
    {"0.0 1:1\n-1 1:1\n", ":1: '0.0': expected -1 or +1, as line 2 has label -1", 0, 0},
    {"0 1:1\n-1 1:1\n", ":1: '0': expected -1 or +1, as line 2 has label -1", 0, 0},
    {"1 5:1\n1 12:1\n", ":2: '12:1': expected an index of at most features = 10", 0, 10},
    {"1 4294967295:1\n", ":1: '4294967295:1': the largest index possible is 4294967294", 0, 0},
    {"1 99999999999999999999999:1\n", "the largest index possible is 4294967294", 0, 0},
    {"", ":1: no rows", 0, 0},
    {"\n\n", ":1: no rows", 0, 0},
    {"# nothing\n", ":1: no rows", 0, 0},
    {"1\n0\n", ":1: no row has any index:value, and features = d is not given", 0, 0},
    {"1 1:1\n\n0 1:1\n", ":2: '': empty line", 0, 0},
    {"1 1:1\n1 2:\0\n", ":2: NUL byte: this is not text", 13, 0},
    {"\x1f\x8b\x08 1:1\n", ":1: '\\x1f\\x8b\\x08': expected a label", 0, 0},
    {"1 aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\n",
     "'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa...': expected index:value", 0, 0},
};

static void good_files_are_read(void **state) {
    const struct scratch *s = *state;
    for (size_t i = 0; i < COUNT(good); i++) {
        struct err e = {0};
        struct dataset *d = read_text(s, good[i].text, strlen(good[i].text),
                                      (struct data_params){.features = good[i].features}, 1, &e);
        if (!d)
            fail_msg("'%s': %s", good[i].text, e.text);
        char read[1000];
        part_print(d, &d->train, read);
        assert_string_equal(read, good[i].read);
        data_free(d);
    }
}

static void values_beyond_f32_are_refused_there_and_read_in_f64(void **state) {
    const struct scratch *s = *state;
    const char *text = "1 1:3.4028235e38\n0 1:1 2:-1e39\n";
    struct err e = {0};
    struct dataset *d = read_text(s, text, strlen(text), (struct data_params){0}, 1, &e);
    assert_non_null(d);
    data_free(d);
    assert_null(read_text(s, text, strlen(text), (struct data_params){.f32 = true}, 1, &e));
    if (!strstr(e.text, ":2: '2:-1e39': too large for precision = f32: expected") || e.count != 1)
        fail_msg("%s", e.text);
    err_clear(&e);
}

static void bad_files_are_refused(void **state) {
    const struct scratch *s = *state;
    for (size_t i = 0; i < COUNT(bad); i++) {
        struct err e = {0};
        struct dataset *d = read_text(s, bad[i].text, bad[i].len ? bad[i].len : strlen(bad[i].text),
                                      (struct data_params){.features = bad[i].features}, 2, &e);
        if (d)
            fail_msg("'%s' was read, expected '%s'", bad[i].text, bad[i].message);
        if (strncmp(e.text, s->path, strlen(s->path)) || !strstr(e.text, bad[i].message) || e.count != 1)
            fail_msg("'%s': '%s', expected '%s'", bad[i].text, e.text, bad[i].message);
        err_clear(&e);
    }
}

/* Several chunks: line numbers go on, all errors are reported in order, at most ERR_MAX of them. */
static void all_errors_of_a_long_file_are_told(void **state) {
    const struct scratch *s = *state;
    enum { LINES = 400000 };
    char *text = malloc(LINES * 16), *end = text;
    assert_non_null(text);
    for (int i = 1; i <= LINES; i++)
        end += sprintf(end, i % 100000 ? "1 1:1 20:0.5\n" : "1 0:1\n");
    for (int threads = 1; threads <= 3; threads++) {
        struct err e = {0};
        assert_null(read_text(s, text, (size_t)(end - text), (struct data_params){0}, threads, &e));
        assert_int_equal(e.count, 4);
        const char *at = e.text;
        for (int i = 1; i <= 4; i++) {
            char expected[40];
            snprintf(expected, sizeof expected, ":%d00000: '0:1'", i);
            at = strstr(at, expected);
            assert_non_null(at);
        }
        err_clear(&e);
    }
    memset(text, 'z', (size_t)(end - text));
    for (char *p = text; p < end; p += 10)
        *p = '\n';
    struct err e = {0};
    assert_null(read_text(s, text, (size_t)(end - text), (struct data_params){0}, 2, &e));
    assert_true(e.count > ERR_MAX);
    err_clear(&e);
    free(text);
}

static char *long_file(size_t n_rows, size_t *len) {
    char *text = malloc(n_rows * 64), *end = text;
    assert_non_null(text);
    struct rng r = rng_make(3, 0);
    for (size_t i = 0; i < n_rows; i++) {
        end += sprintf(end, "%+d", i % 3 ? 1 : -1);
        for (uint32_t j = rng_below(&r, 50); j < 100; j += 1 + rng_below(&r, 60))
            end += sprintf(end, " %u:%g", j + 1, rng_below(&r, 100) / 8.0);
        end += sprintf(end, "\n");
    }
    *len = (size_t)(end - text);
    return text;
}

static void threads_change_nothing(void **state) {
    const struct scratch *s = *state;
    size_t len;
    char *text = long_file(150000, &len);
    uint64_t first = 0;
    for (int threads = 1; threads <= 4; threads++) {
        struct err e = {0};
        struct dataset *d = read_text(s, text, len, (struct data_params){.test = 0.1, .seed = 5}, threads, &e);
        assert_non_null(d);
        assert_int_equal(d->train.n_rows + d->test.n_rows, 150000);
        uint64_t h = hash_dataset(d);
        if (threads == 1)
            first = h;
        assert_int_equal(h, first);
        data_free(d);
    }
    free(text);
}

/* Row i holds index i + 1 alone, so a row can be told by it. */
/* However a decimal is written, what is read is what the C++ library reads: over chunks, with comments and
 * stored zeros that leave gaps. */
static void decimals_are_read_exactly(void **state) {
    (void)state;
    static const char *const forms[] = {"%.0f",  "%.3f",  "%.6g", "%.9g", "%.15g",
                                        "%.17g", "%.19f", "%.3e", "%.17e"};
    enum { ROWS = 20000, PAIRS = 9 };
    char path[] = "/tmp/test_libsvm_decimals_XXXXXX";
    FILE *f = fdopen(mkstemp(path), "w");
    double *want = calloc(ROWS * PAIRS, sizeof *want);
    struct rng r = rng_for(3, RNG_VALUE, 0);
    size_t n = 0;
    assert_true(f && want);
    for (size_t row = 0; row < ROWS; row++) {
        fprintf(f, row % 100 == 50 ? "# not a row: 1:1\n1" : "1");
        for (int k = 0; k < PAIRS; k++) {
            char number[64];
            const double x = rng_normal(&r) * pow(10, (double)rng_below(&r, 13) - 6);
            const int len = snprintf(number, sizeof number, forms[(row + (size_t)k) % COUNT(forms)], x);
            fprintf(f, " %d:%s", 2 * k + 1, number);
            assert_int_equal(number_parse(number, (size_t)len, &want[n]), len);
            n += want[n] != 0;
        }
        fprintf(f, row % 100 == 70 ? " # 20:7\n" : "\n");
    }
    fclose(f);
    struct data_params p = {.kind = DATA_LIBSVM, .path = path};
    for (int threads = 1; threads <= 2; threads++) {
        struct dataset *d = made(&p, threads);
        assert_int_equal(d->train.n_rows, ROWS);
        assert_int_equal(d->train.nnz, n);
        for (size_t row = 0; row < ROWS; row++) { /* in a row values stand by rank */
            const uint64_t begin = d->train.row_ptr[row], end = d->train.row_ptr[row + 1];
            for (uint64_t i = begin; i < end; i++) {
                uint64_t k = begin;
                while (k < end && want[k] != d->train.row_val[i])
                    k++;
                assert_true(k < end);
            }
        }
        data_free(d);
    }
    free(want);
    unlink(path);
}

static void held_out_rows_are_a_random_subset(void **state) {
    const struct scratch *s = *state;
    enum { ROWS = 200, SEEDS = 400 };
    char text[ROWS * 16], *end = text;
    for (int i = 1; i <= ROWS; i++)
        end += sprintf(end, "%g %d:1\n", i % 2 ? 0.5 : 1, i);
    double held[ROWS] = {0};
    for (uint64_t seed = 0; seed < SEEDS; seed++) {
        struct err e = {0};
        struct dataset *d =
            read_text(s, text, (size_t)(end - text), (struct data_params){.test = 0.25, .seed = seed}, 1, &e);
        assert_non_null(d);
        assert_int_equal(d->test.n_rows, ROWS / 4);
        assert_int_equal(d->train.n_rows, ROWS - ROWS / 4);
        assert_int_equal(d->n_features, ROWS);
        assert_null(d->train.row_val);
        bool seen[ROWS] = {false};
        const struct data_part *parts[] = {&d->train, &d->test};
        for (int k = 0; k < 2; k++)
            for (size_t i = 0; i < parts[k]->n_rows; i++) {
                uint32_t row = d->feature_of[parts[k]->row_idx[i]];
                assert_true(i == 0 || row > d->feature_of[parts[k]->row_idx[i - 1]]); /* order kept */
                assert_false(seen[row]);
                seen[row] = true;
                assert_true(parts[k]->y[i] == (row % 2 ? 1 : 0.5));
                held[row] += k;
            }
        data_free(d);
    }
    for (int i = 0; i < ROWS; i++)
        assert_binomial(held[i], SEEDS, 0.25, 1e-9 / ROWS, "times that a row is held out");
}

static void a_file_of_test_rows_shares_the_features(void **state) {
    const struct scratch *s = *state;
    struct err e = {0};
    write_text(s->other, "-1 7:2\n1 1:1\n");
    struct dataset *d = read_text(s, "1 3:1\n0 1:1\n", 12, (struct data_params){.test_path = s->other}, 1, &e);
    assert_non_null(d);
    char read[200];
    part_print(d, &d->train, read);
    assert_string_equal(read, "1 | 3:1; 0 | 1:1; d=7");
    part_print(d, &d->test, read);
    assert_string_equal(read, "0 | 7:2; 1 | 1:1; d=7");
    data_free(d);
}

static void options_that_do_not_go_together_are_refused(void **state) {
    const struct scratch *s = *state;
    const struct {
        struct data_params p;
        const char *expected;
    } cases[] = {{{.test = 0.5, .test_path = s->other}, "expected one of them"},
                 {{.test = 1}, "test = 1"},
                 {{.test = 0.9}, "all 2 rows"},
                 {{.features = 4294967295}, "features = 4294967295"},
                 {{.test_path = "no/such/file"}, "no/such/file"}};
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct err e = {0};
        struct dataset *d = read_text(s, "1 1:1\n1 1:1\n", 12, cases[i].p, 1, &e);
        if (d || !strstr(e.text, cases[i].expected))
            fail_msg("case %zu: %s, expected '%s'", i, e.text, cases[i].expected);
        err_clear(&e);
    }
}

static void values_beyond_f32_are_refused_there_only(void **state) {
    const struct scratch *s = *state;
    struct err e = {0};
    struct dataset *d = read_text(s, "1 1:1e300\n", 10, (struct data_params){0}, 1, &e);
    assert_non_null(d);
    assert_true(data_prepare(d, PRECISION_F64, &e));
    assert_false(data_prepare(d, PRECISION_F32, &e));
    assert_non_null(strstr(e.text, "too large for precision = f32"));
    err_clear(&e);
    data_free(d);
}

static int set_up(void **state) {
    static struct scratch s;
    s = scratch_make();
    *state = &s;
    return 0;
}
static int tear_down(void **state) {
    scratch_remove(*state);
    return 0;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(good_files_are_read),
        cmocka_unit_test(bad_files_are_refused),
        cmocka_unit_test(values_beyond_f32_are_refused_there_and_read_in_f64),
        cmocka_unit_test(all_errors_of_a_long_file_are_told),
        cmocka_unit_test(threads_change_nothing),
        cmocka_unit_test(decimals_are_read_exactly),
        cmocka_unit_test(held_out_rows_are_a_random_subset),
        cmocka_unit_test(a_file_of_test_rows_shares_the_features),
        cmocka_unit_test(options_that_do_not_go_together_are_refused),
        cmocka_unit_test(values_beyond_f32_are_refused_there_only),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}

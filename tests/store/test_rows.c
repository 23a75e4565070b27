/* Rows: what goes in comes out to the bit, and damage is noticed. */
#include "store_test.h"

static const char fingerprint[] = "00112233445566778899aabbccddeeff",
                  other[] = "ffeeddccbbaa99887766554433221100";
static const double hard_numbers[] = {
    0, -0.0, 1, -1, 0.1, 5e-324, -2.2e-308, 1.7976931348623157e308, INFINITY, -INFINITY, 9007199254740993.0};
enum { N_NUMBERS = sizeof hard_numbers / sizeof *hard_numbers };

static void same_bits(double got, double wanted) {
    if (memcmp(&got, &wanted, sizeof got))
        fail_msg("got %a, stored %a", got, wanted);
}

static void what_is_stored_comes_back_to_the_bit(void **state) {
    (void)state;
    struct store *s = open_store(false, false);
    struct outcome in[N_NUMBERS + 1];
    for (int i = 0; i < N_NUMBERS; i++) {
        in[i] = sample(UINT64_MAX - (uint64_t)i);
        in[i].test_error = in[i].unlearnt[i % N_BANDS] = in[i].seconds = hard_numbers[i];
    }
    in[N_NUMBERS] =
        (struct outcome){0, false, 1, hard_points, NAN, 0, {NAN, NAN, NAN, NAN, NAN}, NAN, {0}, {0}};
    assert_true(store_put_runs(s, in, N_NUMBERS + 1, &e));
    store_close(s);

    s = open_store(false, true);
    for (int i = 0; i <= N_NUMBERS; i++) {
        struct outcome out;
        bool found;
        assert_true(store_get_run(s, in[i].id, &out, &found, &e));
        assert_true(found);
        assert_int_equal(out.id, in[i].id);
        assert_int_equal(out.blown_up, in[i].blown_up);
        assert_int_equal(out.weights_hash, in[i].weights_hash);
        assert_int_equal(out.n_points, in[i].n_points);
        assert_memory_equal(out.points, hard_points, in[i].n_points * sizeof(struct point));
        if (i < N_NUMBERS) {
            same_bits(out.test_error, in[i].test_error);
            same_bits(out.unlearnt[i % N_BANDS], in[i].unlearnt[i % N_BANDS]);
            same_bits(out.seconds, in[i].seconds);
        } else
            assert_true(isnan(out.test_error) && isnan(out.seconds));
        free(out.points);
    }
    struct outcome out;
    bool found = true;
    assert_true(store_get_run(s, 12345, &out, &found, &e));
    assert_false(found);
    store_close(s);
}

static void ids_ascend_as_unsigned_numbers(void **state) {
    (void)state;
    static const uint64_t ids[] = {5, UINT64_MAX, 0, (uint64_t)1 << 63, 7, ((uint64_t)1 << 63) - 1};
    static const uint64_t sorted[] = {0, 5, 7, ((uint64_t)1 << 63) - 1, (uint64_t)1 << 63, UINT64_MAX};
    struct store *s = open_store(false, false);
    uint64_t *got;
    size_t n;
    assert_true(store_ids(s, &got, &n, &e));
    assert_int_equal(n, 0);
    free(got);
    for (int i = 0; i < 6; i++) {
        struct outcome o = sample(ids[i]);
        assert_true(store_put_runs(s, &o, 1, &e));
    }
    assert_true(store_ids(s, &got, &n, &e));
    assert_int_equal(n, 6);
    assert_memory_equal(got, sorted, sizeof sorted);
    free(got);
    store_close(s);
}

static void a_run_is_never_replaced(void **state) {
    (void)state;
    struct store *s = open_store(false, false);
    struct outcome first = sample(1), second = sample(1), out;
    second.test_error = 0.75;
    bool found;
    assert_true(store_put_runs(s, &first, 1, &e));
    assert_true(store_put_runs(s, &second, 1, &e));
    assert_true(store_get_run(s, 1, &out, &found, &e));
    same_bits(out.test_error, 0.25);
    free(out.points);
    store_close(s);
}

static void notes_files_data_and_minima_come_back(void **state) {
    (void)state;
    struct store *s = open_store(false, false);
    static const char text[] = "a\0b\nc";
    char *got, fp[33];
    size_t len;
    bool found;
    assert_true(store_put_note(s, "grid", "old", 3, &e) && store_put_note(s, "grid", text, 5, &e));
    assert_true(store_put_note(s, "empty", NULL, 0, &e));
    assert_true(store_get_note(s, "grid", &got, &len, &e));
    assert_int_equal(len, 5);
    assert_memory_equal(got, text, 6);
    free(got);
    assert_true(store_get_note(s, "empty", &got, &len, &e));
    assert_non_null(got);
    assert_int_equal(len, 0);
    free(got);
    assert_true(store_get_note(s, "none", &got, &len, &e));
    assert_null(got);

    assert_true(store_put_file(s, "a.svm test=0", fingerprint, &e) &&
                store_put_file(s, "a.svm test=0", other, &e));
    assert_true(store_get_file(s, "a.svm test=0", fp, &found, &e) && found);
    assert_string_equal(fp, other);
    assert_true(store_get_file(s, "b.svm", fp, &found, &e) && !found);

    struct data_facts facts = {"00112233445566778899aabbccddeeff", 10, 20, 30, 4, 0.5, 0, -0.0,
                               {0.5, 0.25, 0.125, 0, -0.0}},
                      facts_got;
    assert_true(store_put_data(s, &facts, &e));
    assert_true(store_get_data(s, facts.fingerprint, &facts_got, &found, &e) && found);
    assert_string_equal(facts_got.fingerprint, facts.fingerprint);
    assert_memory_equal(&facts_got.n_rows, &facts.n_rows, sizeof facts - offsetof(struct data_facts, n_rows));
    assert_true(store_get_data(s, "none", &facts_got, &found, &e) && !found);

    struct minimum m = {0.3, 1e-11, NAN, 77, 0.6931471805599453}, m_got;
    static const struct {
        struct minimum_key key;
        bool found;
    } keys_asked[] = {
        {{"00", LOSS_logistic, true, 0}, true},     {{"00", LOSS_logistic, true, -0.0}, true},
        {{"00", LOSS_logistic, true, 1e-9}, false}, {{"00", LOSS_logistic, false, 0}, false},
        {{"00", LOSS_squared, true, 0}, false},     {{"01", LOSS_logistic, true, 0}, false},
        {{"00", LOSS_logistic, false, 0.1}, true},
    };
    assert_true(store_put_minimum(s, (struct minimum_key){"00", LOSS_logistic, true, -0.0}, &m, &e));
    assert_true(store_put_minimum(s, (struct minimum_key){"00", LOSS_logistic, false, 0.1}, &m, &e));
    for (size_t i = 0; i < sizeof keys_asked / sizeof *keys_asked; i++) {
        assert_true(store_get_minimum(s, keys_asked[i].key, &m_got, &found, &e));
        if (found != keys_asked[i].found)
            fail_msg("minimum %zu: found %d", i, found);
        if (found) {
            same_bits(m_got.loss, m.loss);
            same_bits(m_got.max_gradient, m.max_gradient);
            assert_true(isnan(m_got.max_weight));
            assert_int_equal(m_got.iterations, 77);
            same_bits(m_got.start_loss, m.start_loss);
        }
    }

    const double point[] = {0.1, -0.0, INFINITY};
    double *got_point;
    assert_true(store_put_minimiser(s, (struct minimum_key){"00", LOSS_logistic, true, 0.5}, point, 3, &e));
    static const struct {
        double l2;
        size_t n;
        bool found;
    } points_asked[] = {{0.5, 3, true}, {0.5, 2, false}, {0.25, 3, false}};
    for (size_t i = 0; i < sizeof points_asked / sizeof *points_asked; i++) {
        assert_true(store_get_minimiser(s, (struct minimum_key){"00", LOSS_logistic, true, points_asked[i].l2},
                                        points_asked[i].n, &got_point, &e));
        if ((got_point != NULL) != points_asked[i].found)
            fail_msg("minimiser %zu: found %d", i, got_point != NULL);
        if (got_point)
            assert_memory_equal(got_point, point, sizeof point);
        free(got_point);
    }
    store_close(s);
}

/* Any change of any column of any table is an error when the row is read. */
static bool read_run(struct store *s) {
    struct outcome o;
    bool found;
    bool ok = store_get_run(s, 2, &o, &found, &e);
    free(o.points);
    return ok && found;
}
static bool read_note(struct store *s) {
    char *text;
    size_t len;
    bool ok = store_get_note(s, "n", &text, &len, &e);
    free(text);
    return ok;
}
static bool read_data(struct store *s) {
    struct data_facts f;
    bool found;
    return store_get_data(s, "00", &f, &found, &e) && found;
}
static bool read_file(struct store *s) {
    char fp[33];
    bool found;
    return store_get_file(s, "k", fp, &found, &e) && found;
}
static bool read_minimum(struct store *s) {
    struct minimum m;
    bool found;
    return store_get_minimum(s, (struct minimum_key){"00", LOSS_logistic, true, 0}, &m, &found, &e) && found;
}
static bool read_minimiser(struct store *s) {
    double *w;
    bool ok = store_get_minimiser(s, (struct minimum_key){"00", LOSS_logistic, true, 0}, 2, &w, &e);
    free(w);
    return ok && w;
}

static void every_changed_column_is_noticed(void **state) {
    (void)state;
    static const struct {
        bool (*read)(struct store *s);
        const char *damage;
    } cases[] = {
        {read_run, "DELETE FROM run WHERE id = 2; UPDATE run SET id = 2 WHERE id = 1"},
        {read_run, "UPDATE run SET blown_up = 0"},
        {read_run, "UPDATE run SET blown_up = 3"},
        {read_run, "UPDATE run SET curve = X'01' || substr(curve, 2)"},
        {read_run, "UPDATE run SET curve = substr(curve, 1, length(curve) - 1) || X'01'"},
        {read_run, "UPDATE run SET curve = substr(curve, 1, 40)"},
        {read_run, "UPDATE run SET curve = X''"},
        {read_run, "UPDATE run SET test_error = 0.25000000000000006"},
        {read_run, "UPDATE run SET test_error = NULL"},
        {read_run, "UPDATE run SET weights_hash = weights_hash + 1"},
        {read_run, "UPDATE run SET unlearnt1 = 0.5"},
        {read_run, "UPDATE run SET unlearnt5 = NULL"},
        {read_run, "UPDATE run SET unlearnt2 = unlearnt3, unlearnt3 = unlearnt2"},
        {read_run, "UPDATE run SET seconds = -seconds"},
        {read_run, "UPDATE run SET checksum = ~checksum"},
        {read_note, "UPDATE note SET text = 'tezt'"},
        {read_note, "UPDATE note SET checksum = checksum + 1"},
        {read_data, "UPDATE data SET n_rows = n_rows + 1"},
        {read_data, "UPDATE data SET n_features = n_features + 1"},
        {read_data, "UPDATE data SET nnz = nnz + 1"},
        {read_data, "UPDATE data SET n_test = n_test + 1"},
        {read_data, "UPDATE data SET max_frequency = 0.50001"},
        {read_data, "UPDATE data SET min_frequency = 0.00001"},
        {read_data, "UPDATE data SET mean_label = NULL"},
        {read_data, "UPDATE data SET band1 = band2"},
        {read_data, "UPDATE data SET band5 = NULL"},
        {read_file, "UPDATE file SET fingerprint = '01'"},
        {read_minimum, "UPDATE minimum SET lstar = 0.30000000000000004"},
        {read_minimum, "UPDATE minimum SET max_gradient = 0"},
        {read_minimum, "UPDATE minimum SET max_weight = 1"},
        {read_minimum, "UPDATE minimum SET iterations = 78"},
        {read_minimum, "UPDATE minimum SET start_loss = NULL"},
        {read_minimiser, "UPDATE minimiser SET weights = X'00' || substr(weights, 2)"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct store *s = open_store(true, false);
        struct outcome o[2] = {sample(1), sample(2)};
        struct data_facts f = {"00", 10, 20, 30, 4, 0.5, 0, 0.25, {0.5, 0.25, 0.125, 0.0625, 0}};
        const double point[] = {0.1, 0.2};
        struct minimum m = {0.3, 1e-11, 2, 77, 0.7};
        assert_true(store_put_runs(s, o, 2, &e) && store_put_note(s, "n", "text", 4, &e));
        assert_true(store_put_data(s, &f, &e) && store_put_file(s, "k", fingerprint, &e));
        assert_true(store_put_minimum(s, (struct minimum_key){"00", LOSS_logistic, true, 0}, &m, &e));
        assert_true(store_put_minimiser(s, (struct minimum_key){"00", LOSS_logistic, true, 0}, point, 2, &e));
        if (!cases[i].read(s))
            fail_msg("case %zu is damaged before it is damaged: %s", i, e.text);
        store_close(s);
        meddle(cases[i].damage);
        s = open_store(false, false);
        if (cases[i].read(s))
            fail_msg("not noticed: %s", cases[i].damage);
        if (!e.text || !strstr(e.text, "damaged"))
            fail_msg("%s: the message is: %s", cases[i].damage, e.text ? e.text : "none");
        err_clear(&e);
        store_close(s);
    }
}

/* A checksum can be made by anybody: counts, lengths and types are looked at all the same. */
static void impossible_values_under_a_right_checksum_are_refused(void **state) {
    (void)state;
    struct outcome none = {9, false, 0, NULL, NAN, 0, {NAN, NAN, NAN, NAN, NAN}, NAN, {0}, {0}}, got;
    struct data_facts f = {"00112233445566778899aabbccddeeff", 10, UINT64_MAX, 30, 4, 0.5, 0, 0.25, {0}}, facts;
    struct minimum m = {0.3, 1e-11, 2, -1, 0.7}, minimum;
    char fp[33];
    bool found;
    struct store *s = open_store(true, false);
    assert_true(store_put_runs(s, &none, 1, &e));
    assert_true(store_put_data(s, &f, &e));
    assert_true(store_put_file(s, "k", "../../../etc/passwd", &e));
    assert_true(store_put_minimum(s, (struct minimum_key){fingerprint, LOSS_logistic, true, 0}, &m, &e));
    assert_false(store_get_run(s, 9, &got, &found, &e) || found);
    assert_false(store_get_data(s, fingerprint, &facts, &found, &e) || found);
    assert_false(store_get_file(s, "k", fp, &found, &e) || found);
    assert_false(
        store_get_minimum(s, (struct minimum_key){fingerprint, LOSS_logistic, true, 0}, &minimum, &found, &e) ||
        found);
    for (const char *at = e.text; (at = strstr(at, "damaged: a value is of another type or size")); at++)
        e.count--;
    assert_int_equal(e.count, 0);
    err_clear(&e);
    store_close(s);
}

int main(void) {
    const struct CMUnitTest tests[] = {
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
        T(what_is_stored_comes_back_to_the_bit),
        T(ids_ascend_as_unsigned_numbers),
        T(a_run_is_never_replaced),
        T(notes_files_data_and_minima_come_back),
        T(every_changed_column_is_noticed),
        T(impossible_values_under_a_right_checksum_are_refused),
    };
    return cmocka_run_group_tests_name("rows", tests, NULL, NULL);
}

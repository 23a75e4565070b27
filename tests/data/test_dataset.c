/* What holds for every data set: rows and columns are the same matrix, threads change nothing, seeds
 * everything. */
#include "data_help.h"

/* Every entry of the rows is in the columns, in the order promised, and nothing else is. */
static void assert_columns_are_rows(const struct dataset *d) {
    const struct data_part *p = &d->train;
    const size_t stride = d->n_features + 1;
    uint64_t *cursor = malloc(d->n_blocks * stride * sizeof *cursor);
    assert_non_null(cursor);
    memcpy(cursor, d->col_ptr, d->n_blocks * stride * sizeof *cursor);
    assert_int_equal(d->n_blocks, (p->n_rows + BLOCK_ROWS - 1) / BLOCK_ROWS);
    assert_int_equal(p->row_ptr[p->n_rows], p->nnz);
    for (size_t i = 0; i < p->n_rows; i++)
        for (uint64_t k = p->row_ptr[i]; k < p->row_ptr[i + 1]; k++) {
            assert_true(k == p->row_ptr[i] || p->row_idx[k] > p->row_idx[k - 1]);
            assert_true(p->row_idx[k] < d->n_features);
            uint64_t at = cursor[i / BLOCK_ROWS * stride + p->row_idx[k]]++;
            assert_int_equal(d->col_idx[at], i);
            assert_int_equal(!d->col_val, !p->row_val);
            if (p->row_val)
                assert_true(d->col_val[at] == p->row_val[k]);
        }
    uint64_t end = 0; /* blocks and columns follow each other without gaps */
    for (size_t b = 0; b < d->n_blocks; b++)
        for (size_t j = 0; j < stride; j++) {
            assert_int_equal(d->col_ptr[b * stride + j], end);
            if (j < d->n_features) {
                end = cursor[b * stride + j];
                assert_int_equal(end, d->col_ptr[b * stride + j + 1]);
            }
        }
    assert_int_equal(end, p->nnz);
    for (int k = 0; k < INDEX_PADDING; k++)
        assert_true(d->col_idx[p->nnz + k] == 0 && p->row_idx[p->nnz + k] == 0);
    free(cursor);
}

static void columns_are_the_rows_by_columns(void **state) {
    (void)state;
    static const uint64_t rows[] = {1, 7, BLOCK_ROWS - 1, BLOCK_ROWS, BLOCK_ROWS + 1, 2 * BLOCK_ROWS + 100};
    for (size_t i = 0; i < COUNT(rows); i++)
        for (int values = VALUES_BINARY; values <= VALUES_STUDENT3; values++) {
            struct data_params p = synthetic_params(rows[i], 9, 0.8);
            p.values = values;
            struct dataset *d = made(&p, 2);
            assert_columns_are_rows(d);
            data_free(d);
        }
}

static void rows_and_columns_make_each_other(void **state) {
    (void)state;
    struct data_params p = synthetic_params(2 * BLOCK_ROWS + 100, 9, 0.8);
    p.values = VALUES_GAUSSIAN;
    struct dataset *d = made(&p, 1);
    for (int threads = 1; threads <= 3; threads++) {
        struct columns c;
        struct err e = {0};
        assert_true(columns_from_rows(&d->train, d->n_features, &c, threads, &e));
        assert_memory_equal(c.ptr, d->col_ptr, c.n_blocks * (c.n_features + 1) * sizeof *c.ptr);
        assert_memory_equal(c.idx, d->col_idx, (c.nnz + INDEX_PADDING) * sizeof *c.idx);
        assert_memory_equal(c.val, d->col_val, c.nnz * sizeof *c.val);
        columns_free(&c);
    }
    data_free(d);
}

/* Large enough for several groups of features, several blocks, and every parallel loop. */
static struct data_params large(void) {
    struct data_params p = synthetic_params(70000, 20000, 0.999);
    p.values = VALUES_GAUSSIAN;
    p.noise = 0.1;
    p.test = 0.1;
    return p;
}

static void threads_change_nothing(void **state) {
    (void)state;
    struct data_params p = large();
    uint64_t first = 0;
    for (int threads = 1; threads <= 5; threads++) {
        struct dataset *d = made(&p, threads);
        uint64_t h = hash_dataset(d);
        if (threads == 1)
            first = h;
        assert_int_equal(h, first);
        data_free(d);
    }
}

static void seeds_change_everything(void **state) {
    (void)state;
    struct data_params p = synthetic_params(200, 20, 0.7);
    p.labels = LABELS_SOFT;
    struct dataset *a = made(&p, 1);
    p.seed = 2;
    struct dataset *b = made(&p, 1);
    assert_true(a->train.nnz != b->train.nnz || memcmp(a->train.row_idx, b->train.row_idx, 4 * a->train.nnz));
    assert_memory_not_equal(a->w_true, b->w_true, 20 * sizeof *a->w_true);
    assert_memory_not_equal(a->train.y, b->train.y, 200 * sizeof *a->train.y);
    assert_memory_equal(a->frequency, b->frequency, 20 * sizeof *a->frequency);
    data_free(a);
    data_free(b);
}

static void held_out_rows_are_fresh_and_cost_the_others_nothing(void **state) {
    (void)state;
    struct data_params p = synthetic_params(1000, 20, 0.7);
    struct dataset *a = made(&p, 1);
    p.test = 0.999;
    struct dataset *b = made(&p, 1);
    assert_int_equal(b->test.n_rows, 999);
    assert_int_equal(a->test.n_rows, 0);
    assert_int_equal(a->train.nnz, b->train.nnz);
    assert_memory_equal(a->train.row_idx, b->train.row_idx, 4 * a->train.nnz);
    assert_memory_equal(a->train.y, b->train.y, 1000 * sizeof *a->train.y);
    size_t same = 0; /* rows that are the same in both parts: as many as chance brings, not all */
    for (size_t i = 0; i < 999; i++) {
        uint64_t n = b->train.row_ptr[i + 1] - b->train.row_ptr[i],
                 m = b->test.row_ptr[i + 1] - b->test.row_ptr[i];
        same += n == m &&
                !memcmp(b->train.row_idx + b->train.row_ptr[i], b->test.row_idx + b->test.row_ptr[i], 4 * n);
    }
    assert_true(same < 100);
    data_free(a);
    data_free(b);
}

/* An accidental change of the generator shows here. A deliberate one raises GENERATOR_VERSION (fingerprint.c).
 */
static void the_generator_is_what_it_was(void **state) {
    (void)state;
    static const struct {
        enum data_values values;
        enum data_labels labels;
        uint64_t hash;
    } golden[] = {
        {VALUES_BINARY, LABELS_BERNOULLI, 0xb0ff07e8b82a2cb7},
        {VALUES_GAUSSIAN, LABELS_SOFT, 0x1bfe19750a9b23ff},
        {VALUES_STUDENT3, LABELS_SOFT, 0x2d0bfecbb7026c15},
    };
    for (size_t i = 0; i < COUNT(golden); i++) {
        struct data_params p = synthetic_params(500, 60, 0.9);
        p.values = golden[i].values;
        p.labels = golden[i].labels;
        p.noise = 0.25;
        p.bias = -0.5;
        p.test = 0.2;
        struct dataset *d = made(&p, 2);
        if (hash_dataset(d) != golden[i].hash)
            fail_msg("case %zu: hash 0x%016llx", i, (unsigned long long)hash_dataset(d));
        data_free(d);
    }
}

static void views_show_the_precision_asked_for(void **state) {
    (void)state;
    struct data_params p = synthetic_params(BLOCK_ROWS + 10, 5, 0.8);
    p.values = VALUES_GAUSSIAN;
    struct dataset *d = made(&p, 1);
    size_t before = d->memory_bytes;
    assert_null(data_rows(&d->train, PRECISION_F32).val);
    assert_true(data_prepare(d, PRECISION_F64, NULL));
    assert_int_equal(d->memory_bytes, before);
    assert_true(data_prepare(d, PRECISION_F32, NULL) && data_prepare(d, PRECISION_F32, NULL));
    assert_int_equal(d->memory_bytes, before + 2 * d->train.nnz * sizeof(float));
    const float *val32 = data_rows(&d->train, PRECISION_F32).val;
    const double *val = data_rows(&d->train, PRECISION_F64).val;
    for (uint64_t i = 0; i < d->train.nnz; i++)
        assert_true(val32[i] == (float)val[i]);
    struct sparse second = data_block(d, 1, PRECISION_F32);
    assert_true(second.idx[second.ptr[0]] >= BLOCK_ROWS);
    assert_int_equal(second.ptr[5], d->train.nnz);
    assert_ptr_equal(data_targets(&d->train, PRECISION_F32), d->train.y32);
    assert_ptr_equal(data_targets(&d->train, PRECISION_F64), d->train.y);
    data_free(d);
}

static void estimates_are_near(void **state) {
    (void)state;
    for (int values = VALUES_BINARY; values <= VALUES_GAUSSIAN; values++)
        for (int precision = 0; precision < PRECISION_COUNT; precision++) {
            struct data_params p = large();
            p.values = values;
            struct dataset *d = made(&p, 1);
            assert_true(data_prepare(d, precision, NULL));
            double memory = (double)d->memory_bytes, nnz = (double)d->train.nnz;
            assert_near((double)data_memory_estimate(&p, precision), memory, 0.01 * memory, "memory");
            assert_near(data_nonzeros_estimate(&p), nnz, 0.01 * nnz, "non-zeros");
            data_free(d);
        }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(columns_are_the_rows_by_columns),
        cmocka_unit_test(rows_and_columns_make_each_other),
        cmocka_unit_test(threads_change_nothing),
        cmocka_unit_test(seeds_change_everything),
        cmocka_unit_test(held_out_rows_are_fresh_and_cost_the_others_nothing),
        cmocka_unit_test(the_generator_is_what_it_was),
        cmocka_unit_test(views_show_the_precision_asked_for),
        cmocka_unit_test(estimates_are_near),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* What holds for every data set: rows and columns are the same matrix, threads change nothing, seeds
 * everything. */
#include "data_help.h"

/* Every entry of the rows is in the columns, in the order promised, and nothing else is; ranks go by non-zeros.
 */
static void assert_columns_are_rows(const struct dataset *d) {
    const struct data_part *p = &d->train;
    uint64_t *seen = calloc(d->n_features, sizeof *seen); /* entries of each rank */
    assert_non_null(seen);
    assert_int_equal(d->n_blocks, (p->n_rows + BLOCK_ROWS - 1) / BLOCK_ROWS);
    assert_int_equal(p->row_ptr[p->n_rows], p->nnz);
    for (uint64_t k = 0; k < p->nnz; k++) {
        assert_true(p->row_idx[k] < d->n_features);
        seen[p->row_idx[k]]++;
    }
    size_t n_hot = 0, n_present = 0;
    for (size_t r = 0; r < d->n_features; r++) {
        const uint32_t j = d->feature_of[r];
        assert_int_equal(d->rank_of[j], r);
        assert_true(r == 0 || seen[r - 1] > seen[r] || (seen[r - 1] == seen[r] && d->feature_of[r - 1] < j));
        n_hot += d->n_blocks > 1 && seen[r] >= HOT_PER_BLOCK * d->n_blocks;
        n_present += seen[r] > 0;
    }
    assert_int_equal(d->n_hot, n_hot);
    assert_int_equal(d->n_present, n_present);

    uint64_t *cursor = calloc((d->n_blocks + 1) * d->n_features, sizeof *cursor);
    assert_non_null(cursor);
    uint64_t end = 0; /* blocks and columns follow each other without gaps: hot ones by block, then the rest */
    for (size_t b = 0; b <= d->n_blocks; b++)
        for (size_t r = b < d->n_blocks ? 0 : n_hot; r < (b < d->n_blocks ? n_hot : d->n_features); r++) {
            const uint64_t *ptr = b < d->n_blocks ? d->hot_ptr + b * (n_hot + 1) + r : d->rest_ptr + r;
            assert_int_equal(ptr[0], end);
            cursor[b * d->n_features + r] = end;
            end = ptr[1];
        }
    assert_int_equal(end, p->nnz);
    for (size_t i = 0; i < p->n_rows; i++)
        for (uint64_t k = p->row_ptr[i]; k < p->row_ptr[i + 1]; k++) {
            assert_true(k == p->row_ptr[i] || p->row_idx[k] > p->row_idx[k - 1]);
            const uint32_t r = p->row_idx[k];
            const uint64_t at = cursor[(r < n_hot ? i / BLOCK_ROWS : d->n_blocks) * d->n_features + r]++;
            assert_int_equal(d->col_idx[at], i);
            assert_int_equal(!d->col_val, !p->row_val);
            if (p->row_val)
                assert_true(d->col_val[at] == p->row_val[k]);
        }
    for (int k = 0; k < INDEX_PADDING; k++)
        assert_true(d->col_idx[p->nnz + k] == 0 && p->row_idx[p->nnz + k] == 0);
    free(cursor);
    free(seen);
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
        {VALUES_BINARY, LABELS_BERNOULLI, 0x08e4ce6084f8a732},
        {VALUES_GAUSSIAN, LABELS_SOFT, 0x1a8606b99e0a6ebe},
        {VALUES_STUDENT3, LABELS_SOFT, 0xe5d652eda3b3dbda},
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
    struct data_params p = synthetic_params(BLOCK_ROWS + 100, 5, 0.8);
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
    assert_int_equal(d->n_hot, 5); /* all of them */
    struct sparse second = data_hot(d, 1, PRECISION_F32), rest = data_rest(d, PRECISION_F32);
    assert_ptr_equal(second.val, d->col_val32);
    for (uint64_t k = second.ptr[0]; k < second.ptr[5]; k++)
        assert_true(second.idx[k] >= BLOCK_ROWS);
    assert_int_equal(second.ptr[5], d->train.nnz);
    assert_int_equal(rest.ptr[d->n_features], d->train.nnz);
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
            assert_near((double)data_memory_estimate(&p, precision), 1.03 * memory, 0.05 * memory, "memory");
            assert_near(data_nonzeros_estimate(&p), nnz, 0.01 * nnz, "non-zeros");
            data_free(d);
        }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(columns_are_the_rows_by_columns),
        cmocka_unit_test(threads_change_nothing),
        cmocka_unit_test(seeds_change_everything),
        cmocka_unit_test(held_out_rows_are_fresh_and_cost_the_others_nothing),
        cmocka_unit_test(the_generator_is_what_it_was),
        cmocka_unit_test(views_show_the_precision_asked_for),
        cmocka_unit_test(estimates_are_near),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* What holds for every data set: rows and columns are the same matrix, threads change nothing, seeds
 * everything. */
#include "data_help.h"

static size_t index_at(const struct packed *s, uint64_t at) {
    return s->idx ? s->idx[at] : s->idx32[at];
}

/* The stretch that begins at `group`: its entries are those given, and it is filled up as promised. Returns the
 * group after it. */
static uint64_t assert_stretch(const struct packed *s, size_t stretch, uint64_t group, const uint32_t *index,
                               const double *val, uint64_t n) {
    const uint64_t groups = n ? (n + PARTIALS - 1) / PARTIALS : 1;
    assert_int_equal(s->stretch[stretch].groups, groups);
    assert_true(val || !s->val);
    for (uint64_t k = 0; k < groups * PARTIALS; k++) {
        const uint64_t at = group * PARTIALS + k;
        assert_int_equal(index_at(s, at), k < n ? index[k] + 1 : 0);
        if (s->val)
            assert_true(s->val[at] == (k < n ? val[k] : 0));
    }
    return group + groups;
}

/* Stretches first .. first + n are n different lines, shorter ones first as far as they are told apart, in
 * order among equals. */
static void assert_in_order(const struct packed *s, size_t first, size_t n) {
    uint8_t *seen = calloc(n + 1, 1);
    assert_non_null(seen);
    for (size_t i = 0; i < n; i++) {
        const struct stretch *x = &s->stretch[first + i];
        assert_true(x->line < n && !seen[x->line]);
        seen[x->line] = 1;
        if (i > 0 && x->groups < 256)
            assert_true(x[-1].groups < x->groups || (x[-1].groups == x->groups && x[-1].line < x->line));
    }
    free(seen);
}

static void assert_stream_is_rows(const struct data_part *p, size_t n_features) {
    const struct packed *s = &p->stream;
    assert_int_equal(!s->idx, n_features > STREAM_LINES);
    assert_int_equal(!s->idx32, n_features <= STREAM_LINES);
    assert_int_equal(s->n_stretches, p->n_rows);
    uint64_t group = 0;
    for (size_t first = 0; first < p->n_rows; first += LOG_ROWS) {
        const size_t n = p->n_rows - first < LOG_ROWS ? p->n_rows - first : LOG_ROWS;
        assert_int_equal(s->start[first / LOG_ROWS], group);
        assert_in_order(s, first, n);
        for (size_t i = first; i < first + n; i++) {
            const size_t row = first + s->stretch[i].line;
            const uint64_t at = p->row_ptr[row];
            group = assert_stretch(s, i, group, p->row_idx + at, p->row_val ? p->row_val + at : NULL,
                                   p->row_ptr[row + 1] - at);
        }
    }
    assert_int_equal(s->start[s->n_starts], group);
    assert_int_equal(s->n_groups, group);
    for (int k = 0; k < INDEX_PADDING; k++)
        assert_int_equal(index_at(s, group * PARTIALS + (size_t)k), 0);
}

/* Ranks go by non-zeros and then by feature, but of whole columns of one to four non-zeros by the first row;
 * by_count by non-zeros and feature. Returns where each rank is in by_count. */
static uint32_t *assert_ranks(const struct dataset *d, const uint64_t *seen) {
    const size_t n = d->n_features;
    uint32_t *place = calloc(n, sizeof *place), *first = calloc(n, sizeof *first);
    uint8_t *met = calloc(n, 1);
    assert_true(place && first && met);
    for (size_t row = d->train.n_rows; row-- > 0;)
        for (uint64_t k = d->train.row_ptr[row]; k < d->train.row_ptr[row + 1]; k++)
            first[d->train.row_idx[k]] = (uint32_t)row;
    for (size_t r = 0; r < n; r++) {
        const uint32_t j = d->feature_of[r];
        assert_int_equal(d->rank_of[j], r);
        assert_int_equal(d->column_nnz[r], seen[r]);
        if (r == 0 || seen[r - 1] > seen[r])
            continue;
        assert_int_equal(seen[r - 1], seen[r]);
        const bool few = r > d->n_warm && 1 <= seen[r] && seen[r] <= 4;
        assert_true(few && first[r - 1] != first[r] ? first[r - 1] < first[r] : d->feature_of[r - 1] < j);
    }
    for (size_t i = 0; i < n; i++) {
        const uint32_t r = d->by_count[i], before = d->by_count[i - (i > 0)];
        assert_true(r < n && !met[r]);
        met[r] = 1;
        place[r] = (uint32_t)i;
        assert_true(i == 0 || seen[before] > seen[r] ||
                    (seen[before] == seen[r] && d->feature_of[before] < d->feature_of[r]));
    }
    free(first), free(met);
    return place;
}

/* Every entry of the rows is in the columns, in the order promised, and nothing else is; ranks go by non-zeros.
 */
static void assert_columns_are_rows(const struct dataset *d) {
    const struct data_part *p = &d->train;
    const uint64_t n_blocks = (p->n_rows + BLOCK_ROWS - 1) / BLOCK_ROWS,
                   n_warm_blocks = (p->n_rows + WARM_ROWS - 1) / WARM_ROWS;
    uint64_t *begin = calloc(d->n_features + 1, sizeof *begin); /* of each column below */
    uint32_t *row = calloc(p->nnz + 1, sizeof *row);
    double *val = p->row_val ? calloc(p->nnz + 1, sizeof *val) : NULL;
    assert_true(begin && row);
    assert_int_equal(d->n_blocks, n_blocks);
    assert_int_equal(d->n_warm_blocks, n_warm_blocks);
    assert_int_equal(p->row_ptr[p->n_rows], p->nnz);
    for (uint64_t k = 0; k < p->nnz; k++) {
        assert_true(p->row_idx[k] < d->n_features);
        begin[p->row_idx[k] + 1]++;
    }
    uint32_t *place = assert_ranks(d, begin + 1);
    size_t n_hot = 0, n_warm = 0, n_present = 0;
    for (size_t r = 0; r < d->n_features; r++) {
        const uint64_t seen = begin[r + 1];
        n_hot += seen >= HOT_PER_BLOCK * n_blocks;
        n_warm +=
            seen >= HOT_PER_BLOCK * n_blocks || (n_warm_blocks > 1 && seen >= WARM_PER_BLOCK * n_warm_blocks);
        n_present += seen > 0;
        begin[r + 1] += begin[r];
    }
    assert_int_equal(d->n_hot, n_hot);
    assert_int_equal(d->n_warm, n_warm);
    assert_int_equal(d->n_present, n_present);

    /* the columns, plainly */
    uint64_t *cursor = calloc(d->n_features + 1, sizeof *cursor);
    assert_non_null(cursor);
    memcpy(cursor, begin, d->n_features * sizeof *cursor);
    for (size_t i = 0; i < p->n_rows; i++)
        for (uint64_t k = p->row_ptr[i]; k < p->row_ptr[i + 1]; k++) {
            assert_true(k == p->row_ptr[i] || place[p->row_idx[k]] > place[p->row_idx[k - 1]]);
            const uint64_t at = cursor[p->row_idx[k]]++;
            row[at] = (uint32_t)i;
            if (val)
                val[at] = p->row_val[k];
        }

    /* hot ones block by block, warm ones by larger blocks, and the others: without gaps */
    const struct {
        const struct packed *s;
        size_t r0, n, rows, n_blocks;
    } cut[] = {{&d->hot, 0, n_hot, BLOCK_ROWS, n_blocks},
               {&d->warm, n_hot, n_warm - n_hot, WARM_ROWS, n_warm_blocks}};
    uint32_t *within = calloc(WARM_ROWS, sizeof *within);
    assert_non_null(within);
    memcpy(cursor, begin, d->n_features * sizeof *cursor);
    for (size_t c = 0; c < COUNT(cut); c++) {
        const struct packed *s = cut[c].s;
        uint64_t group = 0;
        for (size_t i = 0; i < cut[c].n_blocks * cut[c].n; i++) {
            const size_t b = i / cut[c].n, row0 = b * cut[c].rows;
            if (i % cut[c].n == 0)
                assert_in_order(s, i, cut[c].n);
            const size_t r = cut[c].r0 + s->stretch[i].line;
            const uint64_t from = cursor[r];
            uint64_t n = 0;
            for (; cursor[r] < begin[r + 1] && row[cursor[r]] / cut[c].rows == b; cursor[r]++)
                within[n++] = (uint32_t)(residual_line(row[cursor[r]]) - residual_line(row0));
            assert_int_equal(s->start[i], group);
            group = assert_stretch(s, i, group, within, val ? val + from : NULL, n);
        }
        assert_int_equal(s->n_stretches, cut[c].n_blocks * cut[c].n);
        assert_int_equal(s->start[s->n_stretches], group);
        assert_int_equal(s->n_groups, group);
        assert_int_equal(!s->idx, cut[c].rows > BLOCK_ROWS);
        for (int k = 0; k < INDEX_PADDING; k++)
            assert_int_equal(index_at(s, group * PARTIALS + (size_t)k), 0);
    }
    free(within);
    uint64_t at = 0;
    for (size_t r = n_warm; r < d->n_features; r++) {
        assert_int_equal(d->rest_ptr[r - n_warm], at);
        for (; cursor[r] < begin[r + 1]; cursor[r]++, at++) {
            assert_int_equal(d->col_idx[at], residual_line(row[cursor[r]]));
            assert_int_equal(!d->col_val, !val);
            if (val)
                assert_true(d->col_val[at] == val[cursor[r]]);
        }
    }
    assert_int_equal(d->rest_ptr[d->n_features - n_warm], at);
    for (size_t r = 0; r < d->n_features; r++)
        assert_int_equal(cursor[r], begin[r + 1]);
    for (int k = 0; k < INDEX_PADDING; k++)
        assert_true(d->col_idx[at + (uint64_t)k] == 0 && p->row_idx[p->nnz + (uint64_t)k] == 0);
    free(cursor), free(begin), free(row), free(val), free(place);
    assert_stream_is_rows(p, d->n_features);
}

static void columns_are_the_rows_by_columns(void **state) {
    (void)state;
    static const struct {
        uint64_t rows, features;
        double sparsity;
    } sizes[] = {
        {1, 9, 0.8},
        {7, 9, 0.8},
        {BLOCK_ROWS - 1, 9, 0.8},
        {BLOCK_ROWS, 9, 0.8},
        {BLOCK_ROWS + 1, 9, 0.8},
        {2 * BLOCK_ROWS + 100, 9, 0.8},
        {300, STREAM_LINES, 0.9999}, /* the last that a stream's indices reach */
        {300, STREAM_LINES + 1, 0.9999},
        {2 * WARM_ROWS + 77, 60000, 0.99998}, /* hot, warm and other columns */
    };
    for (size_t i = 0; i < COUNT(sizes); i++)
        for (int values = VALUES_BINARY; values <= VALUES_STUDENT3; values++) {
            struct data_params p = synthetic_params(sizes[i].rows, sizes[i].features, sizes[i].sparsity);
            p.values = values;
            struct dataset *d = made(&p, 2);
            assert_columns_are_rows(d);
            if (sizes[i].rows > WARM_ROWS)
                assert_true(0 < d->n_hot && d->n_hot < d->n_warm && d->n_warm < d->n_present);
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
        {VALUES_BINARY, LABELS_BERNOULLI, 0xa8519e6f08eb1c23},
        {VALUES_GAUSSIAN, LABELS_SOFT, 0x933307ed7a288376},
        {VALUES_STUDENT3, LABELS_SOFT, 0x53095a9887e3e4eb},
    };
    for (size_t i = 0; i < COUNT(golden); i++) {
        struct data_params p = synthetic_params(500, 60, 0.9);
        p.values = golden[i].values;
        p.labels = golden[i].labels;
        p.noise = 0.25;
        p.bias = -0.5;
        p.test = 0.2;
        struct dataset *d = made(&p, 2);
        if (hash_drawn(d) != golden[i].hash)
            fail_msg("case %zu: hash 0x%016llx", i, (unsigned long long)hash_drawn(d));
        data_free(d);
    }
}

static void views_show_the_precision_asked_for(void **state) {
    (void)state;
    struct data_params p = synthetic_params(BLOCK_ROWS + 100, 5, 0.8);
    p.values = VALUES_GAUSSIAN;
    p.test = 0.1;
    struct dataset *d = made(&p, 1);
    const size_t before = d->memory_bytes;
    assert_true(!d->train.stream.val && !d->train.stream.val32); /* until asked for */
    assert_true(data_prepare(d, PRECISION_F64, NULL) && data_prepare(d, PRECISION_F64, NULL));
    const size_t streams = (d->train.stream.n_groups + d->test.stream.n_groups) * PARTIALS;
    assert_int_equal(d->memory_bytes, before + streams * sizeof(double));
    assert_true(data_prepare(d, PRECISION_F32, NULL) && data_prepare(d, PRECISION_F32, NULL));
    const size_t others = d->rest_ptr[d->n_features - d->n_warm];
    assert_int_equal(d->memory_bytes, before + streams * sizeof(double) +
                                          (streams + d->hot.n_groups * PARTIALS + others) * sizeof(float));
    assert_columns_are_rows(d); /* with the streams' values now */
    const struct packed *const packed[] = {&d->train.stream, &d->test.stream, &d->hot};
    for (int s = 0; s < 3; s++)
        for (uint64_t i = 0; i < packed[s]->n_groups * PARTIALS; i++)
            assert_true(packed[s]->val32[i] == (float)packed[s]->val[i]);
    assert_int_equal(d->n_hot, 5); /* all of them */
    for (int precision = 0; precision < PRECISION_COUNT; precision++) {
        const bool f32 = precision == PRECISION_F32;
        const size_t real = f32 ? sizeof(float) : sizeof(double), row = BLOCK_ROWS,
                     at = d->train.stream.start[row / LOG_ROWS] * PARTIALS, hot = d->hot.start[5] * PARTIALS;
        const char *rows_val = f32 ? (char *)d->train.stream.val32 : (char *)d->train.stream.val,
                   *hot_val = f32 ? (char *)d->hot.val32 : (char *)d->hot.val;
        const struct stream chunk = data_chunk(&d->train, row, precision), block = data_hot(d, 1, precision);
        assert_ptr_equal(chunk.idx, d->train.stream.idx + at);
        assert_ptr_equal(chunk.val, rows_val + at * real);
        assert_ptr_equal(chunk.stretch, d->train.stream.stretch + row);
        assert_int_equal(chunk.n, d->train.n_rows - row); /* the last chunk: 100 rows less those held out */
        assert_ptr_equal(block.idx, d->hot.idx + hot);
        assert_ptr_equal(block.val, hot_val + hot * real);
        assert_ptr_equal(block.stretch, d->hot.stretch + 5);
        assert_int_equal(block.n, 5);
    }
    assert_ptr_equal(data_rest(d, PRECISION_F32).val, d->col_val32);
    assert_ptr_equal(data_rest(d, PRECISION_F32).ptr, d->rest_ptr);
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

/* Of few entries a column in several blocks of residuals, where columns are filled up. */
static void estimates_of_warm_columns_are_enough(void **state) {
    (void)state;
    for (int values = VALUES_BINARY; values <= VALUES_GAUSSIAN; values++) {
        struct data_params p = large();
        p.rows = p.features = 300000;
        p.sparsity = 0.99997;
        p.popularity = 0;
        p.values = values;
        struct dataset *d = made(&p, 2);
        assert_true(data_prepare(d, PRECISION_F32, NULL));
        assert_true(d->n_warm > 200000);
        const double memory = (double)d->memory_bytes,
                     estimate = (double)data_memory_estimate(&p, PRECISION_F32);
        if (!(estimate >= memory && estimate <= 1.3 * memory))
            fail_msg("values %d: %.0f bytes, estimated %.0f", values, memory, estimate);
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
        cmocka_unit_test(estimates_of_warm_columns_are_enough),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

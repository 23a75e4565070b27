/* What is recorded of a run: when, on which rows, from which start; and sums over more than one block of rows.
 */
#include "train/team.h"
#include "trained.h"

#define SMALL "[data a]\nrows = 60\nfeatures = 20\nsparsity = 0.8\n"

/* ---- evaluations ------------------------------------------------------------------------------------------
 */

static void evaluations_come_when_their_epochs_are_complete(void **state) {
    (void)state;
    static const struct {
        const char *evaluate;
        int epochs;
        uint64_t steps[12];
        uint64_t n;
    } rows[] = {
        {"1", 4, {0, 1, 2, 3, 4}, 5},
        {"2.5", 10, {0, 3, 5, 8, 10}, 5},
        {"2.5", 11, {0, 3, 5, 8, 10, 11}, 6},
        {"1.75", 7, {0, 2, 4, 6, 7}, 5},
        {"3", 3, {0, 3}, 2},
        {"7", 5, {0, 5}, 2},
        {"0.4", 3, {0, 1, 2, 3}, 4},
        {"1e-300", 3, {0, 1, 2, 3}, 4},
    };
    static const char *const optimizers[] = {"[optimizer adam]\n",
                                             "[optimizer nag]\nform = lookahead\neta0 = 0.1\n"};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        for (int k = 0; k < 2; k++) {
            char text[512];
            struct trained t, every;
            snprintf(text, sizeof text, "[sweep]\nepochs = %d\nevaluate = %s\n" SMALL "%s", rows[i].epochs,
                     rows[i].evaluate, optimizers[k]);
            ready(&t, text);
            train_all(&t, isa_best());
            snprintf(text, sizeof text, "[sweep]\nepochs = 12\n" SMALL "%s", optimizers[k]);
            ready(&every, text);
            train_all(&every, isa_best());
            if (t.out[0].n_points != rows[i].n)
                fail_msg("evaluate = %s, epochs = %d: %llu points, expected %llu", rows[i].evaluate,
                         rows[i].epochs, (unsigned long long)t.out[0].n_points, (unsigned long long)rows[i].n);
            for (uint64_t p = 0; p < rows[i].n; p++) {
                const struct point *got = &t.out[0].points[p], *same = &every.out[0].points[rows[i].steps[p]];
                if (got->step != rows[i].steps[p] || memcmp(got, same, sizeof *got) != 0)
                    fail_msg("evaluate = %s, epochs = %d: point %llu is step %llu, expected %llu, with loss %a "
                             "and %a",
                             rows[i].evaluate, rows[i].epochs, (unsigned long long)p,
                             (unsigned long long)got->step, (unsigned long long)rows[i].steps[p], got->loss,
                             same->loss);
            }
            done(&t), done(&every);
        }
}

/* 1.12 * 25 and the like are whole numbers, though not in binary. */
static void fractions_of_an_epoch_are_decimal(void **state) {
    (void)state;
    for (uint64_t hundredths = 1; hundredths <= 400; hundredths++)
        for (uint64_t step = 0; step <= 1000; step++) {
            const uint64_t per_epoch = 1 + step % 29,
                           got = team_next_evaluation((double)hundredths / 100, per_epoch, step);
            const uint64_t interval = hundredths * per_epoch,
                           k = 100 * step / interval + 1; /* first with k intervals > step */
            const uint64_t expected = (k * interval + 99) / 100;
            if (got != expected)
                fail_msg("one evaluation every %g epochs of %llu steps: after step %llu the next is %llu, "
                         "expected %llu",
                         (double)hundredths / 100, (unsigned long long)per_epoch, (unsigned long long)step,
                         (unsigned long long)got, (unsigned long long)expected);
        }
}

/* ---- held-out rows ----------------------------------------------------------------------------------------
 */

static double errors_of(const struct ref_data *x, const double *w) {
    double errors = 0;
    for (size_t i = 0; i < x->n; i++) {
        double z = w[x->d];
        for (uint64_t k = x->ptr[i]; k < x->ptr[i + 1]; k++)
            z += (x->val ? x->val[k] : 1) * w[x->idx[k]];
        errors += (z >= 0) != (x->y[i] >= 0.5);
    }
    return errors / (double)x->n;
}

static void held_out_rows_are_judged_like_the_reference(void **state) {
    (void)state;
    enum { STEPS = 30 };
    static const char *const values[] = {"binary", "gaussian"}, *const labels[] = {"bernoulli", "soft"};
    for (int i = 0; i < 4; i++) {
        char text[512];
        snprintf(
            text, sizeof text,
            "[sweep]\nepochs = %d\nprecision = f64\n[data a]\nrows = 400\nfeatures = 30\nsparsity = 0.8\ntest "
            "= 0.25\n"
            "values = %s\nlabels = %s\n[model]\nloss = logistic, squared\nreduction = mean, sum\nl2 = 0, 0.1\n"
            "[optimizer momentum]\neta0 = 0.003\n",
            STEPS, values[i % 2], labels[i / 2]);
        struct trained t;
        ready(&t, text);
        train_all(&t, isa_best());
        assert_true(t.data->test.n_rows > 0 && t.data->train.n_rows != t.data->test.n_rows);
        const struct ref_data train = ref_data_of(t.data, &t.data->train),
                              test = ref_data_of(t.data, &t.data->test);
        for (size_t k = 0; k < t.n_runs; k++) {
            struct ref_run r = ref_run_of(&t.run[k]);
            double *w = start_of(t.data, &t.run[k]), *path = calloc((STEPS + 1) * (train.d + 1), sizeof *path);
            assert_non_null(path);
            ref_train(&train, &r, STEPS, w, NULL, path);
            r.l2 = 0; /* the held-out loss has no such term */
            for (int s = 0; s <= STEPS; s++) {
                const double expected = ref_total_loss(&test, &r, path + (size_t)s * (train.d + 1));
                const double got = t.out[k].points[s].test_loss;
                if (!(fabs(got - expected) <= 1e-12 * expected))
                    fail_msg("%s %s, run %zu, step %d: held-out loss %.17g, expected %.17g", values[i % 2],
                             labels[i / 2], k, s, got, expected);
            }
            const double error = errors_of(&test, w);
            if (t.out[k].test_error != error)
                fail_msg("%s %s, run %zu: error %g, expected %g", values[i % 2], labels[i / 2], k,
                         t.out[k].test_error, error);
            free(w), free(path);
        }
        done(&t);
    }
}

static void without_held_out_rows_there_is_no_test_loss(void **state) {
    (void)state;
    struct trained t;
    ready(&t, "[sweep]\nepochs = 2\n" SMALL "[optimizer sgd]\n");
    train_all(&t, isa_best());
    assert_true(isnan(t.out[0].test_error) && isnan(t.out[0].points[0].test_loss) &&
                isnan(t.out[0].points[2].test_loss));
    done(&t);
}

/* ---- starts -----------------------------------------------------------------------------------------------
 */

static double value_at(const struct team *t, const void *array, size_t i) {
    return t->precision == PRECISION_F32 ? (double)((const float *)array)[i] : ((const double *)array)[i];
}

/* Starts of many seeds: weights N(0, 0.5^2), biases N(0, 3^2), each seed its own. */
static void random_starts_follow_their_law(void **state) {
    (void)state;
    enum { FEATURES = 4000, TEAMS = 12 };
    double sum_b = 0, squares_b = 0;
    for (int team = 0; team < TEAMS; team++) {
        char text[512];
        snprintf(text, sizeof text,
                 "[sweep]\nseeds = %d..%d\nprecision = %s\n[data a]\nrows = 3\nfeatures = %d\nsparsity = "
                 "0.99\ndata_seed = 1\n"
                 "[model]\nw0 = normal(0.5)\nb0 = normal(3)\n[optimizer adam]\n",
                 team * LANES + 1, (team + 1) * LANES, team % 2 ? "f64" : "f32", FEATURES);
        struct trained t;
        struct team a;
        struct err e = {0};
        ready(&t, text);
        assert_int_equal(t.n_runs, LANES);
        struct pack pack = {.n = LANES};
        for (size_t k = 0; k < LANES; k++)
            pack.run[k] = k;
        assert_true(team_init(&a, t.plan, &pack, t.data, kernels_get(isa_best(), precision_of(&t.run[0])), NULL,
                              NULL, NULL, &e));
        for (size_t lane = 0; lane < LANES; lane++) {
            double sum = 0, squares = 0, beside = 0;
            for (size_t j = 0; j < FEATURES; j++) {
                const double w = value_at(&a, a.w, j * LANES + lane);
                sum += w;
                squares += w * w;
                beside += w * value_at(&a, a.w, j * LANES + (lane + 1) % LANES);
            }
            const double b = value_at(&a, a.b, lane);
            sum_b += b;
            squares_b += b * b;
            /* five standard deviations of each estimate */
            const double mean = sum / FEATURES, variance = squares / FEATURES, product = beside / FEATURES;
            if (!(fabs(mean) <= 5 * 0.5 / sqrt(FEATURES) &&
                  fabs(variance - 0.25) <= 5 * 0.25 * sqrt(2.0 / FEATURES) &&
                  fabs(product) <= 5 * 0.25 / sqrt(FEATURES)))
                fail_msg("seed %zu: mean %g, variance %g, with the next seed's %g",
                         (size_t)team * LANES + lane + 1, mean, variance, product);
        }
        team_free(&a);
        done(&t);
    }
    const double n = TEAMS * LANES, mean = sum_b / n, variance = squares_b / n;
    if (!(fabs(mean) <= 5 * 3 / sqrt(n) && fabs(variance - 9) <= 5 * 9 * sqrt(2 / n)))
        fail_msg("biases of %g seeds: mean %g, variance %g", n, mean, variance);
}

/* A thread's next pack takes the memory of its last one, with what that left there. */
static void memory_kept_from_a_pack_changes_nothing(void **state) {
    (void)state;
    for (int batch = 0; batch < 2; batch++) {
        char text[512];
        snprintf(text, sizeof text,
                 "[sweep]\nepochs = 3\nbatch = %s\n[data a]\nrows = 300\nfeatures = 20000\nsparsity = 0.999\n"
                 "[optimizer adam]\neta0 = 1e300, 0.1\n[optimizer nag]\nform = lookahead, rewritten\n"
                 "[optimizer sgd]\n[optimizer amsgrad]\n[optimizer adadelta]\n[optimizer momentum]\n",
                 batch ? "50" : "full");
        struct trained kept, fresh;
        struct pack *packs;
        size_t n_packs, n_todo;
        struct err e = {0};
        ready(&kept, text), ready(&fresh, text);
        assert_true(plan_packs(kept.plan, NULL, NULL, &packs, &n_packs, &n_todo, &e));
        assert_true(n_packs > 4);
        for (size_t i = 0; i < n_packs; i++) {
            train_release();
            train_one_pack(&fresh, &packs[i], isa_best(), NULL);
        }
        for (int order = 0; order < 2; order++) {
            for (size_t i = 0; i < n_packs; i++)
                train_one_pack(&kept, &packs[order ? n_packs - 1 - i : i], isa_best(), NULL);
            for (size_t i = 0; i < kept.n_runs; i++)
                expect_same_outcome("in memory of the last pack and in its own", &kept.out[i], &fresh.out[i]);
        }
        train_release();
        free(packs);
        done(&kept), done(&fresh);
    }
}

/* A start is the seed's: the same for every cell, and in both precisions. */
static void starts_are_paired(void **state) {
    (void)state;
    float *first = NULL;
    for (int p = 0; p < 2; p++) {
        char text[512];
        snprintf(text, sizeof text,
                 "[sweep]\nseeds = 7\nprecision = %s\n" SMALL
                 "[model]\nw0 = normal(2)\n[optimizer sgd]\neta0 = 0.1, 0.2\n",
                 p ? "f64" : "f32");
        struct trained t;
        struct team a;
        struct err e = {0};
        ready(&t, text);
        const struct pack pack = {.run = {0, 1}, .n = 2};
        assert_true(team_init(&a, t.plan, &pack, t.data, kernels_get(isa_best(), precision_of(&t.run[0])), NULL,
                              NULL, NULL, &e));
        const size_t d = t.data->n_features;
        first = p ? first : calloc(d, sizeof *first);
        assert_non_null(first);
        for (size_t j = 0; j < d; j++)
            for (size_t lane = 0; lane < 2; lane++) {
                const float w = (float)value_at(&a, a.w, j * LANES + lane);
                if (p == 0 && lane == 0)
                    first[j] = w;
                assert_true(w != 0 && w == first[j]);
            }
        team_free(&a);
        done(&t);
    }
    free(first);
}

/* ---- blocks -----------------------------------------------------------------------------------------------
 */

static void rows_beyond_a_block_count(void **state) {
    (void)state;
    enum { STEPS = 2 };
    /* a block and a row: one after the other; three blocks: the gradient waits in memory between them */
    static const unsigned rows[] = {65537, 140000};
    static const double bound[PRECISION_COUNT] = {
        1e-7, 1e-11}; /* measured: 1e-8; 6e-13, of the reference's plain sum */
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        for (enum precision p = 0; p < PRECISION_COUNT; p++) {
            char text[512];
            snprintf(text, sizeof text,
                     "[sweep]\nepochs = %d\nprecision = %s\n[data a]\nrows = %u\nfeatures = 5\nsparsity = "
                     "0.6\nvalues = gaussian\n"
                     "[optimizer sgd]\neta0 = 1\n",
                     STEPS, p == PRECISION_F32 ? "f32" : "f64", rows[i]);
            struct trained t;
            double losses[STEPS + 1];
            ready(&t, text);
            train_all(&t, isa_best());
            assert_int_equal(t.data->n_blocks, (rows[i] + BLOCK_ROWS - 1) / BLOCK_ROWS);
            const struct ref_data x = ref_data_of(t.data, &t.data->train);
            const struct ref_run r = ref_run_of(&t.run[0]);
            double *w = start_of(t.data, &t.run[0]);
            ref_train(&x, &r, STEPS, w, losses, NULL);
            free(w);
            for (int k = 0; k <= STEPS; k++) {
                /* NOLINTNEXTLINE(clang-analyzer-core.NullDereference): what was trained has points */
                const double off = fabs(t.out[0].points[k].loss - losses[k]) / losses[k];
                if (!(off <= bound[p]))
                    fail_msg("%u rows, %s, step %d: loss %.17g, expected %.17g", rows[i], p ? "f64" : "f32", k,
                             t.out[0].points[k].loss, losses[k]);
            }
            done(&t);
        }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(evaluations_come_when_their_epochs_are_complete),
        cmocka_unit_test(fractions_of_an_epoch_are_decimal),
        cmocka_unit_test(held_out_rows_are_judged_like_the_reference),
        cmocka_unit_test(without_held_out_rows_there_is_no_test_loss),
        cmocka_unit_test(random_starts_follow_their_law),
        cmocka_unit_test(memory_kept_from_a_pack_changes_nothing),
        cmocka_unit_test(starts_are_paired),
        cmocka_unit_test(rows_beyond_a_block_count),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

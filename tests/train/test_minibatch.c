/* Mini-batches: beside a trainer so plain that it can be checked by eye, which takes the same rows in the same
 * order; what an epoch's order is; and packs, groups of packs and ISAs that change no bit. */
#include "train/batches.h"
#include "trained.h"
#include "weights.h"

/* ---- the plain trainer ------------------------------------------------------------------------------------
 */

/* Walks r->batch rows a step, those of `order`; losses (steps + 1), nonzeros (steps + 1). lazy: only features
 * of the step's rows move. Losses only where the outcome has a point. */
static void plain_train(const struct ref_data *x, const struct ref_run *r, size_t steps, bool lazy, double *w,
                        double *losses, uint64_t *nonzeros, const struct outcome *o) {
    const size_t per_epoch = (x->n + r->batch - 1) / r->batch;
    double *g = calloc(x->d + 1, sizeof *g), *point = calloc(x->d + 1, sizeof *point);
    double(*s)[REF_MAX_STATE] = calloc(x->d + 1, sizeof *s);
    bool *touched = calloc(x->d + 1, sizeof *touched);
    double h_bias[H_COUNT];
    memcpy(h_bias, r->h, sizeof h_bias);
    h_bias[H_weight_decay] = 0;
    assert_true(g && point && s && touched);
    nonzeros[0] = 0;
    for (size_t t = 0, p = 0;; t++) {
        if (p < o->n_points && o->points[p].step == t) {
            losses[t] = ref_total_loss(x, r, w);
            p++;
        }
        if (t == steps)
            break;
        const double eta = r->h[H_eta0] * r->schedule->factor(r->k, (double)t);
        for (size_t j = 0; j <= x->d; j++) {
            point[j] = r->rule->point ? r->rule->point(w[j], s[j], r->h, eta) : w[j];
            g[j] = 0;
            touched[j] = !lazy || j == x->d;
        }
        const size_t first = t % per_epoch * r->batch, end = first + r->batch < x->n ? first + r->batch : x->n;
        nonzeros[t + 1] = nonzeros[t];
        for (size_t i = first; i < end; i++) {
            const size_t row = r->order[t / per_epoch * x->n + i];
            double z = point[x->d];
            for (uint64_t k = x->ptr[row]; k < x->ptr[row + 1]; k++)
                z += (x->val ? x->val[k] : 1) * point[x->idx[k]];
            const double e = (double)r->loss->residual(z, x->y[row]);
            for (uint64_t k = x->ptr[row]; k < x->ptr[row + 1]; k++) {
                g[x->idx[k]] += e * (x->val ? x->val[k] : 1);
                touched[x->idx[k]] = true;
            }
            g[x->d] += e;
            nonzeros[t + 1] += x->ptr[row + 1] - x->ptr[row];
        }
        for (size_t j = 0; j <= x->d; j++)
            if (touched[j]) {
                const double gj =
                    (r->mean ? g[j] / (double)(end - first) : g[j]) + (j < x->d ? r->l2 * point[j] : 0);
                w[j] = r->rule->step(w[j], gj, s[j], j < x->d ? r->h : h_bias, eta, (double)t + 1);
            }
    }
    free(g), free(point), free(s), free(touched);
}

/* The rows of so many epochs in the order of run i's batches: (epochs, n), free() it. */
static uint32_t *order_of(const struct trained *t, size_t run, size_t epochs) {
    struct pack *packs;
    size_t n_packs, n_todo, at = 0;
    struct err e = {0};
    assert_true(plan_packs(t->plan, NULL, NULL, &packs, &n_packs, &n_todo, &e));
    for (size_t i = 0; i < n_packs; i++)
        for (int lane = 0; lane < packs[i].n; lane++)
            at = packs[i].run[lane] == run ? i : at;
    struct batches b;
    assert_true(batches_init(&b, t->data, PRECISION_F64, packs[at].batch, packs[at].shuffled,
                             packs[at].order_seed, &e));
    const size_t n = t->data->train.n_rows;
    uint32_t *order = calloc(epochs * n, sizeof *order);
    assert_non_null(order);
    for (size_t epoch = 0; epoch < epochs; epoch++) {
        batches_segment(&b);
        assert_true(batches_window(&b, epoch * b.n_batches, 0, 1, &e));
        memcpy(order + epoch * n, b.order, n * sizeof *order);
    }
    batches_free(&b);
    free(packs);
    return order;
}

/* Holds every run of a grid, evaluated at every step or more rarely, to the plain trainer. */
static void expect_plain(const char *text, bool lazy, double bound) {
    struct trained t;
    ready(&t, text);
    train_all(&t, isa_best());
    const struct ref_data x = ref_data_of(t.data, &t.data->train);
    for (size_t i = 0; i < t.n_runs; i++) {
        const struct run *run = &t.run[i];
        if (t.out[i].n_points == 0) /* another of the same id was trained in its stead */
            continue;
        const size_t epochs = (size_t)run->v[KEY_SWEEP_epochs].number,
                     batch = (size_t)run->v[KEY_SWEEP_batch].number;
        const size_t per_epoch = (x.n + batch - 1) / batch, steps = epochs * per_epoch;
        uint32_t *order = order_of(&t, i, epochs);
        struct ref_run r = ref_run_of(run);
        r.batch = batch;
        r.order = order;
        schedule_in_steps(run->s, (double)per_epoch, (double)steps, r.k);
        double *w = start_of(t.data, run), *losses = calloc(steps + 1, sizeof *losses);
        uint64_t *nonzeros = calloc(steps + 1, sizeof *nonzeros);
        assert_true(losses && nonzeros);
        plain_train(&x, &r, steps, lazy, w, losses, nonzeros, &t.out[i]);
        for (uint64_t p = 0; p < t.out[i].n_points; p++) {
            const struct point *got = &t.out[i].points[p];
            const double expected = losses[got->step];
            if (!(fabs(got->loss - expected) <= bound * expected) || got->nonzeros != nonzeros[got->step] ||
                got->epoch != (double)got->step / (double)per_epoch)
                fail_msg(
                    "%s\nrun %zu, eta0 %g, batch %zu: after step %llu the loss is %.17g, expected %.17g; %llu "
                    "non-zeros, expected %llu",
                    text, i, run->h[H_eta0], batch, (unsigned long long)got->step, got->loss, expected,
                    (unsigned long long)got->nonzeros, (unsigned long long)nonzeros[got->step]);
        }
        const struct point *last = &t.out[i].points[t.out[i].n_points - 1];
        if (last->step != steps || losses[steps] == losses[0])
            fail_msg("%s\nrun %zu ends after step %llu of %zu with loss %g, and began with %g", text, i,
                     (unsigned long long)last->step, steps, losses[steps], losses[0]);
        free(w), free(losses), free(nonzeros), free(order);
    }
    done(&t);
}

/* ---- beside the plain trainer -----------------------------------------------------------------------------
 */

/* The lecture's toy: 500 rows, one feature, zero but for every 5th row, where it is a quantile of the normal
 * law. */
static double normal_quantile(double p) {
    double low = -10, high = 10;
    for (int i = 0; i < 100; i++)
        *(0.5 * erfc(-(low + high) / 2 / sqrt(2)) < p ? &low : &high) = (low + high) / 2;
    return (low + high) / 2;
}

static void the_toy_is_the_plain_trainers(void **state) {
    (void)state;
    struct scratch toy;
    FILE *f = scratch_open(&toy);
    for (int i = 1; i <= 500; i++) {
        const double x = i % 5 ? 0 : normal_quantile((37 * (i / 5) % 100 + 0.5) / 100);
        fprintf(f, i % 5 ? "%.17g\n" : "%.17g 1:%.17g\n", 1 / (1 + exp(0.843580 * x + 0.774756)), x);
    }
    fclose(f);
    struct rule_case c;
    for (int i = 0; rule_case(i, &c); i++)
        for (int lazy = 0; lazy < 2 && !c.rule->line_search; lazy++) {
            char text[1024];
            const bool rated = !isnan(c.rule->defaults[H_eta0]), stepwise = c.rule->defaults[H_epsilon] > 0;
            snprintf(text, sizeof text,
                     "[sweep]\nepochs = 4\nevaluate = 0.05\nbatch = 25, 3, 1\norder = sequential\nprecision = "
                     "f64\nsparse_updates = %s\n[data toy]\nkind = libsvm\npath = %s\n[model]\nw0 = 1\nb0 = "
                     "-2\nl2 = 0, "
                     "0.01\nreduction = mean, sum\n[optimizer %s]\n%s%s%s",
                     lazy ? "lazy" : "exact", toy.file, c.rule->name, c.keys, rated ? "eta0 = 0.003\n" : "",
                     stepwise ? "epsilon = 1e-3\n" : "");
            expect_plain(text, lazy, 1e-9);
        }
    scratch_remove(&toy);
}

/* Sparse rows in shuffled order; batches that do not divide the rows, one row, all rows. */
static void sparse_rows_are_the_plain_trainers(void **state) {
    (void)state;
    static const char *const sections[] = {
        "[optimizer sgd]\neta0 = 0.3\n[schedule step]\ngamma = 0.5\nevery = 1\nunit = epochs\n",
        "[optimizer momentum]\neta0 = 0.03\nbeta = 0.5, 0.9\n",
        "[optimizer nag]\neta0 = 0.03\n",
        "[optimizer nag]\nform = lookahead\neta0 = 0.03\n",
        "[optimizer adagrad]\neta0 = 0.1\n",
        "[optimizer rmsprop]\neta0 = 0.003\nepsilon = 1e-2\n",
        "[optimizer adadelta]\nepsilon = 1e-4\n",
        "[optimizer adam]\neta0 = 0.01\nepsilon = 1e-4\n",
        "[optimizer adamw]\neta0 = 0.01\nepsilon = 1e-4\nweight_decay = 0.05, 0.5\n",
        "[optimizer maxprop]\neta0 = 0.003\nepsilon = 1e-2\n",
        "[optimizer adamax]\neta0 = 0.01\nepsilon = 1e-4\n",
        "[optimizer nadam]\neta0 = 0.01\nepsilon = 1e-4\n",
        "[optimizer amsgrad]\neta0 = 0.01\nepsilon = 1e-4\nepsilon_placement = inside\n",
    };
    static const char *const updates[] = {"exact", "lazy", "dense"};
    for (size_t i = 0; i < sizeof sections / sizeof *sections; i++)
        for (int u = 0; u < 3; u++) {
            char text[1024];
            snprintf(
                text, sizeof text,
                "[sweep]\nseeds = 3\nepochs = 3\nevaluate = 0.37\nbatch = 1, 7, 64, 150\nprecision = "
                "f64\nsparse_updates = %s\n[data a]\nrows = 150\nfeatures = 200\nsparsity = 0.98\nvalues = "
                "gaussian\n[model]\nloss = logistic, squared\nl2 = 0, 0.01\nw0 = 0.2\n%s",
                updates[u], sections[i]);
            expect_plain(text, u == 1, 1e-10);
        }
}

static void batches_of_several_blocks_are_the_plain_trainers(void **state) {
    (void)state;
    expect_plain(
        "[sweep]\nepochs = 2\nbatch = 17000, 40000\nprecision = f64\n[data a]\nrows = 40000\nfeatures = "
        "6\nsparsity = 0.6\nvalues = gaussian\n[model]\nreduction = mean\n[optimizer adam]\neta0 = 0.1\n",
        false, 1e-11);
}

/* ---- the order of rows ------------------------------------------------------------------------------------
 */

static void an_epoch_is_a_permutation_of_its_own(void **state) {
    (void)state;
    enum { N = 97, EPOCHS = 3 };
    struct trained t;
    ready(
        &t,
        "[sweep]\nseeds = 1..3\nbatch = 10, 97\n[data a]\nrows = 97\nfeatures = 9\nsparsity = 0.7\ndata_seed = "
        "5\n[optimizer sgd]\neta0 = 1, 2\n");
    uint32_t *orders[12];
    assert_int_equal(t.n_runs, 12);
    for (size_t i = 0; i < t.n_runs; i++) {
        orders[i] = order_of(&t, i, EPOCHS);
        for (int epoch = 0; epoch < EPOCHS; epoch++) {
            bool seen[N] = {false};
            for (int k = 0; k < N; k++) {
                assert_in_range(orders[i][epoch * N + k], 0, N - 1);
                seen[orders[i][epoch * N + k]] = true;
            }
            for (int k = 0; k < N; k++)
                assert_true(seen[k]);
        }
    }
    for (size_t i = 0; i < t.n_runs; i++) {
        const bool shuffled = t.run[i].v[KEY_SWEEP_batch].number < N;
        for (int epoch = 1; epoch < EPOCHS && shuffled; epoch++)
            assert_memory_not_equal(orders[i], orders[i] + epoch * N, N * sizeof **orders);
        for (size_t k = 0; k < i; k++)
            if (shuffled && t.run[k].v[KEY_SWEEP_batch].number < N) {
                const bool same = memcmp(orders[i], orders[k], EPOCHS * N * sizeof **orders) == 0;
                if (same != (t.run[i].v[KEY_SWEEP_seeds].number == t.run[k].v[KEY_SWEEP_seeds].number))
                    fail_msg("runs %zu and %zu of seeds %g and %g: rows in %s order", k, i,
                             t.run[k].v[KEY_SWEEP_seeds].number, t.run[i].v[KEY_SWEEP_seeds].number,
                             same ? "the same" : "another");
            }
    }
    for (size_t i = 0; i < t.n_runs; i++)
        free(orders[i]);
    done(&t);
}

/* ---- packs, groups and ISAs -------------------------------------------------------------------------------
 */

#define DATA "[data a]\nrows = 300\nfeatures = 400\nsparsity = 0.98\ntest = 0.2\n"

static const char *const grids[] = {
    "[sweep]\nepochs = 4\nbatch = 8\nevaluate = 0.3\n" DATA "[model]\nw0 = normal(0.1)\nreduction = sum\n"
    "[optimizer adam]\neta0 = logspace(1e-4, 1e12, 9)\nepsilon = 1e-8, 1e-2\nbeta1 = 0.5, 0.9, 0.999\n",
    "[sweep]\nepochs = 4\nbatch = 1\nprecision = f64\nstop = target\ntarget = ratio 0.8\n" DATA
    "[optimizer nag]\nform = lookahead, rewritten\neta0 = logspace(1e-3, 1e8, 11)\n[schedule "
    "constant]\n[schedule "
    "cosine]\nperiod = 50\n",
    "[sweep]\nepochs = 4\nbatch = 32\nevaluate = 2.5\nsparse_updates = lazy\n" DATA
    "[model]\nl2 = 0, 0.01\n[optimizer adamw]\neta0 = logspace(1e-3, 10, 9)\nweight_decay = 0, 0.1\n[optimizer "
    "rmsprop]\neta0 = 0.001, 1e9\n[optimizer amsgrad]\n",
    "[sweep]\nepochs = 4\nbatch = 5\nevaluate = 0.25\n" DATA "[model]\nl2 = 0, 0.01\n"
    "[optimizer adamw]\neta0 = logspace(1e-3, 10, 9)\nweight_decay = 0, 0.01, 0.1\n[optimizer sgd]\neta0 = "
    "0.1, "
    "1e9\n[optimizer adamax]\neta0 = logspace(1e-3, 1, 7)\nbeta2 = 0.99, 0.5\n",
};
enum { N_GRIDS = sizeof grids / sizeof *grids };

static void packs_groups_and_isas_change_nothing(void **state) {
    (void)state;
    for (int i = 0; i < N_GRIDS; i++) {
        struct trained packed, other;
        char what[96];
        ready(&packed, grids[i]);
        train_all(&packed, ISA_SCALAR);
        int blown = 0;
        for (size_t k = 0; k < packed.n_runs; k++)
            blown += packed.out[k].n_points && packed.out[k].blown_up;
        if (blown == 0)
            fail_msg("grid %d: no run blows up", i);
        for (enum isa isa = ISA_SCALAR; isa < ISA_COUNT; isa++) {
            if (!isa_usable(isa)) {
                printf("skipped: %s (this CPU does not have it)\n", isa_names[isa]);
                continue;
            }
            ready(&other, grids[i]);
            if (isa == ISA_SCALAR) /* alone, too */
                for (size_t k = 0; k < other.n_runs; k++) {
                    const struct run *r = &other.run[k];
                    const struct pack one = {.run = {k},
                                             .n = 1,
                                             .batch = (uint64_t)r->v[KEY_SWEEP_batch].number,
                                             .shuffled = true,
                                             .order_seed = (uint64_t)r->v[KEY_SWEEP_seeds].number};
                    train_one_pack(&other, &one, isa_best(), NULL);
                }
            else
                train_all(&other, isa);
            for (size_t k = 0; k < other.n_runs; k++)
                if (packed.out[k].n_points) {
                    snprintf(what, sizeof what, "grid %d, run %zu, packs in scalar and %s", i, k,
                             isa == ISA_SCALAR ? "alone" : isa_names[isa]);
                    expect_same_outcome(what, &packed.out[k], &other.out[k]);
                }
            done(&other);
        }

        struct pack *packs;
        size_t n_packs, n_todo;
        struct err e = {0};
        assert_true(plan_packs(packed.plan, NULL, NULL, &packs, &n_packs, &n_todo, &e));
        struct outcome *out = calloc(n_packs * LANES, sizeof *out);
        assert_true(out && n_packs > 1);
        for (size_t k = 1; k < n_packs; k++)
            assert_true(pack_shares_batches(&packs[0], &packs[k]));
        assert_true(train_packs(packed.plan, packs, (int)n_packs, packed.data,
                                kernels_get(isa_best(), precision_of(&packed.run[0])), NULL, NULL, out, &e));
        for (size_t k = 0; k < n_packs; k++)
            for (int lane = 0; lane < packs[k].n; lane++) {
                snprintf(what, sizeof what, "grid %d, run %zu, packs one by one and %zu at once", i,
                         packs[k].run[lane], n_packs);
                expect_same_outcome(what, &packed.out[packs[k].run[lane]], &out[k * LANES + (size_t)lane]);
                outcome_free(&out[k * LANES + (size_t)lane]);
            }
        free(packs), free(out);
        done(&packed);
    }
}

/* ---- evaluations ------------------------------------------------------------------------------------------
 */

static void evaluations_come_within_epochs_and_after_several(void **state) {
    (void)state;
    static const struct {
        const char *evaluate;
        uint64_t hundredths;
    } rows[] = {{"0.25", 25}, {"2.5", 250}, {"0.07", 7}, {"0.1", 10}, {"1", 100}};
    enum { BATCHES = 11, EPOCHS = 6 }; /* 75 rows, 7 a batch: the last has 5 */
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char text[512];
        snprintf(
            text, sizeof text,
            "[sweep]\nepochs = %d\nevaluate = %s\nbatch = 7\n[data a]\nrows = 75\nfeatures = 90\nsparsity = "
            "0.97\n[optimizer adam]\neta0 = 0.01\n",
            EPOCHS, rows[i].evaluate);
        struct trained t;
        ready(&t, text);
        train_all(&t, isa_best());
        const struct outcome *o = &t.out[0];
        uint64_t expected = 0, p = 0;
        for (uint64_t k = 0; expected < BATCHES * EPOCHS; p++) {
            do
                expected = (k++ * rows[i].hundredths * BATCHES + 99) / 100;
            while (p > 0 && expected <= o->points[p - 1].step);
            expected = expected > BATCHES * EPOCHS ? BATCHES * EPOCHS : expected;
            if (p >= o->n_points || o->points[p].step != expected)
                fail_msg("evaluate = %s: point %llu of %llu is not after step %llu", rows[i].evaluate,
                         (unsigned long long)p, (unsigned long long)o->n_points, (unsigned long long)expected);
        }
        assert_int_equal(o->n_points, p);
        assert_int_equal(o->points[p - 1].nonzeros, EPOCHS * t.data->train.nnz);
        done(&t);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_toy_is_the_plain_trainers),
        cmocka_unit_test(sparse_rows_are_the_plain_trainers),
        cmocka_unit_test(batches_of_several_blocks_are_the_plain_trainers),
        cmocka_unit_test(an_epoch_is_a_permutation_of_its_own),
        cmocka_unit_test(packs_groups_and_isas_change_nothing),
        cmocka_unit_test(evaluations_come_within_epochs_and_after_several),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

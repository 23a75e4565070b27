/* A good grid and the runs it means: their order, their values, their data sets. */
#include "plan_test.h"
#include <unistd.h>

/* ---- which runs ------------------------------------------------------------------------------------------ */

static void grids_give_the_runs_they_say(void **state) {
    (void)state;
    static const struct {
        const char *text;
        size_t n_runs, n_datasets;
        const char *names, *first, *last; /* keys, and their values in the first and the last run */
    } cases[] = {
        {DATA ADAM, 1, 1, "eta0 beta1 beta2 epsilon bias_correction epsilon_placement",
         "eta0=0.001 beta1=0.9 beta2=0.999 epsilon=1e-08 bias_correction=yes epsilon_placement=outside", NULL},
        {DATA "[optimizer slow]\nkind = adagrad\n", 1, 1, "eta0 root epsilon",
         "eta0=0.01 root=yes epsilon=1e-08", NULL},
        {DATA "[optimizer adadelta]\n", 1, 1, "beta epsilon", "beta=0.95 epsilon=1e-06", NULL},
        {DATA ADAM, 1, 1,
         "rows features sparsity popularity max_frequency rare_signal signal bias noise values labels test",
         "rows=100 features=10 sparsity=0.8 popularity=1 max_frequency=0.5 rare_signal=0.5 signal=2 bias=0 "
         "noise=0 "
         "values=binary labels=bernoulli test=0",
         NULL},
        {DATA ADAM, 1, 1, "seeds epochs batch precision target stop evaluate loss reduction l2 w0 b0 data_seed",
         "seeds=1 epochs=100 batch=full precision=f32 target=gap 0.01 stop=budget evaluate=1 loss=logistic "
         "reduction=mean "
         "l2=0 w0=0 b0=0 data_seed=seed",
         NULL},
        /* seeds fastest, then hyperparameters with the last key of the table faster, then model, then data */
        {"[sweep]\nseeds=1..2\n" DATA "[model]\nloss=squared,logistic\n" ADAM "eta0=1,2\nbeta2=0.5,0.6\n", 16,
         2, "loss eta0 beta2 seeds", "loss=squared eta0=1 beta2=0.5 seeds=1",
         "loss=logistic eta0=2 beta2=0.6 seeds=2"},
        {DATA "[data b]\nrows=100\nfeatures=10,20\nsparsity=0.9\n" ADAM "[optimizer sgd]\neta0=1,2\n", 9, 3,
         "features sparsity eta0", "features=10 sparsity=0.8 eta0=0.001", "features=20 sparsity=0.9 eta0=2"},
        {DATA "w0=1,2\n[model]\nw0=3\nb0=4\n" ADAM, 2, 1, "w0 b0", "w0=1 b0=4", "w0=2 b0=4"},
        {DATA "[model]\nstart=-2:-3,-4:4\n" ADAM, 2, 1, "w0 b0", "w0=-2 b0=-3", "w0=-4 b0=4"},
        {DATA "start=1:2\n[model]\nw0=3,4\n" ADAM, 1, 1, "w0 b0", "w0=1 b0=2", NULL},
        {DATA "w0=5\n[model]\nstart=1:2,3:4\n" ADAM, 1, 1, "w0 b0", "w0=5 b0=0", NULL},
        {DATA "[model]\nw0=normal(0.5)\n" ADAM, 1, 1, "w0", "w0=normal(0.5)", NULL},
        {"[sweep]\nzip=features,rows\n[data a]\nrows=10,20,30\nfeatures=1,2,3\nsparsity=0.8,0.9\n" ADAM, 6, 6,
         "rows features sparsity", "rows=10 features=1 sparsity=0.8", "rows=30 features=3 sparsity=0.9"},
        {"[sweep]\nzip=sparsity,loss\n[data "
         "a]\nrows=10\nfeatures=5\nsparsity=0.8,0.9\n[model]\nloss=logistic,squared\n" ADAM,
         2, 2, "sparsity loss", "sparsity=0.8 loss=logistic", "sparsity=0.9 loss=squared"},
        {"[sweep]\nzip=start,reduction\n" DATA "[model]\nstart=1:2,3:4\nreduction=mean,sum\n" ADAM, 2, 1,
         "w0 b0 reduction", "w0=1 b0=2 reduction=mean", "w0=3 b0=4 reduction=sum"},
        {"[sweep]\nzip=eta0,beta\n" DATA
         "[optimizer momentum]\neta0=1,2\nbeta=0.5,0.6\n[optimizer sgd]\neta0=1,2,3\n",
         5, 1, "eta0", "eta0=1", "eta0=3"},
        {"[sweep]\nzip=eta0,beta\n" DATA "[optimizer momentum]\neta0=1,2\nbeta=0.5,0.6\n", 2, 1, "eta0 beta",
         "eta0=1 beta=0.5", "eta0=2 beta=0.6"},
        {DATA "[data b]\nrows=9\nfeatures=3\nsparsity=0.9\n[optimizer adam]\ndata=b\n[optimizer sgd]\n", 3, 2,
         "rows", "rows=100", "rows=9"},
        {"[data x, y]\nrows=9\nfeatures=3\nsparsity=0.9\n[data y]\nrows=8\nfeatures=3\nsparsity=0.9\n" ADAM
         "data= x, y , y\n",
         2, 2, "rows", "rows=9", "rows=8"},
        /* schedules: an axis of each optimizer that they apply to, constant where none does */
        {DATA "[optimizer linesearch]\n", 1, 1, "eta0 candidates shrink", "eta0=1 candidates=8 shrink=0.5",
         NULL},
        {DATA ADAM "[schedule cosine]\nperiod=50\n", 1, 1, "period floor growth unit",
         "period=50 floor=0 growth=1 unit=steps", NULL},
        {DATA ADAM "eta0=1,2\n[schedule cosine]\nperiod=50,60\nunit=epochs,budget\n[schedule constant]\n", 10,
         1, "eta0 period unit", "eta0=1 period=50 unit=epochs", "eta0=2"},
        {DATA ADAM
         "[schedule a]\nkind=warmup\nsteps=5\nthen=constant,inverse_sqrt\n[schedule step]\nevery=1..3\n"
         "gamma=0.5\n",
         5, 1, "steps then every gamma", "steps=5 then=constant", " every=3 gamma=0.5"},
        {DATA "[optimizer adadelta]\n" ADAM "[schedule inverse]\nrate=1,2\n", 3, 1, "beta eta0 rate",
         "beta=0.95", " eta0=0.001 rate=2"},
        {DATA ADAM "[optimizer sgd]\n[schedule inverse]\nrate=1,2\noptimizers=sgd\n", 3, 1, "eta0 rate",
         "eta0=0.001", "eta0=0.001 rate=2"},
        {"[sweep]\nzip=period,growth\n" DATA ADAM
         "[schedule cosine]\nperiod=10,20\ngrowth=2,1\n[schedule triangular]\nperiod=3,4,5\n",
         5, 1, "period growth", "period=10 growth=2", "period=5"},
        /* batches */
        {"[sweep]\nbatch=full,100,1\n" DATA ADAM, 3, 1, "batch order sparse_updates", "batch=full",
         "batch=1 order=shuffled sparse_updates=exact"},
        {"[sweep]\nbatch=25\norder=sequential\nsparse_updates=lazy\n" DATA ADAM, 1, 1,
         "batch order sparse_updates", "batch=25 order=sequential sparse_updates=lazy", NULL},
        {"[sweep]\nbatch=25,full\n" DATA "[optimizer linesearch]\nbatch=full\n[optimizer sgd]\nbatch=25\n", 2,
         1, "eta0 batch", "eta0=0.001 batch=25", "eta0=1 batch=full"},
        {"[sweep]\nbatch=60\n" DATA "[data b]\nrows=9\nfeatures=3\nsparsity=0.9\n" ADAM "data=a\n", 1, 1,
         "rows", "rows=100", NULL},
        {"[sweep]\nbatch=20,60\nzip=rows,batch\n[data a]\nrows=30,100\nfeatures=3\nsparsity=0.9\n" ADAM, 2, 2,
         "rows batch", "rows=30 batch=20", "rows=100 batch=60"},
        {DATA ADAM "batch=full\n", 1, 1, "batch", "batch=full", NULL},
        /* the same data under two labels are one data set; so are pinned draws under many seeds */
        {DATA "[data b]\nrows=100\nfeatures=10\nsparsity=0.8\n" ADAM, 2, 1, "rows", "rows=100", NULL},
        {"[sweep]\nseeds=1..3\n" DATA "data_seed=7\n" ADAM, 3, 1, "data_seed seeds", "data_seed=7 seeds=1",
         "data_seed=7 seeds=3"},
        {"[sweep]\nseeds=1..3\n" DATA "data_seed=2,seed\n" ADAM, 6, 3, "data_seed", "data_seed=2",
         "data_seed=seed"},
        {"[sweep]\nprecision=f64\n" DATA ADAM "epsilon=1e-40\nbeta1=0.99999999999\n", 1, 1, "epsilon",
         "epsilon=1e-40", NULL},
        {"[data a]\nrows=100\nfeatures=10\nsparsity=0.7\nmax_frequency=0.3\n" ADAM, 1, 1, "sparsity",
         "sparsity=0.7", NULL},
    };
    for (size_t i = 0; i < N_OF(cases); i++) {
        struct plan *p = plan_of(cases[i].text, NULL);
        struct run r;
        if (plan_n_runs(p) != cases[i].n_runs || plan_n_datasets(p) != cases[i].n_datasets)
            fail_msg("%s\n%zu runs on %zu data sets, expected %zu on %zu", cases[i].text, plan_n_runs(p),
                     plan_n_datasets(p), cases[i].n_runs, cases[i].n_datasets);
        for (int last = 0; last < 2; last++) {
            const char *expected = last && cases[i].last ? cases[i].last : cases[i].first;
            plan_run(p, last ? plan_n_runs(p) - 1 : 0, &r);
            if (strcmp(say(&r, cases[i].names), expected) != 0)
                fail_msg("%s\n  %s run  %s\n  expected  %s", cases[i].text, last ? "last" : "first",
                         say(&r, cases[i].names), expected);
        }
        plan_free(p);
    }
}

static void runs_come_in_the_order_of_the_table_of_keys(void **state) {
    (void)state;
    struct plan *p = plan_of("[sweep]\nseeds=1,2\n"
                             "[data a]\nsparsity=0.8,0.9\nfeatures=5,6\nrows=10\n"
                             "[data b]\nrows=10\nfeatures=7\nsparsity=0.9\n"
                             "[model]\nreduction=mean,sum\n"
                             "[optimizer sgd]\neta0=2,1\n"
                             "[optimizer adadelta]\ndata=a\n",
                             NULL);
    struct run r;
    size_t i = 0;
    static const char *const rates[] = {"2", "1"};
    for (int block = 0; block < 5; block++) { /* a: features x sparsity, then b */
        for (int reduction = 0; reduction < 2; reduction++)
            for (int k = 0; k < (block < 4 ? 3 : 2); k++)
                for (int seed = 1; seed <= 2; seed++, i++) {
                    char expected[160];
                    snprintf(expected, sizeof expected, "features=%d sparsity=%s reduction=%s%s%s seeds=%d",
                             block < 4 ? 5 + block / 2 : 7, block < 4 && block % 2 == 0 ? "0.8" : "0.9",
                             reduction ? "sum" : "mean", k < 2 ? " eta0=" : " beta=", k < 2 ? rates[k] : "0.95",
                             seed);
                    plan_run(p, i, &r);
                    assert_string_equal(say(&r, k < 2 ? "features sparsity reduction eta0 seeds"
                                                      : "features sparsity reduction beta seeds"),
                                        expected);
                    assert_string_equal(r.data, block < 4 ? "a" : "b");
                    assert_string_equal(r.optimizer, k < 2 ? "sgd" : "adadelta");
                    assert_int_equal(r.cell, i / 2);
                    assert_int_equal(r.data_index, block / 4);
                    assert_int_equal(r.optimizer_index, k / 2);
                    assert_int_equal(r.dataset, 2 * block + seed - 1);
                }
    }
    assert_int_equal(plan_n_runs(p), i);
    plan_free(p);
}

static void keys_that_do_not_apply_have_no_value(void **state) {
    (void)state;
    struct plan *p = plan_of(DATA "[optimizer sgd]\n", NULL);
    struct run r;
    plan_run(p, 0, &r);
    for (enum key k = KEY_H; k < KEY_COUNT; k++) {
        bool own = k == KEY_H + H_eta0;
        assert_int_equal(r.v[k].word == VALUE_NONE, !own);
        assert_int_equal(isnan(k < KEY_S ? r.h[k - KEY_H] : r.s[k - KEY_S]), !own);
    }
    assert_true(r.h[H_eta0] == 0.001);
    assert_ptr_equal(r.rule, rule_find("sgd"));
    assert_string_equal(r.schedule, "constant");
    assert_ptr_equal(r.sched, schedule_find("constant"));
    assert_int_equal(r.v[KEY_SWEEP_order].word, VALUE_NONE);
    assert_int_equal(r.v[KEY_SWEEP_sparse_updates].word, VALUE_NONE);
    plan_free(p);
}

/* ---- a million ------------------------------------------------------------------------------------------- */

static void a_million_runs_are_decoded_one_by_one(void **state) {
    (void)state;
    struct plan *p = plan_of("[sweep]\nseeds=range(10)\n" DATA
                             "[optimizer adam]\neta0=1..10\nbeta1=0.1,0.2,0.3,0.4,0.5,0.6,0.7,"
                             "0.8,0.85,0.9\nepsilon=1..100\nbeta2=linspace(0.9,0.99,10)\n",
                             NULL);
    struct run r;
    assert_int_equal(plan_n_runs(p), 1000000);
    for (uint64_t k = 0; k < 1000; k++) {
        size_t i = (size_t)(k * UINT64_C(2654435761) % 1000000);
        char expected[80];
        plan_run(p, i, &r);
        /* the table has eta0, epsilon, beta1, beta2 */
        snprintf(expected, sizeof expected, "eta0=%zu epsilon=%zu seeds=%zu", i / 100000 + 1,
                 i / 1000 % 100 + 1, i % 10);
        assert_string_equal(say(&r, "eta0 epsilon seeds"), expected);
        assert_true(fabs(r.h[H_beta2] - (0.9 + 0.01 * (double)(i / 10 % 10))) < 1e-12);
    }
    plan_free(p);
}

static void the_quick_sweep_has_3051_runs(void **state) {
    (void)state;
    struct err e = {0};
    struct plan *p = plan_read("../sweeps/quick.ini", NULL, &e);
    static const struct {
        const char *optimizer;
        size_t n;
    } expected[] = {{"sgd", 33},     {"momentum", 51}, {"nag", 51}, {"adagrad", 51},
                    {"rmsprop", 51}, {"adadelta", 51}, {"adam", 51}};
    size_t n[N_OF(expected)] = {0};
    if (!p)
        fail_msg("%s", e.text);
    assert_int_equal(plan_n_runs(p), 3051);
    assert_int_equal(plan_n_datasets(p), 9);
    assert_string_equal(plan_name(p), "quick");
    for (size_t i = 0; i < plan_n_runs(p); i++) {
        struct run r;
        plan_run(p, i, &r);
        assert_string_equal(r.optimizer, expected[r.optimizer_index].optimizer);
        n[r.optimizer_index]++;
    }
    for (size_t o = 0; o < N_OF(expected); o++)
        assert_int_equal(n[o], 9 * expected[o].n);
    plan_free(p);
}

/* ---- the whole ------------------------------------------------------------------------------------------- */

static void seeds_can_be_replaced(void **state) {
    (void)state;
    struct plan *p = plan_of("[sweep]\nseeds=1..3\n" DATA ADAM, "5, 8..9, 11");
    struct run r;
    assert_int_equal(plan_n_seeds(p), 4);
    plan_run(p, 1, &r);
    assert_string_equal(say(&r, "seeds"), "seeds=8");
    plan_free(p);
}

static void the_name_is_the_files_or_given(void **state) {
    (void)state;
    static const struct {
        const char *path, *text, *name;
    } cases[] = {
        {"grid.ini", DATA ADAM, "grid"},
        {"some where/a-b_1.2.ini", DATA ADAM, "a-b_1.2"},
        {"noextension", DATA ADAM, "noextension"},
        {"my grid.ini", "[sweep]\nname = mine+1\n" DATA ADAM, "mine+1"},
    };
    for (size_t i = 0; i < N_OF(cases); i++) {
        struct err e = {0};
        struct plan *p = plan_read_text(cases[i].path, cases[i].text, strlen(cases[i].text), NULL, NULL, &e);
        if (!p)
            fail_msg("%s", e.text);
        assert_string_equal(plan_name(p), cases[i].name);
        plan_free(p);
    }
}

static void levels_are_the_distinct_values_ascending(void **state) {
    (void)state;
    struct plan *p =
        plan_of("[sweep]\nseeds=3,1\n" DATA "[data b]\nrows=50\nfeatures=10\nsparsity=0.9,0.8,0.99\n"
                "[optimizer adagrad]\neta0=1,0.1\nroot=yes,no\n[optimizer sgd]\neta0=0.5,0.1\ndata=a\n"
                "[schedule cosine]\nperiod=9,5\n[schedule t]\nkind=triangular\nperiod=7,5\noptimizers=sgd\n",
                NULL);
    static const struct {
        enum key key;
        size_t optimizer;
        const char *expected;
    } cases[] = {
        {KEY_H + H_eta0, SIZE_MAX, "0.1 0.5 1 "},
        {KEY_H + H_eta0, 1, "0.1 0.5 "},
        {KEY_H + H_root, 0, "no yes "},
        {KEY_DATA_sparsity, SIZE_MAX, "0.8 0.9 0.99 "},
        {KEY_DATA_sparsity, 1, "0.8 "},
        {KEY_H + H_beta, SIZE_MAX, ""},
        {KEY_SWEEP_batch, SIZE_MAX, "full "},
        {KEY_SWEEP_seeds, SIZE_MAX, "1 3 "},
        {KEY_S + S_period, SIZE_MAX, "5 7 9 "},
        {KEY_S + S_period, 0, "5 9 "},
        {KEY_S + S_growth, 0, "1 "},
        {KEY_S + S_rate, SIZE_MAX, ""},
    };
    for (size_t i = 0; i < N_OF(cases); i++) {
        struct value *v;
        struct text t = {0};
        size_t n;
        assert_true(plan_levels(p, cases[i].key, cases[i].optimizer, &v, &n, NULL));
        text_add(&t, "");
        for (size_t k = 0; k < n; k++) {
            value_print(cases[i].key, v[k], &t);
            text_add(&t, " ");
        }
        assert_string_equal(t.s, cases[i].expected);
        text_free(&t);
        free(v);
    }
    plan_free(p);
}

static void data_parameters_are_those_of_the_run(void **state) {
    (void)state;
    struct plan *p = plan_of(
        "[sweep]\nseeds=4\n[data a]\nrows=100\nfeatures=10\nsparsity=0.8\npopularity=0.5\nmax_frequency=0.4\n"
        "rare_signal=0.25\nsignal=3\nbias=-1\nnoise=0.1\nvalues=student3\nlabels=soft\ntest=0.2\n" ADAM,
        NULL);
    const struct data_params *d = plan_dataset(p, 0);
    char expected[33];
    assert_int_equal(d->kind, DATA_SYNTHETIC);
    assert_int_equal(d->seed, 4);
    assert_int_equal(d->rows, 100);
    assert_int_equal(d->features, 10);
    assert_true(d->sparsity == 0.8 && d->popularity == 0.5 && d->max_frequency == 0.4 &&
                d->rare_signal == 0.25);
    assert_true(d->signal == 3 && d->bias == -1 && d->noise == 0.1 && d->test == 0.2);
    assert_int_equal(d->values, VALUES_STUDENT3);
    assert_int_equal(d->labels, LABELS_SOFT);
    assert_true(data_fingerprint(d, expected, NULL));
    assert_string_equal(plan_dataset_fingerprint(p, 0), expected);
    plan_free(p);
}

/* ---- files ----------------------------------------------------------------------------------------------- */

static struct plan *plan_beside(const char *folder, const char *grid) {
    char path[256];
    struct err e = {0};
    snprintf(path, sizeof path, "%s/grid.ini", folder);
    assert_true(file_write(path, grid, strlen(grid), NULL));
    struct plan *p = plan_read(path, NULL, &e);
    if (!p)
        fail_msg("%s", e.text);
    return p;
}

static void libsvm_files_are_found_beside_the_grid(void **state) {
    (void)state;
    static const char rows[] = "+1 1:0.5 3:1\n-1 2:1\n+1 3:2\n-1 1:1\n";
    char folder[] = "/tmp/test_plan_XXXXXX", path[256];
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/some.svm", folder);
    assert_true(file_write(path, rows, sizeof rows - 1, NULL));
    struct run r;

    struct plan *p = plan_beside(folder, "[sweep]\nseeds=1..3\n[data x]\nkind=libsvm\npath=some.svm\n" ADAM);
    assert_int_equal(plan_n_runs(p), 3);
    assert_int_equal(plan_n_datasets(p), 1); /* the seed changes nothing */
    assert_string_equal(plan_dataset(p, 0)->path, path);
    assert_int_equal(plan_dataset(p, 0)->features, 0);
    assert_int_equal(plan_dataset(p, 0)->seed, 0);
    plan_run(p, 2, &r);
    assert_false(r.seed_matters);
    assert_int_equal(r.v[KEY_DATA_rows].word, VALUE_NONE);
    assert_int_equal(r.v[KEY_DATA_features].word, VALUE_NONE);
    plan_free(p);

    p = plan_beside(
        folder, "[sweep]\nseeds=1..3\n[data x]\nkind=libsvm\npath=some.svm\ntest=0.25\nfeatures=3,4\n" ADAM);
    assert_int_equal(plan_n_runs(p), 6);
    assert_int_equal(plan_n_datasets(p), 6); /* it chooses the rows held out */
    assert_int_equal(plan_dataset(p, 5)->features, 4);
    assert_int_equal(plan_dataset(p, 5)->seed, 3);
    plan_run(p, 5, &r);
    assert_true(r.seed_matters);
    plan_free(p);

    p = plan_beside(folder, "[sweep]\nbatch=3\n[data x]\nkind=libsvm\npath=some.svm\ntest=0.25\n" ADAM);
    assert_int_equal(plan_dataset_size(p, 0).n_rows, 3);
    assert_true(plan_dataset_size(p, 0).nonzeros == 0.75 * 5);
    plan_free(p);
    static const char too_large[] =
        "[sweep]\nbatch=3,4\n[data x]\nkind=libsvm\npath=some.svm\ntest=0.25\n" ADAM;
    char grid[256], expected[512];
    struct err e = {0};
    snprintf(grid, sizeof grid, "%s/grid.ini", folder);
    assert_true(file_write(grid, too_large, sizeof too_large - 1, NULL));
    assert_null(plan_read(grid, NULL, &e));
    snprintf(
        expected, sizeof expected,
        "%s:2: batch = 4: [data x] (line 3) has 3 rows to train on: expected full, or an integer in [1, 3]\n",
        grid);
    assert_string_equal(e.text, expected);
    err_clear(&e);

    unlink(path);
    snprintf(path, sizeof path, "%s/grid.ini", folder);
    unlink(path);
    assert_int_equal(rmdir(folder), 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(grids_give_the_runs_they_say),
        cmocka_unit_test(runs_come_in_the_order_of_the_table_of_keys),
        cmocka_unit_test(keys_that_do_not_apply_have_no_value),
        cmocka_unit_test(a_million_runs_are_decoded_one_by_one),
        cmocka_unit_test(the_quick_sweep_has_3051_runs),
        cmocka_unit_test(seeds_can_be_replaced),
        cmocka_unit_test(the_name_is_the_files_or_given),
        cmocka_unit_test(levels_are_the_distinct_values_ascending),
        cmocka_unit_test(data_parameters_are_those_of_the_run),
        cmocka_unit_test(libsvm_files_are_found_beside_the_grid),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

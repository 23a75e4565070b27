/* What a run is called: a change of anything its numbers follow from changes the id, and nothing else does. */
#include "base/hash.h"
#include "plan_test.h"
#include <inttypes.h>

static uint64_t id_of_text(const char *text, const char *seeds) {
    struct plan *p = plan_of(text, seeds);
    struct run r;
    plan_run(p, 0, &r);
    plan_free(p);
    return r.id;
}

#define SWEEP "[sweep]\n"
#define BASE SWEEP DATA ADAM

static void an_id_follows_from_what_is_computed(void **state) {
    (void)state;
    static const char *const texts[] = {
        BASE,
        SWEEP "epochs=99\n" DATA ADAM,
        SWEEP "precision=f64\n" DATA ADAM,
        SWEEP "evaluate=0.5\n" DATA ADAM,
        SWEEP "seeds=2\n" DATA ADAM,
        SWEEP "stop=target\n" DATA ADAM,
        SWEEP "stop=target\ntarget=gap 0.02\n" DATA ADAM,
        SWEEP "stop=target\ntarget=loss 0.02\n" DATA ADAM,
        SWEEP "[data a]\nrows = 100\nfeatures = 10\nsparsity = 0.81\n" ADAM,
        SWEEP DATA "noise=0.1\n" ADAM,
        SWEEP DATA "[model]\nloss=squared\n" ADAM,
        SWEEP DATA "[model]\nreduction=sum\n" ADAM,
        SWEEP DATA "[model]\nl2=0.5\n" ADAM,
        SWEEP DATA "[model]\nw0=1\n" ADAM,
        SWEEP DATA "[model]\nb0=1\n" ADAM,
        SWEEP DATA "[model]\nb0=normal(1)\n" ADAM,
        SWEEP "seeds=2\n" DATA "data_seed=1\n[model]\nb0=normal(1)\n" ADAM,
        SWEEP DATA ADAM "eta0=0.0010000000000000002\n",
        SWEEP DATA ADAM "beta1=0.8\n",
        SWEEP DATA ADAM "beta2=0.9\n",
        SWEEP DATA ADAM "epsilon=1e-7\n",
        SWEEP DATA ADAM "epsilon_placement=inside\n",
        SWEEP DATA ADAM "bias_correction=no\n",
        SWEEP DATA "[optimizer rmsprop]\n",
        SWEEP DATA "[optimizer momentum]\n",
        SWEEP DATA "[optimizer nag]\n",
        SWEEP DATA "[optimizer nag]\nform=lookahead\n",
        SWEEP "batch=25\n" DATA ADAM,
        SWEEP "batch=26\n" DATA ADAM,
        SWEEP "batch=100\n" DATA ADAM,
        SWEEP "batch=25\norder=sequential\n" DATA ADAM,
        SWEEP "batch=25\nsparse_updates=lazy\n" DATA ADAM,
        SWEEP "batch=25\nsparse_updates=dense\n" DATA ADAM,
        SWEEP "batch=25\nseeds=2\n" DATA "data_seed=1\n" ADAM,
        SWEEP DATA ADAM "[schedule cosine]\nperiod=5\n",
        SWEEP DATA ADAM "[schedule cosine]\nperiod=6\n",
        SWEEP DATA ADAM "[schedule cosine]\nperiod=5\nfloor=0.5\n",
        SWEEP DATA ADAM "[schedule cosine]\nperiod=5\ngrowth=2\n",
        SWEEP DATA ADAM "[schedule cosine]\nperiod=5\nunit=epochs\n",
        SWEEP DATA ADAM "[schedule triangular]\nperiod=5\n",
        SWEEP DATA ADAM "[schedule inverse]\nrate=1\n",
        SWEEP DATA ADAM "[schedule exponential]\nrate=1\n",
        SWEEP DATA ADAM "[schedule step]\nevery=1\ngamma=0.5\n",
        SWEEP DATA ADAM "[schedule warmup]\nsteps=1\n",
        SWEEP DATA ADAM "[schedule warmup]\nsteps=1\nthen=inverse_sqrt\n",
        SWEEP DATA "[optimizer linesearch]\n",
        SWEEP DATA "[optimizer linesearch]\ncandidates=9\n",
        SWEEP DATA "[optimizer linesearch]\nshrink=0.25\n",
        SWEEP DATA "[optimizer adagrad]\nroot=no\n",
        SWEEP DATA "[optimizer adagrad]\nepsilon_placement=inside\n",
    };
    uint64_t id[N_OF(texts)];
    for (size_t i = 0; i < N_OF(texts); i++) {
        id[i] = id_of_text(texts[i], NULL);
        for (size_t j = 0; j < i; j++)
            if (id[i] == id[j])
                fail_msg("one id for\n%s\nand\n%s", texts[i], texts[j]);
    }
}

static void an_id_does_not_follow_from_the_rest(void **state) {
    (void)state;
    static const struct {
        const char *a, *b, *seeds;
    } cases[] = {
        {BASE, SWEEP "name=other\ntarget=loss 0.3\n" DATA ADAM, NULL},
        {BASE, SWEEP DATA "[optimizer mine]\nkind=adam\n", NULL},
        {BASE, SWEEP "[data other]\nrows=1e2\nfeatures=10,20\nsparsity=0.80\n" ADAM, NULL},
        {BASE, "; comment\n" ADAM "eta0=0.001, 1\n" DATA "labels=bernoulli\n[model]\nloss=logistic,squared\n",
         NULL},
        {BASE, SWEEP "seeds=1..9\n" DATA ADAM, NULL},
        {BASE, SWEEP "seeds=9\n" DATA ADAM, "1"},
        {BASE, SWEEP "seeds=9\n" DATA "data_seed=1\n" ADAM, NULL},
        {SWEEP DATA "[model]\nstart=1:2\n" ADAM, SWEEP DATA "w0=1\nb0=2\n" ADAM, NULL},
        {BASE, SWEEP "order=sequential\nsparse_updates=dense\ntargets=0.3\n" DATA ADAM, NULL},
        {BASE, SWEEP DATA ADAM "[schedule constant]\n", NULL},
        {BASE, SWEEP DATA ADAM "[optimizer sgd]\n[schedule cosine]\nperiod=5\noptimizers=sgd\n", NULL},
        {SWEEP DATA ADAM "[schedule cosine]\nperiod=5\n",
         SWEEP DATA ADAM "[schedule slow]\nkind=cosine\nperiod=5, 7\nfloor=0\n[schedule constant]\n", NULL},
        {SWEEP DATA "[optimizer adadelta]\n", SWEEP DATA "[optimizer adadelta]\n[schedule inverse]\nrate=1\n",
         NULL},
        {SWEEP "batch=25\n" DATA ADAM, SWEEP "batch=25, full\norder=shuffled\n" DATA ADAM, NULL},
        {SWEEP "batch=25\norder=sequential\nseeds=1\n" DATA "data_seed=1\n" ADAM,
         SWEEP "batch=25\norder=sequential\nseeds=2\n" DATA "data_seed=1\n" ADAM, NULL},
        /* without the root there is one place for epsilon only */
        {SWEEP DATA "[optimizer adagrad]\nroot=no\n",
         SWEEP DATA "[optimizer adagrad]\nroot=no\nepsilon_placement=inside\n", NULL},
    };
    for (size_t i = 0; i < N_OF(cases); i++)
        if (id_of_text(cases[i].a, NULL) != id_of_text(cases[i].b, cases[i].seeds))
            fail_msg("two ids for\n%s\nand\n%s", cases[i].a, cases[i].b);
}

/* If this changes without cause, every stored result loses its name. */
static void the_canonical_text_is_this(void **state) {
    (void)state;
    struct plan *p = plan_of(BASE, NULL);
    struct run r;
    struct text t = {0}, expected = {0};
    plan_run(p, 0, &r);
    plan_canonical(p, &r, &t);
    text_addf(
        &expected,
        "numerics 3\nrule adam\neta0 0.001\nepsilon 1e-08\nepsilon_placement outside\nbeta1 0.9\nbeta2 0.999\n"
        "bias_correction yes\nschedule constant\nloss logistic\nreduction mean\nl2 0\nw0 0\nb0 0\nepochs "
        "100\nbatch full\n"
        "precision f32\nevaluate 1\ndata %s\n",
        plan_dataset_fingerprint(p, r.dataset));
    assert_string_equal(t.s, expected.s);
    assert_int_equal(r.id, hash64(t.s, t.len));
    text_free(&t);
    text_free(&expected);
    plan_free(p);
}

static void the_canonical_text_of_batches_and_schedules_is_this(void **state) {
    (void)state;
    struct plan *p =
        plan_of("[sweep]\nbatch=25\nseeds=3\n" DATA "[optimizer sgd]\n[schedule slow]\nkind=cosine\n"
                "period=50\n",
                NULL);
    struct run r;
    struct text t = {0}, expected = {0};
    plan_run(p, 0, &r);
    plan_canonical(p, &r, &t);
    text_addf(&expected,
              "numerics 3\nrule sgd\neta0 0.001\nschedule cosine\nschedule_period 50\nschedule_floor 0\n"
              "schedule_growth 1\nschedule_unit steps\nloss logistic\nreduction mean\nl2 0\nw0 0\nb0 0\n"
              "epochs 100\nbatch 25\norder shuffled\nsparse_updates exact\nprecision f32\nevaluate 1\nseeds 3\n"
              "data %s\n",
              plan_dataset_fingerprint(p, r.dataset));
    assert_string_equal(t.s, expected.s);
    text_free(&t);
    text_free(&expected);
    plan_free(p);
}

static bool knows_a9a(void *ctx, const char *path, const struct data_params *p, char out[33]) {
    *(int *)ctx += 1;
    assert_string_equal(path, "data/a9a.svm");
    assert_string_equal(p->path, "no/such/folder/data/a9a.svm");
    memcpy(out, "0123456789abcdef0123456789abcdef", 33);
    return true;
}

static const char a9a_grid[] =
    "[sweep]\nseeds=1..3\n[data a9a]\nkind=libsvm\npath=data/a9a.svm\n[optimizer sgd]\neta0=0.5\n";

/* The data's fingerprint given, the id is a constant of the project. */
static void the_golden_id(void **state) {
    (void)state;
    int calls = 0;
    struct err e = {0};
    struct plan_known known = {.ctx = &calls, .fingerprint = knows_a9a};
    struct plan *p = plan_read_text("no/such/folder/grid.ini", a9a_grid, sizeof a9a_grid - 1, NULL, &known, &e);
    if (!p)
        fail_msg("%s", e.text);
    struct run r;
    plan_run(p, 0, &r);
    assert_int_equal(calls, 1);
    assert_int_equal(plan_n_datasets(p), 1);
    assert_int_equal(r.id, UINT64_C(0x922cefb2489baa96));
    plan_free(p);
}

static bool knows_its_size(void *ctx, const char *fingerprint, struct data_size *size) {
    (void)ctx;
    assert_string_equal(fingerprint, "0123456789abcdef0123456789abcdef");
    *size = (struct data_size){.n_rows = 32561, .nonzeros = 451592};
    return true;
}

/* A store that knows the size of a data set says whether the order of its rows has anything to shuffle. */
static void ids_from_the_store_are_those_of_the_sweep(void **state) {
    (void)state;
    static const char text[] =
        "[sweep]\nbatch=128, 32561\n[data a9a]\nkind=libsvm\npath=data/a9a.svm\n[optimizer sgd]\n";
    int calls = 0;
    struct err e = {0};
    struct plan_known known = {.ctx = &calls, .fingerprint = knows_a9a, .size = knows_its_size};
    struct plan *p = plan_read_text("no/such/folder/grid.ini", text, sizeof text - 1, NULL, &known, &e);
    if (!p)
        fail_msg("%s", e.text);
    struct run r;
    plan_run(p, 0, &r);
    assert_true(r.seed_matters);
    assert_int_equal(r.id, UINT64_C(0x81bdc583d51fb374));
    plan_run(p, 1, &r);
    assert_false(r.seed_matters);
    plan_free(p);
}

static bool knows_nothing(void *ctx, const char *path, const struct data_params *p, char out[33]) {
    (void)ctx, (void)path, (void)p, (void)out;
    return false;
}

static void a_file_the_store_does_not_know_is_an_error(void **state) {
    (void)state;
    struct err e = {0};
    struct plan_known known = {.fingerprint = knows_nothing};
    assert_null(plan_read_text("grid.ini", a9a_grid, sizeof a9a_grid - 1, NULL, &known, &e));
    assert_string_equal(e.text, "grid.ini:5: [data a9a]: data/a9a.svm is not in the store\n");
    err_clear(&e);
}

/* Where the seed can change nothing, the runs of a cell are one run. */
static void seeds_collapse_where_they_change_nothing(void **state) {
    (void)state;
    static const struct {
        const char *text;
        bool matters;
    } cases[] = {
        {SWEEP "seeds=1..3\n" DATA ADAM, true},
        {SWEEP "seeds=1..3\n" DATA "data_seed=5\n" ADAM, false},
        {SWEEP "seeds=1..3\n" DATA "data_seed=5\ntest=0.5\n" ADAM, false},
        {SWEEP "seeds=1..3\n" DATA "data_seed=5\nw0=normal(1)\n" ADAM, true},
        {SWEEP "seeds=1..3\nbatch=99\n" DATA "data_seed=5\n" ADAM, true},
        {SWEEP "seeds=1..3\nbatch=100\n" DATA "data_seed=5\n" ADAM, false},
        {SWEEP "seeds=1..3\nbatch=25\norder=sequential\n" DATA "data_seed=5\n" ADAM, false},
    };
    for (size_t i = 0; i < N_OF(cases); i++) {
        struct plan *p = plan_of(cases[i].text, NULL);
        struct run a, b;
        plan_run(p, 0, &a);
        plan_run(p, 2, &b);
        if (a.seed_matters != cases[i].matters || (a.id != b.id) != cases[i].matters || a.cell != b.cell)
            fail_msg("%s\nseed_matters %d, ids %016" PRIx64 " and %016" PRIx64, cases[i].text, a.seed_matters,
                     a.id, b.id);
        plan_free(p);
    }
}

static void a_cell_alone_has_the_id_it_has_in_the_grid(void **state) {
    (void)state;
    struct plan *whole =
        plan_of("[sweep]\nseeds=1..3\n" DATA "[data b]\nrows=50\nfeatures=5\nsparsity=0.9,0.95\n"
                "[model]\nloss=logistic,squared\n[optimizer sgd]\n[optimizer adam]\neta0=logspace(1e-3,1,4)\n"
                "beta2=0.9,0.99\n",
                NULL);
    uint64_t alone = id_of_text(
        "[sweep]\nseeds=2\n[data lonely]\nrows=50\nfeatures=5\nsparsity=0.95\n[model]\nloss=squared\n"
        "[optimizer x]\nkind=adam\neta0=0.1\nbeta2=0.99\n",
        NULL);
    size_t n = 0;
    for (size_t i = 0; i < plan_n_runs(whole); i++) {
        struct run r;
        plan_run(whole, i, &r);
        if (r.id == alone) {
            assert_string_equal(say(&r, "sparsity loss eta0 beta2 seeds"),
                                "sparsity=0.95 loss=squared eta0=0.1 beta2=0.99 seeds=2");
            n++;
        }
    }
    assert_int_equal(n, 1);
    plan_free(whole);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_id_follows_from_what_is_computed),
        cmocka_unit_test(an_id_does_not_follow_from_the_rest),
        cmocka_unit_test(the_canonical_text_is_this),
        cmocka_unit_test(the_canonical_text_of_batches_and_schedules_is_this),
        cmocka_unit_test(the_golden_id),
        cmocka_unit_test(ids_from_the_store_are_those_of_the_sweep),
        cmocka_unit_test(a_file_the_store_does_not_know_is_an_error),
        cmocka_unit_test(seeds_collapse_where_they_change_nothing),
        cmocka_unit_test(a_cell_alone_has_the_id_it_has_in_the_grid),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

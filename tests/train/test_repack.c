/* Runs that change packs when others have ended: each is what it would be alone, on every ISA. */
#include "train/tracer.h"
#include "trained.h"

#define DATA "[data a]\nrows = 300\nfeatures = 400\nsparsity = 0.98\ntest = 0.2\n"
#define STOP "stop = target\ntarget = ratio 0.8\n"

/* Two packs and more that could hold each other's runs, which end one after the other. */
static const char *const grids[] = {
    "[sweep]\nepochs = 70\n" STOP DATA "[model]\nw0 = normal(0.1)\nreduction = mean, sum\n"
    "[optimizer adam]\neta0 = logspace(1e-5, 10, 20)\nbeta2 = 0.9, 0.999\n[schedule cosine]\nperiod = 20\n",
    "[sweep]\nepochs = 70\nevaluate = 3\nprecision = f64\n" STOP DATA
    "[model]\nl2 = 0, 0.01, 0.1\nb0 = 0.5\n[optimizer nag]\nform = lookahead\neta0 = logspace(1e-3, 10, 20)\n",
    "[sweep]\nepochs = 70\n" STOP DATA
    "[model]\nloss = squared, logistic\n[optimizer adamw]\neta0 = logspace(1e-4, "
    "10, 20)\nweight_decay = 0, 0.01\n[optimizer adagrad]\neta0 = logspace(1e-4, 10, 40)\n",
    "[sweep]\nepochs = 70\n" STOP DATA
    "[optimizer linesearch]\neta0 = logspace(0.1, 100, 20)\ncandidates = 2, 5\n",
    "[sweep]\nepochs = 6\nbatch = 16\nevaluate = 0.3\n" STOP DATA
    "[model]\nw0 = normal(0.1)\nreduction = mean, sum\n"
    "[optimizer adam]\neta0 = logspace(1e-5, 10, 20)\nbeta1 = 0.5, 0.9, 0.99\n[optimizer amsgrad]\neta0 = "
    "logspace(1e-5, 10, 40)\n[schedule inverse]\nrate = 0.01\n",
    "[sweep]\nepochs = 6\nbatch = 7\nprecision = f64\nevaluate = 0.5\n" STOP DATA
    "[optimizer momentum]\neta0 = logspace(1e-4, 10, 20)\nbeta = 0.5, 0.9\n[optimizer rmsprop]\neta0 = "
    "logspace(1e-5, 1, 20)\nbeta = 0.9, 0.99\n[optimizer adamw]\neta0 = logspace(1e-4, 10, 20)\nweight_decay = "
    "0, "
    "1e-4, 0.01\n",
    "[sweep]\nepochs = 6\nbatch = 16\nsparse_updates = lazy\n" STOP DATA
    "[model]\nl2 = 0, 0.01\n[optimizer adadelta]\n"
    "epsilon = logspace(1e-9, 1, 20)\nbeta = 0.9, 0.99\n",
    "[sweep]\nepochs = 6\nbatch = 16\nsparse_updates = dense\n" STOP DATA "[optimizer adamax]\neta0 = "
    "logspace(1e-4, 1, 20)\nbeta2 = 0.9, 0.99\n[schedule constant]\n[schedule warmup]\nsteps = 50\n",
    /* weights that are no numbers leave their lanes to others */
    "[sweep]\nepochs = 70\nevaluate = 2\n" STOP DATA
    "[optimizer sgd]\neta0 = logspace(1e-1, 100, 20)\n[schedule constant]\n[schedule step]\ngamma = "
    "1e30\nevery = "
    "1\n",
};
enum { N_GRIDS = sizeof grids / sizeof *grids };

static struct pack *packs_of(const struct trained *t, size_t *n) {
    struct pack *packs;
    size_t n_todo;
    struct err e = {0};
    assert_true(plan_packs(t->plan, NULL, NULL, &packs, n, &n_todo, &e));
    for (size_t k = 1; k < *n; k++)
        assert_true(pack_shares_batches(&packs[0], &packs[k]));
    return packs;
}

static void runs_that_change_packs_are_what_they_are_alone(void **state) {
    (void)state;
    for (int i = 0; i < N_GRIDS; i++) {
        struct trained alone;
        size_t n_packs;
        ready(&alone, grids[i]);
        struct pack *packs = packs_of(&alone, &n_packs);
        assert_true(n_packs > 1); /* else nothing changes packs */
        for (size_t k = 0; k < n_packs; k++)
            for (int lane = 0; lane < packs[k].n; lane++) {
                struct pack one = packs[k];
                one.run[0] = packs[k].run[lane];
                one.n = 1;
                train_one_pack(&alone, &one, isa_best(), NULL);
            }
        for (enum isa isa = ISA_SCALAR; isa < ISA_COUNT; isa++) {
            if (!isa_usable(isa)) {
                printf("skipped: %s (this CPU does not have it)\n", isa_names[isa]);
                continue;
            }
            struct outcome *out = calloc(n_packs * LANES, sizeof *out);
            struct err e = {0};
            assert_non_null(out);
            assert_true(train_packs(alone.plan, packs, (int)n_packs, alone.data,
                                    kernels_get(isa, precision_of(&alone.run[0])), NULL, NULL, out, &e));
            for (size_t k = 0; k < n_packs * LANES; k++)
                if ((int)(k % LANES) < packs[k / LANES].n) {
                    char what[96];
                    const size_t run = packs[k / LANES].run[k % LANES];
                    snprintf(what, sizeof what, "grid %d, run %zu, alone and repacked, %s", i, run,
                             isa_names[isa]);
                    expect_same_outcome(what, &alone.out[run], &out[k]);
                    outcome_free(&out[k]);
                }
            free(out);
        }
        free(packs);
        done(&alone);
    }
}

/* Else the test above would see nothing. */
static void runs_do_change_packs(void **state) {
    (void)state;
    for (int i = 0; i < N_GRIDS; i++) {
        struct trained t;
        struct batches b = {0};
        struct err e = {0};
        size_t n, moved = 0;
        ready(&t, grids[i]);
        struct pack *packs = packs_of(&t, &n);
        struct team *teams = calloc(n, sizeof *teams);
        const struct kernels *k = kernels_get(isa_best(), precision_of(&t.run[0]));
        assert_non_null(teams);
        const struct batches *shared = packs->batch ? &b : NULL;
        assert_true(!shared || batches_init(&b, t.data, k->precision, packs->batch, packs->shuffled,
                                            packs->order_seed, &e));
        for (size_t p = 0; p < n; p++) {
            assert_true(team_init(&teams[p], t.plan, &packs[p], t.data, k, shared, NULL, NULL, &e));
            for (int lane = 0; lane < packs[p].n; lane++)
                teams[p].lane[lane].slot = (int)p;
        }
        assert_true(shared ? train_minibatch(teams, (int)n, &b, &e) : train_full(teams, (int)n, &e));
        for (size_t p = 0; p < n; p++) {
            for (int lane = 0; lane < LANES; lane++)
                moved += teams[p].lane[lane].slot >= 0 && teams[p].lane[lane].slot != (int)p &&
                         teams[p].lane[lane].out.n_points > 1;
            team_free(&teams[p]);
        }
        printf("grid %d: %zu of %zu runs stand in another pack\n", i, moved, t.n_runs);
        assert_in_range(moved, 3, t.n_runs);
        free(teams), free(packs);
        batches_free(&b);
        done(&t);
    }
}

#define FEW "rows = 20\nfeatures = 300\nsparsity = 0.99\n" /* most features occur in no row */
#define ALL "rows = 200\nfeatures = 3\nsparsity = 0.6\n"

/* Two packs of few runs each: they join where a lane is trained in one as in the other, and else do not. */
static void only_packs_that_are_alike_join(void **state) {
    (void)state;
    static const struct {
        const char *grid;
        int packs;
        bool traced;
    } rows[] = {
        {FEW "[optimizer adam]\neta0 = logspace(1e-3, 1, 17)\n", 1, false},
        {FEW "[optimizer adam]\neta0 = logspace(1e-3, 1, 17)\n", 2, true},
        {FEW "[model]\nl2 = 0.01, 0.1, 1\nreduction = sum, mean\n[optimizer adam]\neta0 = 1, 2, 3\n", 1, false},
        {FEW "[model]\nl2 = 0, 0.1\n[optimizer sgd]\n", 2, false},
        {ALL "[model]\nl2 = 0, 0.1\n[optimizer sgd]\n", 2, false},
        {FEW "[optimizer adamw]\nweight_decay = 0, 0.1\n", 2, false},
        {FEW "[optimizer nag]\nform = lookahead, rewritten\n", 2, false},
        {FEW "[model]\nloss = squared, logistic\n[optimizer sgd]\n", 2, false},
        {FEW "[optimizer sgd]\n[optimizer momentum]\n", 2, false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char text[512];
        struct trained t;
        struct err e = {0};
        size_t n;
        snprintf(text, sizeof text, "[sweep]\n" STOP "[data a]\n%s", rows[i].grid);
        ready(&t, text);
        struct pack *packs = packs_of(&t, &n);
        struct team teams[2];
        assert_int_equal(n, 2);
        for (int p = 0; p < 2; p++) {
            packs[p].n = packs[p].n < LANES / 2 ? packs[p].n : LANES / 2;
            assert_true(team_init(&teams[p], t.plan, &packs[p], t.data, kernels_get(isa_best(), PRECISION_F32),
                                  NULL, NULL, NULL, &e));
        }
        struct tracer tracer = {0};
        teams[1].tracer = rows[i].traced ? &tracer : NULL;
        team_repack(teams, 2);
        teams[1].tracer = NULL;
        const int first = teams[0].n_running, second = teams[1].n_running;
        if ((first > 0) + (second > 0) != rows[i].packs || first + second != packs[0].n + packs[1].n)
            fail_msg("%s: %d and %d runs have become %d and %d", rows[i].grid, packs[0].n, packs[1].n, first,
                     second);
        for (int p = 0; p < 2; p++)
            team_free(&teams[p]);
        free(packs);
        done(&t);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(runs_that_change_packs_are_what_they_are_alone),
        cmocka_unit_test(runs_do_change_packs),
        cmocka_unit_test(only_packs_that_are_alike_join),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

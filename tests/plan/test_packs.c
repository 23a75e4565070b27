/* Packs: every run that is to be computed stands in exactly one, with lanes that can go together. */
#include "plan_test.h"

static bool skip_none(void *ctx, uint64_t id) {
    (void)ctx, (void)id;
    return false;
}
static bool skip_odd(void *ctx, uint64_t id) {
    (void)ctx;
    return id & 1;
}

static const char mixed[] = "[sweep]\nseeds=1..3\n"
                            "[data small]\nrows=100\nfeatures=10\nsparsity=0.8\n"
                            "[data large]\nrows=1000\nfeatures=100\nsparsity=0.8\n"
                            "[data pinned]\nrows=200\nfeatures=10\nsparsity=0.8\ndata_seed=3\n"
                            "[model]\nloss=logistic,squared\nreduction=mean,sum\nw0=0,1\n"
                            "[optimizer sgd]\neta0=1..5\n"
                            "[optimizer nag]\neta0=1,2,3\nform=rewritten,lookahead\n"
                            "[optimizer adagrad]\nroot=yes,no\nepsilon_placement=outside,inside\n";

static bool compatible(const struct run *a, const struct run *b) {
    return a->dataset == b->dataset && a->rule == b->rule &&
           a->v[KEY_MODEL_loss].word == b->v[KEY_MODEL_loss].word &&
           a->v[KEY_SWEEP_batch].word == b->v[KEY_SWEEP_batch].word &&
           rule_variant_number(a->rule, a->h) == rule_variant_number(b->rule, b->h);
}

static int by_number(const void *a, const void *b) {
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

static size_t distinct(uint64_t *ids, size_t n) {
    size_t k = 0;
    qsort(ids, n, sizeof *ids, by_number);
    for (size_t i = 0; i < n; i++)
        if (k == 0 || ids[i] != ids[k - 1])
            ids[k++] = ids[i];
    return k;
}

static void packs_hold_each_id_once_and_go_together(void **state) {
    (void)state;
    bool (*const skips[])(void *, uint64_t) = {NULL, skip_none, skip_odd};
    struct plan *p = plan_of(mixed, NULL);
    for (size_t s = 0; s < N_OF(skips); s++) {
        struct pack *packs;
        size_t n_packs, n_todo, n_wanted = 0, n_packed = 0;
        assert_true(plan_packs(p, skips[s], NULL, &packs, &n_packs, &n_todo, NULL));
        uint64_t *wanted = malloc(plan_n_runs(p) * sizeof *wanted),
                 *packed = malloc(plan_n_runs(p) * sizeof *packed);
        assert_true(wanted && packed);
        for (size_t i = 0; i < plan_n_runs(p); i++) {
            struct run r;
            plan_run(p, i, &r);
            if (!skips[s] || !skips[s](NULL, r.id))
                wanted[n_wanted++] = r.id;
        }
        n_wanted = distinct(wanted, n_wanted);
        for (size_t k = 0; k < n_packs; k++) {
            struct run first, r;
            assert_in_range(packs[k].n, 1, LANES);
            plan_run(p, packs[k].run[0], &first);
            for (int lane = 0; lane < packs[k].n; lane++) {
                plan_run(p, packs[k].run[lane], &r);
                assert_true(compatible(&first, &r));
                assert_true(lane == 0 || packs[k].run[lane] > packs[k].run[lane - 1]);
                packed[n_packed++] = r.id;
            }
        }
        assert_int_equal(n_packed, n_todo);
        assert_int_equal(n_todo, n_wanted);
        assert_int_equal(distinct(packed, n_packed), n_wanted);
        assert_memory_equal(packed, wanted, n_wanted * sizeof *wanted);
        free(wanted);
        free(packed);
        free(packs);
    }
    plan_free(p);
}

static void the_largest_data_go_first_and_full_packs_before_short_ones(void **state) {
    (void)state;
    struct plan *p = plan_of(mixed, NULL);
    struct pack *packs;
    size_t n_packs, n_todo, last_dataset = SIZE_MAX;
    double last = INFINITY;
    int last_n = LANES;
    assert_true(plan_packs(p, NULL, NULL, &packs, &n_packs, &n_todo, NULL));
    for (size_t k = 0; k < n_packs; k++) {
        struct run r;
        plan_run(p, packs[k].run[0], &r);
        double nonzeros = data_nonzeros_estimate(plan_dataset(p, r.dataset));
        assert_true(nonzeros <= last);
        assert_true(r.dataset != last_dataset || packs[k].n <= last_n);
        assert_true(packs[k].work == nonzeros * 100 * packs[k].n); /* epochs = 100 */
        last = nonzeros;
        last_n = packs[k].n;
        last_dataset = r.dataset;
    }
    free(packs);
    plan_free(p);
}

static const char batches[] = "[sweep]\nseeds=1..3\nbatch=full, 10, 200\n"
                              "[data pinned]\nrows=200\nfeatures=10\nsparsity=0.8\ndata_seed=3\n"
                              "[model]\nreduction=mean,sum\nw0=normal(1)\n"
                              "[optimizer sgd]\neta0=1..5\n"
                              "[optimizer adam]\nbeta1=0.5,0.9\neta0=1..5\n";

/* Lanes see the same rows at every step, and packs that do stand together. */
static void packs_of_batches_share_the_order_of_rows(void **state) {
    (void)state;
    static const char *const orders[] = {"", "order=sequential\n"};
    for (size_t o = 0; o < N_OF(orders); o++) {
        char text[1024];
        snprintf(text, sizeof text, "[sweep]\n%s%s", orders[o], batches + strlen("[sweep]\n"));
        struct plan *p = plan_of(text, NULL);
        struct pack *packs;
        size_t n_packs, n_todo, n_kinds = 0;
        assert_true(plan_packs(p, NULL, NULL, &packs, &n_packs, &n_todo, NULL));
        for (size_t k = 0; k < n_packs; k++) {
            bool first = true;
            for (size_t j = 0; j < k; j++)
                first &= !pack_shares_batches(&packs[j], &packs[k]);
            assert_true(first || pack_shares_batches(&packs[k - 1], &packs[k]));
            n_kinds += first;
            for (int lane = 0; lane < packs[k].n; lane++) {
                struct run r;
                plan_run(p, packs[k].run[lane], &r);
                struct value batch = r.v[KEY_SWEEP_batch];
                bool shuffled = o == 0 && batch.word == VALUE_NUMBER && batch.number == 10;
                assert_int_equal(packs[k].dataset, r.dataset);
                assert_int_equal(packs[k].batch, batch.word == VALUE_NUMBER ? batch.number : 0);
                assert_int_equal(packs[k].shuffled, shuffled);
                assert_int_equal(packs[k].order_seed, shuffled ? r.v[KEY_SWEEP_seeds].number : 0);
            }
        }
        assert_int_equal(n_kinds, o == 0 ? 5 : 3); /* full, 200, and 10 for each seed */
        assert_int_equal(n_todo, plan_n_runs(p));
        free(packs);
        plan_free(p);
    }
}

/* What rests for long is brought up to date by replaying steps: lanes that need as many go together. */
static void lanes_of_batches_forget_alike(void **state) {
    (void)state;
    struct plan *p = plan_of("[sweep]\nbatch=10\n" DATA ADAM "eta0=1..16\nbeta1=0.5,0.9\n", NULL);
    struct pack *packs;
    size_t n_packs, n_todo;
    assert_true(plan_packs(p, NULL, NULL, &packs, &n_packs, &n_todo, NULL));
    assert_int_equal(n_packs, 2);
    for (size_t k = 0; k < n_packs; k++)
        for (int lane = 1; lane < packs[k].n; lane++) {
            struct run a, b;
            plan_run(p, packs[k].run[0], &a);
            plan_run(p, packs[k].run[lane], &b);
            assert_true(a.h[H_beta1] == b.h[H_beta1]);
        }
    free(packs);
    plan_free(p);
}

static void nothing_to_do_is_no_packs(void **state) {
    (void)state;
    struct plan *p = plan_of(DATA ADAM, NULL);
    struct pack *packs;
    struct run r;
    size_t n_packs, n_todo;
    plan_run(p, 0, &r);
    for (uint64_t odd = 0; odd < 2; odd++) {
        assert_true(plan_packs(p, odd ? skip_odd : skip_none, NULL, &packs, &n_packs, &n_todo, NULL));
        assert_int_equal(n_todo, odd && (r.id & 1) ? 0 : 1);
        assert_int_equal(n_packs, n_todo);
        free(packs);
    }
    plan_free(p);
}

/* With stop = target packs that could hold each other's runs have one number and stand together. */
static void packs_of_a_group_stand_together(void **state) {
    (void)state;
    static const char *const stops[] = {"budget", "target"};
    for (size_t stop = 0; stop < N_OF(stops); stop++) {
        char text[1024];
        snprintf(
            text, sizeof text,
            "[sweep]\nstop=%s\nbatch=full, 10\n[data a]\nrows=200\nfeatures=10\nsparsity=0.8, 0.9\n[model]\n"
            "l2=0, 0.1\n[optimizer sgd]\neta0=1..20\n[optimizer fast]\nkind=sgd\neta0=21..40\n"
            "[optimizer nag]\nform=rewritten, lookahead\neta0=1..20\n",
            stops[stop]);
        struct plan *p = plan_of(text, NULL);
        struct pack *packs;
        size_t n_packs, n_todo, n_groups = 0;
        assert_true(plan_packs(p, NULL, NULL, &packs, &n_packs, &n_todo, NULL));
        for (size_t k = 0; k < n_packs; k++) {
            assert_int_equal(packs[k].group != 0, stop);
            n_groups += k == 0 || packs[k].group != packs[k - 1].group;
            for (size_t j = 0; j < k && stop; j++) {
                struct run a, b;
                plan_run(p, packs[j].run[0], &a);
                plan_run(p, packs[k].run[0], &b);
                const bool alike = packs[j].dataset == packs[k].dataset && packs[j].batch == packs[k].batch &&
                                   a.rule == b.rule &&
                                   rule_variant_number(a.rule, a.h) == rule_variant_number(b.rule, b.h) &&
                                   value_compare(&a.v[KEY_MODEL_l2], &b.v[KEY_MODEL_l2]) == 0;
                assert_int_equal(packs[j].group == packs[k].group, alike);
            }
        }
        /* data x batch x l2 x (sgd, and nag in two forms) */
        assert_int_equal(n_groups, stop ? 2 * 2 * 2 * 3 : 1);
        free(packs);
        plan_free(p);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(packs_hold_each_id_once_and_go_together),
        cmocka_unit_test(the_largest_data_go_first_and_full_packs_before_short_ones),
        cmocka_unit_test(packs_of_batches_share_the_order_of_rows),
        cmocka_unit_test(packs_of_a_group_stand_together),
        cmocka_unit_test(lanes_of_batches_forget_alike),
        cmocka_unit_test(nothing_to_do_is_no_packs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Schedules as an axis of optimizers, and the ladder of targets, which is no axis. */
#include "plan_test.h"

static void a_run_has_its_schedule(void **state) {
    (void)state;
    struct plan *p = plan_of(DATA "[optimizer adadelta]\n" ADAM "[schedule a,b]\nkind=warmup\nsteps=0.25\n"
                                  "unit=budget\nthen=inverse_sqrt\noptimizers=adam,adadelta\n",
                             NULL);
    struct run r;
    plan_run(p, 0, &r);
    assert_string_equal(r.schedule, "constant");
    plan_run(p, 1, &r);
    assert_string_equal(r.schedule, "a,b");
    assert_ptr_equal(r.sched, schedule_find("warmup"));
    for (int k = 0; k < S_COUNT; k++) {
        bool own = k == S_steps || k == S_then || k == S_unit;
        assert_int_equal(isnan(r.s[k]), !own);
        assert_int_equal(r.v[KEY_S + k].word == VALUE_NONE, !own);
    }
    assert_true(r.s[S_steps] == 0.25 && r.s[S_then] == 1 && r.s[S_unit] == 2);
    plan_free(p);
}

static void schedules_vary_faster_than_hyperparameters(void **state) {
    (void)state;
    struct plan *p = plan_of("[sweep]\nseeds=1,2\n" DATA ADAM "eta0=1,2\n[optimizer sgd]\n"
                             "[schedule inverse]\nrate=3,4\n[schedule constant]\noptimizers=adam\n",
                             NULL);
    static const char *const expected[] = {"eta0=1 rate=3",     "eta0=1 rate=4",    "eta0=1",
                                           "eta0=2 rate=3",     "eta0=2 rate=4",    "eta0=2",
                                           "eta0=0.001 rate=3", "eta0=0.001 rate=4"};
    struct run r;
    assert_int_equal(plan_n_runs(p), 2 * N_OF(expected));
    for (size_t i = 0; i < plan_n_runs(p); i++) {
        plan_run(p, i, &r);
        assert_string_equal(say(&r, "eta0 rate"), expected[i / 2]);
        assert_string_equal(r.schedule, r.v[KEY_S + S_rate].word == VALUE_NONE ? "constant" : "inverse");
        assert_int_equal(r.cell, i / 2);
    }
    plan_free(p);
}

static void the_ladder_is_of_the_targets_kind(void **state) {
    (void)state;
    struct plan *p = plan_of("[sweep]\ntarget=ratio 0.3\ntargets=0.5,logspace(1e-3,1e-1,3)\n" DATA ADAM, NULL);
    static const double expected[] = {0.5, 1e-3, 1e-2, 1e-1};
    const struct value *v;
    assert_int_equal(plan_n_runs(p), 1);
    assert_int_equal(plan_targets(p, &v), N_OF(expected));
    for (size_t i = 0; i < N_OF(expected); i++)
        assert_true(v[i].word == TARGET_RATIO && v[i].number == expected[i]);
    plan_free(p);
    p = plan_of(DATA ADAM, NULL);
    assert_int_equal(plan_targets(p, &v), 7);
    assert_true(v[0].word == TARGET_GAP && v[0].number == 0.5 && v[6].number == 0.001);
    plan_free(p);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_run_has_its_schedule),
        cmocka_unit_test(schedules_vary_faster_than_hyperparameters),
        cmocka_unit_test(the_ladder_is_of_the_targets_kind),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Runs that share a pack: each is what it would be alone, on every ISA, whatever becomes of the others. */
#include "trained.h"

#define DATA "[data a]\nrows = 500\nfeatures = 60\nsparsity = 0.9\nnoise = 0.5\ntest = 0.2\n"

/* Grids of sixteen runs or fewer of one rule and variant: a pack. */
static const char *const grids[] = {
    "[sweep]\nepochs = 40\n" DATA "[model]\nw0 = normal(0.1)\nreduction = sum\n"
    "[optimizer adam]\neta0 = logspace(1e-4, 10, 16)\n",
    "[sweep]\nepochs = 40\nprecision = f64\n" DATA "[model]\nl2 = 0, 0.01\nb0 = 0.5\n"
    "[optimizer nag]\nform = lookahead\neta0 = logspace(1e-3, 1, 8)\n",
    "[sweep]\nepochs = 40\nevaluate = 3\n" DATA "[model]\nloss = squared\nreduction = mean, sum\n"
    "[optimizer adadelta]\nbeta = 0.5, 0.9, 0.99\nepsilon = 1e-8, 1e-4\n",
    "[sweep]\nepochs = 40\n" DATA "[model]\nstart = 0:0, 1:-1, -2:3\n"
    "[optimizer amsgrad]\nepsilon_placement = inside\nbias_correction = no, yes\nbeta2 = 0.9, 0.99\n",
    /* most features occur in no row: with l2 they move, without it they rest, in one pack */
    "[sweep]\nepochs = 40\n[data a]\nrows = 20\nfeatures = 300\nsparsity = 0.99\n[model]\nw0 = normal(1)\n"
    "l2 = 0, 0.1\nreduction = mean, sum\n[optimizer rmsprop]\neta0 = 1e-3, 0.1, 10\n",
    "[sweep]\nepochs = 40\n[data a]\nrows = 20\nfeatures = 300\nsparsity = 0.99\n[model]\nw0 = -1, 0, 1\n"
    "[optimizer adamw]\nweight_decay = 0, 0.1\neta0 = 1e-3, 0.1\n",
};
enum { N_GRIDS = sizeof grids / sizeof *grids };

static struct pack whole(const struct trained *t) {
    struct pack p = {.n = (int)t->n_runs};
    for (int i = 0; i < p.n; i++)
        p.run[i] = (size_t)i;
    return p;
}

static void a_pack_is_its_runs_alone(void **state) {
    (void)state;
    for (int i = 0; i < N_GRIDS; i++) {
        struct trained packed, alone;
        ready(&packed, grids[i]);
        ready(&alone, grids[i]);
        assert_in_range(packed.n_runs, 2, LANES);
        const struct pack pack = whole(&packed);
        train_one_pack(&packed, &pack, isa_best(), NULL);
        for (size_t k = 0; k < alone.n_runs; k++) {
            const struct pack one = {.run = {k}, .n = 1};
            char what[64];
            snprintf(what, sizeof what, "grid %d, run %zu in a pack and alone", i, k);
            train_one_pack(&alone, &one, isa_best(), NULL);
            expect_same_outcome(what, &packed.out[k], &alone.out[k]);
        }
        done(&packed), done(&alone);
    }
}

static void every_isa_gives_the_same_outcomes(void **state) {
    (void)state;
    for (int i = 0; i < N_GRIDS; i++) {
        struct trained scalar;
        ready(&scalar, grids[i]);
        const struct pack pack = whole(&scalar);
        train_one_pack(&scalar, &pack, ISA_SCALAR, NULL);
        for (enum isa isa = ISA_AVX2; isa < ISA_COUNT; isa++) {
            if (!isa_usable(isa)) {
                printf("skipped: %s (this CPU does not have it)\n", isa_names[isa]);
                continue;
            }
            struct trained other;
            ready(&other, grids[i]);
            train_one_pack(&other, &pack, isa, NULL);
            for (size_t k = 0; k < other.n_runs; k++) {
                char what[64];
                snprintf(what, sizeof what, "grid %d, run %zu, scalar and %s", i, k, isa_names[isa]);
                expect_same_outcome(what, &scalar.out[k], &other.out[k]);
            }
            done(&other);
        }
        done(&scalar);
    }
}

/* Sixteen runs that end differently have sixteen different weights: a hash that ignores its lane would not. */
static void hashes_tell_lanes_apart(void **state) {
    (void)state;
    struct trained t;
    ready(&t, grids[0]);
    const struct pack pack = whole(&t);
    train_one_pack(&t, &pack, isa_best(), NULL);
    for (size_t i = 0; i < t.n_runs; i++)
        for (size_t j = 0; j < i; j++)
            assert_true(t.out[i].weights_hash != t.out[j].weights_hash && t.out[i].id != t.out[j].id);
    done(&t);
}

/* ---- divergence -------------------------------------------------------------------------------------------
 */

/* Where the reference first sees |loss| above 1e6 max(1, |start loss|). */
static uint64_t blow_up_step(const struct trained *t, size_t run, size_t steps) {
    double *losses = calloc(steps + 1, sizeof *losses), *w = start_of(t->data, &t->run[run]);
    assert_non_null(losses);
    const struct ref_data x = ref_data_of(t->data, &t->data->train);
    const struct ref_run r = ref_run_of(&t->run[run]);
    ref_train(&x, &r, steps, w, losses, NULL);
    size_t step = 0;
    while (step < steps && fabs(losses[step]) <= 1e6 * fmax(1, fabs(losses[0])))
        step++;
    free(losses), free(w);
    return step;
}

static void a_diverging_lane_is_recorded_and_frozen(void **state) {
    (void)state;
    static const char grid[] =
        "[sweep]\nepochs = 50\nprecision = f64\n" DATA "[model]\nreduction = sum\nl2 = 1\n"
        "[optimizer sgd]\neta0 = 1e-3, 3, 1e-2, 1e300, 10, 1e-4\n";
    struct trained t, alone;
    ready(&t, grid);
    ready(&alone, grid);
    const struct pack pack = whole(&t);
    train_one_pack(&t, &pack, isa_best(), NULL);
    for (size_t k = 0; k < t.n_runs; k++) {
        const bool diverges = t.run[k].h[H_eta0] > 1;
        const struct outcome *o = &t.out[k];
        const uint64_t last = o->points[o->n_points - 1].step;
        const uint64_t expected = t.run[k].h[H_eta0] == 1e300 ? 1 : diverges ? blow_up_step(&t, k, 50) : 50;
        if (o->blown_up != diverges || last != expected || o->n_points != expected + 1)
            fail_msg("eta0 = %g: blown up %d at step %llu, expected %d at %llu", t.run[k].h[H_eta0],
                     o->blown_up, (unsigned long long)last, diverges, (unsigned long long)expected);
        const struct pack one = {.run = {k}, .n = 1};
        train_one_pack(&alone, &one, isa_best(), NULL);
        expect_same_outcome("beside diverging lanes and alone", o, &alone.out[k]);
    }
    done(&t), done(&alone);
}

/* A weight that overflows ends the run even where no row has its feature and the loss never hears of it. */
static void a_parameter_that_is_not_finite_ends_a_run(void **state) {
    (void)state;
    struct trained t;
    ready(&t, "[sweep]\nepochs = 30\n[data a]\nrows = 2\nfeatures = 5\nsparsity = 0.9999\n"
              "[model]\nw0 = 1e-30\n[optimizer adamw]\neta0 = 1e-3\nweight_decay = 1e7, 0.1\n");
    assert_int_equal(t.data->train.nnz, 0);
    const struct pack pack = whole(&t);
    train_one_pack(&t, &pack, isa_best(), NULL);
    const struct outcome *o = &t.out[0];
    assert_true(o->blown_up && isfinite(o->points[o->n_points - 1].loss));
    assert_int_equal(o->n_points, 19); /* 1e-30 times -9999 each step: past 3e38 at the 18th */
    assert_false(t.out[1].blown_up);
    assert_int_equal(t.out[1].n_points, 31);
    done(&t);
}

/* ---- stop = target ------------------------------------------------------------------------------------------
 */

static void a_target_ends_its_lane_alone(void **state) {
    (void)state;
    static const char *const targets[] = {"loss 0.5", "ratio 0.8", "gap 0.3"};
    for (int i = 0; i < 3; i++) {
        char grid[2][512];
        for (int stop = 0; stop < 2; stop++)
            snprintf(grid[stop], sizeof grid[stop],
                     "[sweep]\nepochs = 60\ntarget = %s\nstop = %s\n" DATA
                     "[optimizer adam]\neta0 = logspace(1e-3, 1, 7)\n",
                     targets[i], stop ? "target" : "budget");
        struct trained full, early;
        ready(&full, grid[0]);
        ready(&early, grid[1]);
        const struct pack pack = whole(&full);
        double lstar[LANES];
        for (int k = 0; k < LANES; k++)
            lstar[k] = 0.25 + 0.01 * k; /* any numbers will do */
        train_one_pack(&full, &pack, isa_best(), lstar);
        train_one_pack(&early, &pack, isa_best(), lstar);
        int stopped = 0;
        for (size_t k = 0; k < full.n_runs; k++) {
            const struct outcome *f = &full.out[k], *o = &early.out[k];
            assert_int_equal(f->n_points, 61);
            uint64_t last = 0;
            const double start = f->points[0].loss;
            const double limit = i == 0 ? 0.5 : i == 1 ? 0.8 * start : lstar[k] + 0.3 * (start - lstar[k]);
            while (last < 60 && !(f->points[last].loss <= limit))
                last++;
            if (o->n_points != last + 1)
                fail_msg("target %s, eta0 = %g: ends after %llu points, expected %llu", targets[i],
                         full.run[k].h[H_eta0], (unsigned long long)o->n_points, (unsigned long long)last + 1);
            for (uint64_t p = 0; p <= last; p++)
                assert_memory_equal(&o->points[p], &f->points[p], sizeof *o->points);
            stopped += last < 60;
        }
        assert_in_range(stopped, 1, full.n_runs - 1); /* some do, some do not */
        done(&full), done(&early);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_pack_is_its_runs_alone),
        cmocka_unit_test(every_isa_gives_the_same_outcomes),
        cmocka_unit_test(hashes_tell_lanes_apart),
        cmocka_unit_test(a_diverging_lane_is_recorded_and_frozen),
        cmocka_unit_test(a_parameter_that_is_not_finite_ends_a_run),
        cmocka_unit_test(a_target_ends_its_lane_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

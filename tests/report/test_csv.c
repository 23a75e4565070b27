/* runs.csv and curves.csv, byte for byte. */
#include "report/canned.h"

#define HEADER                                                                                                 \
    "run,optimizer,kind,schedule,data,seed,batch,loss,precision,order,sparse_updates,function,rows,features,"  \
    "sparsity,"                                                                                                \
    "popularity,max_"                                                                                          \
    "frequency,"                                                                                               \
    "rare_signal,signal,bias,noise,values,labels,test,data_seed,reduction,l2,w0,b0,eta0,beta,form,epsilon,"    \
    "root,"                                                                                                    \
    "epsilon_placement,beta1,beta2,bias_correction,weight_decay,candidates,shrink,"                            \
    "schedule_gamma,schedule_every,schedule_rate,schedule_period,schedule_floor,schedule_growth,schedule_"     \
    "steps,"                                                                                                   \
    "schedule_then,schedule_unit,status,steps,epochs,start_loss,best_loss,"                                    \
    "final_loss,"                                                                                              \
    "final_test_loss,best_test_loss,test_error,steps_to_target,epochs_to_target,nonzeros_to_target,weights_"   \
    "hash\n"

static void same_text(const char *got, const char *wanted) {
    for (size_t line = 1; *got || *wanted; line++) {
        size_t n = strcspn(got, "\n"), m = strcspn(wanted, "\n");
        if (n != m || memcmp(got, wanted, n))
            fail_msg("line %zu\n     got: %.*s\nexpected: %.*s", line, (int)n, got, (int)m, wanted);
        got += n + !!got[n];
        wanted += m + !!wanted[m];
    }
}

/* Replaces each run's id by its number, so that golden text does not change with the numerics version. */
static char *with_numbers(const struct canned *c, char *text) {
    for (size_t i = 0; i < c->r.n; i++) {
        char id[17], number[40];
        snprintf(id, sizeof id, "%016llx", (unsigned long long)c->r.row[i].id);
        snprintf(number, sizeof number, "run%13zu", i);
        for (char *p = text; (p = strstr(p, id));)
            memcpy(p, number, 16);
    }
    return text;
}

static char *written(struct canned *c, const char *name,
                     bool (*write)(const struct results *, const char *, struct err *)) {
    char path[96];
    snprintf(path, sizeof path, "%s/%s", c->dir, name);
    canned_ok(write(&c->r, path, &canned_err));
    return with_numbers(c, canned_read(c, name));
}

static const char grid[] =
    "[sweep]\nseeds = 1, 2\ntarget = gap 0.25\n"
    "[data a,b]\nkind = synthetic\nrows = 100000\nfeatures = 1000\nsparsity = 0.99\ntest = 0.5\n"
    "[data plain]\nkind = synthetic\nrows = 10\nfeatures = 3\nsparsity = 0.5\ndata_seed = 7\n"
    "noise = 1e-5\n"
    "[model]\nl2 = 0.001\n"
    "[optimizer nag]\n"
    "[optimizer again]\nkind = nag\n";

/* Runs 0 1 | 2 3: nag, again on a,b; the same settings, so the same ids. 4 5 | 6 7: on plain, one id for all
 * four. */
static void fill(struct canned *c) {
    canned_open(c, grid);
    for (size_t k = 0; k < plan_n_datasets(c->plan); k++) {
        struct minimum m = {0, 1e-12, 3, 10, 1};
        canned_ok(store_put_minimum(
            c->store, (struct minimum_key){plan_dataset_fingerprint(c->plan, k), LOSS_logistic, true, 0.001},
            &m, &canned_err));
    }
    canned_put(c, 0, &(struct curve)CURVE(1, 0.1, 1.0 / 3), (double[]){1, 0.25, 0.5}, 0.125);
    canned_put(c, 1, &(struct curve)BLOWN(1, 1e300, NAN), (double[]){1, INFINITY, NAN}, NAN);
    canned_load(c);
}

#define DATA_AB ",100000,1000,0.99,1,0.5,0.5,2,0,0,binary,bernoulli,0.5,seed,mean,0.001,0,0,"
#define DATA_PLAIN ",10,3,0.5,1,0.5,0.5,2,0,1e-05,binary,bernoulli,0,7,mean,0.001,0,0,"
#define NAG "0.001,0.9,rewritten,,,,,,,,,," CONSTANT
#define CONSTANT ",,,,,,,,,"
#define ROW_0                                                                                                  \
    "full,logistic,f32,,," DATA_AB NAG                                                                         \
    "converged,2,2,1,0.1,0.3333333333333333,0.5,0.25,0.125,1,1,10,000000000000abc0\n"
#define ROW_1 "full,logistic,f32,,," DATA_AB NAG "diverged,2,2,1,1,nan,nan,1,nan,,,,000000000000abc1\n"
#define ROW_4 "full,logistic,f32,,," DATA_PLAIN NAG "exhausted,1,1,1,0.5,0.5,,,,,,,000000000000abc4\n"

static void runs_are_rows_in_the_order_of_the_plan(void **state) {
    (void)state;
    struct canned c;
    fill(&c);
    char *got = written(&c, "runs.csv", csv_write_runs);
    same_text(got, HEADER "run            0,nag,nag,constant,\"a,b\",1," ROW_0
                          "run            1,nag,nag,constant,\"a,b\",2," ROW_1
                          "run            0,again,nag,constant,\"a,b\",1," ROW_0
                          "run            1,again,nag,constant,\"a,b\",2," ROW_1);
    free(got);
    results_free(&c.r);
    canned_put(&c, 4, &(struct curve)CURVE(1, 0.5), NULL, NAN);
    canned_load(&c);
    got = written(&c, "runs.csv", csv_write_runs);
    same_text(got, HEADER "run            0,nag,nag,constant,\"a,b\",1," ROW_0
                          "run            1,nag,nag,constant,\"a,b\",2," ROW_1
                          "run            0,again,nag,constant,\"a,b\",1," ROW_0
                          "run            1,again,nag,constant,\"a,b\",2," ROW_1
                          "run            4,nag,nag,constant,plain,1," ROW_4
                          "run            4,nag,nag,constant,plain,2," ROW_4
                          "run            4,again,nag,constant,plain,1," ROW_4
                          "run            4,again,nag,constant,plain,2," ROW_4);
    free(got);
    canned_close(&c);
}

static void batches_and_schedules_have_columns(void **state) {
    (void)state;
    struct canned c;
    canned_open(&c, "[sweep]\nbatch = 4\n[data plain]\nrows = 10\nfeatures = 3\nsparsity = 0.5\n"
                    "data_seed = 7\nnoise = 1e-5\n[model]\nl2 = 0.001\n[optimizer nag]\n"
                    "[schedule slow]\nkind = cosine\nperiod = 30\nfloor = 0.1\n");
    struct minimum m = {0, 1e-12, 3, 10, 1};
    canned_ok(store_put_minimum(
        c.store, (struct minimum_key){plan_dataset_fingerprint(c.plan, 0), LOSS_logistic, true, 0.001}, &m,
        &canned_err));
    canned_put(&c, 0, &(struct curve)CURVE(1, 0.5), NULL, NAN);
    canned_load(&c);
    char *got = written(&c, "runs.csv", csv_write_runs);
    same_text(got, HEADER "run            0,nag,nag,slow,plain,1,4,logistic,f32,shuffled,exact," DATA_PLAIN
                          "0.001,0.9,rewritten,,,,,,,,,,"
                          ",,,30,0.1,1,,,steps,"
                          "exhausted,1,1,1,0.5,0.5,,,,,,,000000000000abc0\n");
    free(got);
    canned_close(&c);
}

static void curves_hold_each_run_once(void **state) {
    (void)state;
    struct canned c;
    fill(&c);
    results_free(&c.r);
    canned_put(&c, 4, &(struct curve)CURVE(1, 5e-324), NULL, NAN);
    canned_load(&c);
    char *got = written(&c, "curves.csv", csv_write_curves);
    same_text(got, "run,epoch,step,loss,test_loss\n"
                   "run            0,0,0,1,1\n"
                   "run            0,1,1,0.1,0.25\n"
                   "run            0,2,2,0.3333333333333333,0.5\n"
                   "run            1,0,0,1,1\n"
                   "run            1,1,1,1e+300,inf\n"
                   "run            1,2,2,nan,nan\n"
                   "run            4,0,0,1,\n"
                   "run            4,1,1,5e-324,\n");
    free(got);
    canned_close(&c);
}

static void a_plan_without_results_gives_headers(void **state) {
    (void)state;
    struct canned c;
    canned_open(&c, grid);
    canned_load(&c);
    char *got = written(&c, "runs.csv", csv_write_runs);
    same_text(got, HEADER);
    free(got);
    got = written(&c, "curves.csv", csv_write_curves);
    same_text(got, "run,epoch,step,loss,test_loss\n");
    free(got);
    canned_close(&c);
}

static void a_failure_names_the_file_and_leaves_nothing(void **state) {
    (void)state;
    struct canned c;
    fill(&c);
    assert_false(csv_write_runs(&c.r, "/nowhere/at/all/runs.csv", &canned_err));
    assert_non_null(strstr(canned_err.text, "/nowhere/at/all/runs.csv: cannot write: "));
    canned_close(&c);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(runs_are_rows_in_the_order_of_the_plan),
        cmocka_unit_test(batches_and_schedules_have_columns),
        cmocka_unit_test(curves_hold_each_run_once),
        cmocka_unit_test(a_plan_without_results_gives_headers),
        cmocka_unit_test(a_failure_names_the_file_and_leaves_nothing),
    };
    return cmocka_run_group_tests_name("csv", tests, NULL, NULL);
}

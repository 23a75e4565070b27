/* Stores with made-up curves, for tests whose answers are worked by hand. */
#pragma once
#include "base/text.h"
#include "report/scores.h"
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

/* The losses of a run at epochs 0, 1, 2, ...; a step is an epoch and visits 10 non-zeros. */
struct curve {
    bool blown_up;
    int n;
    double loss[8];
};
#define CURVE(...)                                                                                             \
    {                                                                                                          \
        false, sizeof((double[]){__VA_ARGS__}) / sizeof(double), {                                             \
            __VA_ARGS__                                                                                        \
        }                                                                                                      \
    }
#define BLOWN(...)                                                                                             \
    {                                                                                                          \
        true, sizeof((double[]){__VA_ARGS__}) / sizeof(double), {                                              \
            __VA_ARGS__                                                                                        \
        }                                                                                                      \
    }

struct canned {
    char dir[64];
    struct plan *plan;
    struct store *store;
    struct results r;
};
static struct err canned_err;

static inline void canned_ok(bool ok) {
    if (!ok)
        fail_msg("%s", canned_err.text ? canned_err.text : "failed without a message");
}

/* A folder with a store for the plan of a grid. */
static inline void canned_open(struct canned *c, const char *grid) {
    memset(c, 0, sizeof *c);
    strcpy(c->dir, "/tmp/test_report.XXXXXX");
    assert_non_null(mkdtemp(c->dir));
    c->plan = plan_read_text("canned.ini", grid, strlen(grid), NULL, NULL, &canned_err);
    canned_ok(c->plan != NULL);
    c->store = store_open(c->dir, false, false, &canned_err);
    canned_ok(c->store != NULL);
}

/* L* = lstar for every data set, of logistic loss, mean, no l2; runaway: nothing finite was found. */
static inline void canned_minima(struct canned *c, double lstar, bool runaway) {
    for (size_t k = 0; k < plan_n_datasets(c->plan); k++) {
        struct minimum m = {lstar, 1e-12, runaway ? 31 : 3, 10, 1};
        canned_ok(store_put_minimum(
            c->store, (struct minimum_key){plan_dataset_fingerprint(c->plan, k), LOSS_logistic, true, 0}, &m,
            &canned_err));
    }
}

/* Stores a curve for run i; test losses, where not NULL, and test_error too. */
static inline void canned_put(struct canned *c, size_t i, const struct curve *curve, const double *test_loss,
                              double test_error) {
    struct run run;
    plan_run(c->plan, i, &run);
    struct point p[8];
    for (int k = 0; k < curve->n; k++)
        p[k] = (struct point){k, (uint64_t)k, (uint64_t)k * 10, curve->loss[k], test_loss ? test_loss[k] : NAN};
    struct outcome o = {run.id,
                        curve->blown_up,
                        (uint64_t)curve->n,
                        p,
                        test_error,
                        0xabc0 + i,
                        {NAN, NAN, NAN, NAN, NAN},
                        0.5,
                        {0},
                        {0}};
    canned_ok(store_put_runs(c->store, &o, 1, &canned_err));
}

static inline void canned_load(struct canned *c) {
    canned_ok(results_load(c->plan, c->store, &c->r, &canned_err));
}

/* Loads, and computes what follows; scores_free(). */
static inline void canned_scores(struct canned *c, struct scores *s) {
    canned_load(c);
    canned_ok(scores_make(&c->r, s, &canned_err));
}

/* Stores one evaluation after the start for the runs first .. first + n - 1: at epoch epochs[k] the loss is 0,
 * which is L*; 0: never. */
static inline void canned_times(struct canned *c, size_t first, const double *epochs, size_t n) {
    for (size_t k = 0; k < n; k++) {
        struct run run;
        plan_run(c->plan, first + k, &run);
        /* NOLINTNEXTLINE(clang-analyzer-core.UndefinedBinaryOperatorResult): n are there */
        const double last = epochs[k] > 0 ? epochs[k] : 100;
        struct point p[] = {{0, 0, 0, 1, NAN},
                            {last, (uint64_t)last, 10 * (uint64_t)last, epochs[k] > 0 ? 0 : 0.9, NAN}};
        struct outcome o = {run.id, false, 2,  p, NAN, 0xabc0 + first + k, {NAN, NAN, NAN, NAN, NAN},
                            0.5,    {0},   {0}};
        canned_ok(store_put_runs(c->store, &o, 1, &canned_err));
    }
}

static inline void canned_close(struct canned *c) {
    static const char *const names[] = {"sweep.db",    "runs.csv",    "curves.csv",     "cells.csv",
                                        "data.csv",    "bands.csv",   "summary.csv",    "summary.md",
                                        "summary.tex", "report.html", "expectations.md"};
    results_free(&c->r);
    plan_free(c->plan);
    store_close(c->store);
    for (size_t k = 0; k < sizeof names / sizeof *names; k++) {
        char path[96];
        snprintf(path, sizeof path, "%s/%s", c->dir, names[k]);
        unlink(path);
    }
    assert_int_equal(rmdir(c->dir), 0); /* nothing else was left there */
    err_clear(&canned_err);
}

/* The text of a file in the folder; free() it. */
static inline char *canned_read(struct canned *c, const char *name) {
    char path[256], *text;
    size_t len;
    snprintf(path, sizeof path, "%s/%s", c->dir, name);
    canned_ok(file_read(path, &text, &len, &canned_err));
    return text;
}

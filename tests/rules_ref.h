/* The second oracle: every rule, loss and schedule again, in double, as the textbooks and papers write them,
 * and a trainer so plain that it can be checked by eye. Nothing here is shared with src/kern/rules.h, losses.h
 * or schedules.c but the names of the keys; libm is used freely, since nothing here reaches a result. */
#pragma once
#include "kern/rule.h"
#include "kern/schedule.h"
#include <stddef.h>
#include <stdint.h>

enum { REF_MAX_STATE = 3 };

struct ref_rule {
    const char *name;
    const char *state[REF_MAX_STATE]; /* names as in the formula; all state starts at zero */
    /* Step t = 1, 2, ... of one parameter: updates s and returns the new w. eta = eta0 * schedule(t-1). NULL
     * for linesearch, which is not a rule of single parameters. */
    double (*step)(double w, double g, double s[REF_MAX_STATE], const double h[H_COUNT], double eta, double t);
    /* Where the gradient of the coming step is taken; NULL: at w. */
    double (*point)(double w, const double s[REF_MAX_STATE], const double h[H_COUNT], double eta);
};
extern const struct ref_rule ref_rules[];
extern const int ref_n_rules;
const struct ref_rule *ref_rule_find(const char *name); /* NULL if there is none */

struct ref_loss {
    const char *name;
    long double (*loss)(long double z, long double y);
    long double (*residual)(long double z, long double y); /* dL/dz */
};
extern const struct ref_loss ref_losses[];
extern const int ref_n_losses;
const struct ref_loss *ref_loss_find(const char *name);

struct ref_schedule {
    const char *name;
    double (*factor)(const double k[S_COUNT], double t); /* keys in steps; t = 0, 1, 2, ... */
};
extern const struct ref_schedule ref_schedules[];
extern const int ref_n_schedules;
const struct ref_schedule *ref_schedule_find(const char *name);

struct ref_data { /* compressed rows */
    size_t n, d;
    const uint64_t *ptr; /* (n+1) */
    const uint32_t *idx; /* (nnz) 0-based */
    const double *val;   /* (nnz), NULL: every entry is 1 */
    const double *y;     /* (n) */
};

struct ref_run {
    const struct ref_rule *rule;
    double h[H_COUNT];
    const struct ref_schedule *schedule; /* NULL: constant */
    double k[S_COUNT];                   /* its keys, in steps */
    const struct ref_loss *loss;
    bool mean; /* reduction, of the rows of a step */
    double l2;
    size_t batch;          /* rows a step, 0: all */
    const uint32_t *order; /* with batch > 0: the rows in the order they are taken, epoch after epoch, n each */
    int candidates;        /* linesearch */
    double shrink;         /* linesearch */
};

/* Loss of the whole set at w (d weights, then the bias), reduced, with l2. */
double ref_total_loss(const struct ref_data *x, const struct ref_run *r, const double *w);

/* Walks `steps` steps from w (d + 1: the weights, then the bias), in place. losses (steps + 1), if not NULL:
 * that of the whole set at w before the first step and after each; path (steps + 1, d + 1), if not NULL: w
 * likewise. */
void ref_train(const struct ref_data *x, const struct ref_run *r, size_t steps, double *w, double *losses,
               double *path);

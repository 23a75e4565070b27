/* The L* that a plan asks for: one for each data set, loss, reduction and l2 among its runs, where the target
 * is a gap. */
#pragma once
#include "scope.h"
#include "store/store.h"

struct need {
    struct minimum_key key;
    double lstar; /* valid once `known` */
    bool known;
    double *w; /* (n_w = n_features + 1): its minimiser, for data that were not drawn from known weights; NULL:
                  not in memory */
    size_t n_w;
    size_t next; /* the next of the same data set; NEED_END after the last */
};
#define NEED_END SIZE_MAX

struct minima {
    const struct plan *plan;
    struct need *need;
    size_t n;
    size_t *first; /* (plan_n_datasets): the first need of each data set */
};

/* Lists what the wanted runs need (wanted->id NULL: all) and takes from the store what it holds. minima_free()
 * in any case. s NULL: nothing is known. */
bool minima_list(struct minima *m, const struct plan *p, const struct ids *wanted, struct store *s,
                 struct err *e);
void minima_free(struct minima *m);
/* How many of a data set's are still to be found. */
size_t minima_missing(const struct minima *m, size_t dataset);
/* Finds and stores those of data set k; the minimisers are in memory until they are forgotten. */
bool minima_find(struct minima *m, size_t k, const struct dataset *d, int threads, struct store *s,
                 struct err *e);
/* L* of a run; NAN where no gap is asked for. */
double minima_of(const struct minima *m, const struct run *r);
/* The minimiser that belongs to it, by feature; NULL where none is known or needed. */
const double *minima_point_of(const struct minima *m, const struct run *r);
void minima_forget_points(struct minima *m, size_t k);

/* The measures: what the tables and figures say of optimizers, each defined here and computed in the file named
 * above it. Pure functions of struct results and its groups (results.h).
 *
 * Times are in epochs unless a name says otherwise, INFINITY for a miss, which takes part in every median. An
 * optimizer is an [optimizer] section; a problem is a data setting, a model and a batch size. */
#pragma once
#include "report/bootstrap.h"
#include "report/claims.h"
#include "report/results.h"

/* ---- budget.c: the best of k cells drawn at random, without putting back, from n ------------------------- */

/* C(n - m, k) / C(n, k): the chance that none of m particular cells is among the k. 1 <= k <= n, m <= n. */
double budget_none_of(size_t n, size_t m, size_t k);
/* P(hit) = 1 - C(misses, k) / C(n, k). */
double budget_hit(size_t n, size_t misses, size_t k);
/* The least i (0-based) with P(best <= x[i]) = 1 - C(n - i - 1, k) / C(n, k) >= q, for x ascending: which order
 * statistic the quantile q of the best of k is. */
size_t budget_rank(size_t n, size_t k, double q);
/* That statistic of x, (n), ascending. */
double budget_quantile(const double *sorted, size_t n, size_t k, double q);

/* What a budget of k cells brings an optimizer on a problem, k = 1 .. n. */
struct budget_curve {
    double *median, *hit; /* (n): at k - 1 */
    size_t n;
};
bool budget_curve_make(const struct results *r, const struct group *g, struct budget_curve *b, struct err *e);
void budget_curve_free(struct budget_curve *b);

/* ---- ranking.c: who is first on a problem ---------------------------------------------------------------- */

/* One optimizer on one problem. */
struct standing {
    size_t group;                   /* index into the groups */
    double typical;                 /* median best of k cells, at the equal budget k */
    double hit;                     /* the chance that one of k cells reaches the target */
    double best;                    /* best of all N cells */
    double test_typical, test_best; /* the same of best_test_loss; INFINITY where no rows are held out */
    double first;           /* the chance of being first, resampling the seeds; NAN: nothing to resample */
    struct contrast behind; /* time of its best cell over that of the leader's best; p is Holm's; the
                               leader's own says 1 */
};
struct ranking {
    size_t problem;
    size_t k;             /* the smallest number of cells of any optimizer on it */
    struct standing *row; /* (n): by typical time, then by hit, best time, plan */
    size_t n;
    size_t *by_test; /* (n): rows by test_typical, then test_best; NULL where no rows are held out */
    size_t n_seeds;  /* 1 where the seed changes nothing */
    bool chance;     /* whether the seed changes something */
    bool solved;     /* somebody's best cell reached the target */
};
/* One a problem, in the order of the plan. */
bool rankings_make(const struct results *r, const struct group *groups, size_t n, struct ranking **rankings,
                   size_t *n_rankings, struct err *e);
void rankings_free(struct ranking *rankings, size_t n);

/* ---- minima.c: whether there is a minimum to measure a gap from ------------------------------------------ */

/* Of a problem's seeds: those whose L* is known, and those of them where no finite minimum was found. */
struct minima_count {
    size_t n, n_missing;
};
/* *minima: (n_problems), malloc'ed. */
bool minima_make(const struct results *r, const struct group *groups, size_t n, size_t n_problems,
                 struct minima_count **minima, struct err *e);
struct scores;
/* Appends a remark where there is none; nothing where all is fine. */
void minima_remark(const struct scores *s, size_t problem, struct text *out);
/* The same beside a time to the target, of one problem or over all: where the target is a gap. */
void gap_remark(const struct scores *s, size_t problem, struct text *out);
void gap_remark_all(const struct scores *s, struct text *out);

/* ---- profile.c: how far from the best, over problems (Dolan and More 2002; AlgoPerf) --------------------- */

enum { PROFILE_ENOUGH = 5 }; /* problems below which a profile says too little */
struct profile {
    size_t n_optimizers, n_problems;
    size_t *optimizer; /* (n_optimizers): optimizer_index, ascending */
    double *ratio; /* (n_optimizers, n_problems): t / least t, ascending in each row; INFINITY: a miss, or not
                      run there. Within one evaluation interval of the least: 1 */
    double *score; /* (n_optimizers): mean of max(0, (4 - ratio) / 3) */
};
bool profile_make(const struct results *r, const struct group *groups, size_t n, struct profile *p,
                  struct err *e);
void profile_free(struct profile *p);
/* rho(tau): the share of problems with ratio <= tau. */
double profile_share(const struct profile *p, size_t optimizer, double tau);

/* ---- ecdf.c: steps to the ladder of targets (COCO) ------------------------------------------------------- */

/* Of one optimizer: every seed of its best cell of every problem, for every target of the ladder. */
struct ecdf {
    size_t optimizer; /* optimizer_index */
    double *steps;    /* (n_hit): ascending */
    size_t n_hit, n;  /* n: misses included */
};
bool ecdf_make(const struct results *r, const struct group *groups, size_t n, struct ecdf **ecdf,
               size_t *n_ecdf, struct err *e);
void ecdf_free(struct ecdf *ecdf, size_t n);
/* The share of targets reached within so many steps. */
double ecdf_share(const struct ecdf *e, double steps);

/* ---- sensitivity.c: how much tuning an optimizer needs --------------------------------------------------- */

/* The levels of eta0 around the best, other keys at their best, at which the time is at most twice the best. */
struct robustness {
    bool known;     /* eta0 is a key of the rule, and the target was reached */
    double lo, hi;  /* of eta0 */
    double decades; /* log10(hi / lo) */
    bool at_least;  /* the first or last level is among them: the true width may be greater */
};
bool robustness_make(const struct results *r, const struct group *g, struct robustness *out, struct err *e);

/* How much slower the best becomes when a key may not be tuned: the greatest, over its levels, of (best time
 * with it fixed) / (best time). */
struct importance {
    enum key key;       /* KEY_COUNT: which schedule */
    double factor;      /* INFINITY: with the worst level nothing reached the target */
    struct value worst; /* the level that costs most, and its schedule */
    const char *worst_schedule;
};
/* Of every hyperparameter and schedule key with two levels or more in the group, then of the schedule, in the
 * order of the keys; n = 0 where the target was not reached. *list is malloc'ed. */
bool importance_make(const struct results *r, const struct group *g, struct importance **list, size_t *n,
                     struct err *e);

/* ---- trend.c: powers of an axis -------------------------------------------------------------------------- */

/* Least-squares slope of y in x; NAN with fewer than two different x. */
double slope_fit(const double *x, const double *y, size_t n);

enum trend_of { TREND_TIME, TREND_ETA0, TREND_BEHIND, TREND_COUNT };
enum { TREND_LEVELS = 3, TREND_FAMILIES = 4 };
/* How a quantity of an optimizer's best cell goes with a number of the data or model: quantity ~ x^slope, x
 * being 1 - sparsity for sparsity. Of axes with TREND_LEVELS positive levels, where the other axes have at most
 * TREND_FAMILIES settings; along one trend they are the same. */
struct trend {
    enum trend_of of;
    enum key key;
    size_t family;  /* 0, 1, ...: trends of one axis and setting of the other axes follow one another */
    char data[160]; /* the data label, with the other axes that vary */
    size_t group;   /* the optimizer's first along the axis, index into the groups */
    size_t base;    /* TREND_BEHIND: likewise of the optimizer whose time divides; else SIZE_MAX */
    double *x, *y;  /* (n): the levels as in the formula, and the quantity there; INFINITY: a miss, left out */
    size_t n, n_left_out;
    double slope, lo, hi; /* NAN: fewer than TREND_LEVELS are left. lo, hi: 95% percentile interval over
                             resampled seeds; with fewer than ENOUGH_SEEDS the least and greatest slope of
                             single seeds; NAN: one seed */
    size_t n_seeds;
};
bool trends_make(const struct results *r, const struct group *groups, size_t n, struct trend **trends,
                 size_t *n_trends, struct err *e);
void trends_free(struct trend *t, size_t n);

/* ---- scores.c: all of it, computed once for whoever writes or draws -------------------------------------- */

struct scores {
    const struct results *r;
    struct group *group; /* (n) */
    size_t n;
    struct ranking *ranking; /* (n_problems) */
    size_t n_problems;
    struct minima_count *minima; /* (n_problems) */
    struct profile profile;
    struct ecdf *ecdf; /* (n_ecdf): one an optimizer */
    size_t n_ecdf;
    struct trend *trend; /* (n_trends) */
    size_t n_trends;
    struct claim_result *claim; /* (n_claims) */
    size_t n_claims;
};
bool scores_make(const struct results *r, struct scores *s, struct err *e);
/* The label of an optimizer section, which has a group. */
const char *scores_optimizer(const struct scores *s, size_t optimizer_index);
void scores_free(struct scores *s);

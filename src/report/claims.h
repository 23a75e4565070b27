/* Claims, judged (SPEC of a claim: plan/claim.h; of its meaning: docs/grid.md).
 *
 * D of a seed is log left - log right, or left - right where a side may be negative; `ert` and `diverged` are
 * numbers of all seeds together. With ENOUGH_SEEDS the verdict is that of the 95% percentile interval over
 * RESAMPLES resamples of the seeds, every cell chosen anew in each; with fewer, all seeds must agree, each
 * taken by itself with the cells chosen by all. */
#pragma once
#include "plan/claim.h"
#include "report/results.h"

struct claim_result {
    const struct claim *claim; /* of the plan */
    enum claim_outcome verdict;
    bool complete;          /* every run it is about is in the store; else it is undecided for that */
    double left, right;     /* the sides over all seeds, factors included */
    bool is_difference;     /* d, lo and hi are left - right; else log left - log right */
    double d, lo, hi;       /* over all seeds, and its interval; NAN: none */
    bool chance;            /* whether the seed changes something */
    size_t n_seeds, n_hold; /* seeds, and those for which the relation holds by themselves */
    struct text left_cell, right_cell; /* which cells were taken, where there was a choice */
    struct text remark;
};
/* (plan_claims): *claims is malloc'ed. */
bool claims_make(const struct results *r, struct claim_result **claims, size_t *n, struct err *e);
void claims_free(struct claim_result *claims, size_t n);

/* The verdict of an interval or a single number (lo = hi). */
enum claim_outcome claim_judge(enum claim_relation relation, double lo, double hi);

/* claims_doc.c: a heading and a table, nothing where there are no claims; expectations.md. */
struct doc;
void claims_add(const struct claim_result *claims, size_t n, struct doc *d);
bool claims_write(const struct claim_result *claims, size_t n, const char *name, const char *path,
                  struct err *e);
/* How many complete claims have not the verdict expected; each is a line on out. */
size_t claims_unexpected(const struct claim_result *claims, size_t n, struct text *out);

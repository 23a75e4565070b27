/* Claims: what [expect LABEL] sections say, read and checked against the rest of the grid.
 *
 *     claim   = SIDE (< | <= | > | >=) SIDE
 *     SIDE    = NUMBER | [NUMBER *] MEASURE | [NUMBER *] slope(INNER / INNER, KEY)
 *     INNER   = NUMBER | [NUMBER *] MEASURE
 *     MEASURE = [best | median | worst] METRIC(LABEL [, KEY=VALUE ...])
 *
 * LABEL is that of an [optimizer]. Of its cells those match whose KEYs have these VALUEs, numbers to 1e-9
 * relative: keys of [data], [model], [sweep] and [optimizer], `data` and `schedule` (labels), `start` (W0:B0),
 * and a schedule's keys as schedule_KEY, as the columns of runs.csv. Some metrics take arguments of their own
 * besides: p (a feature's number, or bias), t and k (steps), band. What a claim means is the report's business
 * (report/claims.h). */
#pragma once
#include "plan/plan.h"

struct grid;
struct diag;

/* METRIC(name, arguments it needs, whether it may be negative, whether it comes from a trace, help) */
/* clang-format off */
#define CLAIM_METRICS(X) \
    X(steps, 0, false, false, "steps to the target; a miss is infinite") \
    X(epochs, 0, false, false, "epochs to the target") \
    X(nonzeros, 0, false, false, "non-zeros to the target") \
    X(final_loss, 0, false, false, "loss at the end") \
    X(best_loss, 0, false, false, "least loss of the curve") \
    X(test_loss, 0, false, false, "loss on the held-out rows at the end") \
    X(ert, 0, false, false, "expected steps to the target, over all seeds") \
    X(diverged, 0, false, false, "share of seeds that diverged") \
    X(unlearnt, CLAIM_BAND, false, false, "sum f (w-w*)^2 / sum f w*^2 of a band of features at the end") \
    X(w, CLAIM_P | CLAIM_T, true, true, "weight p before step t") \
    X(v, CLAIM_P | CLAIM_T, true, true, "second moment of p after step t") \
    X(u, CLAIM_P | CLAIM_T, true, true, "second accumulator or velocity of p after step t") \
    X(rate, CLAIM_P | CLAIM_T, true, true, "effective rate of p at step t") \
    X(path, CLAIM_P | CLAIM_K, false, true, "sum of |dw| of p over the first k steps") \
    X(osc, CLAIM_P, false, true, "max - min of p over the last fifth of the steps if its gradient changes sign in at least half of them, else 0") \
    X(corr, CLAIM_P, true, true, "rank correlation of p's rate with the absolute diagonal second derivative up to the target")
/* clang-format on */

enum claim_argument { CLAIM_P = 1, CLAIM_T = 2, CLAIM_K = 4, CLAIM_BAND = 8 };
enum claim_metric {
#define X(name, ...) CLAIM_##name,
    CLAIM_METRICS(X)
#undef X
        CLAIM_METRIC_COUNT
};
struct claim_metric_row {
    const char *name;
    int needs; /* enum claim_argument */
    bool may_be_negative, traced;
    const char *help;
};
extern const struct claim_metric_row claim_metrics[CLAIM_METRIC_COUNT];

enum claim_choice { CLAIM_BEST, CLAIM_MEDIAN, CLAIM_WORST };
enum claim_relation { CLAIM_LESS, CLAIM_AT_MOST, CLAIM_MORE, CLAIM_AT_LEAST };
enum claim_outcome { CLAIM_HELD, CLAIM_FAILED, CLAIM_UNDECIDED }; /* words of `outcome` */
extern const char *const claim_relation_names[], *const claim_outcome_names[];

enum { CLAIM_WHERE_MAX = 16, CLAIM_BIAS = 0 };
struct claim_where {
    int key; /* enum key, CLAIM_DATA or CLAIM_SCHEDULE */
    struct value v;
    const char *label; /* of a [data] or [schedule]; owned by the grid */
};
enum { CLAIM_DATA = KEY_COUNT, CLAIM_SCHEDULE };
struct claim_measure {
    bool is_number; /* `factor` and nothing else */
    double factor;  /* 1 where there is none; above 0 but for a number */
    enum claim_choice choice;
    enum claim_metric metric;
    size_t optimizer; /* number of the section */
    struct claim_where where[CLAIM_WHERE_MAX];
    int n_where;
    uint32_t p;    /* 1-based feature, CLAIM_BIAS */
    uint64_t t, k; /* steps, from 1 */
    int band;      /* 1-based, the most frequent first */
};
struct claim_side {
    bool is_slope;
    double factor;                    /* of the slope */
    struct claim_measure over, under; /* under: of a slope */
    enum key axis;                    /* of a slope */
};
struct claim {
    const char *label, *text; /* as written; owned by the grid */
    size_t line;
    struct claim_side left, right;
    enum claim_relation relation;
    enum claim_outcome expected;
};

/* Reads one claim against the sections of a grid. On failure false, and in why a message: column, offending
 * text, what was expected, nearest known name. Any bytes will do. */
bool claim_parse(const struct grid *g, const char *text, struct claim *out, struct text *why);
/* All [expect] sections of a grid, once every other section is read: fills g->claim. */
void claims_read(struct grid *g, struct diag *d);

/* Complains of measures that no cell of a whole plan matches: levels that exist, but not together. */
void claims_check(const struct plan *p, struct diag *d);

/* Whether a run is one of those that a measure is about. */
bool claim_matches(const struct claim_measure *m, const struct run *run);

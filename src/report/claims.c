/* Claims judged: cells chosen, compared, resampled. claims.h says by what rules. */
#include "report/claims.h"
#include "base/math.h"
#include "base/mem.h"
#include "base/stats.h"
#include "report/bootstrap.h"
#include "report/claims_cells.h"
#include "report/scores.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* A claim being judged. */
struct judging {
    struct gathering in;
    double *space, *d; /* (n_cells at most or n_seeds), (n_seeds) */
    const uint32_t *draws;
};

/* ---- choosing -------------------------------------------------------------------------------------------- */

static bool is_aggregate(const struct claim_measure *m) {
    return !m->is_number && (m->metric == CLAIM_ert || m->metric == CLAIM_diverged);
}

/* The measure of a cell over the seeds drawn. */
static double value_of(const struct judging *j, const struct gathered *g, size_t cell, const uint32_t *draw,
                       size_t n) {
    const double *x = g->x + cell * j->in.n_seeds, *hit = g->hit ? g->hit + cell * j->in.n_seeds : NULL;
    double sum = 0, hits = 0;
    if (!is_aggregate(g->m)) {
        for (size_t s = 0; s < n; s++)
            j->d[s] = x[draw[s]];
        return stats_median(j->d, n);
    }
    for (size_t s = 0; s < n; s++) {
        sum += x[draw[s]];
        /* NOLINTNEXTLINE(clang-analyzer-core.NullDereference): with cells there are hits */
        hits += g->m->metric == CLAIM_ert ? hit[draw[s]] : 1;
    }
    return hits > 0 ? sum / hits : INFINITY;
}

static size_t choose(const struct judging *j, const struct gathered *g, const uint32_t *draw, size_t n) {
    if (g->n_cells < 2)
        return 0;
    size_t chosen = 0;
    double *score = j->space;
    for (size_t k = 0; k < g->n_cells; k++)
        score[k] = value_of(j, g, k, draw, n);
    if (g->m->choice == CLAIM_MEDIAN) {
        double *sorted = j->space + g->n_cells;
        memcpy(sorted, score, g->n_cells * sizeof *sorted);
        stats_sort(sorted, g->n_cells);
        const double middle = stats_quantile(sorted, g->n_cells, 0.5);
        while (score[chosen] != middle)
            chosen++;
        return chosen;
    }
    for (size_t k = 1; k < g->n_cells; k++)
        if (g->m->choice == CLAIM_BEST ? score[k] < score[chosen] : score[k] > score[chosen])
            chosen = k;
    return chosen;
}

/* What is compared: the sides on the seeds `draw`, by the cells that the seeds `by` choose; resample: by's
 * number among the draws, SIZE_MAX: none of them. */
struct look {
    const uint32_t *by, *draw;
    size_t n_by, n, resample;
};

static size_t chosen(const struct judging *j, const struct gathered *g, const struct look *l) {
    return l->resample != SIZE_MAX && g->best ? g->best[l->resample] : choose(j, g, l->by, l->n_by);
}

/* ---- comparing ------------------------------------------------------------------------------------------- */

static double contrast(double left, double right, bool is_difference) {
    if (!is_difference)
        return log_ratio(left, right);
    return left == right ? 0 : left - right;
}

/* The median over seeds of D of two measures; of the aggregates where one of them is one. */
static double compare(const struct judging *j, const struct gathered *left, const struct gathered *right,
                      bool is_difference, const struct look *l) {
    const size_t a = chosen(j, left, l), b = chosen(j, right, l);
    if (is_aggregate(left->m) || is_aggregate(right->m))
        return contrast(left->m->factor * value_of(j, left, a, l->draw, l->n),
                        right->m->factor * value_of(j, right, b, l->draw, l->n), is_difference);
    for (size_t s = 0; s < l->n; s++)
        j->d[s] = contrast(left->m->factor * left->x[a * j->in.n_seeds + l->draw[s]],
                           right->m->factor * right->x[b * j->in.n_seeds + l->draw[s]], is_difference);
    return median_difference(j->d, l->n);
}

enum { SLOPE_LEVELS = 3 };

/* NAN: fewer than SLOPE_LEVELS are left. left_out: told which levels are not, where not NULL. */
static double slope_of(const struct judging *j, const struct side_cells *c, const struct look *l,
                       struct text *left_out) {
    double *x = j->space + 2 * j->in.r->n_cells, *y = x + c->n;
    size_t n = 0;
    for (size_t k = 0; k < c->n; k++) {
        const double d = compare(j, &c->over[k], &c->under[k], false, l);
        if (isfinite(d) && isfinite(c->x[k]) &&
            !(isinf(value_of(j, &c->over[k], chosen(j, &c->over[k], l), l->draw, l->n)))) {
            x[n] = c->x[k];
            y[n++] = d;
        } else if (left_out) {
            text_addf(left_out,
                      "%s%s=", left_out->len ? ", " : "left out of the slope: ", keys[c->s->axis].name);
            value_print(c->s->axis, c->level[k], left_out);
        }
    }
    return n < SLOPE_LEVELS ? NAN : c->s->factor * slope_fit(x, y, n);
}

static double side_value(const struct judging *j, const struct side_cells *c, const struct look *l,
                         struct text *left_out) {
    if (c->s->is_slope)
        return slope_of(j, c, l, left_out);
    return c->over->m->factor * value_of(j, c->over, chosen(j, c->over, l), l->draw, l->n);
}

static double statistic(const struct judging *j, const struct side_cells *left, const struct side_cells *right,
                        bool is_difference, const struct look *l) {
    if (!left->s->is_slope && !right->s->is_slope)
        return compare(j, left->over, right->over, is_difference, l);
    return side_value(j, left, l, NULL) - side_value(j, right, l, NULL);
}

/* The best cells of all resamples at once, by the routine that leaves out cells that can never be best. */
static bool foresee(const struct judging *j, const struct side_cells *c, struct err *e) {
    for (size_t k = 0; k < 2 * c->n; k++) {
        struct gathered *g = k < c->n ? &c->over[k] : &c->under[k - c->n];
        if (!g->m || g->n_cells < 2 || g->m->choice != CLAIM_BEST || is_aggregate(g->m) || g->best)
            continue;
        double *median = mem_zeroed(RESAMPLES, sizeof *median, e);
        g->best = mem_zeroed(RESAMPLES, sizeof *g->best, e);
        const bool ok = median && g->best &&
                        bootstrap_bests(&(struct side){g->x, g->n_cells}, j->in.n_seeds, j->draws, RESAMPLES,
                                        g->best, median, e);
        free(median);
        if (!ok)
            return false;
    }
    return true;
}

/* ---- judging --------------------------------------------------------------------------------------------- */

enum claim_outcome claim_judge(enum claim_relation relation, double lo, double hi) {
    const bool less = relation == CLAIM_LESS || relation == CLAIM_AT_MOST;
    const bool strict = relation == CLAIM_LESS || relation == CLAIM_MORE;
    const double towards = less ? hi : -lo, away = less ? lo : -hi; /* as if the relation were < or <= */
    if (strict ? towards < 0 : towards <= 0)
        return CLAIM_HELD;
    return (strict ? away >= 0 : away > 0) ? CLAIM_FAILED : CLAIM_UNDECIDED;
}

static bool resample(const struct judging *j, const struct side_cells *left, const struct side_cells *right,
                     struct claim_result *c, struct err *e) {
    double *d = mem_zeroed(RESAMPLES, sizeof *d, e);
    bool ok = d && foresee(j, left, e) && foresee(j, right, e);
    for (size_t b = 0; ok && b < RESAMPLES; b++) {
        const uint32_t *draw = j->draws + b * j->in.n_seeds;
        const struct look look = {draw, draw, j->in.n_seeds, j->in.n_seeds, b};
        d[b] = statistic(j, left, right, c->is_difference, &look);
        if (isnan(d[b])) /* says nothing: makes the interval wider on both sides */
            d[b] = b % 2 ? INFINITY : -INFINITY;
    }
    if (ok) {
        stats_sort(d, RESAMPLES);
        c->lo = stats_quantile(d, RESAMPLES, 0.025);
        c->hi = stats_quantile(d, RESAMPLES, 0.975);
        c->verdict = claim_judge(c->claim->relation, c->lo, c->hi);
    }
    free(d);
    return ok;
}

static void judge_few(const struct judging *j, const struct side_cells *left, const struct side_cells *right,
                      const uint32_t *all, struct claim_result *c) {
    for (uint32_t s = 0; s < c->n_seeds; s++) {
        const struct look look = {all, &s, c->n_seeds, 1, SIZE_MAX};
        const double d = statistic(j, left, right, c->is_difference, &look);
        c->n_hold += !isnan(d) && claim_judge(c->claim->relation, d, d) == CLAIM_HELD;
    }
    if (!c->chance || c->n_seeds < ENOUGH_SEEDS)
        c->verdict = c->n_hold == c->n_seeds ? CLAIM_HELD : c->n_hold == 0 ? CLAIM_FAILED : CLAIM_UNDECIDED;
}

/* The chosen cell's values of the keys in which the cells differ that it was chosen from. */
static void name_cell(const struct judging *j, const struct gathered *g, size_t cell, struct text *out) {
    struct run run, other;
    bool varies[KEY_COUNT] = {false}, data = false, schedule = false;
    if (g->m->is_number || g->n_cells < 2)
        return;
    plan_run(j->in.r->plan, g->first[cell], &run);
    for (size_t k = 0; k < g->n_cells; k++) {
        plan_run(j->in.r->plan, g->first[k], &other);
        data |= other.data_index != run.data_index;
        schedule |= strcmp(other.schedule, run.schedule) != 0;
        for (int key = 0; key < KEY_COUNT; key++)
            varies[key] |= key != KEY_SWEEP_seeds && !value_same(run.v[key], other.v[key]);
    }
    if (data)
        text_addf(out, "data=%s", run.data);
    if (schedule)
        text_addf(out, "%sschedule=%s", out->len ? ", " : "", run.schedule);
    for (int key = 0; key < KEY_COUNT; key++)
        if (varies[key] && run.v[key].word != VALUE_NONE) {
            text_addf(out, "%s%s%s=", out->len ? ", " : "", key >= KEY_S ? "schedule_" : "", keys[key].name);
            value_print((enum key)key, run.v[key], out);
        }
}

static bool may_be_negative(const struct claim_side *s) {
    return s->is_slope ||
           (s->over.is_number ? s->over.factor < 0 : claim_metrics[s->over.metric].may_be_negative);
}

static bool compare_sides(struct judging *j, const struct side_cells *left, const struct side_cells *right,
                          struct claim_result *c, struct err *e) {
    const size_t slots = 2 * j->in.r->n_cells + 2 * (left->n + right->n);
    uint32_t *all = mem_zeroed(j->in.n_seeds, sizeof *all, e);
    j->space = mem_zeroed(slots, sizeof *j->space, e);
    j->d = mem_zeroed(j->in.n_seeds, sizeof *j->d, e);
    c->chance = j->in.chance;
    c->n_seeds = j->in.chance ? j->in.n_seeds : 1;
    bool ok = all && j->space && j->d;
    if (ok) {
        for (size_t s = 0; s < j->in.n_seeds; s++)
            all[s] = (uint32_t)s;
        const struct look look = {all, all, c->n_seeds, c->n_seeds, SIZE_MAX};
        c->left = side_value(j, left, &look, &c->remark);
        c->right = side_value(j, right, &look, &c->remark);
        c->d = statistic(j, left, right, c->is_difference, &look);
        if (!left->s->is_slope)
            name_cell(j, left->over, chosen(j, left->over, &look), &c->left_cell);
        if (!right->s->is_slope)
            name_cell(j, right->over, chosen(j, right->over, &look), &c->right_cell);
        judge_few(j, left, right, all, c);
        if (isnan(c->d)) {
            c->verdict = CLAIM_UNDECIDED;
            text_addf(&c->remark, "%sfewer than %d levels are left", c->remark.len ? "; " : "", SLOPE_LEVELS);
        } else if (c->chance && c->n_seeds >= ENOUGH_SEEDS) {
            ok = resample(j, left, right, c, e);
        }
    }
    free(all);
    free(j->space);
    free(j->d);
    return ok;
}

static bool judge(struct judging *j, struct claim_result *c, struct err *e) {
    struct side_cells left = {0}, right = {0};
    bool ok = side_make(&j->in, &c->claim->left, &left, e) && side_make(&j->in, &c->claim->right, &right, e);
    c->is_difference = may_be_negative(&c->claim->left) || may_be_negative(&c->claim->right);
    c->complete = !j->in.n_missing;
    if (ok && j->in.n_missing)
        text_addf(&c->remark, "%zu of its runs are not in the store", j->in.n_missing);
    else if (ok && j->in.traced)
        text_add(&c->remark, "it is about traces, and no run it is about was traced");
    else if (ok && (j->in.unknown || j->in.empty))
        text_add(&c->remark,
                 j->in.empty ? "some level has no cells" : "what it measures is not known of these runs");
    else
        ok = ok && compare_sides(j, &left, &right, c, e);
    side_free(&left);
    side_free(&right);
    return ok;
}

bool claims_make(const struct results *r, struct claim_result **claims, size_t *n, struct err *e) {
    const struct claim *claim = plan_claims(r->plan, n);
    const size_t n_seeds = plan_n_seeds(r->plan);
    uint32_t *draws = NULL;
    *claims = mem_zeroed(*n + 1, sizeof **claims, e);
    bool ok = *claims != NULL;
    if (ok && *n && n_seeds >= ENOUGH_SEEDS)
        ok = (draws = bootstrap_draws(n_seeds, e)) != NULL;
    for (size_t k = 0; ok && k < *n; k++) {
        struct claim_result *c = &(*claims)[k];
        struct judging j = {.in = {.r = r, .n_seeds = n_seeds}, .draws = draws};
        *c = (struct claim_result){.claim = &claim[k],
                                   .verdict = CLAIM_UNDECIDED,
                                   .left = NAN,
                                   .right = NAN,
                                   .d = NAN,
                                   .lo = NAN,
                                   .hi = NAN};
        ok = judge(&j, c, e);
        ok = ok && ((!c->remark.failed && !c->left_cell.failed && !c->right_cell.failed) ||
                    err_add(e, "out of memory for the claims"));
    }
    free(draws);
    if (!ok && *claims) {
        claims_free(*claims, *n);
        *claims = NULL;
        *n = 0;
    }
    return ok;
}

void claims_free(struct claim_result *claims, size_t n) {
    for (size_t k = 0; k < n; k++) {
        text_free(&claims[k].left_cell);
        text_free(&claims[k].right_cell);
        text_free(&claims[k].remark);
    }
    free(claims);
}

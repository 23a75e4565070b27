/* Rankings at equal budget (scores.h). An optimizer with more cells has drawn more lots: compared by the best
 * of all, it wins by their number. So each is judged by the median best of k of its cells, the same k for all.
 */
#include "base/mem.h"
#include "base/stats.h"
#include "report/scores.h"
#include "report/sides.h"
#include <math.h>
#include <stdlib.h>

/* Before a in the ranking? */
static int compare(double a, double b) {
    return (a > b) - (a < b);
}

static int by_time(const void *a, const void *b) {
    const struct standing *x = a, *y = b;
    int c = compare(x->typical, y->typical);
    c = c ? c : compare(y->hit, x->hit);
    c = c ? c : compare(x->best, y->best);
    return c ? c : (x->group > y->group) - (x->group < y->group);
}

static void sort_by_test(struct ranking *k) {
    for (size_t i = 0; i < k->n; i++) {
        size_t j = i;
        for (; j > 0; j--) {
            const struct standing *x = &k->row[k->by_test[j - 1]], *y = &k->row[i];
            int c = compare(x->test_typical, y->test_typical);
            c = c ? c : compare(x->test_best, y->test_best);
            if (c <= 0)
                break;
            k->by_test[j] = k->by_test[j - 1];
        }
        k->by_test[j] = i;
    }
}

/* x: (n_cells) of space. */
static struct standing stand(const struct results *r, const struct group *g, size_t number, size_t k,
                             double *x) {
    struct standing s = {.group = number, .first = NAN};
    size_t misses = 0;
    for (size_t i = 0; i < g->n_cells; i++) {
        x[i] = group_cell(r, g, i)->epochs.median;
        misses += isinf(x[i]) != 0;
    }
    stats_sort(x, g->n_cells);
    s.typical = budget_quantile(x, g->n_cells, k, 0.5);
    s.hit = budget_hit(g->n_cells, misses, k);
    s.best = x[0];
    for (size_t i = 0; i < g->n_cells; i++)
        x[i] = group_cell(r, g, i)->best_test_loss.median;
    stats_sort(x, g->n_cells);
    s.test_typical = budget_quantile(x, g->n_cells, k, 0.5);
    s.test_best = x[0];
    return s;
}

/* Chances of being first and differences from the leader, of all rows. */
static bool compare_rows(const struct results *r, const struct group *groups, struct ranking *k,
                         const uint32_t *draws, struct err *e) {
    struct side *side = mem_zeroed(k->n, sizeof *side, e);
    size_t *rank = mem_zeroed(k->n, sizeof *rank, e);
    double *numbers = mem_zeroed(2 * k->n, sizeof *numbers, e), *corrected = numbers ? numbers + k->n : NULL;
    bool ok = side && rank && numbers;
    for (size_t i = 0; ok && i < k->n; i++) {
        const struct group *g = &groups[k->row[i].group];
        side[i].n_cells = g->n_cells;
        rank[i] = budget_rank(g->n_cells, k->k, 0.5);
        side[i].x = side_matrix(r, g, k->n_seeds, offsetof(struct result, epochs_to_target), e);
        ok = side[i].x != NULL;
    }
    if (ok && k->chance && k->n_seeds > 1) {
        ok = bootstrap_first(side, rank, k->n, k->n_seeds, draws, numbers, e);
        for (size_t i = 0; ok && i < k->n; i++)
            k->row[i].first = numbers[i];
    }
    for (size_t i = 0; ok && i < k->n; i++) {
        ok = contrast_make(&side[i], &side[0], k->n_seeds, k->chance, draws, &k->row[i].behind, e);
        numbers[i] = i ? k->row[i].behind.p : NAN;
    }
    ok = ok && holm_correct(numbers, k->n, corrected, e);
    for (size_t i = 0; ok && i < k->n; i++) {
        struct contrast *c = &k->row[i].behind;
        c->p = corrected[i];
        if (c->p > 0.05) /* many were compared with one */
            c->verdict = VERDICT_UNDECIDED;
    }
    for (size_t i = 0; side && i < k->n; i++)
        free((void *)side[i].x);
    free(side);
    free(rank);
    free(numbers);
    return ok;
}

/* The ranking of the problem of groups[member[0]], ..., (n). */
static bool rank_problem(const struct results *r, const struct group *groups, const size_t *member, size_t n,
                         const uint32_t *draws, struct ranking *k, struct err *e) {
    const struct group *g = &groups[member[0]];
    struct run run;
    plan_run(r->plan, g->cell[0], &run);
    *k = (struct ranking){.problem = g->problem,
                          .k = g->n_cells,
                          .n = n,
                          .n_seeds = group_cell(r, g, 0)->n,
                          .chance = run.seed_matters};
    size_t most = 0;
    for (size_t i = 0; i < n; i++) {
        const size_t n_cells = groups[member[i]].n_cells;
        k->k = n_cells < k->k ? n_cells : k->k;
        most = n_cells > most ? n_cells : most;
    }
    k->row = mem_zeroed(n, sizeof *k->row, e);
    k->by_test = r->row[g->cell[0]].held_out ? mem_zeroed(n, sizeof *k->by_test, e) : NULL;
    double *x = mem_zeroed(most, sizeof *x, e);
    bool ok = k->row && x && (k->by_test || !r->row[g->cell[0]].held_out);
    for (size_t i = 0; ok && i < n; i++) {
        k->row[i] = stand(r, &groups[member[i]], member[i], k->k, x);
        k->solved |= groups[member[i]].hit;
    }
    free(x);
    if (ok)
        qsort(k->row, n, sizeof *k->row, by_time);
    if (ok && k->by_test)
        sort_by_test(k);
    return ok && compare_rows(r, groups, k, draws, e);
}

bool rankings_make(const struct results *r, const struct group *groups, size_t n, struct ranking **rankings,
                   size_t *n_rankings, struct err *e) {
    size_t n_problems = 0, cap = plan_n_seeds(r->plan);
    for (size_t i = 0; i < n; i++)
        n_problems = groups[i].problem >= n_problems ? groups[i].problem + 1 : n_problems;
    struct ranking *k = mem_zeroed(n_problems, sizeof *k, e);
    size_t *member = mem_zeroed(n, sizeof *member, e), *first = mem_zeroed(n_problems + 2, sizeof *first, e);
    uint32_t *draws = bootstrap_draws(cap, e);
    bool ok = k && member && first && draws;
    for (size_t i = 0; ok && i < n; i++)
        first[groups[i].problem + 2]++;
    for (size_t p = 0; ok && p < n_problems; p++)
        first[p + 2] += first[p + 1];
    for (size_t i = 0; ok && i < n; i++)
        member[first[groups[i].problem + 1]++] = i;
    for (size_t p = 0; ok && p < n_problems; p++)
        ok = rank_problem(r, groups, member + first[p], first[p + 1] - first[p], draws, &k[p], e);
    free(member);
    free(first);
    free(draws);
    if (!ok && k)
        rankings_free(k, n_problems);
    *rankings = ok ? k : NULL;
    *n_rankings = ok ? n_problems : 0;
    return ok;
}

void rankings_free(struct ranking *rankings, size_t n) {
    for (size_t p = 0; p < n; p++) {
        free(rankings[p].row);
        free(rankings[p].by_test);
    }
    free(rankings);
}

/* Performance profiles (E. D. Dolan and J. J. More, "Benchmarking Optimization Software with Performance
 * Profiles", Math. Programming 91, 2002) and the score of AlgoPerf (G. E. Dahl et al., 2023), the area under
 * the profile up to four times the best. */
#include "base/mem.h"
#include "base/stats.h"
#include "report/scores.h"
#include <math.h>
#include <stdlib.h>

static double best_time(const struct results *r, const struct group *g) {
    return group_cell(r, g, g->best)->epochs.median;
}

static double ratio_to(double t, double least, double interval) {
    if (isinf(t))
        return INFINITY;
    return t - least <= interval ? 1 : t / least;
}

/* Where the optimizer stands in p->optimizer. */
static size_t place_of(const struct profile *p, size_t optimizer_index) {
    size_t k = 0;
    while (p->optimizer[k] != optimizer_index)
        k++;
    return k;
}

static bool list_optimizers(const struct group *groups, size_t n, struct profile *p, struct err *e) {
    size_t end = 0;
    for (size_t i = 0; i < n; i++) {
        end = groups[i].optimizer_index >= end ? groups[i].optimizer_index + 1 : end;
        p->n_problems = groups[i].problem >= p->n_problems ? groups[i].problem + 1 : p->n_problems;
    }
    bool *there = mem_zeroed(end, sizeof *there, e);
    p->optimizer = mem_zeroed(end, sizeof *p->optimizer, e);
    bool ok = there && p->optimizer;
    for (size_t i = 0; ok && i < n; i++)
        there[groups[i].optimizer_index] = true;
    for (size_t k = 0; ok && k < end; k++)
        if (there[k])
            p->optimizer[p->n_optimizers++] = k;
    free(there);
    return ok;
}

bool profile_make(const struct results *r, const struct group *groups, size_t n, struct profile *p,
                  struct err *e) {
    *p = (struct profile){0};
    struct run run;
    plan_run(r->plan, 0, &run);
    const double interval = run.v[KEY_SWEEP_evaluate].number;
    bool ok = list_optimizers(groups, n, p, e);
    double *least = ok ? mem_zeroed(p->n_problems, sizeof *least, e) : NULL;
    p->ratio = ok ? mem_zeroed(p->n_optimizers * p->n_problems, sizeof *p->ratio, e) : NULL;
    p->score = ok ? mem_zeroed(p->n_optimizers, sizeof *p->score, e) : NULL;
    ok = ok && least && p->ratio && p->score;
    for (size_t k = 0; ok && k < p->n_problems; k++)
        least[k] = INFINITY;
    for (size_t i = 0; ok && i < n; i++)
        least[groups[i].problem] = fmin(least[groups[i].problem], best_time(r, &groups[i]));
    for (size_t k = 0; ok && k < p->n_optimizers * p->n_problems; k++)
        p->ratio[k] = INFINITY;
    for (size_t i = 0; ok && i < n; i++)
        p->ratio[place_of(p, groups[i].optimizer_index) * p->n_problems + groups[i].problem] =
            ratio_to(best_time(r, &groups[i]), least[groups[i].problem], interval);
    for (size_t k = 0; ok && k < p->n_optimizers; k++) {
        double *row = p->ratio + k * p->n_problems;
        stats_sort(row, p->n_problems);
        for (size_t j = 0; j < p->n_problems; j++)
            p->score[k] += fmax(0, (4 - row[j]) / 3);
        p->score[k] /= (double)p->n_problems;
    }
    free(least);
    if (!ok)
        profile_free(p);
    return ok;
}

void profile_free(struct profile *p) {
    free(p->optimizer);
    free(p->ratio);
    free(p->score);
    *p = (struct profile){0};
}

double profile_share(const struct profile *p, size_t optimizer, double tau) {
    size_t n = 0;
    while (n < p->n_problems && p->ratio[optimizer * p->n_problems + n] <= tau)
        n++;
    return (double)n / (double)p->n_problems;
}

/* Slopes in logs along an axis: by what power of, say, the density the best step size goes (scores.h). */
#include "base/math.h"
#include "base/mem.h"
#include "base/stats.h"
#include "report/scores.h"
#include "report/sides.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

double slope_fit(const double *x, const double *y, size_t n) {
    double mx = 0, my = 0, xx = 0, xy = 0;
    for (size_t i = 0; i < n; i++) {
        mx += x[i] / (double)n;
        my += y[i] / (double)n;
    }
    for (size_t i = 0; i < n; i++) {
        xx += (x[i] - mx) * (x[i] - mx);
        xy += (x[i] - mx) * (y[i] - my);
    }
    return xx > 0 ? xy / xx : NAN;
}

static double position(enum key key, double number) {
    return key == KEY_DATA_sparsity ? 1 - number : number;
}

/* ---- one optimizer along an axis ------------------------------------------------------------------------- */

/* At each level: the best cell's time and eta0, as they are (row 0) and in every resample after. */
struct series {
    size_t *group; /* (n): ascending in x */
    double *x;     /* (n) */
    size_t n, n_draws;
    double *value[2]; /* TREND_TIME, TREND_ETA0: (n_draws + 1, n); NAN: no eta0 */
};

static void series_free(struct series *s) {
    free(s->group);
    free(s->x);
    free(s->value[TREND_TIME]);
    free(s->value[TREND_ETA0]);
}

static double eta0_of(const struct results *r, const struct group *g, size_t cell) {
    struct run run;
    plan_run(r->plan, g->cell[cell], &run);
    return run.v[KEY_ETA0].word == VALUE_NUMBER ? run.v[KEY_ETA0].number : NAN;
}

/* draws: (n_draws, n_seeds). */
static bool series_level(const struct results *r, const struct group *g, size_t n_seeds, const uint32_t *draws,
                         struct series *s, size_t level, struct err *e) {
    size_t *cell = mem_zeroed(s->n_draws + 1, sizeof *cell, e);
    double *median = mem_zeroed(s->n_draws + 1, sizeof *median, e),
           *eta0 = mem_zeroed(g->n_cells, sizeof *eta0, e);
    struct side side = {NULL, g->n_cells};
    side.x = side_matrix(r, g, n_seeds, offsetof(struct result, epochs_to_target), e);
    bool ok = cell && median && eta0 && side.x &&
              bootstrap_bests(&side, n_seeds, draws, s->n_draws, cell + 1, median + 1, e);
    if (ok) {
        cell[0] = g->best;
        median[0] = group_cell(r, g, g->best)->epochs.median;
        for (size_t k = 0; k < g->n_cells; k++)
            eta0[k] = eta0_of(r, g, k);
    }
    for (size_t b = 0; ok && b <= s->n_draws; b++) {
        s->value[TREND_TIME][b * s->n + level] = median[b];
        s->value[TREND_ETA0][b * s->n + level] = isinf(median[b]) ? INFINITY : eta0[cell[b]];
    }
    free(cell);
    free(median);
    free(eta0);
    free((void *)side.x);
    return ok;
}

/* ---- families: groups that differ only along the axis and in the optimizer ------------------------------- */

struct axis {
    const struct results *r;
    const struct group *group; /* (n): all groups */
    const struct run *run;     /* (n): of each group's first cell */
    size_t n;
    enum key key;
    bool tied[KEY_H]; /* keys that advance together with it (zip), and the key itself */
};

static bool varies(const struct axis *a, size_t data_index, enum key key) {
    const struct run *first = NULL;
    for (size_t i = 0; i < a->n; i++) {
        if (a->group[i].data_index != data_index)
            continue;
        first = first ? first : &a->run[i];
        if (!value_same(first->v[key], a->run[i].v[key]))
            return true;
    }
    return false;
}

/* Whether y takes a new value exactly when x does, among the groups on a data section; both vary. */
static bool are_tied(const struct axis *a, size_t data_index, enum key x, enum key y) {
    for (size_t i = 0; i < a->n; i++)
        for (size_t j = 0; j < i && a->group[i].data_index == data_index; j++)
            if (a->group[j].data_index == data_index &&
                value_same(a->run[i].v[x], a->run[j].v[x]) != value_same(a->run[i].v[y], a->run[j].v[y]))
                return false;
    return true;
}

static bool in_family(const struct axis *a, size_t i, size_t j) {
    if (a->group[i].data_index != a->group[j].data_index)
        return false;
    for (int k = 0; k < KEY_H; k++)
        if (key_tells_groups((enum key)k) && !a->tied[k] && !value_same(a->run[i].v[k], a->run[j].v[k]))
            return false;
    return true;
}

/* The optimizer of group `first` along the axis. n = 0: not an axis to speak of. */
static bool series_make(const struct axis *a, size_t first, const uint32_t *draws, size_t n_draws,
                        struct series *s, struct err *e) {
    *s = (struct series){.n_draws = n_draws};
    const size_t n_seeds = group_cell(a->r, &a->group[first], 0)->n;
    s->group = mem_zeroed(a->n, sizeof *s->group, e);
    s->x = mem_zeroed(a->n, sizeof *s->x, e);
    bool ok = s->group && s->x, positive = true;
    for (size_t i = first; ok && i < a->n; i++) {
        if (a->group[i].optimizer_index != a->group[first].optimizer_index || !in_family(a, first, i))
            continue;
        const double x = position(a->key, a->run[i].v[a->key].number);
        size_t at = s->n++;
        for (; at > 0 && s->x[at - 1] > x; at--) {
            s->x[at] = s->x[at - 1];
            s->group[at] = s->group[at - 1];
        }
        s->x[at] = x;
        s->group[at] = i;
        positive &= x > 0 && a->run[i].v[a->key].word == VALUE_NUMBER;
    }
    if (!ok || !positive || s->n < TREND_LEVELS) {
        s->n = 0;
        return ok;
    }
    for (int k = 0; k < 2; k++)
        ok = ok && (s->value[k] = mem_zeroed((n_draws + 1) * s->n, sizeof *s->value[k], e));
    for (size_t l = 0; ok && l < s->n; l++)
        ok = series_level(a->r, &a->group[s->group[l]], n_seeds, draws, s, l, e);
    return ok;
}

/* ---- trends ---------------------------------------------------------------------------------------------- */

struct trend_list {
    struct trend *trend;
    size_t n, cap, n_families;
};

/* The slope through what is finite of y; lx, ly: (n) of space. */
static double fit_logs(const double *x, const double *y, size_t n, double *lx, double *ly) {
    size_t kept = 0;
    for (size_t i = 0; i < n; i++)
        if (isfinite(y[i]) && y[i] > 0) {
            lx[kept] = m_log(x[i]);
            ly[kept++] = m_log(y[i]);
        }
    return kept < TREND_LEVELS ? NAN : slope_fit(lx, ly, kept);
}

/* y, (n_draws + 1, n): the quantity, as it is and resampled. */
static bool add_trend(struct trend_list *list, const struct trend *what, const struct series *s,
                      const double *y, struct err *e) {
    if (!mem_grow(&list->trend, &list->cap, list->n + 1, sizeof *list->trend, e))
        return false;
    struct trend *t = &list->trend[list->n++];
    *t = *what;
    t->key = what->key;
    t->n = s->n;
    t->lo = t->hi = NAN;
    t->x = mem_zeroed(s->n, sizeof *t->x, e);
    t->y = mem_zeroed(s->n, sizeof *t->y, e);
    double *space = mem_zeroed(2 * s->n + s->n_draws, sizeof *space, e),
           *slope = space ? space + 2 * s->n : NULL;
    bool ok = t->x && t->y && space;
    if (ok) {
        memcpy(t->x, s->x, s->n * sizeof *t->x);
        memcpy(t->y, y, s->n * sizeof *t->y);
        t->slope = fit_logs(s->x, y, s->n, space, space + s->n);
    }
    size_t n = 0;
    for (size_t l = 0; ok && l < s->n; l++)
        t->n_left_out += !(isfinite(y[l]) && y[l] > 0);
    for (size_t b = 1; ok && b <= s->n_draws; b++) {
        slope[n] = fit_logs(s->x, y + b * s->n, s->n, space, space + s->n);
        n += !isnan(slope[n]); /* too few levels left in this one: not counted */
    }
    if (ok && n && !isnan(t->slope)) {
        stats_sort(slope, n);
        t->lo = stats_quantile(slope, n, t->n_seeds < ENOUGH_SEEDS ? 1e-9 : 0.025);
        t->hi = stats_quantile(slope, n, t->n_seeds < ENOUGH_SEEDS ? 1 : 0.975);
    }
    free(space);
    return ok;
}

/* The series with the least time at most levels: what the others are measured by. */
static size_t leader_of(const struct series *s, size_t n) {
    size_t best = 0, most = 0;
    for (size_t k = 0; k < n; k++) {
        size_t wins = 0;
        for (size_t l = 0; s[k].n == s[0].n && l < s[k].n; l++) {
            bool first = isfinite(s[k].value[TREND_TIME][l]);
            for (size_t i = 0; i < n; i++)
                first &= s[i].n != s[k].n || s[k].value[TREND_TIME][l] <= s[i].value[TREND_TIME][l];
            wins += first;
        }
        if (wins > most) {
            most = wins;
            best = k;
        }
    }
    return best;
}

static bool add_behind(struct trend_list *list, struct trend what, const struct series *s,
                       const struct series *base, struct err *e) {
    const size_t size = (s->n_draws + 1) * s->n;
    double *y = mem_zeroed(size, sizeof *y, e);
    for (size_t i = 0; y && i < size; i++)
        y[i] = s->value[TREND_TIME][i] / base->value[TREND_TIME][i]; /* NAN where both miss */
    what.of = TREND_BEHIND;
    what.base = base->group[0];
    bool ok = y && add_trend(list, &what, s, y, e);
    free(y);
    return ok;
}

/* The data label of a family, with the axes beside this one that vary. */
static bool name_family(const struct axis *a, size_t first, struct trend *what, struct err *e) {
    const size_t data_index = a->group[first].data_index;
    struct text name = {0};
    text_add(&name, a->run[first].data);
    for (int k = 0; k < KEY_H; k++)
        if (key_tells_groups((enum key)k) && !a->tied[k] && varies(a, data_index, (enum key)k)) {
            text_addf(&name, " %s=", keys[k].name);
            value_print((enum key)k, a->run[first].v[k], &name);
        }
    const bool ok = !name.failed || err_add(e, "out of memory for the name of a trend");
    if (ok)
        snprintf(what->data, sizeof what->data, "%s", name.s);
    text_free(&name);
    return ok;
}

/* All optimizers of a family, of which group `first` is the first. */
static bool add_family(const struct axis *a, size_t first, const uint32_t *draws, size_t n_draws,
                       size_t n_seeds, bool *done, struct trend_list *list, struct err *e) {
    struct series *s = mem_zeroed(a->n, sizeof *s, e);
    size_t n = 0;
    bool ok = s != NULL;
    for (size_t i = first; ok && i < a->n; i++) {
        if (done[i] || !in_family(a, first, i))
            continue;
        ok = series_make(a, i, draws, n_draws, &s[n], e);
        for (size_t j = i; j < a->n; j++)
            done[j] |= a->group[j].optimizer_index == a->group[i].optimizer_index && in_family(a, first, j);
        if (ok && s[n].n)
            n++;
        else
            series_free(&s[n]);
    }
    const size_t lead = ok && n ? leader_of(s, n) : 0;
    for (size_t k = 0; ok && k < n; k++) {
        struct trend what = {.of = TREND_TIME,
                             .key = a->key,
                             .family = list->n_families,
                             .group = s[k].group[0],
                             .base = SIZE_MAX,
                             .n_seeds = n_seeds};
        ok = name_family(a, first, &what, e);
        ok = ok && add_trend(list, &what, &s[k], s[k].value[TREND_TIME], e);
        if (ok && k != lead && s[k].n == s[lead].n)
            ok = add_behind(list, what, &s[k], &s[lead], e);
        what.of = TREND_ETA0;
        if (ok && !isnan(s[k].value[TREND_ETA0][0]))
            ok = add_trend(list, &what, &s[k], s[k].value[TREND_ETA0], e);
    }
    list->n_families += n > 0;
    for (size_t k = 0; s && k < n; k++)
        series_free(&s[k]);
    free(s);
    return ok;
}

/* How many settings the axes beside it have, of a data section; counting stops above TREND_FAMILIES. */
static size_t count_families(const struct axis *a, size_t data_index) {
    size_t n = 0;
    for (size_t i = 0; i < a->n && n <= TREND_FAMILIES; i++) {
        bool seen = a->group[i].data_index != data_index;
        for (size_t j = 0; j < i && !seen; j++)
            seen = in_family(a, j, i);
        n += !seen;
    }
    return n;
}

/* Trends along one key, of the groups on one data section. */
static bool add_axis(struct axis *a, size_t data_index, enum key key, const uint32_t *draws, size_t n_seeds,
                     bool *done, struct trend_list *list, struct err *e) {
    if (!varies(a, data_index, key))
        return true;
    a->key = key;
    for (int k = 0; k < KEY_H; k++)
        a->tied[k] = k == (int)key || (key_tells_groups((enum key)k) && varies(a, data_index, (enum key)k) &&
                                       are_tied(a, data_index, key, (enum key)k));
    if (count_families(a, data_index) > TREND_FAMILIES)
        return true;
    uint32_t *single = mem_zeroed(n_seeds * n_seeds, sizeof *single, e); /* each seed alone */
    for (size_t s = 0; single && s < n_seeds * n_seeds; s++)
        single[s] = (uint32_t)(s / n_seeds);
    const bool few = n_seeds < ENOUGH_SEEDS;
    bool ok = single != NULL;
    memset(done, 0, a->n * sizeof *done);
    for (size_t i = 0; ok && i < a->n; i++)
        if (!done[i] && a->group[i].data_index == data_index)
            ok = add_family(a, i, few ? single : draws,
                            n_seeds == 1 ? 0
                            : few        ? n_seeds
                                         : RESAMPLES,
                            n_seeds, done, list, e);
    free(single);
    return ok;
}

bool trends_make(const struct results *r, const struct group *groups, size_t n, struct trend **trends,
                 size_t *n_trends, struct err *e) {
    struct trend_list list = {0};
    struct run *run = mem_zeroed(n, sizeof *run, e);
    bool *done = mem_zeroed(n, sizeof *done, e);
    uint32_t *draws = bootstrap_draws(plan_n_seeds(r->plan), e);
    bool ok = run && done && draws;
    for (size_t i = 0; ok && i < n; i++)
        plan_run(r->plan, groups[i].cell[0], &run[i]);
    struct axis a = {.r = r, .group = groups, .run = run, .n = n};
    for (size_t i = 0; ok && i < n; i++) {
        if (i && groups[i].data_index == groups[i - 1].data_index)
            continue;
        for (int k = 0; ok && k < KEY_H; k++)
            if (key_tells_groups((enum key)k) && run[i].v[k].word == VALUE_NUMBER)
                ok = add_axis(&a, groups[i].data_index, (enum key)k, draws, group_cell(r, &groups[i], 0)->n,
                              done, &list, e);
    }
    free(run);
    free(done);
    free(draws);
    if (!ok)
        trends_free(list.trend, list.n);
    *trends = ok ? list.trend : NULL;
    *n_trends = ok ? list.n : 0;
    return ok;
}

void trends_free(struct trend *t, size_t n) {
    for (size_t k = 0; k < n; k++) {
        free(t[k].x);
        free(t[k].y);
    }
    free(t);
}

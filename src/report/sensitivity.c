/* How much an optimizer's time depends on its tuning (scores.h). */
#include "base/math.h"
#include "base/mem.h"
#include "report/scores.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double TWICE = 2;

/* Whether two runs of a group differ in nothing but, perhaps, `key`. */
static bool same_but(const struct run *a, const struct run *b, enum key key) {
    if (strcmp(a->schedule, b->schedule))
        return false;
    for (int k = KEY_H; k < KEY_COUNT; k++)
        if (k != (int)key && !value_same(a->v[k], b->v[k]))
            return false;
    return true;
}

struct level {
    double eta0, time;
};

static int by_eta0(const void *a, const void *b) {
    const double x = ((const struct level *)a)->eta0, y = ((const struct level *)b)->eta0;
    return (x > y) - (x < y);
}

bool robustness_make(const struct results *r, const struct group *g, struct robustness *out, struct err *e) {
    struct run best, run;
    plan_run(r->plan, g->cell[g->best], &best);
    const double limit = TWICE * group_cell(r, g, g->best)->epochs.median;
    *out = (struct robustness){.known = g->hit && best.v[KEY_ETA0].word == VALUE_NUMBER};
    if (!out->known)
        return true;
    struct level *level = mem_zeroed(g->n_cells, sizeof *level, e);
    if (!level)
        return false;
    size_t n = 0, at = 0;
    for (size_t k = 0; k < g->n_cells; k++) {
        plan_run(r->plan, g->cell[k], &run);
        if (same_but(&best, &run, KEY_ETA0))
            level[n++] = (struct level){run.v[KEY_ETA0].number, group_cell(r, g, k)->epochs.median};
    }
    qsort(level, n, sizeof *level, by_eta0);
    while (level[at].eta0 != best.v[KEY_ETA0].number)
        at++;
    size_t lo = at, hi = at;
    while (lo > 0 && level[lo - 1].time <= limit)
        lo--;
    while (hi + 1 < n && level[hi + 1].time <= limit)
        hi++;
    out->lo = level[lo].eta0;
    out->hi = level[hi].eta0;
    out->decades = m_log(out->hi / out->lo) / m_log(10);
    out->at_least = lo == 0 || hi + 1 == n;
    free(level);
    return true;
}

/* A level of a key or a schedule, and the best time of the cells that have it. */
struct best_at {
    struct value v;
    const char *schedule;
    double time;
};

static bool at_level(const struct best_at *l, const struct run *run, enum key key) {
    return key == KEY_COUNT ? !strcmp(l->schedule, run->schedule) : value_same(l->v, run->v[key]);
}

/* Cells to which the key does not apply say nothing of it. level: (n_cells) of space. */
static bool importance_of(const struct results *r, const struct group *g, const struct run *run, enum key key,
                          struct best_at *level, struct importance *found) {
    size_t n = 0, worst = 0;
    for (size_t k = 0; k < g->n_cells; k++) {
        struct value v = {0};
        if (key != KEY_COUNT)
            v = run[k].v[key];
        size_t i = 0;
        if (v.word == VALUE_NONE)
            continue;
        while (i < n && !at_level(&level[i], &run[k], key))
            i++;
        if (i == n)
            level[n++] = (struct best_at){v, run[k].schedule, INFINITY};
        level[i].time = fmin(level[i].time, group_cell(r, g, k)->epochs.median);
    }
    for (size_t i = 1; i < n; i++)
        if (level[i].time > level[worst].time)
            worst = i;
    if (n < 2)
        return false;
    const double best = group_cell(r, g, g->best)->epochs.median, time = level[worst].time;
    *found = (struct importance){key, time == best ? 1 : time / best, level[worst].v, level[worst].schedule};
    return true;
}

bool importance_make(const struct results *r, const struct group *g, struct importance **list, size_t *n,
                     struct err *e) {
    *n = 0;
    *list = mem_zeroed(KEY_COUNT - KEY_H + 1, sizeof **list, e);
    struct run *run = mem_zeroed(g->n_cells, sizeof *run, e);
    struct best_at *level = mem_zeroed(g->n_cells, sizeof *level, e);
    bool ok = *list && run && level;
    for (size_t k = 0; ok && g->hit && k < g->n_cells; k++)
        plan_run(r->plan, g->cell[k], &run[k]);
    for (int key = KEY_H; ok && g->hit && key <= KEY_COUNT; key++)
        *n += importance_of(r, g, run, (enum key)key, level, &(*list)[*n]);
    free(run);
    free(level);
    if (!ok) {
        free(*list);
        *list = NULL;
    }
    return ok;
}

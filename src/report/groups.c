/* Groups of cells that compete for being the best: the same optimizer section on the same data, model and
 * batch. */
#include "base/math.h"
#include "base/mem.h"
#include "report/results.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

bool key_tells_groups(enum key k) {
    return k < KEY_H && k != KEY_SWEEP_seeds && keys[k].flags & AXIS &&
           (keys[k].section == SECTION_DATA || keys[k].section == SECTION_MODEL ||
            keys[k].section == SECTION_SWEEP);
}

static bool same_problem(const struct run *a, const struct run *b) {
    if (a->data_index != b->data_index)
        return false;
    for (int k = 0; k < KEY_H; k++)
        if (key_tells_groups((enum key)k) && !value_same(a->v[k], b->v[k]))
            return false;
    return true;
}

struct builder {
    struct group *group;
    struct run *first; /* of each group's first cell */
    size_t *cap;       /* of each group's cells */
    size_t n, cap_group, cap_first, cap_cap, n_problems;
};

/* The problem of a run, the next number if no group is on it yet. */
static size_t problem_of(struct builder *b, const struct run *run) {
    for (size_t k = b->n; k-- > 0;)
        if (same_problem(&b->first[k], run))
            return b->group[k].problem;
    return b->n_problems;
}

/* The group of a run, made if it is new. Plans keep the cells of a group together unless axes are zipped, so
 * that the last group is nearly always the one. */
static struct group *group_of(struct builder *b, const struct run *run, struct err *e) {
    for (size_t k = b->n; k-- > 0;)
        if (b->first[k].optimizer_index == run->optimizer_index && same_problem(&b->first[k], run))
            return &b->group[k];
    if (!mem_grow(&b->group, &b->cap_group, b->n + 1, sizeof *b->group, e) ||
        !mem_grow(&b->first, &b->cap_first, b->n + 1, sizeof *b->first, e) ||
        !mem_grow(&b->cap, &b->cap_cap, b->n + 1, sizeof *b->cap, e))
        return NULL;
    b->cap[b->n] = 0;
    b->group[b->n] = (struct group){.optimizer_index = run->optimizer_index,
                                    .data_index = run->data_index,
                                    .problem = problem_of(b, run),
                                    .optimizer = run->optimizer};
    b->group[b->n].leads = b->group[b->n].problem == b->n_problems;
    b->n_problems += b->group[b->n].leads;
    b->first[b->n] = *run;
    return &b->group[b->n++];
}

/* `text sparsity=0.95`: the label and the axes in which the groups of this data section differ. */
static bool name_groups(struct builder *b, struct err *e) {
    bool *varies =
        mem_zeroed(b->n * KEY_H, sizeof *varies, e); /* (n, KEY_H), in the row of the section's first group */
    size_t *leader = mem_zeroed(b->n, sizeof *leader, e);
    bool ok = varies && leader;
    for (size_t i = 0; ok && i < b->n; i++) {
        while (b->first[leader[i]].data_index != b->first[i].data_index)
            leader[i]++;
        for (int k = 0; k < KEY_H; k++)
            varies[leader[i] * KEY_H + k] |=
                key_tells_groups((enum key)k) && !value_same(b->first[leader[i]].v[k], b->first[i].v[k]);
    }
    for (size_t i = 0; ok && i < b->n; i++) {
        struct text name = {0};
        text_add(&name, b->first[i].data);
        for (int k = 0; k < KEY_H; k++)
            if (varies[leader[i] * KEY_H + k]) {
                text_addf(&name, " %s=", keys[k].name);
                value_print((enum key)k, b->first[i].v[k], &name);
            }
        size_t n = name.len < sizeof b->group->data ? name.len : sizeof b->group->data - 1;
        ok = !name.failed || err_add(e, "out of memory for the names of data sets");
        if (ok)
            memcpy(b->group[i].data, name.s, n); /* the rest is zero */
        text_free(&name);
    }
    free(varies);
    free(leader);
    return ok;
}

static void choose_best(const struct results *r, struct group *g) {
    g->best = 0;
    for (size_t k = 1; k < g->n_cells; k++)
        if (cell_better(group_cell(r, g, k), group_cell(r, g, g->best)))
            g->best = k;
    g->hit = isfinite(group_cell(r, g, g->best)->epochs.median);
}

bool results_groups(const struct results *r, struct group **groups, size_t *n, struct err *e) {
    struct builder b = {0};
    bool ok = true;
    for (size_t i = 0; ok && i < r->n; i += plan_n_seeds(r->plan)) {
        struct run run;
        plan_run(r->plan, i, &run);
        struct group *g = group_of(&b, &run, e);
        ok = g && mem_grow(&g->cell, &b.cap[g - b.group], g->n_cells + 1, sizeof *g->cell, e);
        if (ok)
            g->cell[g->n_cells++] = i;
    }
    ok = ok && name_groups(&b, e);
    for (size_t k = 0; ok && k < b.n; k++)
        choose_best(r, &b.group[k]);
    free(b.first);
    free(b.cap);
    if (!ok)
        results_groups_free(b.group, b.n);
    *groups = ok ? b.group : NULL;
    *n = ok ? b.n : 0;
    return ok;
}

void results_groups_free(struct group *g, size_t n) {
    for (size_t k = 0; k < n; k++)
        free(g[k].cell);
    free(g);
}

/* ---- edges ----------------------------------------------------------------------------------------------- */

/* Gaps that differ by no more are even: 0.1, 0.3, 1, 3, 10 is a log axis too. */
static const double EVEN = 1.5;

/* The widest gap between neighbours among ascending numbers, or their logarithms, over the narrowest. */
static double unevenness(const struct value *x, size_t n, bool logs) {
    double lo = INFINITY, hi = 0;
    for (size_t k = 1; k < n; k++) {
        const double a = x[k - 1].number, b = x[k].number, gap = logs ? m_log(b) - m_log(a) : b - a;
        lo = fmin(lo, gap);
        hi = fmax(hi, gap);
    }
    return hi / lo;
}

/* Whether v is the least or greatest of n values, ascending, on a log axis. */
static bool on_edge(double v, const struct value *x, size_t n) {
    if (n < 3 || !(x[0].number > 0) || (v != x[0].number && v != x[n - 1].number))
        return false;
    const double of_logs = unevenness(x, n, true);
    return of_logs <= EVEN && of_logs < unevenness(x, n, false);
}

bool results_edge(const struct results *r, const struct group *g, enum key *edge, struct err *e) {
    *edge = KEY_COUNT;
    if (!isfinite(group_cell(r, g, g->best)
                      ->final_loss.median)) /* nothing there, or everything blew up: best of nothing */
        return true;
    struct run run;
    plan_run(r->plan, g->cell[g->best], &run);
    for (int k = KEY_H; k < KEY_COUNT && *edge == KEY_COUNT; k++) {
        struct value *level;
        size_t n, n_numbers = 0;
        if (run.v[k].word != VALUE_NUMBER)
            continue;
        if (!plan_levels(r->plan, (enum key)k, g->optimizer_index, &level, &n, e))
            return false;
        while (n_numbers < n && level[n_numbers].word == VALUE_NUMBER)
            n_numbers++;
        if (on_edge(run.v[k].number, level, n_numbers))
            *edge = (enum key)k;
        free(level);
    }
    return true;
}

/* One panel of a heatmap: the cells of an optimizer placed on two axes, at each place the best over all that
 * the axes do not fix. */
#include "base/mem.h"
#include "report/plots.h"
#include <stdlib.h>
#include <string.h>

static size_t find_level(const struct heat_axis *a, struct value v) {
    size_t i = 0;
    while (i < a->n && !value_same(a->level[i], v))
        i++;
    return i;
}

/* Puts v in its place, where it is not there yet. */
static void insert_level(struct heat_axis *a, struct value v) {
    if (find_level(a, v) < a->n)
        return;
    size_t i = a->n++;
    for (; i > 0 && v.word == VALUE_NUMBER && a->level[i - 1].number > v.number; i--)
        a->level[i] = a->level[i - 1];
    a->level[i] = v;
}

/* The levels among the groups' cells, of which there are `most`. */
static bool fill_axis(const struct plot_input *in, const size_t *groups, size_t n, size_t most,
                      struct heat_axis *a, struct err *e) {
    a->level = mem_zeroed(most, sizeof *a->level, e);
    struct run run;
    for (size_t i = 0; i < n && a->level; i++)
        for (size_t k = 0; k < in->group[groups[i]].n_cells; k++) {
            plan_run(in->r->plan, in->group[groups[i]].cell[k], &run);
            insert_level(a, run.v[a->key]);
            if (a->key < KEY_H) /* the same for all cells of a group */
                break;
        }
    return a->level;
}

/* At least half of its seeds diverged: diverged. Its median did not reach the target otherwise: missed. */
static struct heat_cell cell_of(const struct cell *c) {
    const size_t done = c->n - c->n_missing;
    return (struct heat_cell){.of = c,
                              .state = !done                         ? CELL_EMPTY
                                       : c->epochs.median < INFINITY ? CELL_HIT
                                       : 2 * c->n_diverged >= done   ? CELL_DIVERGED
                                                                     : CELL_MISSED};
}

static bool better(const struct heat_cell *a, const struct heat_cell *b) {
    if (a->state == CELL_EMPTY || b->state == CELL_EMPTY)
        return a->state != CELL_EMPTY && b->state == CELL_EMPTY;
    return cell_better(a->of, b->of);
}

static void fill_cells(const struct plot_input *in, const size_t *groups, size_t n, struct heat_panel *p) {
    struct run run;
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < in->group[groups[i]].n_cells; k++) {
            const struct group *g = &in->group[groups[i]];
            plan_run(in->r->plan, g->cell[k], &run);
            const size_t x = find_level(&p->x, run.v[p->x.key]),
                         y = p->y.n > 1 ? find_level(&p->y, run.v[p->y.key]) : 0;
            const struct heat_cell c = cell_of(group_cell(in->r, g, k));
            if (better(&c, &p->cell[y * p->x.n + x]))
                p->cell[y * p->x.n + x] = c;
        }
    /* The best of each row, or of all. */
    const size_t n_cells = p->x.n * p->y.n, each = p->row_best ? p->x.n : n_cells;
    for (size_t from = 0; from < n_cells; from += each) {
        size_t best = from;
        for (size_t i = from; i < from + each; i++)
            if (better(&p->cell[i], &p->cell[best]))
                best = i;
        p->cell[best].best = p->cell[best].state == CELL_HIT;
    }
}

/* Without rows to name the best in, a line does. */
static void describe(const struct plot_input *in, struct heat_panel *p) {
    for (size_t i = 0; i < p->x.n * p->y.n && !p->row_best; i++) {
        if (!p->cell[i].best)
            continue;
        struct run run;
        plan_run(in->r->plan, p->cell[i].of->first, &run);
        style_short(p->cell[i].of->epochs.median, &p->subtitle);
        text_add(&p->subtitle, " at ");
        const size_t from = p->subtitle.len;
        style_setting(p->x.key, run.v[p->x.key], from, &p->subtitle);
        if (p->y.n > 1)
            style_setting(p->y.key, run.v[p->y.key], from, &p->subtitle);
        /* Which schedule, as in tables, where no key of it stands there. */
        const bool told = p->y.n > 1 && p->y.key >= KEY_S && run.v[p->y.key].word != VALUE_NONE;
        if (!told && p->x.key < KEY_S && strcmp(run.schedule, "constant") != 0)
            text_addf(&p->subtitle, ", %s", run.schedule);
        return;
    }
    if (!p->row_best)
        text_add(&p->subtitle, "target not reached");
}

static void widen(struct heatmap *h, const double range[2]) {
    if (!(range[0] > 0))
        return;
    h->lo = h->lo > 0 && h->lo < range[0] ? h->lo : range[0];
    h->hi = h->hi > range[1] ? h->hi : range[1];
}

bool heatmap_add(struct heatmap *h, const struct plot_input *in, const size_t *groups, size_t n, enum key x,
                 enum key y, struct err *e) {
    size_t most = 0;
    if (!mem_grow(&h->panel, &h->cap, h->n + 1, sizeof *h->panel, e))
        return false;
    struct heat_panel *p = &h->panel[h->n++];
    *p = (struct heat_panel){.x.key = x, .y.key = y, .row_best = y < KEY_H};
    for (size_t i = 0; i < n; i++) {
        most += in->group[groups[i]].n_cells;
        widen(h, in->range[groups[i]]);
    }
    if (!fill_axis(in, groups, n, most, &p->x, e) ||
        (y != KEY_COUNT && !fill_axis(in, groups, n, most, &p->y, e)))
        return false;
    p->y.n = y == KEY_COUNT ? 1 : p->y.n;
    p->cell = mem_zeroed(p->x.n * p->y.n, sizeof *p->cell, e);
    if (!p->cell)
        return false;
    fill_cells(in, groups, n, p);
    text_add(&p->title, in->group[groups[0]].optimizer);
    describe(in, p);
    return true;
}

bool heat_keys(const struct plot_input *in, size_t group, enum key out[KEY_COUNT], size_t *n_keys,
               struct err *e) {
    const struct group *g = &in->group[group];
    size_t rank[KEY_COUNT], n = 0;
    struct run run;
    enum key only = KEY_COUNT;
    plan_run(in->r->plan, g->cell[0], &run);
    for (int k = KEY_H; k < KEY_COUNT; k++) {
        struct value *v;
        size_t n_levels;
        if (!plan_levels(in->r->plan, (enum key)k, g->optimizer_index, &v, &n_levels, e))
            return false;
        free(v);
        if (run.v[k].word != VALUE_NONE && (only == KEY_COUNT || k == KEY_ETA0))
            only = (enum key)k;
        if (n_levels < 2)
            continue;
        const size_t r = k == KEY_ETA0 ? SIZE_MAX : keys[k].numbers == NUMBERS_NONE ? 1 : 1 + n_levels;
        size_t at = n++;
        /* cppcheck-suppress uninitvar ; the first n ranks are set */
        for (; at > 0 && rank[at - 1] < r; at--) {
            rank[at] = rank[at - 1];
            out[at] = out[at - 1];
        }
        rank[at] = r;
        out[at] = (enum key)k;
    }
    if (!n && only != KEY_COUNT)
        out[n++] = only;
    *n_keys = n;
    return true;
}

void heatmap_free(struct heatmap *h) {
    for (size_t i = 0; i < h->n; i++) {
        struct heat_panel *p = &h->panel[i];
        text_free(&p->title);
        text_free(&p->subtitle);
        free(p->x.level);
        free(p->y.level);
        free(p->cell);
    }
    free(h->panel);
    text_free(&h->title);
    text_free(&h->subtitle);
    text_free(&h->remark);
    text_free(&h->quantity);
    *h = (struct heatmap){0};
}

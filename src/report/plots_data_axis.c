/* What the data do to the step size: per optimizer, epochs to the target over its first hyperparameter and an
 * axis of the data (sparsity, say), each cell the best over all other hyperparameters. */
#include "base/mem.h"
#include "report/plots.h"
#include <stdlib.h>
#include <string.h>

/* The groups of one optimizer on one data section, each by its first run. */
struct family {
    const struct group **group; /* (n) */
    struct run *run;            /* (n) */
    size_t n;
};

static bool varies(const struct family *f, enum key k) {
    for (size_t i = 1; i < f->n; i++)
        if (!value_same(f->run[0].v[k], f->run[i].v[k]))
            return true;
    return false;
}

/* Whether two keys advance together (zip): they are equal for the same pairs of groups. */
static bool tied(const struct family *f, enum key a, enum key b) {
    for (size_t i = 0; i < f->n; i++)
        for (size_t j = 0; j < i; j++)
            if (value_same(f->run[i].v[a], f->run[j].v[a]) != value_same(f->run[i].v[b], f->run[j].v[b]))
                return false;
    return true;
}

/* Whether two groups of a family differ in nothing but `axis` and what is tied to it. */
static bool same_slice(const struct family *f, size_t i, size_t j, enum key axis) {
    for (int k = 0; k < KEY_H; k++)
        if (!value_same(f->run[i].v[k], f->run[j].v[k]) && !tied(f, axis, (enum key)k))
            return false;
    return true;
}

/* The order of best cells: median epochs, then final loss. */
static bool better(const struct heat_cell *a, const struct heat_cell *b) {
    if (a->state == CELL_EMPTY || b->state == CELL_EMPTY)
        return b->state == CELL_EMPTY && a->state != CELL_EMPTY;
    if (a->of.median_epochs != b->of.median_epochs)
        return a->of.median_epochs < b->of.median_epochs;
    return a->of.median_final_loss < b->of.median_final_loss;
}

/* Puts v in its place, ascending, where it is not there yet; words keep the order in which they come. */
static void insert_level(struct heat_axis *a, struct value v) {
    if (heat_axis_find(a, v) < a->n)
        return;
    size_t i = a->n++;
    for (; i > 0 && v.word == VALUE_NUMBER && a->level[i - 1].number > v.number; i--)
        a->level[i] = a->level[i - 1];
    a->level[i] = v;
}

static bool fill_row(const struct plot_input *in, const struct group *g, struct heatmap *h, size_t y,
                     struct err *e) {
    struct heat_cell *row = h->cell + y * h->x.n;
    size_t best = h->x.n;
    struct run run;
    for (size_t i = 0; i < g->n_cells; i++) {
        plan_run(in->r->plan, g->cell[i], &run);
        size_t x = heat_axis_find(&h->x, run.v[h->x.key]);
        struct heat_cell c = heat_cell_of(in->r, g->cell[i]);
        if (x == h->x.n)
            return err_add(e, "%s: a level of %s is not in the plan", g->optimizer, keys[h->x.key].name);
        if (better(&c, &row[x]))
            row[x] = c;
    }
    for (size_t x = 0; x < h->x.n; x++)
        if (row[x].state == CELL_HIT && (best == h->x.n || better(&row[x], &row[best])))
            best = x;
    if (best < h->x.n)
        row[best].best = true;
    return true;
}

static void describe(const struct plot_input *in, const struct family *f, size_t first, struct heatmap *h) {
    const struct group *g = f->group[first];
    text_addf(&h->title, "%s on %s", g->optimizer, f->run[first].data);
    for (int k = 0; k < KEY_H; k++)
        if (varies(f, (enum key)k) && !tied(f, h->y.key, (enum key)k)) {
            text_addf(&h->title, " %s=", keys[k].name);
            value_print((enum key)k, f->run[first].v[k], &h->title);
        }
    bool hit = false;
    for (size_t i = 0; i < h->x.n * h->y.n; i++)
        hit |= h->cell[i].state == CELL_HIT;
    text_add(&h->subtitle, hit ? "best of each row ringed" : "no cell reached the target");
    for (int k = KEY_H, n = 0; k < KEY_COUNT; k++) {
        struct value *v = NULL;
        size_t n_levels =
            k == (int)h->x.key ? 0 : plan_levels(in->r->plan, (enum key)k, g->optimizer_index, &v);
        free(v);
        if (n_levels > 1)
            text_addf(&h->subtitle, n++ ? ", %s" : "; each cell the best over %s", keys[k].name);
    }
    for (int k = 0, n = 0; k < KEY_H; k++)
        if (k != (int)h->y.key && varies(f, (enum key)k) && tied(f, h->y.key, (enum key)k))
            text_addf(&h->note, n++ ? ", %s" : "advancing with it: %s", keys[k].name);
    struct cell c;
    results_cell(in->r, g->cell[0], &c);
    style_quantity(in->r, c.n, &h->quantity);
}

/* The slice of the family that `first` begins; false without an error when it has a single level. */
static bool fill(const struct plot_input *in, const struct family *f, size_t first, enum key axis,
                 struct heatmap *h, struct err *e) {
    const struct group *g = f->group[first];
    h->row_best = true;
    h->y.key = axis;
    h->y.level = mem_zeroed(f->n, sizeof *h->y.level, e);
    if (!h->y.level ||
        !heat_axis_fill(&h->x, in->r, g->optimizer_index,
                        plots_axis(in->r, g->optimizer_index, &f->run[first], KEY_COUNT), &f->run[first], e))
        return false;
    for (size_t j = first; j < f->n; j++)
        if (same_slice(f, first, j, axis))
            insert_level(&h->y, f->run[j].v[axis]);
    if (h->y.n < 2)
        return false;
    h->cell = mem_zeroed(h->x.n * h->y.n, sizeof *h->cell, e);
    if (!h->cell)
        return false;
    for (size_t j = first; j < f->n; j++)
        if (same_slice(f, first, j, axis) &&
            !fill_row(in, f->group[j], h, heat_axis_find(&h->y, f->run[j].v[axis]), e))
            return false;
    for (size_t i = 0; i < in->n; i++) /* one scale for the whole data section */
        if (in->group[i].data_index == f->group[first]->data_index)
            heat_scale(h, in->range[i]);
    describe(in, f, first, h);
    return true;
}

/* One figure for each slice along `axis`. */
static bool draw_axis(const struct plot_input *in, const struct family *f, enum key axis, struct figure_list *l,
                      struct err *e) {
    for (size_t first = 0; first < f->n; first++) {
        bool seen = false;
        for (size_t j = 0; j < first; j++)
            seen |= same_slice(f, first, j, axis);
        if (seen)
            continue;
        struct heatmap h = {0};
        int before = e->count;
        bool ok = true;
        if (fill(in, f, first, axis, &h, e)) {
            const char *words[] = {"heatmap", h.title.s ? h.title.s : "", keys[h.x.key].name, "by",
                                   keys[axis].name};
            struct figure *fig = figures_add(l, words, 5, e);
            if (fig)
                heatmap_draw(&h, fig);
            ok = fig && (!(fig->gp.failed || fig->dat.failed) || err_add(e, "out of memory for a heatmap"));
        } else {
            ok = e->count == before;
        }
        heatmap_free(&h);
        if (!ok)
            return false;
    }
    return true;
}

bool plots_data_axis(const struct plot_input *in, struct figure_list *l, struct err *e) {
    struct family f = {mem_zeroed(in->n, sizeof *f.group, e), mem_zeroed(in->n, sizeof *f.run, e), 0};
    bool ok = f.group && f.run;
    for (size_t i = 0; i < in->n && ok; i++) {
        bool seen = false;
        f.n = 0;
        for (size_t j = 0; j < in->n; j++) {
            if (in->group[j].optimizer_index != in->group[i].optimizer_index ||
                in->group[j].data_index != in->group[i].data_index)
                continue;
            seen |= j < i;
            f.group[f.n] = &in->group[j];
            plan_run(in->r->plan, in->group[j].cell[0], &f.run[f.n++]);
        }
        for (int k = 0; k < KEY_H && !seen && ok; k++) {
            bool wanted = keys[k].section == SECTION_DATA && (keys[k].flags & AXIS) && varies(&f, (enum key)k);
            for (int b = 0; b < k && wanted; b++)
                wanted = keys[b].section != SECTION_DATA || !varies(&f, (enum key)b) ||
                         !tied(&f, (enum key)b, (enum key)k);
            if (wanted)
                ok = draw_axis(in, &f, (enum key)k, l, e);
        }
    }
    free(f.group);
    free(f.run);
    return ok;
}

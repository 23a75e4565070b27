/* How an optimizer answers to its tuning: per optimizer and data set, epochs to the target over two
 * hyperparameters, the others held where the best cell has them. */
#include "base/mem.h"
#include "report/plots.h"
#include <stdlib.h>
#include <string.h>

enum key plots_axis(const struct results *r, size_t optimizer_index, const struct run *run, enum key but) {
    enum key best = KEY_COUNT;
    size_t most = 0;
    for (int k = KEY_H; k < KEY_COUNT; k++) {
        if (k == (int)but || run->v[k].word == VALUE_NONE)
            continue;
        struct value *v = NULL;
        size_t n = plan_levels(r->plan, (enum key)k, optimizer_index, &v);
        free(v);
        /* A key that does not vary serves as the axis of a strip, but never as a second one. */
        if (n < 2 && but != KEY_COUNT)
            continue;
        size_t rank = n < 2 ? 1 : keys[k].numbers == NUMBERS_NONE ? 2 : k == KEY_H + H_eta0 ? SIZE_MAX : 1 + n;
        if (rank > most) {
            most = rank;
            best = (enum key)k;
        }
    }
    return best;
}

/* Whether runs of one group differ in nothing but x and y. */
static bool same_but(const struct run *a, const struct run *b, enum key x, enum key y) {
    for (int k = KEY_H; k < KEY_COUNT; k++)
        if (k != (int)x && k != (int)y && !value_same(a->v[k], b->v[k]))
            return false;
    return a->schedule == b->schedule || (a->schedule && b->schedule && !strcmp(a->schedule, b->schedule));
}

static void describe(const struct results *r, const struct group *g, const struct run *best,
                     struct heatmap *h) {
    struct cell c;
    results_cell(r, g->cell[g->best], &c);
    text_addf(&h->title, "%s on %s", g->optimizer, g->data);
    if (g->hit) {
        text_add(&h->subtitle, "best: ");
        style_short(c.median_epochs, &h->subtitle);
        text_add(&h->subtitle, " epochs at ");
        size_t from = h->subtitle.len;
        style_setting(h->x.key, best->v[h->x.key], from, &h->subtitle);
        if (h->y.n > 1)
            style_setting(h->y.key, best->v[h->y.key], from, &h->subtitle);
    } else {
        text_add(&h->subtitle, "no cell reached the target");
    }
    for (int k = KEY_H; k < KEY_COUNT; k++) {
        struct value *v = NULL;
        size_t n = k == (int)h->x.key || (h->y.n > 1 && k == (int)h->y.key) || best->v[k].word == VALUE_NONE
                       ? 0
                       : plan_levels(r->plan, (enum key)k, g->optimizer_index, &v);
        free(v);
        if (n > 1)
            style_setting((enum key)k, best->v[k], 0, &h->note);
    }
    if (h->note.len)
        text_add(&h->note, g->hit ? ", as in the best cell" : ", as in the cell of least loss");
    style_quantity(r, c.n, &h->quantity);
}

static bool fill(const struct plot_input *in, const struct group *g, struct heatmap *h, struct err *e) {
    struct run best, run;
    plan_run(in->r->plan, g->cell[g->best], &best);
    enum key x = plots_axis(in->r, g->optimizer_index, &best, KEY_COUNT);
    enum key y = plots_axis(in->r, g->optimizer_index, &best, x);
    if (!heat_axis_fill(&h->x, in->r, g->optimizer_index, x, &best, e))
        return false;
    if (y == KEY_COUNT)
        h->y = (struct heat_axis){.key = x, .n = 1};
    else if (!heat_axis_fill(&h->y, in->r, g->optimizer_index, y, &best, e))
        return false;
    h->cell = mem_zeroed(h->x.n * h->y.n, sizeof *h->cell, e);
    if (!h->cell)
        return false;
    for (size_t i = 0; i < g->n_cells; i++) {
        plan_run(in->r->plan, g->cell[i], &run);
        if (!same_but(&run, &best, x, y))
            continue;
        size_t at_x = heat_axis_find(&h->x, run.v[x]),
               at_y = y == KEY_COUNT ? 0 : heat_axis_find(&h->y, run.v[y]);
        if (at_x == h->x.n || at_y == h->y.n)
            continue;
        struct heat_cell *c = &h->cell[at_y * h->x.n + at_x];
        *c = heat_cell_of(in->r, g->cell[i]);
        c->best = g->hit && i == g->best;
    }
    for (size_t i = 0; i < in->n; i++) /* one scale for all optimizers on this data set */
        if (group_same_data(&in->group[i], g))
            heat_scale(h, in->range[i]);
    describe(in->r, g, &best, h);
    return true;
}

bool plots_tuning(const struct plot_input *in, struct figure_list *l, struct err *e) {
    for (size_t i = 0; i < in->n; i++) {
        const char *words[] = {"heatmap", in->group[i].optimizer, in->group[i].data};
        struct heatmap h = {0};
        struct figure *f = NULL;
        bool ok = fill(in, &in->group[i], &h, e) && (f = figures_add(l, words, 3, e));
        if (ok) {
            heatmap_draw(&h, f);
            ok = !f->gp.failed && !f->dat.failed;
            if (!ok)
                err_add(e, "out of memory for the heatmap of %s", in->group[i].optimizer);
        }
        heatmap_free(&h);
        if (!ok)
            return false;
    }
    return true;
}

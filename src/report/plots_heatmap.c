/* A heatmap: one crisp rectangle a cell, log colours for those that reached the target, colours off the scale
 * for the others. */
#include "base/mem.h"
#include "report/gnuplot.h"
#include "report/plots.h"
#include <stdlib.h>

/* Viridis (van der Walt and Smith, CC0), few epochs bright. The colours of missed and diverged cells are not on
 * it, and diverged cells carry a cross: no one has to tell them by hue. */
static const char palette[] =
    "set palette defined (0 '#fde725', 1 '#addc30', 2 '#5ec962', 3 '#28ae80', 4 '#21918c', 5 '#2c728e', "
    "6 '#3b528b', 7 '#472d7b', 8 '#440154')\n";
static const struct {
    const char *word, *key, *colour;
    bool cross;
} states[] = {
    [CELL_EMPTY] = {"absent", "not run", "#ffffff", false},
    [CELL_HIT] = {"hit", "", "", false},
    [CELL_MISSED] = {"missed", "missed", "#d4d4d4", false},
    [CELL_DIVERGED] = {"diverged", "diverged", "#f2b3a7", true},
};
#define CROSS "pt 2 ps 0.45 lw 1 lc rgb '#8c2d1c'"
enum { N_STATES = sizeof states / sizeof *states };

/* Pixels. */
enum { TOP = 48, BOTTOM = 104, RIGHT = 14, CELL_MAX = 64, ROW_MAX = 44, ROW_MIN = 12, ROWS = 240, SCALE = 220 };

struct layout {
    int height, left, right, top, bottom; /* right, top, bottom: from the respective edge */
    size_t present[N_STATES], n_best;
};

static struct layout layout_of(const struct heatmap *h) {
    struct layout l = {
        .left = 24, .right = RIGHT, .top = TOP + (h->note.len ? PLOT_LINE : 0), .bottom = BOTTOM};
    int row = ROWS / (int)h->y.n;
    row = row > ROW_MAX ? ROW_MAX : row < ROW_MIN ? ROW_MIN : row;
    l.height = l.top + l.bottom + row * (int)h->y.n;
    if (h->y.n > 1) {
        struct text label = {0};
        size_t longest = 0;
        for (size_t i = 0; i < h->y.n; i++) {
            label.len = 0;
            style_level(h->y.key, h->y.level[i], &label);
            longest = label.len > longest ? label.len : longest;
        }
        text_free(&label);
        l.left = 40 + 8 * (int)(longest < 16 ? longest : 16);
    }
    if (h->row_best)
        l.right = 52;
    int width = PLOT_WIDTH - l.left - l.right, most = CELL_MAX * (int)h->x.n;
    if (width > most)
        l.right += width - most;
    for (size_t i = 0; i < h->x.n * h->y.n; i++) {
        l.present[h->cell[i].state]++;
        l.n_best += h->cell[i].best;
    }
    return l;
}

static void write_data(const struct heatmap *h, struct text *dat) {
    text_add(dat, "# x y: level of each axis, from 0. median: epochs to the target over seeds. converged "
                  "diverged seeds: how many.\n"
                  "# x y median state best converged diverged seeds x_level y_level\n");
    for (size_t y = 0; y < h->y.n; y++)
        for (size_t x = 0; x < h->x.n; x++) {
            const struct heat_cell *c = &h->cell[y * h->x.n + x];
            text_addf(dat, "%zu %zu ", x, y);
            text_add_number(dat, c->state == CELL_HIT ? c->of.median_epochs : NAN);
            text_addf(dat, " %s %s %zu %zu %zu ", states[c->state].word, c->best ? "best" : "-",
                      c->of.n_converged, c->of.n_diverged, c->of.n);
            value_print(h->x.key, h->x.level[x], dat);
            text_add(dat, " ");
            if (h->y.n > 1)
                value_print(h->y.key, h->y.level[y], dat);
            else
                text_add(dat, "-");
            text_add(dat, "\n");
        }
}

/* The scale of colours, and a swatch for each state off the scale that occurs. */
static void write_key(const struct heatmap *h, const struct layout *l, struct text *gp) {
    int at = l->left, y = 36;
    if (l->present[CELL_HIT]) {
        text_add(gp, palette);
        bool point = h->hi < 1.1 * h->lo; /* a scale needs an extent */
        double lo = point ? h->lo / 2 : h->lo, hi = point ? h->hi * 2 : h->hi;
        text_add(gp, "LO = ");
        text_add_number(gp, lo);
        text_add(gp, "\nset logscale cb\nset cbrange [LO:");
        text_add_number(gp, hi);
        text_addf(gp,
                  "]\nset colorbox horizontal user origin screen X(%d), Y(24) size screen X(%d), Y(12) "
                  "noborder\nset cbtics scale 0.4 offset 0,0.4 ",
                  at, SCALE);
        style_log_ticks(gp, h->lo, h->hi);
        text_add(gp, "\nset label 6 ");
        gnuplot_quote(gp, h->quantity.s, PLOT_TITLE_CHARS);
        text_addf(gp, " at screen X(%d), Y(46) noenhanced font ',%d'\n", at, PLOT_SMALL);
        at += SCALE + 36;
    } else {
        text_add(gp, "unset colorbox\n");
    }
    for (int s = 0; s < N_STATES; s++) {
        if (!l->present[s] || s == CELL_HIT)
            continue;
        text_addf(gp,
                  "set object %d rectangle from screen X(%d), Y(%d) to screen X(%d), Y(%d) fillstyle solid 1 "
                  "border lc rgb '#909090' fillcolor rgb '%s' lw 0.5\n",
                  10 + s, at, y, at + 14, y + 12, states[s].colour);
        if (states[s].cross)
            text_addf(gp, "set label %d '' at screen X(%d), Y(%d) point " CROSS "\n", 20 + s, at + 7, y + 6);
        text_addf(gp, "set label %d '%s' at screen X(%d), Y(%d) font ',%d'\n", 30 + s, states[s].key, at + 20,
                  y + 6, PLOT_SMALL);
        y += y == 36 ? -20 : 40; /* below; a third one above */
    }
}

/* The plot command: a layer for each state present. */
static void write_layers(const struct layout *l, struct text *out) {
    const char *lead = "plot ";
    for (int s = 0; s < N_STATES; s++) {
        if (!l->present[s])
            continue;
        text_addf(out, "%sdat using (strcol(4) eq '%s' ? $1 : NaN):2:($1-0.5):($1+0.5):($2-0.5):($2+0.5)", lead,
                  states[s].word);
        if (s == CELL_HIT)
            text_add(out, ":($3 > LO ? $3 : LO) with boxxyerror fillcolor palette");
        else
            text_addf(out, " with boxxyerror fillcolor rgb '%s'", states[s].colour);
        text_add(out, " lw 0.75 fillstyle solid 1 border lc rgb '#ffffff'");
        lead = ", \\\n     ";
        if (states[s].cross)
            text_addf(out, "%sdat using (strcol(4) eq '%s' ? $1 : NaN):2 with points " CROSS, lead,
                      states[s].word);
    }
    text_add(out, "\n");
}

/* A ring round each best cell, white below black: seen on every colour. Objects, as terminals disagree about
 * the size of points. */
static void write_rings(const struct heatmap *h, struct text *gp) {
    for (size_t i = 0, n = 40; i < h->x.n * h->y.n; i++)
        for (int black = 0; h->cell[i].best && black < 2; black++)
            text_addf(gp,
                      "set object %zu circle at first %zu, first %zu size screen X(4.5) front fillstyle empty "
                      "border lc rgb '%s' lw %s\n",
                      n++, i % h->x.n, i / h->x.n, black ? "#000000" : "#ffffff", black ? "1.5" : "4");
}

void heatmap_draw(const struct heatmap *h, struct figure *f) {
    struct layout l = layout_of(h);
    struct text *gp = &f->gp, layers = {0};
    write_data(h, &f->dat);
    style_open(f, "Heatmap of epochs to the target over two axes of the grid.", l.height);
    const char *lines[] = {h->subtitle.s, h->note.s};
    style_title(f, h->title.s, lines, h->note.len ? 2 : 1);
    text_addf(gp,
              "set lmargin at screen X(%d); set rmargin at screen X(W-%d); set tmargin at screen Y(H-%d); set "
              "bmargin at screen Y(%d)\n",
              l.left, l.right, l.top, l.bottom);
    text_addf(gp, "set xrange [-0.5:%zu.5]; set yrange [-0.5:%zu.5]\n", h->x.n - 1, h->y.n - 1);
    style_levels(gp, 'x', h->x.key, h->x.level, h->x.n, PLOT_WIDTH - l.left - l.right);
    text_addf(gp, "set label 9 '%s' at screen X(%d), Y(%d) center noenhanced\n", keys[h->x.key].name,
              (PLOT_WIDTH + l.left - l.right) / 2, l.bottom - 37);
    if (h->y.n > 1) {
        style_levels(gp, 'y', h->y.key, h->y.level, h->y.n, l.height - l.top - l.bottom);
        text_addf(gp, "set label 7 '%s' at screen X(12), Y(%d) rotate center noenhanced\n", keys[h->y.key].name,
                  (l.height - l.top + l.bottom) / 2);
    } else {
        text_add(gp, "unset ytics\n");
    }
    if (h->row_best && l.n_best) {
        text_addf(gp, "set label 8 'best' at screen X(W-%d), Y(H-%d) font ',%d' textcolor rgb '#505050'\n",
                  l.right - 8, l.top - 4, PLOT_SMALL);
        for (size_t y = 0; y < h->y.n; y++)
            for (size_t x = 0; x < h->x.n; x++)
                if (h->cell[y * h->x.n + x].best) {
                    text_addf(gp, "set label %zu '", 100 + y);
                    style_short(h->cell[y * h->x.n + x].of.median_epochs, gp);
                    text_addf(gp, "' at graph 1, first %zu offset 0.8,0 font ',%d'\n", y, PLOT_SMALL);
                }
    }
    write_key(h, &l, gp);
    write_rings(h, gp);
    write_layers(&l, &layers);
    gp->failed |= layers.failed;
    style_close(f, layers.s ? layers.s : "");
    text_free(&layers);
}

bool heat_axis_fill(struct heat_axis *a, const struct results *r, size_t optimizer_index, enum key key,
                    const struct run *run, struct err *e) {
    a->key = key;
    a->n = plan_levels(r->plan, key, optimizer_index, &a->level);
    if (a->n)
        return true;
    a->level = mem_zeroed(1, sizeof *a->level, e);
    if (!a->level)
        return false;
    a->level[0] = run->v[key];
    a->n = 1;
    return true;
}

size_t heat_axis_find(const struct heat_axis *a, struct value v) {
    size_t i = 0;
    while (i < a->n && !value_same(a->level[i], v))
        i++;
    return i;
}

void heat_scale(struct heatmap *h, const double range[2]) {
    if (!(range[0] > 0))
        return;
    h->lo = h->lo > 0 && h->lo < range[0] ? h->lo : range[0];
    h->hi = h->hi > range[1] ? h->hi : range[1];
}

struct heat_cell heat_cell_of(const struct results *r, size_t first) {
    struct heat_cell c = {0};
    results_cell(r, first, &c.of);
    size_t done = c.of.n - c.of.n_missing;
    c.state = !done                           ? CELL_EMPTY
              : c.of.median_epochs < INFINITY ? CELL_HIT
              : 2 * c.of.n_diverged >= done   ? CELL_DIVERGED
                                              : CELL_MISSED;
    return c;
}

void heatmap_free(struct heatmap *h) {
    text_free(&h->title);
    text_free(&h->subtitle);
    text_free(&h->note);
    text_free(&h->quantity);
    free(h->x.level);
    free(h->y.level);
    free(h->cell);
    *h = (struct heatmap){0};
}

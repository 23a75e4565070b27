/* A heatmap: panels one or two to a row, one crisp rectangle a cell, log colours for those that reached the
 * target, colours off the scale for the others. All of it stands in the pixels of the page: the plot is the
 * whole page, and each panel's cells are put in their place by the script. */
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
#define SOFT "textcolor rgb '#505050'"
enum { N_STATES = sizeof states / sizeof *states };

/* Pixels. */
enum {
    TOP = 46,     /* title and subtitle of the page */
    KEY = 64,     /* the colour scale below all */
    HEAD = 22,    /* title of a panel, */
    SUBHEAD = 15, /* a line below it, */
    FOOT = 40,    /* its x axis */
    CELL_MAX = 64,
    CELL_MIN = 6, /* below which a panel has a row of the page to itself */
    ROW_MAX = 44,
    ROW_MIN = 12,
    SCALE = 220
};

struct place {
    int row;     /* of the page, from the top; */
    bool second; /* the right half of it, */
    bool alone;  /* or all of it */
    int x, y;    /* of the lower left corner of the cells, from the page's */
    double w, h; /* of a cell */
    int left;    /* of them, for what is written there */
    int room;    /* the panel's width */
    int top;     /* how far the panel's words stand above its cells */
};

struct layout {
    int height;
    struct place *place; /* (n) */
    size_t present[N_STATES];
};

/* What stands left of the cells: the names of levels, and the key's. */
static int left_of(const struct heat_panel *p, bool *failed) {
    struct text label = {0};
    size_t longest = 0;
    if (p->y.n == 1)
        return 24;
    for (size_t i = 0; i < p->y.n; i++) {
        label.len = 0;
        style_level(p->y.key, p->y.level[i], &label);
        longest = label.len > longest ? label.len : longest;
    }
    *failed |= label.failed;
    text_free(&label);
    return 36 + 8 * (int)(longest < 12 ? longest : 12);
}

static int right_of(const struct heat_panel *p) {
    return p->row_best ? 46 : 14;
}

/* Two panels a row of the page, and one where it has more cells than half a row shows. How many rows. */
static int lay_rows(const struct heatmap *h, struct place *place) {
    int row = 0;
    bool second = false;
    for (size_t i = 0; i < h->n; i++) {
        const struct heat_panel *p = &h->panel[i];
        struct place *at = &place[i];
        at->alone = h->n == 1 || PLOT_WIDTH / 2 - at->left - right_of(p) < CELL_MIN * (int)p->x.n;
        if (at->alone && second) {
            row++;
            second = false;
        }
        at->row = row;
        at->second = second;
        second = !at->alone && !second;
        row += !second;
    }
    return row + second;
}

static bool lay_out(const struct heatmap *h, struct layout *l, struct err *e) {
    int below = KEY;
    bool failed = false;
    l->place = mem_zeroed(h->n, sizeof *l->place, e);
    if (!l->place)
        return false;
    for (size_t i = 0; i < h->n; i++)
        l->place[i].left = left_of(&h->panel[i], &failed);
    if (failed)
        return err_add(e, "out of memory for a heatmap");
    for (size_t i = 0; i < h->n; i++)
        for (size_t k = 0; k < h->panel[i].x.n * h->panel[i].y.n; k++)
            l->present[h->panel[i].cell[k].state]++;
    for (int row = lay_rows(h, l->place); row-- > 0;) { /* from the last one up */
        int tallest = 0;
        below += FOOT;
        for (size_t i = 0; i < h->n; i++) {
            const struct heat_panel *p = &h->panel[i];
            struct place *at = &l->place[i];
            if (at->row != row)
                continue;
            const int wide = at->alone ? PLOT_WIDTH : PLOT_WIDTH / 2, room = wide - at->left - right_of(p);
            int high = (!at->alone ? 120 : h->n > 1 ? 160 : 240) / (int)p->y.n;
            high = high > ROW_MAX ? ROW_MAX : high < ROW_MIN ? ROW_MIN : high;
            at->x = (at->second ? wide : 0) + at->left;
            at->y = below;
            at->room = wide - 14;
            at->h = high;
            at->w = room > CELL_MAX * (int)p->x.n ? CELL_MAX : (double)room / (double)p->x.n;
            at->top = HEAD + (p->subtitle.len ? SUBHEAD : 0);
            const int tall = high * (int)p->y.n + at->top;
            tallest = tall > tallest ? tall : tallest;
        }
        below += tallest;
    }
    l->height = below + TOP + (h->remark.len && h->subtitle.len ? PLOT_LINE : 0);
    return true;
}

static void write_data(const struct heatmap *h, struct text *dat) {
    for (size_t i = 0; i < h->n; i++) {
        const struct heat_panel *p = &h->panel[i];
        text_addf(
            dat,
            "%s# panel %zu: %s by %s. x y: level of each, from 0. median: epochs to the target over seeds. "
            "converged diverged seeds: how many.\n"
            "# x y median state best converged diverged seeds x_level y_level\n",
            i ? "\n\n" : "", i, keys[p->x.key].name, p->y.n > 1 ? keys[p->y.key].name : "nothing");
        for (size_t y = 0; y < p->y.n; y++)
            for (size_t x = 0; x < p->x.n; x++) {
                const struct heat_cell *c = &p->cell[y * p->x.n + x];
                text_addf(dat, "%zu %zu ", x, y);
                text_add_number(dat, c->state == CELL_HIT ? c->of->epochs.median : NAN);
                text_addf(dat, " %s %s %zu %zu %zu ", states[c->state].word, c->best ? "best" : "-",
                          c->of ? c->of->n_converged : 0, c->of ? c->of->n_diverged : 0, c->of ? c->of->n : 0);
                value_print(p->x.key, p->x.level[x], dat);
                text_add(dat, " ");
                if (p->y.n > 1)
                    value_print(p->y.key, p->y.level[y], dat);
                else
                    text_add(dat, "-");
                text_add(dat, "\n");
            }
    }
}

/* The scale of colours, and a swatch for each state off the scale that occurs. */
static void write_key(const struct heatmap *h, const struct layout *l, struct text *gp) {
    int at = 24, y = 36;
    if (l->present[CELL_HIT]) {
        text_add(gp, palette);
        const bool point = h->hi < 1.1 * h->lo; /* a scale needs an extent */
        text_add(gp, "LO = ");
        text_add_number(gp, point ? h->lo / 2 : h->lo);
        text_add(gp, "\nset logscale cb\nset cbrange [LO:");
        text_add_number(gp, point ? h->hi * 2 : h->hi);
        text_addf(gp,
                  "]\nset colorbox horizontal user origin screen X(%d), Y(24) size screen X(%d), Y(12) "
                  "noborder\nset cbtics scale 0.4 offset 0,0.4 font ',%d' ",
                  at, SCALE, PLOT_SMALL);
        style_log_ticks(gp, h->lo, h->hi);
        text_add(gp, "\nset label ");
        gnuplot_quote(gp, h->quantity.s ? h->quantity.s : "", PLOT_TITLE_CHARS);
        text_addf(gp, " at %d,46 noenhanced font ',%d'\n", at, PLOT_SMALL);
        at += SCALE + 36;
    } else {
        text_add(gp, "unset colorbox\n");
    }
    for (int s = 0; s < N_STATES; s++) {
        if (!l->present[s] || s == CELL_HIT)
            continue;
        text_addf(
            gp,
            "set object rectangle from %d,%d to %d,%d fillstyle solid 1 border lc rgb '#909090' fillcolor "
            "rgb '%s' lw 0.5\n",
            at, y, at + 14, y + 12, states[s].colour);
        if (states[s].cross)
            text_addf(gp, "set label '' at %d,%d point " CROSS "\n", at + 7, y + 6);
        text_addf(gp, "set label '%s' at %d,%d font ',%d'\n", states[s].key, at + 20, y + 6, PLOT_SMALL);
        y += y == 36 ? -20 : 40; /* below; a third one above, */
        if (y > 50) {            /* beside the first */
            at += 90;
            y = 36;
        }
    }
}

/* A tick for each level, the name of as many as fit. */
static bool write_levels(const struct heat_axis *a, bool x, const struct place *at, struct text *gp,
                         struct err *e) {
    const double pixels = (x ? at->w : at->h) * (double)a->n;
    bool *named = mem_zeroed(a->n, sizeof *named, e);
    struct text label = {0};
    if (!named)
        return false;
    gp->failed |= !style_levels(x ? 'x' : 'y', a->key, a->level, a->n, pixels, named);
    for (size_t i = 0; i < a->n; i++) {
        const double px = x ? at->x + ((double)i + 0.5) * at->w : at->x - 1,
                     py = x ? at->y - 1 : at->y + ((double)i + 0.5) * at->h;
        const int tick = named[i] ? 5 : 3;
        text_addf(gp, "set arrow from %.1f,%.1f rto %d,%d nohead lw 1 lc rgb '#404040'\n", px, py,
                  x ? 0 : -tick, x ? -tick : 0);
        if (!named[i])
            continue;
        label.len = 0;
        style_level(a->key, a->level[i], &label);
        text_add(gp, "set label ");
        gnuplot_quote(gp, label.s ? label.s : "", 12);
        text_addf(gp, " at %.1f,%.1f %s noenhanced font ',%d'\n", x ? px : px - 8, x ? py - 13 : py,
                  x ? "center" : "right", PLOT_SMALL);
    }
    gp->failed |= label.failed;
    text_free(&label);
    free(named);
    return true;
}

/* The words of a panel: title, axes, the best of each row. */
static bool write_words(const struct heat_panel *p, const struct place *at, struct text *gp, struct err *e) {
    const double right = at->x + at->w * (double)p->x.n, top = at->y + at->h * (double)p->y.n;
    gp->failed |= p->title.failed || p->subtitle.failed;
    const int left = at->x - at->left + 10;
    text_add(gp, "set label ");
    gnuplot_quote(gp, p->title.s ? p->title.s : "", (size_t)(at->room / 8));
    text_addf(gp, " at %d,%.1f noenhanced\n", left, top + at->top - 12);
    if (p->subtitle.len) {
        text_add(gp, "set label ");
        gnuplot_quote(gp, p->subtitle.s, (size_t)(at->room / 7));
        text_addf(gp, " at %d,%.1f noenhanced font ',%d' " SOFT "\n", left, top + 8, PLOT_SMALL);
    }
    text_addf(gp, "set label '%s' at %.1f,%d center noenhanced font ',%d'\n", keys[p->x.key].name,
              (at->x + right) / 2, at->y - 30, PLOT_SMALL);
    if (p->y.n > 1)
        text_addf(gp, "set label '%s' at %d,%.1f rotate center noenhanced font ',%d'\n", keys[p->y.key].name,
                  left, (at->y + top) / 2, PLOT_SMALL);
    for (size_t y = 0; y < p->y.n && p->row_best; y++)
        for (size_t x = 0; x < p->x.n; x++)
            if (p->cell[y * p->x.n + x].best) {
                text_add(gp, "set label '");
                style_short(p->cell[y * p->x.n + x].of->epochs.median, gp);
                text_addf(gp, "' at %.1f,%.1f font ',%d'\n", right + 6, at->y + ((double)y + 0.5) * at->h,
                          PLOT_SMALL);
            }
    return write_levels(&p->x, true, at, gp, e) && (p->y.n == 1 || write_levels(&p->y, false, at, gp, e));
}

/* A ring round each best cell, white below black: seen on every colour. Objects, as terminals disagree about
 * the size of points. */
static void write_rings(const struct heat_panel *p, const struct place *at, struct text *gp) {
    for (size_t i = 0; i < p->x.n * p->y.n; i++) {
        const size_t x = i % p->x.n, y = i / p->x.n;
        for (int black = 0; p->cell[i].best && black < 2; black++)
            text_addf(gp,
                      "set object circle at %.1f,%.1f size screen X(4.5) front fillstyle empty border lc rgb "
                      "'%s' lw %s\n",
                      at->x + ((double)x + 0.5) * at->w, at->y + ((double)y + 0.5) * at->h,
                      black ? "#000000" : "#ffffff", black ? "1.5" : "4");
    }
}

/* The plot command: a layer for each state present in a panel. */
static void write_layers(const struct heatmap *h, const struct layout *l, struct text *out) {
    const char *lead = "plot ";
    for (size_t i = 0; i < h->n; i++) {
        const struct heat_panel *p = &h->panel[i];
        const struct place *at = &l->place[i];
        size_t present[N_STATES] = {0};
        for (size_t k = 0; k < p->x.n * p->y.n; k++)
            present[p->cell[k].state]++;
        for (int s = 0; s < N_STATES; s++) {
            if (!present[s])
                continue;
            text_addf(out, "%sdat index %zu using (strcol(4) eq '%s' ? PX(%d,$1,%.4f) : NaN):(PX(%d,$2,%.1f))",
                      lead, i, states[s].word, at->x, at->w, at->y, at->h);
            text_addf(out,
                      ":(PX(%d,$1-0.5,%.4f)):(PX(%d,$1+0.5,%.4f)):(PX(%d,$2-0.5,%.1f)):(PX(%d,$2+0.5,%.1f))",
                      at->x, at->w, at->x, at->w, at->y, at->h, at->y, at->h);
            if (s == CELL_HIT)
                text_add(out, ":($3 > LO ? $3 : LO) with boxxyerror fillcolor palette");
            else
                text_addf(out, " with boxxyerror fillcolor rgb '%s'", states[s].colour);
            text_add(out, " lw 0.75 fillstyle solid 1 border lc rgb '#ffffff'");
            lead = ", \\\n     ";
            if (states[s].cross)
                text_addf(
                    out,
                    "%sdat index %zu using (strcol(4) eq '%s' ? PX(%d,$1,%.4f) : NaN):(PX(%d,$2,%.1f)) with "
                    "points " CROSS,
                    lead, i, states[s].word, at->x, at->w, at->y, at->h);
        }
    }
    text_add(out, "\n");
}

static bool draw(const struct heatmap *h, const struct layout *l, struct figure *f, struct err *e) {
    struct text *gp = &f->gp, layers = {0};
    bool ok = true;
    write_data(h, &f->dat);
    style_open(f,
               h->panel[0].row_best ? "Heatmap: epochs to the target over axes of data and tuning"
                                    : "Heatmap: epochs to the target over the tuning",
               l->height);
    const char *lines[2];
    const size_t n_lines = style_lines(&h->subtitle, &h->remark, lines);
    style_title(f, h->title.s ? h->title.s : "", lines, n_lines);
    text_add(gp,
             "unset border; unset tics\n"
             "set lmargin at screen 0; set rmargin at screen 1; set tmargin at screen 1; set bmargin at "
             "screen 0\nset xrange [0:W]; set yrange [0:H]\nPX(at, level, size) = at + (level + 0.5)*size\n");
    write_key(h, l, gp);
    for (size_t i = 0; i < h->n && ok; i++) {
        ok = write_words(&h->panel[i], &l->place[i], gp, e);
        write_rings(&h->panel[i], &l->place[i], gp);
    }
    write_layers(h, l, &layers);
    gp->failed |=
        layers.failed || h->title.failed || h->subtitle.failed || h->remark.failed || h->quantity.failed;
    style_close(f, layers.s ? layers.s : "");
    text_free(&layers);
    return ok && (!(gp->failed || f->dat.failed) || err_add(e, "out of memory for a heatmap"));
}

bool heatmap_draw(struct heatmap *h, struct figure_list *l, const char *const *words, size_t n, struct err *e) {
    struct layout layout = {0};
    struct figure *f = figures_add(l, words, n, e);
    const bool ok = f && lay_out(h, &layout, e) && draw(h, &layout, f, e);
    free(layout.place);
    heatmap_free(h);
    return ok;
}

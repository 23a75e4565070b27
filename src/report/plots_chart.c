/* A chart of curves: log loss against epochs, each curve named at its end, the target a thin line. */
#include "base/math.h"
#include "base/mem.h"
#include "report/gnuplot.h"
#include "report/plots.h"
#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const char *const axis_label[] = {
    [TARGET_GAP] = "(L - L*) / (L(start) - L*)", [TARGET_RATIO] = "L / L(start)", [TARGET_LOSS] = "loss L"};

static double px_of(const struct chart *c, double y, double pixels) {
    return m_log(y / c->y0) / m_log(c->y1 / c->y0) * pixels;
}

/* Labels stand at the heights of their curves' ends, moved apart to `step` pixels by the least squares of the
 * moves: isotonic regression of height - rank * step (pool adjacent violators), then kept within [0, pixels].
 */
static bool place_labels(struct chart *c, double pixels, double step, struct err *e) {
    size_t *order = mem_zeroed(c->n, sizeof *order, e), n_blocks = 0;
    struct block {
        double sum;
        size_t n;
    } *block = mem_zeroed(c->n, sizeof *block, e);
    bool ok = order && block;
    for (size_t i = 0; i < c->n && ok; i++) {
        struct curve *k = &c->curve[i];
        k->label_px = px_of(c, k->y[k->n - 1], pixels);
        size_t at = i;
        for (; at > 0 && c->curve[order[at - 1]].label_px > k->label_px; at--)
            order[at] = order[at - 1];
        order[at] = i;
    }
    for (size_t i = 0; i < c->n && ok; i++) {
        block[n_blocks++] = (struct block){c->curve[order[i]].label_px - (double)i * step, 1};
        while (n_blocks > 1 && block[n_blocks - 2].sum / (double)block[n_blocks - 2].n >=
                                   block[n_blocks - 1].sum / (double)block[n_blocks - 1].n) {
            block[n_blocks - 2].sum += block[n_blocks - 1].sum;
            block[n_blocks - 2].n += block[n_blocks - 1].n;
            n_blocks--;
        }
    }
    for (size_t b = 0, i = 0; b < n_blocks && ok; b++)
        for (size_t k = 0; k < block[b].n; k++, i++) {
            double free_px = pixels - (double)(c->n - 1) * step, base = block[b].sum / (double)block[b].n;
            base = base > free_px ? free_px : base;
            c->curve[order[i]].label_px = (base > 0 ? base : 0) + (double)i * step;
        }
    free(order);
    free(block);
    return ok;
}

static void ranges(struct chart *c) {
    double first = INFINITY, last = 0, lo = c->target_value, hi = c->target_value;
    for (size_t i = 0; i < c->n; i++)
        for (size_t k = 0; k < c->curve[i].n; k++) {
            double x = c->curve[i].epoch[k], y = c->curve[i].y[k];
            first = x > 0 && x < first ? x : first;
            last = x > last ? x : last;
            lo = y < lo || !(lo > 0) ? y : lo;
            hi = y > hi ? y : hi;
        }
    /* Early epochs tell most; a short run needs no log axis. */
    c->log_x = last >= 20 * first;
    c->x0 = c->log_x ? first : 0;
    c->x1 = last > c->x0 ? last : c->x0 + 1;
    c->y0 = lo > 0 ? lo / 1.3 : 1e-3;
    c->y1 = hi > c->y0 ? hi * 1.15 : c->y0 * 10;
}

enum { LEFT = 70, BOTTOM = 46, TOP = 48, PLOT_HEIGHT = 250, LABEL_STEP = 15, LABEL_CHARS = 16, LEAD = 16 };

static void write_data(const struct chart *c, struct text *dat) {
    for (size_t i = 0; i < c->n; i++) {
        const struct curve *k = &c->curve[i];
        text_addf(dat, "%s# curve %zu: optimizer section %zu of the grid\n# epoch median\n", i ? "\n\n" : "", i,
                  k->group->optimizer_index + 1);
        for (size_t j = 0; j < k->n; j++) {
            text_add_number(dat, k->epoch[j]);
            text_add(dat, " ");
            text_add_number(dat, k->y[j]);
            text_add(dat, "\n");
        }
    }
}

static void write_axes(const struct chart *c, struct text *gp) {
    text_add(gp, "set logscale y\nset yrange [");
    text_add_number(gp, c->y0);
    text_add(gp, ":");
    text_add_number(gp, c->y1);
    text_add(gp, "]\n");
    double decades = m_log(c->y1 / c->y0) / m_log(10);
    if (decades < 2) {
        text_add(gp, "set ytics ");
        style_log_ticks(gp, c->y0, c->y1);
        text_add(gp, "\n");
    } else {
        text_addf(gp, "set format y '10^{%%T}'\nset ytics %s\nset mytics %s\n", decades > 8 ? "100" : "10",
                  decades > 8 ? "default" : "1");
    }
    text_add(gp, c->log_x ? "set logscale x\nset xrange [" : "set xrange [");
    text_add_number(gp, c->x0);
    text_add(gp, ":");
    text_add_number(gp, c->x1);
    text_add(gp, "]\n");
    if (c->log_x) {
        text_add(gp, "set xtics ");
        style_log_ticks(gp, c->x0, c->x1);
        text_add(gp, "\n");
    }
    text_addf(gp,
              "set xtics offset 0,0.3\nset label 7 '%s' at screen X(12), "
              "Y(%d) rotate center noenhanced\n",
              axis_label[c->target], BOTTOM + PLOT_HEIGHT / 2);
    text_add(gp, "set grid ytics lt 1 lc rgb '#e4e4e4' lw 0.75\n");
}

/* The height in pixels of a curve where it passes x; a negative number where it is not. Ascending epochs. */
static double height_at(const struct chart *c, const struct curve *k, double x, double pixels) {
    for (size_t j = 1; j < k->n; j++)
        if (k->epoch[j] >= x && k->epoch[j - 1] <= x) {
            double part = (x - k->epoch[j - 1]) / (k->epoch[j] - k->epoch[j - 1]);
            double a = px_of(c, k->y[j - 1], pixels), b = px_of(c, k->y[j], pixels);
            return a + part * (b - a);
        }
    return -1;
}

/* How much of a band of 18 pixels' height, over a share of the width, is taken by curves: counted at some
 * places. */
static int crowd(const struct chart *c, double from, double to, double low_px, double pixels) {
    enum { PLACES = 30 };
    int n = 0;
    for (int s = 0; s <= PLACES; s++) {
        double u = from + (to - from) * s / PLACES;
        double x = c->log_x ? c->x0 * m_exp(u * m_log(c->x1 / c->x0)) : c->x0 + u * (c->x1 - c->x0);
        for (size_t i = 0; i < c->n; i++) {
            double y = height_at(c, &c->curve[i], x, pixels);
            n += y > low_px && y < low_px + 18;
        }
    }
    return n;
}

/* A thin line, and its name at the first of four places that curves leave free, or the one that they leave
 * freest. */
static void write_target(const struct results *r, const struct chart *c, double pixels, struct text *gp) {
    static const struct {
        double from, to, above;
        const char *place;
    } places[] = {{0, 0.4, -20, "graph 0, first T offset 0.5,-0.5"},
                  {0.6, 1, 2, "graph 1, first T right offset -0.5,0.5"},
                  {0, 0.4, 2, "graph 0, first T offset 0.5,0.5"},
                  {0.6, 1, -20, "graph 1, first T right offset -0.5,-0.5"}};
    struct text target = {0};
    size_t best = 0;
    int least = INT_MAX;
    if (!(c->target_value > c->y0 && c->target_value < c->y1))
        return;
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        int n =
            crowd(c, places[i].from, places[i].to, px_of(c, c->target_value, pixels) + places[i].above, pixels);
        if (n < least) {
            least = n;
            best = i;
        }
    }
    text_add(&target, "target: ");
    value_print(KEY_SWEEP_target, *plan_target(r->plan), &target);
    text_add(gp, "T = ");
    text_add_number(gp, c->target_value);
    text_add(gp, "\nset arrow 1 from graph 0, first T to graph 1, first T nohead lw 1 lc rgb '#606060' "
                 "back\nset label 8 ");
    gnuplot_quote(gp, target.s ? target.s : "", PLOT_TITLE_CHARS);
    text_addf(gp, " at %s noenhanced font ',%d' textcolor rgb '#505050'\n", places[best].place, PLOT_SMALL);
    gp->failed |= target.failed;
    text_free(&target);
}

bool chart_draw(const struct results *r, struct chart *c, struct figure *f, struct err *e) {
    struct text *gp = &f->gp, title = {0}, subtitle = {0}, commands = {0};
    size_t longest = 0, n_seeds = 0;
    for (size_t i = 0; i < c->n; i++) {
        size_t len = strlen(c->curve[i].group->optimizer);
        longest = len > longest ? len : longest;
        n_seeds = c->curve[i].n_seeds > n_seeds ? c->curve[i].n_seeds : n_seeds;
    }
    int right = LEAD + 12 + 9 * (int)(longest < LABEL_CHARS ? longest : LABEL_CHARS);
    int inner = LABEL_STEP * (int)c->n > PLOT_HEIGHT ? LABEL_STEP * (int)c->n : PLOT_HEIGHT;
    ranges(c);
    if (!place_labels(c, inner, LABEL_STEP, e))
        return false;
    write_data(c, &f->dat);
    text_addf(&title, "%s", c->curve[0].group->data);
    text_add(&subtitle, "loss of each optimizer's best cell");
    if (n_seeds > 1)
        text_addf(&subtitle, ", median of %zu seeds", n_seeds);
    style_open(f, "Loss of each optimizer's best cell against epochs.", TOP + inner + BOTTOM);
    const char *lines[] = {subtitle.s};
    if (title.s && subtitle.s)
        style_title(f, title.s, lines, 1);
    text_addf(gp,
              "set lmargin at screen X(%d); set rmargin at screen X(W-%d); set tmargin at screen Y(H-%d); "
              "set bmargin at screen Y(%d)\n",
              LEFT, right, TOP, BOTTOM);
    text_addf(gp, "set label 9 'epoch' at screen X(%d), Y(%d) center\n", (PLOT_WIDTH + LEFT - right) / 2,
              BOTTOM - 37);
    write_axes(c, gp);
    write_target(r, c, inner, gp);
    for (size_t i = 0; i < c->n; i++) {
        const struct curve *k = &c->curve[i];
        text_addf(gp, "set label %zu ", 100 + i);
        gnuplot_quote(gp, k->group->optimizer, LABEL_CHARS);
        text_addf(gp, " at screen X(W-%d), Y(%d+%.1f) noenhanced font ',%d' textcolor rgb '#202020'\n",
                  right - LEAD - 4, BOTTOM, k->label_px, PLOT_SMALL);
        text_addf(gp, "set arrow %zu from first ", 100 + i);
        text_add_number(gp, k->epoch[k->n - 1]);
        text_add(gp, ", first ");
        text_add_number(gp, k->y[k->n - 1]);
        text_addf(gp, " to screen X(W-%d), Y(%d+%.1f) nohead lw 1 ", right - LEAD, BOTTOM, k->label_px);
        style_line(gp, k->group->optimizer_index, false);
        text_addf(gp, "\n");
        text_addf(&commands, "%sdat index %zu using 1:2 with lines lw 2 ", i ? ", \\\n     " : "plot ", i);
        style_line(&commands, k->group->optimizer_index, true);
    }
    text_add(&commands, "\n");
    style_close(f, commands.s ? commands.s : "");
    bool ok = !(gp->failed || f->dat.failed || title.failed || subtitle.failed || commands.failed);
    text_free(&title);
    text_free(&subtitle);
    text_free(&commands);
    return ok || err_add(e, "out of memory for a figure of curves");
}

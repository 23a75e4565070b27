/* A chart: lines on two axes, each named at its end, quartile bands behind them. */
#include "base/math.h"
#include "base/mem.h"
#include "report/gnuplot.h"
#include "report/plots.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

struct chart_line *chart_add(struct chart *c, const char *name, size_t style, enum chart_look look, size_t n,
                             bool band, struct err *e) {
    if (!mem_grow(&c->line, &c->cap, c->n + 1, sizeof *c->line, e))
        return NULL;
    double *space = mem_zeroed((band ? 4 : 2) * n, sizeof *space, e);
    if (!space)
        return NULL;
    struct chart_line *k = &c->line[c->n++];
    *k = (struct chart_line){.name = name, .style = style, .look = look, .x = space, .y = space + n};
    if (band) {
        k->lo = space + 2 * n;
        k->hi = space + 3 * n;
    }
    return k;
}

void chart_free(struct chart *c) {
    for (size_t i = 0; i < c->n; i++)
        free(c->line[i].x);
    free(c->line);
    text_free(&c->title);
    text_free(&c->subtitle);
    text_free(&c->remark);
    text_free(&c->x.ticks);
    text_free(&c->y.ticks);
    text_free(&c->level_name);
    text_free(&c->mark_name);
    *c = (struct chart){0};
}

/* The range of an axis, over v, (n), of each line, and what else it must show; widened by `room`, a factor,
 * above and below on a log axis. */
static void range(struct chart_axis *a, const struct chart *c, bool of_x, double also, double room) {
    double lo = also > 0 ? also : INFINITY, hi = also > 0 ? also : 0;
    for (size_t i = 0; i < c->n; i++)
        for (size_t k = 0; k < c->line[i].n; k++) {
            const double v = of_x ? c->line[i].x[k] : c->line[i].y[k];
            lo = v > 0 && v < lo ? v : lo;
            hi = v > hi && isfinite(v) ? v : hi;
        }
    if (a->share) {
        a->scale = AXIS_LINEAR;
        a->hi = 1;
    }
    if (a->scale == AXIS_AUTO)
        a->scale = hi >= 20 * lo ? AXIS_LOG : AXIS_LINEAR;
    const bool logs = a->scale == AXIS_LOG;
    hi = hi > 0 ? hi : 1;
    a->hi = a->hi > 0 ? a->hi : logs ? hi * room : hi * (of_x ? 1 : 1.05);
    if (logs)
        a->lo = a->lo > 0 ? a->lo : lo < a->hi ? lo / room : a->hi / 10;
    /* One value only: an axis needs an extent. */
    if (logs && a->hi < a->lo * 1.2) {
        a->lo /= 2;
        a->hi *= 2;
    } else if (!logs && !(a->hi > a->lo)) {
        a->hi = a->lo + 1;
    }
}

enum { LEFT = 70, BOTTOM = 46, TOP = 48, PLOT_HEIGHT = 250, LABEL_STEP = 15, LABEL_CHARS = 22, LEAD = 16 };

static void write_data(const struct chart *c, struct text *dat) {
    size_t at = 0;
    for (size_t i = 0; i < c->n; i++) {
        const struct chart_line *k = &c->line[i];
        if (!k->n)
            continue;
        text_addf(dat, "%s# %zu: optimizer section %zu of the grid%s\n# x y%s\n", at ? "\n\n" : "", at,
                  k->style + 1,
                  k->look == LOOK_FIT    ? ", fitted"
                  : k->look == LOOK_DOTS ? ", from where it turns at most steps"
                                         : "",
                  k->lo ? " quartile_1 quartile_3" : "");
        at++;
        for (size_t j = 0; j < k->n; j++) {
            text_add_number(dat, k->x[j]);
            for (int col = 0; col < (k->lo ? 3 : 1); col++) {
                text_add(dat, " ");
                text_add_number(dat, col == 0 ? k->y[j] : col == 1 ? k->lo[j] : k->hi[j]);
            }
            text_add(dat, "\n");
        }
    }
}

static void write_axis(const struct chart_axis *a, char name, struct text *gp) {
    const bool logs = a->scale == AXIS_LOG;
    if (logs)
        text_addf(gp, "set logscale %c\n", name);
    text_addf(gp, "set %crange [", name);
    text_add_number(gp, a->lo);
    text_add(gp, ":");
    text_add_number(gp, a->hi);
    text_add(gp, "]\n");
    const double decades = logs ? m_log(a->hi / a->lo) / m_log(10) : 0;
    if (a->ticks.len) {
        text_addf(gp, "set %ctics %s\n", name, a->ticks.s);
    } else if (a->share) {
        text_addf(gp, "set %ctics ('0%%%%' 0, '25%%%%' 0.25, '50%%%%' 0.5, '75%%%%' 0.75, '100%%%%' 1)\n",
                  name);
    } else if (a->counts && !logs) {
        text_addf(gp, "set %ctics 1,%d\n", name, 1 + (int)(a->hi / 10));
    } else if (logs && name == 'y' && decades >= 2) {
        text_addf(gp, "set format y '10^{%%T}'\nset ytics %s\nset mytics %s\n", decades > 8 ? "100" : "10",
                  decades > 8 ? "default" : "1");
    } else if (logs) {
        text_addf(gp, "set %ctics ", name);
        style_log_ticks(gp, a->lo, a->hi);
        text_add(gp, "\n");
    }
}

/* Thin lines with their names. */
static void write_marks(const struct chart *c, double pixels, double width, struct text *gp) {
    enum { CHAR = 7 };
    /* On white, which hides what lies below where no place is free. */
    if (c->level > 0 || c->mark > 0)
        text_add(gp, "set style textbox opaque noborder fillcolor rgb '#ffffff' margins 0.3,0.2\n");
    if (c->level > c->y.lo && c->level < c->y.hi) {
        text_add(gp, "T = ");
        text_add_number(gp, c->level);
        text_add(gp, "\nset arrow 1 from graph 0, first T to graph 1, first T nohead lw 1 lc rgb '#606060' "
                     "back\n");
    }
    if (c->level > c->y.lo && c->level < c->y.hi && c->level_name.len) { /* the zero of a trace has no name */
        text_add(gp, "set label 8 ");
        gnuplot_quote(gp, c->level_name.s, PLOT_TITLE_CHARS);
        text_add(gp, " at ");
        chart_level_place(c, CHAR * (double)c->level_name.len / width, pixels, gp);
        text_addf(gp, " front boxed noenhanced font ',%d' textcolor rgb '#505050'\n", PLOT_SMALL);
    }
    if (c->mark > c->x.lo && c->mark <= c->x.hi) {
        text_add(gp, "M = ");
        text_add_number(gp, c->mark);
        text_add(gp, "\nset arrow 2 from first M, graph 0 to first M, graph 1 nohead lw 1 lc rgb '#a0a0a0' dt "
                     "(2,3) back\nset label 10 ");
        gnuplot_quote(gp, c->mark_name.s ? c->mark_name.s : "", PLOT_TITLE_CHARS);
        text_add(gp, " at ");
        chart_mark_place(c, CHAR * (double)c->mark_name.len / width, pixels, gp);
        text_addf(gp, " front boxed noenhanced font ',%d' textcolor rgb '#505050'\n", PLOT_SMALL);
    }
}

/* Where what is infinite is drawn: above the plot, which it leaves through the top. */
static double top_of(const struct chart *c) {
    return c->y.scale == AXIS_LOG ? c->y.hi * 10 : c->y.hi * 2;
}

/* Where a line ends, or leaves the plot at the top for good. */
static double end_of(const struct chart *c, const struct chart_line *k) {
    const bool logs = c->y.scale == AXIS_LOG;
    size_t in = k->n;
    while (in > 0 && k->y[in - 1] > c->y.hi)
        in--;
    if (in == k->n || in == 0)
        return k->x[in ? k->n - 1 : 0];
    const double from = fmax(k->y[in - 1], c->y.lo), to = fmin(k->y[in], top_of(c)); /* as they are drawn */
    const double part = logs ? m_log(c->y.hi / from) / m_log(to / from) : (c->y.hi - from) / (to - from);
    return c->x.scale == AXIS_LOG ? k->x[in - 1] * m_exp(part * m_log(k->x[in] / k->x[in - 1]))
                                  : k->x[in - 1] + part * (k->x[in] - k->x[in - 1]);
}

/* The name of a line, and a thin line that leads to it; dotted where the line ends before the plot does. */
static void write_label(const struct chart *c, const struct chart_line *k, size_t id, int right,
                        struct text *gp) {
    text_addf(gp, "set label %zu ", id);
    gnuplot_quote(gp, k->name, *k->note ? LABEL_CHARS - 4 : LABEL_CHARS);
    if (*k->note) {
        text_add(gp, ".' '.");
        gnuplot_quote(gp, k->note, sizeof k->note);
    }
    text_addf(gp, " at screen X(W-%d), Y(%d+%.1f) noenhanced font ',%d' textcolor rgb '#202020'\n",
              right - LEAD - 4, BOTTOM, k->label_px, PLOT_SMALL);
    const double x = end_of(c, k), y = k->y[k->n - 1];
    text_addf(gp, "set arrow %zu from first ", id);
    text_add_number(gp, x);
    text_add(gp, ", first ");
    text_add_number(gp, y > c->y.hi ? c->y.hi : y < c->y.lo ? c->y.lo : y);
    text_addf(gp, " to screen X(W-%d), Y(%d+%.1f) nohead lw 1 ", right - LEAD, BOTTOM, k->label_px);
    style_colour(gp, k->style);
    text_add(gp, x < c->x.hi * 0.98 ? " dt (2,3)\n" : "\n");
}

static void write_layers(const struct chart *c, struct text *out) {
    static const char *const look[] = {[LOOK_LINE] = "lines lw 2",
                                       [LOOK_STEPS] = "steps lw 2",
                                       [LOOK_MARKED] = "linespoints lw 2 ps 0.6",
                                       [LOOK_MARKS] = "points lw 1.5 ps 0.7",
                                       [LOOK_DOTS] = "points pt 7 ps 0.15",
                                       [LOOK_FIT] = "lines lw 1"};
    const char *lead = "plot ";
    for (int bands = 1; bands >= 0; bands--)
        for (size_t i = 0, at = 0; i < c->n; i++) {
            const struct chart_line *k = &c->line[i];
            at += k->n > 0;
            if (!k->n || (bands && !k->lo))
                continue;
            if (bands) {
                text_addf(out,
                          "%sdat index %zu using 1:(In($3)):(In($4)) with filledcurves fillstyle "
                          "transparent solid 0.18 noborder ",
                          lead, at - 1);
                style_colour(out, k->style);
            } else {
                text_addf(out, "%sdat index %zu using 1:(Below($2)) with %s ", lead, at - 1, look[k->look]);
                if (k->look == LOOK_LINE || k->look == LOOK_STEPS || k->look == LOOK_MARKED)
                    style_line(out, k->style);
                else
                    style_colour(out, k->style);
                if (k->look == LOOK_MARKED || k->look == LOOK_MARKS)
                    text_addf(out, " pt %d", (int[]){7, 5, 9, 13, 6, 4, 8}[k->style % 7]);
            }
            lead = ", \\\n     ";
        }
    text_add(out, "\n");
}

static bool draw(struct chart *c, struct figure *f, struct err *e) {
    struct text *gp = &f->gp, layers = {0};
    size_t longest = 0, named = 0;
    for (size_t i = 0; i < c->n; i++) {
        const struct chart_line *k = &c->line[i];
        if (!k->n || !k->name)
            continue;
        const size_t most = *k->note ? LABEL_CHARS - 4 : LABEL_CHARS;
        size_t len = strlen(k->name);
        len = (len < most ? len : most) + (*k->note ? 1 + strlen(k->note) : 0);
        longest = len > longest ? len : longest;
        named++;
    }
    const int right = LEAD + 12 + 8 * (int)longest;
    const int inner = LABEL_STEP * (int)named > PLOT_HEIGHT ? LABEL_STEP * (int)named : PLOT_HEIGHT;
    range(&c->x, c, true, 0, c->x.room ? 1.12 : 1);
    range(&c->y, c, false, c->level, 1.2);
    if (!chart_place_labels(c, inner, LABEL_STEP, e))
        return false;
    write_data(c, &f->dat);
    const char *lines[2];
    const size_t n_lines = style_lines(&c->subtitle, &c->remark, lines);
    const int top = TOP + (n_lines > 1 ? PLOT_LINE : 0);
    style_open(f, c->what, top + inner + BOTTOM);
    if (c->title.s)
        style_title(f, c->title.s, lines, n_lines);
    text_addf(gp,
              "set lmargin at screen X(%d); set rmargin at screen X(W-%d); set tmargin at screen Y(H-%d); "
              "set bmargin at screen Y(%d)\n",
              LEFT, right, top, BOTTOM);
    text_add(gp, "set label 9 ");
    gnuplot_quote(gp, c->x.label, PLOT_TITLE_CHARS);
    text_addf(gp, " at screen X(%d), Y(%d) center noenhanced\nset label 7 ", (PLOT_WIDTH + LEFT - right) / 2,
              BOTTOM - 37);
    gnuplot_quote(gp, c->y.label, PLOT_TITLE_CHARS);
    text_addf(gp, " at screen X(12), Y(%d) rotate center noenhanced\n", BOTTOM + inner / 2);
    write_axis(&c->x, 'x', gp);
    write_axis(&c->y, 'y', gp);
    text_add(gp, "set xtics offset 0,0.3\nset grid ytics lt 1 lc rgb '#e4e4e4' lw 0.75\n");
    write_marks(c, inner, PLOT_WIDTH - LEFT - right, gp);
    for (size_t i = 0; i < c->n; i++)
        if (c->line[i].n && c->line[i].name)
            write_label(c, &c->line[i], 100 + i, right, gp);
    text_add(gp, "TOP = ");
    text_add_number(gp, top_of(c));
    text_add(gp, "\nBOTTOM = ");
    text_add_number(gp, c->y.lo);
    text_add(gp, "\nBelow(v) = v > TOP ? TOP : v < BOTTOM ? BOTTOM : v\nIn(v) = v < ");
    text_add_number(gp, c->y.lo);
    text_add(gp, " ? ");
    text_add_number(gp, c->y.lo);
    text_add(gp, " : v > ");
    text_add_number(gp, c->y.hi);
    text_add(gp, " ? ");
    text_add_number(gp, c->y.hi);
    text_add(gp, " : v\n");
    write_layers(c, &layers);
    style_close(f, layers.s ? layers.s : "");
    const bool failed = gp->failed || f->dat.failed || c->title.failed || c->subtitle.failed ||
                        c->remark.failed || layers.failed || c->level_name.failed || c->mark_name.failed ||
                        c->x.ticks.failed || c->y.ticks.failed;
    text_free(&layers);
    return !failed || err_add(e, "out of memory for a chart");
}

bool chart_draw(struct chart *c, struct figure_list *l, const char *const *words, size_t n, struct err *e) {
    size_t points = 0;
    for (size_t i = 0; i < c->n; i++)
        points += c->line[i].n;
    struct figure *f = points ? figures_add(l, words, n, e) : NULL;
    const bool ok = !points || (f && draw(c, f, e));
    chart_free(c);
    return ok;
}

/* Convergence: per data set, the loss of each optimizer's best cell against epochs, the median over seeds, on
 * the scale on which the target is one number for all seeds: (L - L*) / (L(start) - L*) for `gap`, L / L(start)
 * for `ratio`, L for `loss`. */
#include "base/math.h"
#include "base/mem.h"
#include "base/stats.h"
#include "report/gnuplot.h"
#include "report/plots.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const char *const axis_label[] = {
    [TARGET_GAP] = "(L - L*) / (L(start) - L*)", [TARGET_RATIO] = "L / L(start)", [TARGET_LOSS] = "loss L"};

struct curve {
    const struct group *group;
    double *epoch, *y; /* (n): only y > 0 */
    size_t n, n_seeds;
    double label_px; /* height of its label's middle above the plot's lower edge */
};
struct chart {
    struct curve *curve; /* (n) */
    size_t n;
    double x0, x1, y0, y1; /* ranges drawn */
    bool log_x;
    int target;
    double target_value;
};

/* The loss of one run on the scale of the target: (L - shift) * scale. */
struct measure {
    double shift, scale;
};

static bool measure_of(const struct results *r, size_t i, int target, double start, struct measure *m,
                       struct err *e) {
    *m = (struct measure){0, target == TARGET_RATIO ? 1 / start : 1};
    if (target != TARGET_GAP)
        return true;
    struct run run;
    struct minimum lstar;
    bool found;
    plan_run(r->plan, i, &run);
    const char *fingerprint = plan_dataset_fingerprint(r->plan, run.dataset);
    if (!store_get_minimum(r->store, fingerprint, (enum loss)run.v[KEY_MODEL_loss].word,
                           run.v[KEY_MODEL_reduction].word == 0, run.v[KEY_MODEL_l2].number, &lstar, &found, e))
        return false;
    if (!found)
        return err_add(e, "no L* in the store for data set %s: its curves cannot be drawn", fingerprint);
    m->shift = lstar.loss;
    m->scale = 1 / (start - lstar.loss);
    return true;
}

/* The median over seeds at each evaluation. A run that blew up counts as infinite from then on, one that met
 * the target and stopped as below all others: the curve ends where the median is no longer a loss that was
 * evaluated. */
static bool median_curve(const struct results *r, const struct group *g, int target, struct curve *c,
                         struct err *e) {
    struct cell cell;
    results_cell(r, g->cell[g->best], &cell);
    struct outcome *o = mem_zeroed(cell.n, sizeof *o, e);
    struct measure *m = mem_zeroed(cell.n, sizeof *m, e);
    double *at = mem_zeroed(cell.n, sizeof *at, e);
    size_t n = 0, longest = 0;
    bool ok = o && m && at;
    c->group = g;
    for (size_t s = 0; s < cell.n && ok; s++) {
        size_t i = cell.first + s;
        if (r->row[i].status == STATUS_MISSING)
            continue;
        ok = results_curve(r, i, &o[n], e) && o[n].n_points &&
             measure_of(r, i, target, o[n].points[0].loss, &m[n], e);
        longest = o[n].n_points > o[longest].n_points ? n : longest;
        n++;
    }
    c->n_seeds = n;
    size_t n_points = ok && n ? o[longest].n_points : 0;
    c->epoch = ok ? mem_zeroed(n_points, sizeof *c->epoch, e) : NULL;
    c->y = ok ? mem_zeroed(n_points, sizeof *c->y, e) : NULL;
    ok = c->epoch && c->y;
    /* Points closer than a printer tells apart are left out of long curves. */
    double least_step = n_points > 2000 ? o[longest].points[n_points - 1].epoch / 2000 : 0;
    for (size_t k = 0; k < n_points && ok; k++) {
        for (size_t s = 0; s < n; s++) {
            double y = k < o[s].n_points ? (o[s].points[k].loss - m[s].shift) * m[s].scale
                                         : (o[s].blown_up ? INFINITY : -INFINITY);
            at[s] = isnan(y) ? INFINITY : y;
        }
        double y = stats_median(at, n), epoch = o[longest].points[k].epoch;
        if (isinf(y) && k > 0)
            break;
        bool near =
            c->n && k + 1 < n_points && epoch < c->epoch[c->n - 1] + least_step && epoch > 100 * least_step;
        if (y > 0 && !near) {
            c->epoch[c->n] = epoch;
            c->y[c->n++] = y;
        }
    }
    for (size_t s = 0; o && s < cell.n; s++)
        outcome_free(&o[s]);
    free(o);
    free(m);
    free(at);
    return ok;
}

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
              "set xtics offset 0,0.3\nset xlabel 'epoch' offset 0,0.6\nset label 7 '%s' at screen X(14), "
              "Y(%d) rotate center noenhanced\n",
              axis_label[c->target], BOTTOM + PLOT_HEIGHT / 2);
    text_add(gp, "set grid ytics lt 1 lc rgb '#e4e4e4' lw 0.75\n");
}

static void write_target(const struct results *r, const struct chart *c, struct text *gp) {
    struct text target = {0};
    if (!(c->target_value > c->y0 && c->target_value < c->y1))
        return;
    text_add(&target, "target: ");
    value_print(KEY_SWEEP_target, *plan_target(r->plan), &target);
    text_add(gp, "T = ");
    text_add_number(gp, c->target_value);
    text_add(gp, "\nset arrow 1 from graph 0, first T to graph 1, first T nohead lw 1 lc rgb '#606060' "
                 "back\nset label 8 ");
    gnuplot_quote(gp, target.s ? target.s : "", PLOT_TITLE_CHARS);
    /* Below the line on the left, where curves are above it; or, the line near the start, above it on the
     * right. */
    bool low = px_of(c, c->target_value, 1) < 0.7;
    text_addf(gp, " at graph %d, first T %s noenhanced font ',%d' textcolor rgb '#505050'\n", !low,
              low ? "offset 0.5,-0.5" : "right offset -0.5,0.5", PLOT_SMALL);
    gp->failed |= target.failed;
    text_free(&target);
}

static bool draw(const struct results *r, struct chart *c, struct figure *f, struct err *e) {
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
    write_axes(c, gp);
    write_target(r, c, gp);
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

/* The curves of all groups on the data set of group `first`. */
static bool chart(const struct plot_input *in, size_t first, struct figure_list *l, struct err *e) {
    const struct value *target = plan_target(in->r->plan);
    struct chart c = {
        .curve = mem_zeroed(in->n, sizeof *c.curve, e), .target = target->word, .target_value = target->number};
    bool ok = c.curve;
    for (size_t i = first; i < in->n && ok; i++) {
        if (!group_same_data(&in->group[i], &in->group[first]))
            continue;
        struct curve *k = &c.curve[c.n++];
        ok = median_curve(in->r, &in->group[i], c.target, k, e);
        if (ok && !k->n) { /* nothing to draw: not run yet, or blown up at once */
            free(k->epoch);
            free(k->y);
            *k = (struct curve){0};
            c.n--;
        }
    }
    if (ok && c.n) {
        const char *words[] = {"curves", in->group[first].data};
        struct figure *f = figures_add(l, words, 2, e);
        ok = f && draw(in->r, &c, f, e);
    }
    for (size_t i = 0; i < c.n; i++) {
        free(c.curve[i].epoch);
        free(c.curve[i].y);
    }
    free(c.curve);
    return ok;
}

bool plots_curves(const struct plot_input *in, struct figure_list *l, struct err *e) {
    for (size_t i = 0; i < in->n; i++) {
        bool seen = false;
        for (size_t j = 0; j < i; j++)
            seen |= group_same_data(&in->group[j], &in->group[i]);
        if (!seen && !chart(in, i, l, e))
            return false;
    }
    return true;
}

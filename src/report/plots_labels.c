/* Words in a chart: names at the ends of lines, kept apart; a place for the level's name that lines leave free.
 */
#include "base/math.h"
#include "base/mem.h"
#include "report/plots.h"
#include <limits.h>
#include <math.h>
#include <stdlib.h>

static double part_of(const struct chart_axis *a, double v) {
    const double part = a->scale == AXIS_LOG ? (v > 0 ? m_log(v / a->lo) / m_log(a->hi / a->lo) : 0)
                                             : (v - a->lo) / (a->hi - a->lo);
    return part > 1 ? 1 : part > 0 ? part : 0;
}

double chart_height(const struct chart *c, double y, double pixels) {
    return part_of(&c->y, y) * pixels;
}

enum { TOP_PX = 6 }; /* below the top, above which is the subtitle, stays the highest name */

/* By the least squares of the moves: isotonic regression of height - rank * step (pool adjacent violators),
 * then kept within [0, pixels - TOP_PX]. Lines without a name have no label. */
bool chart_place_labels(struct chart *c, double pixels, double step, struct err *e) {
    size_t *order = mem_zeroed(c->n, sizeof *order, e), n = 0, n_blocks = 0;
    struct block {
        double sum;
        size_t n;
    } *block = mem_zeroed(c->n, sizeof *block, e);
    const bool ok = order && block;
    for (size_t i = 0; i < c->n && ok; i++) {
        struct chart_line *k = &c->line[i];
        if (!k->n || !k->name)
            continue;
        k->label_px = chart_height(c, k->y[k->n - 1], pixels);
        size_t at = n++;
        for (; at > 0 && c->line[order[at - 1]].label_px > k->label_px; at--)
            order[at] = order[at - 1];
        order[at] = i;
    }
    for (size_t i = 0; i < n && ok; i++) {
        block[n_blocks++] = (struct block){c->line[order[i]].label_px - (double)i * step, 1};
        while (n_blocks > 1 && block[n_blocks - 2].sum / (double)block[n_blocks - 2].n >=
                                   block[n_blocks - 1].sum / (double)block[n_blocks - 1].n) {
            block[n_blocks - 2].sum += block[n_blocks - 1].sum;
            block[n_blocks - 2].n += block[n_blocks - 1].n;
            n_blocks--;
        }
    }
    for (size_t b = 0, i = 0; b < n_blocks && ok; b++)
        for (size_t k = 0; k < block[b].n; k++, i++) {
            double free_px = pixels - TOP_PX - (double)(n - 1) * step, base = block[b].sum / (double)block[b].n;
            base = base > free_px ? free_px : base;
            c->line[order[i]].label_px = (base > 0 ? base : 0) + (double)i * step;
        }
    free(order);
    free(block);
    return ok;
}

/* The height in pixels of a line where it passes x; a negative number where it is not. */
static double height_at(const struct chart *c, const struct chart_line *k, double x, double pixels) {
    for (size_t j = 1; j < k->n; j++)
        if (k->x[j] >= x && k->x[j - 1] <= x) {
            const double wide = k->x[j] - k->x[j - 1];
            const double part = k->look == LOOK_STEPS || !(wide > 0) ? 0 : (x - k->x[j - 1]) / wide;
            const double a = chart_height(c, k->y[j - 1], pixels), b = chart_height(c, k->y[j], pixels);
            return a + part * (b - a);
        }
    return -1;
}

enum { NAME_PX = 20 }; /* the height of a name */

/* How much of a place of a name's height, over a share of the width, is taken by lines: counted where they pass
 * through it, so that steep ones count too. */
static int crowd(const struct chart *c, double from, double to, double low_px, double pixels) {
    enum { PLACES = 30 };
    int n = 0;
    for (size_t i = 0; i < c->n; i++) {
        double before = -1;
        for (int s = 0; s <= PLACES; s++) {
            const double u = from + (to - from) * s / PLACES;
            const double x = c->x.scale == AXIS_LOG ? c->x.lo * m_exp(u * m_log(c->x.hi / c->x.lo))
                                                    : c->x.lo + u * (c->x.hi - c->x.lo);
            const double y = height_at(c, &c->line[i], x, pixels), other = before < 0 ? y : before;
            n += y >= 0 && fmax(y, other) >= low_px && fmin(y, other) < low_px + NAME_PX;
            before = y;
        }
    }
    return n;
}

/* At either end of the level first, then anywhere along it, below or above. */
void chart_level_place(const struct chart *c, double wide, double pixels, struct text *out) {
    enum { PLACES = 12 };
    const double level = chart_height(c, c->level, pixels), last = fmax(1 - wide, 0);
    double at = 0;
    bool above = false;
    int least = INT_MAX;
    for (int i = 0; i < 2 * PLACES; i++) {
        const double from = last * (i / 2 % 2 ? PLACES - 1 - i / 4 : i / 4) / (PLACES - 1);
        const bool up = (i + i / 2) % 2;
        const double low = level + (up ? 2 : -NAME_PX);
        if (low < 0 || low + NAME_PX > pixels) /* across the edge */
            continue;
        const int n = crowd(c, from, from + wide, low, pixels);
        if (n < least) {
            least = n;
            at = from;
            above = up;
        }
    }
    text_addf(out, "graph %.3f, first T left offset 0.5,%s", at, above ? "0.55" : "-0.55");
}

/* On either side of the mark, from the top to the bottom. */
void chart_mark_place(const struct chart *c, double wide, double pixels, struct text *out) {
    enum { PLACES = 12 };
    const double at = part_of(&c->x, c->mark);
    double height = 1;
    bool left = at + wide > 1;
    int least = INT_MAX;
    for (int i = 0; i < 2 * PLACES; i++) {
        const bool before = i % 2;
        const int place = i / 2;
        const double from = before ? at - wide : at,
                     low = (pixels - NAME_PX) * (1 - (double)place / (PLACES - 1));
        if (from < 0 || from + wide > 1)
            continue;
        const int n = crowd(c, from, from + wide, low, pixels);
        if (n < least) {
            least = n;
            height = (low + NAME_PX / 2.) / pixels;
            left = before;
        }
    }
    text_addf(out, "first M, graph %.3f %s offset %s,0", height, left ? "right" : "left",
              left ? "-0.5" : "0.5");
}

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

/* By the least squares of the moves: isotonic regression of height - rank * step (pool adjacent violators),
 * then kept within [0, pixels]. Lines without a name have no label. */
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
            double free_px = pixels - (double)(n - 1) * step, base = block[b].sum / (double)block[b].n;
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
            const double wide = k->x[j] - k->x[j - 1], part = wide > 0 ? (x - k->x[j - 1]) / wide : 0;
            const double a = chart_height(c, k->y[j - 1], pixels), b = chart_height(c, k->y[j], pixels);
            return a + part * (b - a);
        }
    return -1;
}

/* How much of a band of 18 pixels' height, over a share of the width, is taken by lines: counted at some
 * places. */
static int crowd(const struct chart *c, double from, double to, double low_px, double pixels) {
    enum { PLACES = 30 };
    int n = 0;
    for (int s = 0; s <= PLACES; s++) {
        const double u = from + (to - from) * s / PLACES;
        const double x = c->x.scale == AXIS_LOG ? c->x.lo * m_exp(u * m_log(c->x.hi / c->x.lo))
                                                : c->x.lo + u * (c->x.hi - c->x.lo);
        for (size_t i = 0; i < c->n; i++) {
            const double y = height_at(c, &c->line[i], x, pixels);
            n += y >= low_px && y < low_px + 20;
        }
    }
    return n;
}

const char *chart_level_place(const struct chart *c, double pixels) {
    static const struct {
        double from, to, above;
        const char *place;
    } places[] = {{0, 0.4, -20, "graph 0, first T offset 0.5,-0.5"},
                  {0.6, 1, 2, "graph 1, first T right offset -0.5,0.5"},
                  {0, 0.4, 2, "graph 0, first T offset 0.5,0.5"},
                  {0.6, 1, -20, "graph 1, first T right offset -0.5,-0.5"}};
    size_t best = 0;
    int least = INT_MAX;
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        const double low = chart_height(c, c->level, pixels) + places[i].above;
        if (low < 0 || low + 20 > pixels) /* across the edge */
            continue;
        const int n = crowd(c, places[i].from, places[i].to, low, pixels);
        if (n < least) {
            least = n;
            best = i;
        }
    }
    return places[best].place;
}

const char *chart_mark_place(const struct chart *c, double pixels) {
    static const struct {
        double from, to, up; /* of the mark, in shares of the width; of the height */
        const char *place;
    } places[] = {{0, 0.35, 1, "first M, graph 1 left offset 0.5,-0.6"},
                  {-0.35, 0, 1, "first M, graph 1 right offset -0.5,-0.6"},
                  {0, 0.35, 0, "first M, graph 0 left offset 0.5,0.6"},
                  {-0.35, 0, 0, "first M, graph 0 right offset -0.5,0.6"},
                  {0, 0.35, 0.5, "first M, graph 0.5 left offset 0.5,0"},
                  {-0.35, 0, 0.5, "first M, graph 0.5 right offset -0.5,0"}};
    const double at = part_of(&c->x, c->mark);
    size_t best = 0;
    int least = INT_MAX;
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        const double from = at + places[i].from, to = at + places[i].to;
        const int n =
            from < 0 || to > 1 ? INT_MAX - 1 : crowd(c, from, to, places[i].up * (pixels - 18) - 1, pixels);
        if (n < least) {
            least = n;
            best = i;
        }
    }
    return places[best].place;
}

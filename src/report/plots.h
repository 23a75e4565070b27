/* Figures: what the modules plots*.c share.
 *
 * Scripts draw at fixed places, counted in pixels of a page PLOT_WIDTH wide (gnuplot's own layout moves with
 * the length of labels, and figures of one sweep are compared side by side). That width is a column of
 * print, 8.5 cm: 2 px a point. */
#pragma once
#include "report/figures.h"
#include "report/scores.h"
#include <string.h>

enum {
    PLOT_WIDTH = 480,
    PLOT_FONT = 14,
    PLOT_SMALL = 12,
    PLOT_LINE = 16 /* from one line of text to the next */
};
enum { PLOT_TITLE_CHARS = 50, PLOT_SUBTITLE_CHARS = 60 };

/* A new figure, named by words joined with `-`: of anything but letters, digits, `.`, `_` and `-` a `-` is
 * made, and what would not be told apart gets a hash of the words. NULL when out of memory. Valid until the
 * next call. */
struct figure *figures_add(struct figure_list *l, const char *const *words, size_t n, struct err *e);

/* What figures are drawn from. */
struct plot_input {
    const struct scores *s;
    const struct results *r;   /* of s, */
    const struct group *group; /* (n): likewise */
    size_t n;
    double (*range)[2]; /* (n): least and greatest median epochs-to-target of each group's cells, 0 < lo <= hi;
                           {0, 0}: none */
};
/* Whether two groups share a data set, and so a colour scale and a chart of curves. */
static inline bool group_same_data(const struct group *a, const struct group *b) {
    return a->data_index == b->data_index && !strcmp(a->data, b->data);
}

/* A kind of figure: adds those of a sweep, none where it has nothing to show. A new one is a file with such a
 * function, and a line here and in plots.c, whose order is that of the report. */
typedef bool chart_kind(const struct plot_input *in, struct figure_list *l, struct err *e);
chart_kind plots_curves;    /* the loss of each optimizer's best cell, a figure a data set */
chart_kind plots_tuning;    /* heatmaps of one group, over two of its hyperparameters */
chart_kind plots_data_axis; /* heatmaps of one optimizer, its step size by an axis of the data */

/* ---- plots_tuning.c ---- */
/* The key with most levels among the hyperparameters of an optimizer section, `but` aside; eta0 before all,
 * numbers before words. KEY_COUNT: none that the rule has (with but = KEY_COUNT: none at all). */
enum key plots_axis(const struct results *r, size_t optimizer_index, const struct run *run, enum key but);

/* ---- plots_heatmap.c: a picture of cells on two axes ---- */
enum cell_state { CELL_EMPTY, CELL_HIT, CELL_MISSED, CELL_DIVERGED };
struct heat_cell {
    enum cell_state state;
    bool best;
    struct cell of; /* the results' cell */
};
struct heat_axis {
    enum key key;
    struct value *level; /* (n) */
    size_t n;
};
struct heatmap {
    struct text title, subtitle, note, quantity; /* note may be empty */
    struct heat_axis x, y;                       /* y.n = 1: a strip, without y axis */
    struct heat_cell *cell;                      /* (y.n, x.n) */
    double lo, hi;                               /* of the colour scale; both 0: nothing reached the target */
    bool row_best; /* best cells are one a row: their values stand at the end of the row */
};
/* The levels of key in an optimizer section; one, taken from run, where it does not vary. */
bool heat_axis_fill(struct heat_axis *a, const struct results *r, size_t optimizer_index, enum key key,
                    const struct run *run, struct err *e);
size_t heat_axis_find(const struct heat_axis *a, struct value v); /* a->n: not there */
/* At least half of its seeds diverged: diverged. Its median did not reach the target otherwise: missed. */
struct heat_cell heat_cell_of(const struct results *r, size_t first);
void heat_scale(struct heatmap *h, const double range[2]); /* widens the colour scale by a group's range */
void heatmap_draw(const struct heatmap *h, struct figure *f);
void heatmap_free(struct heatmap *h);

/* ---- plots_chart.c: a picture of curves ---- */
struct curve {
    const struct group *group;
    double *epoch, *y; /* (n): only y > 0 */
    size_t n, n_seeds;
    double label_px; /* height of its label's middle above the plot's lower edge */
};
struct chart {
    struct curve *curve; /* (n) */
    size_t n;
    double x0, x1, y0, y1; /* ranges drawn: chart_draw sets them, and the labels' heights */
    bool log_x;
    int target; /* its kind: TARGET_GAP, ... */
    double target_value;
};
bool chart_draw(const struct results *r, struct chart *c, struct figure *f, struct err *e);

/* ---- plots_style.c: what all scripts have in common ---- */

/* Begins a script: what it is, where its data are, a page of this height, axes and fonts. */
void style_open(struct figure *f, const char *what, int height);
/* Title and n lines of subtitle (labels 1, 2 ... of the script). */
void style_title(struct figure *f, const char *title, const char *const *lines, size_t n);
/* Draws with `commands` (a plot command) on each terminal. */
void style_close(struct figure *f, const char *commands);
/* Quantity and unit of a time to the target: `median epochs to gap 0.05, 3 seeds`. */
void style_quantity(const struct results *r, size_t n_seeds, struct text *out);
/* A level of an axis as a grid file has it, but 1e-5 for 1e-05. */
void style_level(enum key key, struct value v, struct text *out);
/* `beta = 0.9`, numbers to three digits, with ", " before it if out is longer than `from`. */
void style_setting(enum key key, struct value v, size_t from, struct text *out);
/* A number in a sentence: three significant digits. */
void style_short(double x, struct text *out);
/* Appends `set AXIStics (...)` for levels at 0, 1, ...: as many labels as fit, powers of ten preferred, a tick
 * for each. */
void style_levels(struct text *gp, char axis, enum key key, const struct value *v, size_t n, double pixels);
/* Appends a list of round numbers in [lo, hi] for a log axis: `('1' 1, '2' 2, '5' 5)`. */
void style_log_ticks(struct text *gp, double lo, double hi);
/* The look of the k-th optimizer's line; with dashes or plain. */
void style_line(struct text *gp, size_t k, bool dashes);

static inline bool value_same(struct value a, struct value b) {
    return a.word == b.word && (a.word == VALUE_NONE || a.number == b.number);
}

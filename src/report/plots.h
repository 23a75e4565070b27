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

/* A loss of run i on the scale on which the target is one number for all seeds: (L - L*) / (L(start) - L*) for
 * `gap`, L / L(start) for `ratio`, L for `loss`. INFINITY for what is not a number. (plots_curves.c) */
double plot_loss(const struct results *r, size_t i, double loss);
extern const char *const plot_loss_label[]; /* by kind of target */

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
/* Kinds of figures, each adding those of a sweep, or of the problem that in->group[first] leads; none where
 * there is nothing to show. A new one is a file with such a function, and a line here and in plots.c, whose
 * order is that of the report. */
typedef bool sweep_figures(const struct plot_input *in, struct figure_list *l, struct err *e);
typedef bool problem_figures(const struct plot_input *in, size_t first, struct figure_list *l, struct err *e);
sweep_figures plots_trends;        /* best eta0 and time along an axis of the data, with fitted powers */
sweep_figures plots_profile;       /* performance profiles over data sets */
sweep_figures plots_ecdf;          /* targets of the ladder against steps */
sweep_figures plots_data_axis;     /* heatmaps of one optimizer, its step size by an axis of the data */
problem_figures plots_curves;      /* the loss of each optimizer's best cell */
problem_figures plots_sensitivity; /* final loss against eta0 */
problem_figures plots_budget;      /* what a budget of k cells brings */
problem_figures plots_bands;       /* what was learnt, by bands of frequency */
problem_figures plots_tuning;      /* heatmaps of one group, over two of its hyperparameters */

/* ---- heatmaps: panels of cells on two axes, one an optimizer and pair of axes, one colour scale for all ----
 */
enum cell_state { CELL_EMPTY, CELL_HIT, CELL_MISSED, CELL_DIVERGED };
struct heat_cell {
    enum cell_state state;
    bool best;
    const struct cell *of; /* the results' cell: the best over what the axes do not fix; NULL: CELL_EMPTY */
};
struct heat_axis {
    enum key key;
    struct value *level; /* (n): numbers ascending, words as they come in the plan */
    size_t n;
};
struct heat_panel {
    struct text title, subtitle; /* the subtitle may be empty */
    struct heat_axis x, y;       /* y.n = 1: a strip, without y axis */
    struct heat_cell *cell;      /* (y.n, x.n) */
    bool row_best; /* best cells are one a row, and their values stand at its end; else one in all */
};
struct heatmap {
    struct text title, subtitle, quantity, remark; /* subtitle and remark may be empty */
    struct heat_panel *panel;                      /* (n) */
    size_t n, cap;
    double lo, hi; /* of the colour scale; both 0: nothing reached the target */
};
/* plots_panel.c: adds the panel of some groups of one optimizer over two keys, y = KEY_COUNT for a strip.
 * Widens the colour scale by its groups' ranges. */
bool heatmap_add(struct heatmap *h, const struct plot_input *in, const size_t *groups, size_t n, enum key x,
                 enum key y, struct err *e);
/* The hyperparameters that vary among the cells of a group, the first axis first: eta0 before all, then those
 * with most levels, numbers before words. At least one, also where none varies, if the rule has any. */
bool heat_keys(const struct plot_input *in, size_t group, enum key out[KEY_COUNT], size_t *n, struct err *e);
/* plots_heatmap.c: draws it as a new figure, and frees it. */
bool heatmap_draw(struct heatmap *h, struct figure_list *l, const char *const *words, size_t n, struct err *e);
void heatmap_free(struct heatmap *h);

/* ---- plots_chart.c: a picture of lines on two axes, each named at its end ---- */
enum chart_look {
    LOOK_LINE,
    LOOK_STEPS,
    LOOK_MARKED, /* a mark at each point, joined by lines */
    LOOK_MARKS,  /* marks alone */
    LOOK_DOTS,   /* small marks, where a line turns at most points */
    LOOK_FIT     /* thin, without dashes */
};
struct chart_line {
    const char *name; /* stands at its end, with the note beside it; NULL: no name */
    char note[16];
    size_t style; /* style_line(): an optimizer's index */
    enum chart_look look;
    double *x, *y, *lo, *hi; /* (n): x ascending; lo, hi: a band, NULL where there is none */
    size_t n;
    double label_px; /* height of its label's middle above the plot's lower edge: chart_draw() sets it */
};
enum axis_scale { AXIS_AUTO /* logarithmic from a factor of 20 on */, AXIS_LINEAR, AXIS_LOG };
struct chart_axis {
    const char *label;
    enum axis_scale scale;
    double lo, hi;     /* 0: from the lines */
    bool share;        /* from 0 to 1, in percent */
    bool room;         /* an x axis: leave some at both ends */
    bool counts;       /* whole numbers: none between them is ticked */
    struct text ticks; /* of gnuplot, in brackets; empty: round numbers */
};
struct chart {
    const char *what;                    /* kind of figure, one sentence */
    struct text title, subtitle, remark; /* remark: below the subtitle; may be empty */
    struct chart_axis x, y;
    struct chart_line *line; /* (n) */
    size_t n, cap;
    double level, mark; /* thin lines, across at y = level and up at x = mark; 0: none */
    struct text level_name, mark_name;
};
/* A new line with room for n points; the caller fills them and sets line->n. NULL when out of memory. Valid
 * until the next call. A line left with n = 0 is not drawn. */
struct chart_line *chart_add(struct chart *c, const char *name, size_t style, enum chart_look look, size_t n,
                             bool band, struct err *e);
/* Draws it as a new figure, named by words; no figure where no line has a point. Frees the chart. */
bool chart_draw(struct chart *c, struct figure_list *l, const char *const *words, size_t n, struct err *e);
void chart_free(struct chart *c);

/* ---- plots_labels.c: where words stand in a chart. Ranges are those drawn ---- */
/* The height of y above the lower edge of a plot so many pixels high, kept within it. */
double chart_height(const struct chart *c, double y, double pixels);
/* Sets label_px: labels stand at the heights of their lines' ends, moved apart to `step` pixels. */
bool chart_place_labels(struct chart *c, double pixels, double step, struct err *e);
/* Appends where lines leave most room for the level's name, `wide` of the plot's width: a position of gnuplot
 * beside the level T. */
void chart_level_place(const struct chart *c, double wide, double pixels, struct text *out);
/* The same for the mark's name, beside x = M. */
void chart_mark_place(const struct chart *c, double wide, double pixels, struct text *out);

/* ---- plots_style.c: what all scripts have in common ---- */

/* Begins a script: what it is, where its data are, a page of this height, axes and fonts. */
void style_open(struct figure *f, const char *what, int height);
/* Title and n lines of subtitle (labels 1, 2 ... of the script). */
void style_title(struct figure *f, const char *title, const char *const *lines, size_t n);
/* A subtitle and a remark, either of which may be empty, as those lines; how many. */
static inline size_t style_lines(const struct text *subtitle, const struct text *remark, const char *lines[2]) {
    size_t n = 0;
    if (subtitle->len)
        lines[n++] = subtitle->s;
    if (remark->len)
        lines[n++] = remark->s;
    return n;
}
/* Draws with `commands` (a plot command) on each terminal. */
void style_close(struct figure *f, const char *commands);
/* Quantity and unit of a time to the target: `median epochs to gap 0.05, 3 seeds`. */
void style_quantity(const struct results *r, size_t n_seeds, struct text *out);
/* A level of an axis as a grid file has it, but 1e-5 for 1e-05; none: of a schedule without the key. */
void style_level(enum key key, struct value v, struct text *out);
/* `beta=0.9`, numbers to three digits, with ", " before it if out is longer than `from`. */
void style_setting(enum key key, struct value v, size_t from, struct text *out);
/* A number in a sentence: three significant digits. */
void style_short(double x, struct text *out);
/* Which levels of an axis so many pixels long are named: as many as fit, powers of ten preferred. named: (n).
 * False: out of memory. */
bool style_levels(char axis, enum key key, const struct value *v, size_t n, double pixels, bool *named);
/* Appends a list of round numbers in [lo, hi] for a log axis: `('1' 1, '2' 2, '5' 5)`. */
void style_log_ticks(struct text *gp, double lo, double hi);
/* The colour of the k-th optimizer; the look of its line, dashes too. */
void style_colour(struct text *gp, size_t k);
void style_line(struct text *gp, size_t k);

/* [figure] kind = contour: the loss over (w, b) of data with one feature or of a surface, its minima, and the
 * path of each optimizer's best cell. The data are made again (they are a function of the plan); the paths are
 * traces. */
#include "base/math.h"
#include "data/minimum.h"
#include "data/objective.h"
#include "report/figure.h"
#include "report/gnuplot.h"
#include "report/traced.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* GRID: points a side; with half of them lines along the valley of Rosenbrock's function waver. */
enum { GRID = 180, LEVELS = 14 };
/* The page, in pixels: the plot is a square, the names are to its right. */
enum { LEFT = 50, BOTTOM = 40, SIDE = 300, NAME_FROM = 36, NAME_STEP = 22, NAME_CHARS = 22, CHAR = 8 };

#define MINIMUM "minimum"

struct window {
    double lo[2], hi[2];
};

static void widen(struct window *w, double x, double y) {
    const double at[] = {x, y};
    for (int k = 0; k < 2; k++) {
        w->lo[k] = at[k] < w->lo[k] ? at[k] : w->lo[k];
        w->hi[k] = at[k] > w->hi[k] ? at[k] : w->hi[k];
    }
}

static bool is_drawn(const struct plot_input *in, const struct plan_figure *f, size_t first, size_t i) {
    return in->group[i].problem == in->group[first].problem && f->optimizer[in->group[i].optimizer_index];
}

/* The side of the plot that leaves room for the names. */
static int side_of(const struct plot_input *in, const struct plan_figure *f, size_t first) {
    size_t longest = strlen(MINIMUM);
    for (size_t i = first; i < in->n; i++) {
        const size_t len = is_drawn(in, f, first, i) ? strlen(in->group[i].optimizer) : 0;
        longest = len > longest ? len : longest;
    }
    longest = longest < NAME_CHARS ? longest : NAME_CHARS;
    const int room = PLOT_WIDTH - LEFT - NAME_FROM - CHAR * (int)longest;
    return room < SIDE ? room : SIDE;
}

/* The n-th name beside the plot. */
static void add_name(struct text *gp, int n, int side, const char *name) {
    text_addf(gp, "set label %d ", 10 + n);
    gnuplot_quote(gp, name, NAME_CHARS);
    text_addf(gp, " at screen X(%d), Y(%d) noenhanced font ',%d' textcolor rgb '#202020'\n",
              LEFT + side + NAME_FROM, BOTTOM + side - 14 - NAME_STEP * n, PLOT_SMALL);
}

/* The paths of the groups on the data of group `first`, each a block of the data; how many. */
static bool add_paths(const struct plot_input *in, const struct plan_figure *f, size_t first, int side,
                      struct figure *fig, struct text *commands, struct window *w, int *n, struct err *e) {
    const size_t feature = traced_parameter(in->r->plan, 1),
                 bias = traced_parameter(in->r->plan, PARAMETER_BIAS);
    for (size_t i = first; i < in->n; i++) {
        const struct group *g = &in->group[i];
        struct trace t;
        bool found;
        if (!is_drawn(in, f, first, i))
            continue;
        if (!traced_get(in->r, g->cell[g->best], &t, &found, e))
            return false;
        if (found && t.n_rows) {
            for (size_t row = 0; row < t.n_rows; row++) {
                const double x = trace_get(&t, row, feature, TRACE_W), y = trace_get(&t, row, bias, TRACE_W);
                if (!isfinite(x) || !isfinite(y) || fabs(x) > 50 || fabs(y) > 50)
                    break;
                widen(w, x, y);
                text_add_number(&fig->dat, x);
                text_add(&fig->dat, " ");
                text_add_number(&fig->dat, y);
                text_add(&fig->dat, "\n");
            }
            text_add(&fig->dat, "\n\n");
            add_name(&fig->gp, *n, side, g->optimizer);
            const int at = BOTTOM + side - 14 - NAME_STEP * *n;
            text_addf(&fig->gp, "set arrow %d from screen X(%d), Y(%d) to screen X(%d), Y(%d) nohead lw 2.5 ",
                      10 + *n, LEFT + side + 12, at, LEFT + side + 32, at);
            style_line(&fig->gp, g->optimizer_index);
            text_add(&fig->gp, "\n");
            text_addf(commands, ", dat index %d with linespoints lw 1.8 pt 7 ps 0.25 ", ++*n);
            style_line(commands, g->optimizer_index);
        }
        trace_free(&t);
    }
    return true;
}

/* The loss of a run's data over (w, b): of their rows, or the surface itself. */
struct height {
    struct dataset *d; /* NULL: a surface */
    const struct surface_row *surface;
    struct objective o;
    enum loss loss;
    bool mean;
    double l2;
};

static bool height_init(struct height *h, const struct run *run, const struct data_params *params,
                        struct err *e) {
    *h = (struct height){.surface = &surfaces[params->function]};
    if (params->kind == DATA_SURFACE)
        return true;
    if (!(h->d = data_make(params, 1, e)))
        return false;
    h->loss = run_loss(run);
    h->mean = run_means(run);
    h->l2 = run->v[KEY_MODEL_l2].number;
    return objective_init(&h->o, h->d, h->loss, h->mean ? h->l2 : h->l2 / (double)h->d->train.n_rows, 1, e);
}

static double height_at(struct height *h, const double at[2]) {
    double g[2];
    struct surface_point p;
    if (h->d)
        return objective_value(&h->o, at, g) * (h->mean ? 1 : (double)h->d->train.n_rows);
    h->surface->at(at[0], at[1], &p);
    return p.value;
}

static void height_free(struct height *h) {
    if (h->d)
        objective_free(&h->o);
    data_free(h->d);
}

/* The minima within the window, a block of the data; none where no finite one was found. */
static bool add_minima(struct height *h, const struct window *w, struct text *out, int *n, struct err *e) {
    double at[SURFACE_MINIMA][2] = {{0}};
    size_t n_minima = 1;
    struct minimum m;
    if (!h->d) {
        n_minima = h->surface->n_minima;
        memcpy(at, h->surface->minimum, sizeof at);
    } else if (!minimum_find(h->d, h->loss, h->mean, h->l2, 1, &m, at[0], e)) {
        return false;
    } else if (minimum_missing(&m)) {
        return true;
    }
    for (size_t i = 0; i < n_minima; i++)
        if (at[i][0] > w->lo[0] && at[i][0] < w->hi[0] && at[i][1] > w->lo[1] && at[i][1] < w->hi[1]) {
            text_add_number(out, at[i][0]);
            text_add(out, " ");
            text_add_number(out, at[i][1]);
            text_add(out, "\n");
            ++*n;
        }
    return true;
}

/* The loss over the window, a block of lines of points. Returns its least and greatest. */
static void add_loss(struct height *h, const struct window *w, struct text *out, double *least, double *most) {
    *least = INFINITY;
    *most = 0;
    for (int i = 0; i < GRID; i++) {
        for (int k = 0; k < GRID; k++) {
            const double at[2] = {w->lo[0] + (w->hi[0] - w->lo[0]) * i / (GRID - 1),
                                  w->lo[1] + (w->hi[1] - w->lo[1]) * k / (GRID - 1)};
            const double loss = height_at(h, at);
            *least = loss < *least ? loss : *least;
            *most = loss > *most ? loss : *most;
            text_add_number(out, at[0]);
            text_add(out, " ");
            text_add_number(out, at[1]);
            text_add(out, " ");
            text_add_number(out, loss);
            text_add(out, "\n");
        }
        text_add(out, "\n");
    }
    text_add(out, "\n");
}

/* A cross on white for each minimum, over the paths, and one beside the plot with its name. */
static void add_crosses(int n_paths, int n_minima, int side, struct text *gp, struct text *commands) {
    add_name(gp, n_paths, side, n_minima == 1 ? MINIMUM : "minima");
    for (int k = 0; k < 2; k++) {
        const char *look = k ? "pt 2 ps 1.1 lw 2.5 lc rgb '#000000'" : "pt 2 ps 1.3 lw 6 lc rgb '#ffffff'";
        text_addf(commands, ", dat index %d with points %s", 1 + n_paths, look);
        if (k)
            text_addf(gp, "set label 9 '' at screen X(%d), Y(%d) point %s\n", LEFT + side + 22,
                      BOTTOM + side - 14 - NAME_STEP * n_paths, look);
    }
}

static void write_script(struct figure *fig, const char *title, int side, const struct window *w, double least,
                         double most, const char *names, const char *commands) {
    struct text *gp = &fig->gp, all = {0};
    const char *lines[] = {"lines of equal loss; paths of best cells"};
    style_open(fig, "The loss over w and b, and the paths of each optimizer's best cell", side + 110);
    style_title(fig, title, lines, 1);
    text_addf(gp,
              "set lmargin at screen X(%d)\nset rmargin at screen X(%d)\nset bmargin at screen Y(%d)\n"
              "set tmargin at screen Y(%d)\nset xlabel 'w' offset 0,0.7\nset label 3 'b' at screen X(%d), "
              "Y(%d) center\n",
              LEFT, LEFT + side, BOTTOM, BOTTOM + side, LEFT, BOTTOM + side + 9);
    text_addf(gp, "set xrange [%.6g:%.6g]\nset yrange [%.6g:%.6g]\n", w->lo[0], w->hi[0], w->lo[1], w->hi[1]);
    text_add(gp, names);
    text_add(gp, "set contour base\nunset surface\nset cntrparam linear levels discrete ");
    for (int k = 0; k < LEVELS; k++)
        text_addf(gp, "%s%.6g", k ? "," : "", least + (most - least) * m_pow(10, -3.5 * (LEVELS - k) / LEVELS));
    text_add(gp, "\nset table $levels\nsplot dat index 0 using 1:2:3\nunset table\nunset contour\n");
    text_addf(&all, "plot $levels using 1:2 with lines lw 0.7 lc rgb '#a8a8a8'%s\n", commands);
    style_close(fig, all.s ? all.s : "");
    gp->failed |= all.failed;
    text_free(&all);
}

static bool draw(const struct plot_input *in, const struct plan_figure *f, size_t first, struct figure_list *l,
                 struct err *e) {
    const struct group *g = &in->group[first];
    const char *words[] = {f->label, g->data};
    const int side = side_of(in, f, first);
    struct run run;
    plan_run(in->r->plan, g->cell[g->best], &run);
    struct figure beside = {0}, *fig = figures_add(l, words, 2, e); /* beside: what comes after the loss */
    struct text commands = {0};
    struct window w = {{INFINITY, INFINITY}, {-INFINITY, -INFINITY}};
    struct height h = {0};
    int n = 0, n_minima = 0;
    double least, most;
    bool ok = fig && add_paths(in, f, first, side, &beside, &commands, &w, &n, e);
    for (int k = 0; ok && k < 2; k++) {
        const double margin = 0.12 * (w.hi[k] - w.lo[k]) + 0.1;
        w.lo[k] -= margin;
        w.hi[k] += margin;
    }
    if (ok && n == 0)
        w = (struct window){{-3, -3}, {3, 3}};
    ok = ok && height_init(&h, &run, plan_dataset(in->r->plan, run.dataset), e) &&
         add_minima(&h, &w, &beside.dat, &n_minima, e);
    if (ok) {
        add_loss(&h, &w, &fig->dat, &least, &most);
        text_add_n(&fig->dat, beside.dat.s ? beside.dat.s : "", beside.dat.len);
        if (n_minima)
            add_crosses(n, n_minima, side, &beside.gp, &commands);
        write_script(fig, g->data, side, &w, least, most, beside.gp.s ? beside.gp.s : "",
                     commands.s ? commands.s : "");
        ok = !(beside.gp.failed || beside.dat.failed || commands.failed || fig->gp.failed || fig->dat.failed) ||
             err_add(e, "out of memory for a figure");
    }
    height_free(&h);
    text_free(&beside.gp);
    text_free(&beside.dat);
    text_free(&commands);
    return ok;
}

bool figure_contour(const struct plot_input *in, const struct plan_figure *f, struct figure_list *l,
                    struct err *e) {
    for (size_t i = 0; i < in->n; i++) {
        struct run run;
        if (!in->group[i].leads || !f->data[in->group[i].data_index] || !in->group[i].n_cells)
            continue;
        plan_run(in->r->plan, in->group[i].cell[in->group[i].best], &run);
        if (!draw(in, f, i, l, e))
            return false;
    }
    return true;
}

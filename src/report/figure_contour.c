/* [figure] kind = contour: the loss over (w, b) of data with one feature or of a surface, and on it the path of
 * each optimizer's best cell. The data are made again (they are a function of the plan); the paths are traces.
 */
#include "base/math.h"
#include "data/objective.h"
#include "report/figure.h"
#include "report/gnuplot.h"
#include "report/traced.h"
#include <math.h>
#include <stdlib.h>

/* GRID: points a side; with half of them lines along the valley of Rosenbrock's function waver. */
enum { GRID = 180, LEVELS = 14, SIDE = 300 };

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

/* The paths of the groups on the data of group `first`, each a block of the data; how many. */
static bool add_paths(const struct plot_input *in, const struct plan_figure *f, size_t first,
                      struct figure *fig, struct text *commands, struct window *w, int *n, struct err *e) {
    const size_t feature = traced_parameter(in->r->plan, 1),
                 bias = traced_parameter(in->r->plan, PARAMETER_BIAS);
    for (size_t i = first; i < in->n; i++) {
        const struct group *g = &in->group[i];
        struct trace t;
        bool found;
        if (!group_same_data(g, &in->group[first]) || !f->optimizer[g->optimizer_index])
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
            const int at = 40 + SIDE - 14 - 22 * *n;
            text_addf(&fig->gp, "set label %d ", 10 + *n);
            gnuplot_quote(&fig->gp, g->optimizer, 11);
            text_addf(&fig->gp, " at screen X(%d), Y(%d) noenhanced textcolor rgb '#202020'\n", 86 + SIDE, at);
            text_addf(&fig->gp, "set arrow %d from screen X(%d), Y(%d) to screen X(%d), Y(%d) nohead lw 2.5 ",
                      10 + *n, 62 + SIDE, at, 82 + SIDE, at);
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
    double unit;
};

static bool height_init(struct height *h, const struct run *run, const struct data_params *params,
                        struct err *e) {
    *h = (struct height){.surface = &surfaces[params->function]};
    if (params->kind == DATA_SURFACE)
        return true;
    if (!(h->d = data_make(params, 1, e)))
        return false;
    const bool mean = run->v[KEY_MODEL_reduction].word == 0;
    const double n = (double)h->d->train.n_rows, l2 = run->v[KEY_MODEL_l2].number;
    h->unit = mean ? 1 : n;
    return objective_init(&h->o, h->d, run_loss(run), mean ? l2 : l2 / n, 1, e);
}

static double height_at(struct height *h, const double at[2]) {
    double g[2];
    struct surface_point p;
    if (h->d)
        return objective_value(&h->o, at, g) * h->unit;
    h->surface->at(at[0], at[1], &p);
    return p.value;
}

static void height_free(struct height *h) {
    if (h->d)
        objective_free(&h->o);
    data_free(h->d);
}

/* The loss over the window, a block of lines of points. Returns its least and greatest. */
static bool add_loss(const struct run *run, const struct data_params *params, const struct window *w,
                     struct text *out, double *least, double *most, struct err *e) {
    struct height h;
    const bool ok = height_init(&h, run, params, e);
    *least = INFINITY;
    *most = 0;
    for (int i = 0; ok && i < GRID; i++) {
        for (int k = 0; k < GRID; k++) {
            const double at[2] = {w->lo[0] + (w->hi[0] - w->lo[0]) * i / (GRID - 1),
                                  w->lo[1] + (w->hi[1] - w->lo[1]) * k / (GRID - 1)};
            const double loss = height_at(&h, at);
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
    height_free(&h);
    return ok;
}

static bool draw(const struct plot_input *in, const struct plan_figure *f, size_t first, struct figure_list *l,
                 struct err *e) {
    const struct group *g = &in->group[first];
    const char *words[] = {f->label, g->data}, *lines[] = {"lines of equal loss; paths of best cells"};
    struct run run;
    plan_run(in->r->plan, g->cell[g->best], &run);
    struct figure paths = {0}, *fig = figures_add(l, words, 2, e);
    struct text commands = {0};
    struct window w = {{INFINITY, INFINITY}, {-INFINITY, -INFINITY}};
    int n = 0;
    double least = 0, most = 1;
    bool ok = fig && add_paths(in, f, first, &paths, &commands, &w, &n, e);
    for (int k = 0; ok && k < 2; k++) {
        const double margin = 0.12 * (w.hi[k] - w.lo[k]) + 0.1;
        w.lo[k] -= margin;
        w.hi[k] += margin;
    }
    if (ok && n == 0)
        w = (struct window){{-3, -3}, {3, 3}};
    ok = ok && add_loss(&run, plan_dataset(in->r->plan, run.dataset), &w, &fig->dat, &least, &most, e);
    if (ok) {
        text_add_n(&fig->dat, paths.dat.s ? paths.dat.s : "", paths.dat.len);
        style_open(fig, "The loss over w and b, and the paths of each optimizer's best cell.", SIDE + 110);
        style_title(fig, g->data, lines, 1);
        text_addf(&fig->gp,
                  "set lmargin at screen X(50)\nset rmargin at screen X(%d)\nset bmargin at screen Y(40)\n"
                  "set tmargin at screen Y(%d)\nset xlabel 'w' offset 0,0.7\nset label 3 'b' at screen X(50), "
                  "Y(%d) center\n",
                  50 + SIDE, 40 + SIDE, 40 + SIDE + 9);
        text_addf(&fig->gp, "set xrange [%.6g:%.6g]\nset yrange [%.6g:%.6g]\n", w.lo[0], w.hi[0], w.lo[1],
                  w.hi[1]);
        text_add_n(&fig->gp, paths.gp.s ? paths.gp.s : "", paths.gp.len);
        text_add(&fig->gp, "set contour base\nunset surface\nset cntrparam linear levels discrete ");
        for (int k = 0; k < LEVELS; k++)
            text_addf(&fig->gp, "%s%.6g", k ? "," : "",
                      least + (most - least) * m_pow(10, -3.5 * (LEVELS - k) / LEVELS));
        text_add(&fig->gp, "\nset table $levels\nsplot dat index 0 using 1:2:3\nunset table\nunset contour\n");
        struct text all = {0};
        text_addf(&all, "plot $levels using 1:2 with lines lw 0.7 lc rgb '#a8a8a8'%s\n",
                  commands.s ? commands.s : "");
        style_close(fig, all.s ? all.s : "");
        ok = (!all.failed && !fig->gp.failed && !fig->dat.failed) || err_add(e, "out of memory for a figure");
        text_free(&all);
    }
    text_free(&paths.gp);
    text_free(&paths.dat);
    text_free(&commands);
    return ok;
}

bool figure_contour(const struct plot_input *in, const struct plan_figure *f, struct figure_list *l,
                    struct err *e) {
    for (size_t i = 0; i < in->n; i++) {
        struct run run;
        if (!first_on_data(in, i) || !f->data[in->group[i].data_index] || !in->group[i].n_cells)
            continue;
        plan_run(in->r->plan, in->group[i].cell[in->group[i].best], &run);
        if (!draw(in, f, i, l, e))
            return false;
    }
    return true;
}

/* [figure] kind = balls: |x|^p + |y|^p = 1, from p = 1/2 to the maximum norm. */
#include "base/math.h"
#include "report/figure.h"
#include <math.h>

static const struct {
    double p;
    const char *name;
} norms[] = {{0.5, "p = 1/2"}, {1, "p = 1"}, {2, "p = 2"}, {4, "p = 4"}, {INFINITY, "p = inf"}};
enum { N_NORMS = sizeof norms / sizeof *norms, POINTS = 400 };

/* The point of the ball on the ray of the k-th angle. */
static void point(struct text *dat, double p, int k) {
    const double angle = 2.0 * k / POINTS, x = m_cospi(angle), y = m_cospi(angle - 0.5);
    const double ax = fabs(x), ay = fabs(y), most = ax > ay ? ax : ay;
    const double size = isinf(p) ? most : most * m_pow(m_pow(ax / most, p) + m_pow(ay / most, p), 1 / p);
    text_add_number(dat, x / size);
    text_add(dat, " ");
    text_add_number(dat, y / size);
    text_add(dat, "\n");
}

bool figure_balls(const struct plot_input *in, const struct plan_figure *f, struct figure_list *l,
                  struct err *e) {
    (void)in;
    enum { SIDE = 340 };
    const char *words[] = {f->label}, *lines[] = {"|x|^p + |y|^p = 1; the max norm is p = inf"};
    struct figure *fig = figures_add(l, words, 1, e);
    if (!fig)
        return false;
    struct text commands = {0};
    style_open(fig, "Unit balls of L^p in two dimensions", SIDE + 110);
    style_title(fig, "unit balls of L^p", lines, 1);
    text_addf(&fig->gp,
              "set lmargin at screen X(50)\nset rmargin at screen X(%d)\nset bmargin at screen Y(40)\n"
              "set tmargin at screen Y(%d)\nset xrange [-1.15:1.15]\nset yrange [-1.15:1.15]\n"
              "set xtics -1,1\nset ytics -1,1\n",
              50 + SIDE, 40 + SIDE);
    text_add(&commands, "plot ");
    for (int k = 0; k < N_NORMS; k++) {
        text_addf(&fig->gp, "set label %d '%s' at screen X(%d), Y(%d) textcolor rgb '#202020'\n", 10 + k,
                  norms[k].name, 81 + SIDE, 40 + SIDE - 30 - 24 * k);
        text_addf(&fig->gp, "set arrow %d from screen X(%d), Y(%d) to screen X(%d), Y(%d) nohead lw 2 ", 10 + k,
                  52 + SIDE, 40 + SIDE - 30 - 24 * k, 78 + SIDE, 40 + SIDE - 30 - 24 * k);
        style_line(&fig->gp, (size_t)k);
        text_add(&fig->gp, "\n");
        text_addf(&commands, "%sdat index %d with lines lw 2 ", k ? ", " : "", k);
        style_line(&commands, (size_t)k);
        for (int i = 0; i <= POINTS; i++)
            point(&fig->dat, norms[k].p, i);
        text_add(&fig->dat, "\n\n");
    }
    text_add(&commands, "\n");
    style_close(fig, commands.s ? commands.s : "");
    const bool ok = !commands.failed && !fig->gp.failed && !fig->dat.failed;
    text_free(&commands);
    return ok || err_add(e, "out of memory for a figure");
}

/* Rows as pictures, in DIR/plots: a throughput over size for each rule, its ceiling drawn; a roofline; and
 * instruction sets side by side. Each is a script of gnuplot that runs again by itself, its data, and what it
 * draws. */
#include "kernels.h"
#include "report/gnuplot.h"
#include "report/plots.h"
#include <stdio.h>
#include <string.h>

enum { HEIGHT = 400, LEFT = 76, RIGHT = 14, TOP = 58, BOTTOM = 76 };

/* The plot's frame, with a key of `key` columns below it. */
static void frame(struct figure *f, int bottom, const char *x, const char *y, int key) {
    text_addf(&f->gp,
              "set lmargin at screen X(%d)\nset rmargin at screen X(W-%d)\nset tmargin at screen Y(H-%d)\n"
              "set bmargin at screen Y(%d)\n"
              "set xlabel '%s' offset 0,0.3\nset ylabel '%s' offset 0,0\n",
              LEFT, RIGHT, TOP, bottom, x, y);
    if (key)
        text_addf(&f->gp,
                  "set key at screen X(W/2), Y(4) center bottom horizontal maxcols %d font ',%d' samplen 2\n",
                  key, PLOT_SMALL);
}

static bool same_group(const struct row *a, const struct row *b) {
    return a->s == b->s && a->precision == b->precision;
}

/* A block of gnuplot's data: the sizes of one code in one loop; false: it was not timed. */
static bool add_points(const struct results_rows *r, const struct row *of, enum loop loop, enum code code,
                       struct text *dat) {
    size_t n = 0;
    for (size_t i = 0; i < r->n; i++) {
        const struct row *x = &r->row[i];
        if (!same_group(x, of) || x->loop != loop || x->code != code)
            continue;
        if (!n++)
            text_addf(dat, "%s# %s %s %s %s: bytes an array, Melem/s, ceiling\n", dat->len ? "\n\n" : "",
                      of->s->name, real_names[of->precision], loop_names[loop], code_names[code]);
        text_addf(dat, "%zu %.6g %.6g\n", x->bytes, 1e3 / x->ns, 1e3 / row_ceiling_ns(x));
    }
    return n > 0;
}

static bool draw_throughput(const struct results_rows *r, const struct row *of, struct figure_list *l,
                            struct err *e) {
    const char *words[] = {"throughput", of->s->name, real_names[of->precision]};
    struct figure *f = figures_add(l, words, 3, e);
    struct text plot = {0}, title = {0};
    int block = 0;
    if (!f)
        return false;
    style_open(f, "Throughput of an update rule over the size of its arrays, and its ceiling", HEIGHT);
    text_addf(&title, "%s, %s: throughput over size", of->s->name, real_names[of->precision]);
    const char *line = "dense loop, one thread; dashed: its ceiling";
    style_title(f, title.s ? title.s : "", &line, 1);
    frame(f, BOTTOM, "bytes an array", "billion parameters a second", 4);
    text_add(&f->gp,
             "set logscale xy\nset xtics ('4K' 4096, '32K' 32768, '256K' 262144, '2M' 2097152, '16M' 16777216, "
             "'128M' 134217728)\nset xrange [*:*]\nset offsets graph 0.02, graph 0.02, 0, 0\n");
    for (enum code code = 0; code < CODE_COUNT; code++)
        if (add_points(r, of, LOOP_DENSE, code, &f->dat)) {
            text_addf(&plot, "%s dat index %d using 1:($2/1e3) with linespoints pt 7 ps 0.5 lw 2 ",
                      plot.len ? "," : "plot", block);
            style_colour(&plot, code);
            text_addf(&plot, " title '%s', dat index %d using 1:($3/1e3) with lines lw 1 dt (6,4) ",
                      code_names[code], block++);
            style_colour(&plot, code);
            text_add(&plot, " notitle");
        }
    text_add(&plot, "\n");
    style_close(f, plot.s ? plot.s : "");
    const bool ok = !plot.failed && !title.failed && !f->gp.failed && !f->dat.failed;
    text_free(&plot);
    text_free(&title);
    return ok || err_add(e, "out of memory for a figure");
}

/* Work against traffic: the dense loop of the widest code, f32, by level. */
static bool draw_roofline(const struct results_rows *r, enum code code, struct figure_list *l, struct err *e) {
    const char *words[] = {"roofline"};
    struct figure *f = figures_add(l, words, 1, e);
    struct text plot = {0};
    int block = 0;
    if (!f)
        return false;
    const double roof = 4 / r->fma_ns; /* two multiply-adds an element are four operations */
    style_open(f, "Roofline: operations a second over operations a byte, by where the arrays are", HEIGHT);
    struct text line = {0};
    text_addf(&line, "dense, f32, %s, one thread; slopes: traffic alone", code_names[code]);
    const char *lines[] = {line.s ? line.s : ""};
    style_title(f, "Roofline of the update rules", lines, 1);
    f->gp.failed |= line.failed;
    text_free(&line);
    frame(f, BOTTOM, "operations a byte", "GFLOP/s", 4);
    text_addf(
        &f->gp,
        "set logscale xy\nset xrange [0.1:2]\nset yrange [*:%.6g]\nroof = %.6g\nmin(a, b) = a < b ? a : b\n",
        1.6 * roof, roof);
    for (enum level level = LEVEL_L1; level <= LEVEL_MEMORY; level++) {
        double fastest = 0;
        size_t n = 0;
        for (size_t i = 0; i < r->n; i++) {
            const struct row *x = &r->row[i];
            if (x->precision != PRECISION_F32 || x->loop != LOOP_DENSE || x->code != code || x->level != level)
                continue;
            if (!n++)
                text_addf(&f->dat, "%s# %s: operations a byte, GFLOP/s, rule\n", f->dat.len ? "\n\n" : "",
                          level_names[level]);
            text_addf(&f->dat, "%.6g %.6g %s\n", x->s->cost.flops / row_bytes(x), x->s->cost.flops / x->ns,
                      x->s->name);
            const double traffic =
                row_bytes(x) / (x->ceiling_ns[BOUND_MEMORY] > 0 ? x->ceiling_ns[BOUND_MEMORY] : x->ns);
            fastest = traffic > fastest ? traffic : fastest;
        }
        if (!n)
            continue;
        text_addf(&plot, "%s min(%.6g*x, roof) with lines lw 1 ", plot.len ? "," : "plot", fastest);
        style_colour(&plot, level);
        text_addf(&plot, " notitle, dat index %d using 1:2 with points pt 7 ps 0.7 ", block++);
        style_colour(&plot, level);
        text_addf(&plot, " title '%s'", level_names[level]);
    }
    text_add(&plot, "\n");
    style_close(f, plot.s ? plot.s : "");
    const bool ok = !plot.failed && !f->gp.failed && !f->dat.failed;
    text_free(&plot);
    return ok || err_add(e, "out of memory for a figure");
}

/* Speed over scalar code, a group of bars a rule, at the size that is nearest to a cache of the second level.
 */
static bool draw_bars(const struct results_rows *r, enum loop loop, const bool code[CODE_COUNT], size_t bytes,
                      struct figure_list *l, struct err *e) {
    const char *words[] = {"isa", loop_names[loop]};
    struct figure *f = figures_add(l, words, 2, e);
    struct text plot = {0}, line = {0};
    int column = 2;
    if (!f)
        return false;
    style_open(f, "Instruction sets side by side: speed over scalar code", HEIGHT);
    text_addf(&line, "%s loop, f32, %zu KiB an array, one thread", loop_names[loop], bytes / 1024);
    const char *lines[] = {line.s ? line.s : ""};
    style_title(f, "Update rules: times scalar code", lines, 1);
    frame(f, BOTTOM + 44, "", "times scalar", 4);
    text_add(
        &f->gp,
        "set style data histograms\nset style histogram clustered gap 1\nset style fill solid 0.9 noborder\n"
        "set xtics rotate by 45 right noenhanced\nset yrange [0:*]\nset grid ytics lc rgb '#e0e0e0'\n");
    for (size_t i = 0; i < r->n; i++) {
        const struct row *x = &r->row[i];
        if (x->precision != PRECISION_F32 || x->loop != loop || x->bytes != bytes || x->code != CODE_SCALAR)
            continue;
        text_addf(&f->dat, "%s", x->s->name);
        for (enum code c = 0; c < CODE_COUNT; c++)
            for (size_t k = 0; k < r->n; k++) {
                const struct row *y = &r->row[k];
                if (code[c] && same_group(x, y) && y->loop == loop && y->bytes == bytes && y->code == c)
                    text_addf(&f->dat, " %.4g", y->times_scalar);
            }
        text_add(&f->dat, "\n");
    }
    for (enum code c = 0; c < CODE_COUNT; c++)
        if (code[c]) {
            text_addf(&plot, "%s dat using %d:xtic(1) ", plot.len ? "," : "plot", column++);
            style_colour(&plot, c);
            text_addf(&plot, " title '%s'", code_names[c]);
        }
    text_add(&plot, "\n");
    style_close(f, plot.s ? plot.s : "");
    const bool ok = !plot.failed && !line.failed && !f->gp.failed && !f->dat.failed;
    text_free(&plot);
    text_free(&line);
    return ok || err_add(e, "out of memory for a figure");
}

static bool write_figure(const struct figure *f, const char *folder, struct err *e) {
    struct text gp = {0}, dat = {0};
    text_addf(&gp, "%s%s/%s.gp", folder[0] == '-' ? "./" : "", folder, f->name);
    text_addf(&dat, "%s/%s.dat", folder, f->name);
    bool ok = !gp.failed && !dat.failed;
    ok = ok ? file_write(gp.s, f->gp.s, f->gp.len, e) &&
                  file_write(dat.s, f->dat.s ? f->dat.s : "", f->dat.len, e)
            : err_add(e, "out of memory for a path in %s", folder);
    if (ok && gnuplot_found())
        ok = gnuplot_run(gp.s, NULL, e);
    text_free(&gp);
    text_free(&dat);
    return ok;
}

bool rows_plots(const struct context *c, const char *dir, struct err *e) {
    const struct results_rows *r = c->rows;
    struct figure_list l = {0};
    struct text folder = {0};
    bool code[CODE_COUNT] = {false}, f32 = false;
    enum code widest = CODE_SCALAR;
    size_t bytes = 0;
    for (size_t i = 0; i < r->n; i++) {
        const struct row *x = &r->row[i];
        code[x->code] = true;
        widest = x->code > widest ? x->code : widest;
        f32 |= x->precision == PRECISION_F32;
        if (!bytes || (x->level == LEVEL_L2 && bytes < x->bytes && x->bytes <= 256 << 10))
            bytes = x->bytes;
    }
    text_addf(&folder, "%s/plots", dir);
    bool ok = !folder.failed || err_add(e, "out of memory for a path in %s", dir);
    ok = ok && dir_make(folder.s, e);
    for (size_t i = 0; ok && i < r->n; i++)
        if (i == 0 || !same_group(&r->row[i], &r->row[i - 1]))
            ok = draw_throughput(r, &r->row[i], &l, e);
    ok = ok && (!f32 || draw_roofline(r, widest, &l, e));
    for (enum loop loop = 0; loop < LOOP_COUNT; loop++)
        ok = ok && (!f32 || !code[CODE_SCALAR] || draw_bars(r, loop, code, bytes, &l, e));
    for (size_t i = 0; ok && i < l.n; i++)
        ok = write_figure(&l.figure[i], folder.s, e);
    figures_free(&l);
    text_free(&folder);
    return ok;
}

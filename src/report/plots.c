/* All figures of a sweep: made as text, written to plots/, drawn by a gnuplot a CPU. The text is a pure
 * function of plan and store; whether there is a gnuplot changes no byte of it. */
#include "report/plots.h"
#include "base/hash.h"
#include "base/machine.h"
#include "base/mem.h"
#include "report/figure.h"
#include "report/gnuplot.h"
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static sweep_figures *const of_sweep[] = {plots_trends, plots_profile, plots_ecdf, plots_data_axis};
static problem_figures *const of_problem[] = {plots_curves, plots_sensitivity, plots_budget, plots_bands,
                                              plots_tuning};
static figure_maker *const of_grid[] = {[FIGURE_CONTOUR] = figure_contour,
                                        [FIGURE_TRACE] = figure_trace,
                                        [FIGURE_SCHEDULES] = figure_schedules,
                                        [FIGURE_AVERAGES] = figure_averages,
                                        [FIGURE_BALLS] = figure_balls};

static bool make_all(const struct plot_input *in, struct figure_list *l, struct err *e) {
    bool ok = true;
    for (size_t k = 0; ok && k < sizeof of_sweep / sizeof *of_sweep; k++)
        ok = of_sweep[k](in, l, e);
    for (size_t k = 0; ok && k < sizeof of_problem / sizeof *of_problem; k++)
        for (size_t i = 0; ok && i < in->n; i++)
            ok = !in->group[i].leads || of_problem[k](in, i, l, e);
    for (size_t k = 0; ok && k < plan_n_figures(in->r->plan); k++) {
        const struct plan_figure f = plan_figure(in->r->plan, k);
        ok = of_grid[f.kind](in, &f, l, e);
    }
    return ok;
}

struct figure *figures_add(struct figure_list *l, const char *const *words, size_t n, struct err *e) {
    enum { KEPT = 100 };
    struct text name = {0};
    if (!mem_grow(&l->figure, &l->cap, l->n + 1, sizeof *l->figure, e))
        return NULL;
    struct figure *f = &l->figure[l->n];
    *f = (struct figure){0};
    for (size_t i = 0; i < n; i++) {
        text_add(&name, i ? "-" : "");
        text_add(&name, words[i]);
    }
    if (name.failed) {
        text_free(&name);
        err_add(e, "out of memory for the name of a figure");
        return NULL;
    }
    char hash[17];
    hash64_hex(hash64(name.s, name.len), hash);
    size_t len = 0;
    /* NOLINTNEXTLINE(clang-analyzer-core.NullDereference): there is a word */
    for (const char *c = name.s; *c && len < KEPT; c++) {
        bool plain = (*c >= 'a' && *c <= 'z') || (*c >= 'A' && *c <= 'Z') || (*c >= '0' && *c <= '9') ||
                     strchr("._-", *c);
        if (plain || (len && f->name[len - 1] != '-'))
            f->name[len++] = plain ? *c : '-';
    }
    bool told_apart = name.len < KEPT;
    for (size_t i = 0; i < l->n; i++)
        told_apart &= strcasecmp(l->figure[i].name, f->name) != 0; /* some file systems fold case */
    if (!told_apart) {
        f->name[len++] = '-';
        memcpy(f->name + len, hash, 9);
        f->name[len + 8] = '\0';
    }
    text_free(&name);
    l->n++;
    return f;
}

static bool find_ranges(struct plot_input *in, struct err *e) {
    in->range = mem_zeroed(in->n, sizeof *in->range, e);
    for (size_t i = 0; i < in->n && in->range; i++)
        for (size_t k = 0; k < in->group[i].n_cells; k++) {
            double m = group_cell(in->r, &in->group[i], k)->epochs.median, *range = in->range[i];
            if (!(m < INFINITY))
                continue;
            m = m > 0 ? m : 1; /* a start that meets the target needs a place on a log scale */
            range[0] = range[0] > 0 && range[0] < m ? range[0] : m;
            range[1] = range[1] > m ? range[1] : m;
        }
    return in->range;
}

static bool write_one(const char *folder, const char *name, const char *ending, const struct text *t,
                      struct err *e) {
    struct text path = {0};
    text_addf(&path, "%s/%s%s", folder, name, ending);
    bool ok = path.failed ? err_add(e, "out of memory for a path in %s", folder)
                          : file_write(path.s, t->s ? t->s : "", t->len, e);
    text_free(&path);
    return ok;
}

/* all.gp draws every figure, for whoever changes something by hand. */
static bool write_all(const char *folder, const struct figure_list *l, struct err *e) {
    struct text all = {0};
    bool ok = true;
    text_add(&all, "# Draws every figure of this folder, from any folder: gnuplot all.gp\nall = "
                   "ARG0[1:strlen(ARG0)-strlen('all.gp')]\n");
    for (size_t i = 0; i < l->n && ok; i++) {
        ok = write_one(folder, l->figure[i].name, ".gp", &l->figure[i].gp, e) &&
             write_one(folder, l->figure[i].name, ".dat", &l->figure[i].dat, e);
        text_addf(&all, "call all.'%s.gp'\n", l->figure[i].name);
    }
    ok = ok && (!all.failed || err_add(e, "out of memory for %s/all.gp", folder)) &&
         write_one(folder, "all", ".gp", &all, e);
    text_free(&all);
    return ok;
}

/* gnuplot opens pictures by their names: where one is a link, of a folder that came from elsewhere, it would
 * write to another place. */
static bool unlink_pictures(const char *folder, const struct figure_list *l, struct err *e) {
    static const char *const endings[] = {"svg", "png", "pdf"};
    struct text path = {0};
    for (size_t i = 0; i < l->n; i++)
        for (size_t k = 0; k < sizeof endings / sizeof *endings; k++) {
            path.len = 0;
            text_addf(&path, "%s/%s.%s", folder, l->figure[i].name, endings[k]);
            if (!path.failed && path_is_link(path.s))
                unlink(path.s);
        }
    const bool ok = !path.failed || err_add(e, "out of memory for a path in %s", folder);
    text_free(&path);
    return ok;
}

/* Pictures that are not drawn cost a message, not the results. */
static void draw_all(const char *folder, const struct figure_list *l, bool pdf, struct err *e) {
    if (!gnuplot_found()) {
        err_add(e,
                "%s: gnuplot is not installed: scripts and data are written, pictures are not (install "
                "gnuplot-nox, then: gnuplot %s/all.gp)",
                folder, folder);
        return;
    }
    struct text *path = mem_zeroed(l->n, sizeof *path, e);
    const char **script = mem_zeroed(l->n, sizeof *script, e);
    bool ok = path && script;
    for (size_t i = 0; i < l->n && ok; i++) {
        /* A path that begins with a dash would be an option to gnuplot. */
        text_addf(&path[i], "%s%s/%s.gp", folder[0] == '-' ? "./" : "", folder, l->figure[i].name);
        script[i] = path[i].s;
        ok = !path[i].failed || err_add(e, "out of memory for a path in %s", folder);
    }
    if (ok)
        gnuplot_run_all(script, l->n, pdf ? "pdf = 1" : NULL, machine_get()->threads, e);
    for (size_t i = 0; path && i < l->n; i++)
        text_free(&path[i]);
    free(path);
    free((void *)script);
}

void figures_free(struct figure_list *l) {
    for (size_t i = 0; i < l->n; i++) {
        struct figure *f = &l->figure[i];
        text_free(&f->title);
        text_free(&f->subtitle);
        text_free(&f->gp);
        text_free(&f->dat);
    }
    free(l->figure);
    *l = (struct figure_list){0};
}

bool figures_write(const struct scores *s, const char *dir, const struct figures_options *o,
                   struct figure_list *l, struct err *e) {
    *l = (struct figure_list){0};
    struct text folder = {0};
    struct plot_input in = {.s = s, .r = s->r, .group = s->group, .n = s->n};
    text_addf(&folder, "%s/plots", dir);
    bool ok = !folder.failed || err_add(e, "out of memory for a path in %s", dir);
    ok = ok && find_ranges(&in, e) && make_all(&in, l, e);
    if (ok && path_is_link(folder.s))
        ok = err_add(e, "%s: a symbolic link: pictures are written into the results folder alone; remove it",
                     folder.s);
    ok = ok && dir_make(folder.s, e) && write_all(folder.s, l, e) && unlink_pictures(folder.s, l, e);
    if (ok && o->draw && l->n)
        draw_all(folder.s, l, o->pdf, e);
    free(in.range);
    free(folder.s);
    return ok;
}

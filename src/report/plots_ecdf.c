/* ECDF: the share of the targets of the ladder, over data sets and seeds, that an optimizer's best cells
 * reached within so many steps. */
#include "report/plots.h"
#include <math.h>

/* Steps that any run of the sweep took. */
static double most_steps(const struct results *r) {
    double most = 1;
    for (size_t i = 0; i < r->n; i++)
        most = r->row[i].status != STATUS_MISSING ? fmax(most, (double)r->row[i].steps) : most;
    return most;
}

bool plots_ecdf(const struct plot_input *in, struct figure_list *l, struct err *e) {
    const struct scores *s = in->s;
    const double end = most_steps(in->r);
    struct chart c = {.what = "ECDF: targets of the ladder reached against steps",
                      .x = {.label = "steps", .scale = AXIS_LOG, .lo = 1, .hi = end},
                      .y = {.label = "targets reached", .share = true}};
    bool ok = true, any = false;
    for (size_t k = 0; k < s->n_ecdf && ok; k++) {
        const struct ecdf *f = &s->ecdf[k];
        struct chart_line *line = chart_add(&c, scores_optimizer(in->s, f->optimizer), f->optimizer, LOOK_STEPS,
                                            f->n_hit + 2, false, e);
        ok = line;
        any |= f->n_hit > 0;
        if (!ok)
            break;
        line->x[line->n] = 1; /* a target met at the start stands at one step */
        line->y[line->n++] = ecdf_share(f, 1);
        for (size_t i = 0; i < f->n_hit; i++) {
            if (f->steps[i] <= line->x[line->n - 1])
                continue;
            line->x[line->n] = f->steps[i];
            line->y[line->n++] = ecdf_share(f, f->steps[i]);
        }
        if (line->x[line->n - 1] < end) {
            line->x[line->n] = end;
            line->y[line->n] = line->y[line->n - 1];
            line->n++;
        }
    }
    if (ok && any && in->r->n_targets > 1) {
        text_addf(&c.title, "Targets reached, over %zu data set%s", s->n_problems,
                  s->n_problems == 1 ? "" : "s");
        text_addf(&c.subtitle, "%zu targets, each seed of each optimizer's best cell", in->r->n_targets);
        gap_remark_all(in->s, &c.remark);
        const char *words[] = {"ecdf"};
        ok = chart_draw(&c, l, words, 1, e);
    }
    chart_free(&c);
    return ok;
}

/* Performance profile: over data sets, the share on which an optimizer was within a factor tau of the best. */
#include "report/plots.h"
#include <math.h>

enum { FARTHEST = 100 }; /* tau beyond which nothing is drawn */

bool plots_profile(const struct plot_input *in, struct figure_list *l, struct err *e) {
    const struct profile *p = &in->s->profile;
    double end = 4;
    if (p->n_problems < 2 || p->n_optimizers < 2)
        return true;
    for (size_t k = 0; k < p->n_optimizers * p->n_problems; k++)
        if (isfinite(p->ratio[k]) && p->ratio[k] * 1.1 > end)
            end = fmin(p->ratio[k] * 1.1, FARTHEST);
    struct chart c = {.what = "Performance profile over the data sets",
                      .x = {.label = "times the least time (tau)", .scale = AXIS_LOG, .lo = 1, .hi = end},
                      .y = {.label = "data sets within tau", .share = true},
                      .mark = 4};
    bool ok = true;
    for (size_t k = 0; k < p->n_optimizers && ok; k++) {
        struct chart_line *line = chart_add(&c, scores_optimizer(in->s, p->optimizer[k]), p->optimizer[k],
                                            LOOK_STEPS, p->n_problems + 2, false, e);
        ok = line;
        if (!ok)
            break;
        line->x[line->n] = 1;
        line->y[line->n++] = profile_share(p, k, 1);
        for (size_t i = 0; i < p->n_problems; i++) {
            const double tau = p->ratio[k * p->n_problems + i];
            if (!(tau > 1 && tau < end))
                continue;
            line->x[line->n] = tau;
            line->y[line->n++] = profile_share(p, k, tau);
        }
        line->x[line->n] = end;
        line->y[line->n++] = profile_share(p, k, end);
    }
    text_addf(&c.title, "Performance profile over %zu data sets", p->n_problems);
    text_add(&c.subtitle, "time over the least, best cells");
    if (p->n_problems < PROFILE_ENOUGH)
        text_addf(&c.subtitle, "; under %d data sets: too few", PROFILE_ENOUGH);
    gap_remark_all(in->s, &c.remark);
    text_add(&c.mark_name, "scored up to 4");
    const char *words[] = {"profile"};
    ok = ok && chart_draw(&c, l, words, 1, e);
    chart_free(&c);
    return ok;
}

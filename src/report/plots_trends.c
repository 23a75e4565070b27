/* Trends: the best eta0, and the time to the target, of each optimizer's best cell along an axis of the data,
 * with the power fitted to them. */
#include "base/math.h"
#include "report/plots.h"
#include <math.h>
#include <stdio.h>

/* What of a trend's levels has a place on log axes. */
static bool shown(const struct trend *t, size_t i) {
    return isfinite(t->y[i]) && t->y[i] > 0;
}

static bool add_marks(const struct plot_input *in, const struct trend *t, struct chart *c, struct err *e) {
    const struct group *g = &in->group[t->group];
    struct chart_line *k = chart_add(c, g->optimizer, g->optimizer_index,
                                     isnan(t->slope) ? LOOK_MARKED : LOOK_MARKS, t->n, false, e);
    for (size_t i = 0; k && i < t->n; i++)
        if (shown(t, i)) {
            k->x[k->n] = t->x[i];
            k->y[k->n++] = t->y[i];
        }
    if (k && !isnan(t->slope))
        snprintf(k->note, sizeof k->note, "%.2f", t->slope);
    return k;
}

/* The least-squares line goes through the mean of the logarithms. */
static bool add_fit(const struct plot_input *in, const struct trend *t, struct chart *c, struct err *e) {
    double mx = 0, my = 0, lo = INFINITY, hi = 0;
    size_t n = 0;
    for (size_t i = 0; i < t->n; i++)
        if (shown(t, i)) {
            mx += m_log(t->x[i]);
            my += m_log(t->y[i]);
            lo = fmin(lo, t->x[i]);
            hi = fmax(hi, t->x[i]);
            n++;
        }
    if (isnan(t->slope) || !n)
        return true;
    struct chart_line *k = chart_add(c, NULL, in->group[t->group].optimizer_index, LOOK_FIT, 2, false, e);
    for (int end = 0; k && end < 2; end++) {
        k->x[end] = end ? hi : lo;
        k->y[end] = m_exp(my / (double)n + t->slope * (m_log(k->x[end]) - mx / (double)n));
        k->n++;
    }
    return k;
}

/* The trends of one family, in `of`. */
static bool draw(const struct plot_input *in, size_t first, enum trend_of of, struct figure_list *l,
                 struct err *e) {
    const struct scores *s = in->s;
    const struct trend *t = &s->trend[first];
    const char *axis = t->key == KEY_DATA_sparsity ? "1 - sparsity" : keys[t->key].name;
    const bool eta0 = of == TREND_ETA0;
    struct text quantity = {0};
    bool ok = true;
    style_quantity(in->r, 1, &quantity);
    struct chart c = {.what =
                          eta0 ? "Trend: best eta0 along an axis" : "Trend: time to the target along an axis",
                      .x = {.label = axis, .scale = AXIS_LOG, .room = true},
                      .y = {.label = eta0         ? "best eta0"
                                     : quantity.s ? quantity.s
                                                  : "",
                            .scale = AXIS_LOG}};
    for (size_t k = first; k < s->n_trends && ok && s->trend[k].family == t->family; k++)
        if (s->trend[k].of == of)
            ok = add_marks(in, &s->trend[k], &c, e) && add_fit(in, &s->trend[k], &c, e);
    text_addf(&c.title, "%s: %s against %s", t->data, eta0 ? "best eta0" : "time", axis);
    text_addf(&c.subtitle, "best cells; fitted power of %s beside each name", axis);
    gap_remark_all(in->s, &c.remark);
    c.title.failed |= quantity.failed;
    const char *words[] = {eta0 ? "trend-eta0" : "trend-time", t->data, "by", keys[t->key].name};
    ok = ok && chart_draw(&c, l, words, 4, e);
    chart_free(&c);
    text_free(&quantity);
    return ok;
}

bool plots_trends(const struct plot_input *in, struct figure_list *l, struct err *e) {
    const struct scores *s = in->s;
    bool ok = true;
    for (size_t k = 0; k < s->n_trends && ok; k++)
        if (!k || s->trend[k].family != s->trend[k - 1].family)
            ok = draw(in, k, TREND_TIME, l, e) && draw(in, k, TREND_ETA0, l, e);
    return ok;
}

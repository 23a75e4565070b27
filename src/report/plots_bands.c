/* What was learnt: per data set, the share of the true weights that each optimizer's best cell had not learnt
 * at the end, by bands of features of falling frequency. */
#include "report/plots.h"
#include <math.h>

static bool add_line(const struct results *r, const struct group *g, struct chart *c, struct err *e) {
    const struct cell *cell = group_cell(r, g, g->best);
    struct chart_line *k = chart_add(c, g->optimizer, g->optimizer_index, LOOK_MARKED, N_BANDS, cell->n > 1, e);
    for (int band = 0; k && band < N_BANDS; band++) {
        const struct quartiles q = cell->unlearnt[band];
        if (isnan(q.median) || !(q.median > 0))
            continue;
        k->x[k->n] = band + 1;
        k->y[k->n] = q.median;
        if (k->lo) {
            k->lo[k->n] = q.q1;
            k->hi[k->n] = q.q3;
        }
        k->n++;
    }
    return k;
}

/* Bands are ticked by their features' mean frequency. */
static bool add_ticks(const struct results *r, const struct group *g, struct text *out) {
    struct run run;
    plan_run(r->plan, g->cell[0], &run);
    const struct data_facts *f = &r->facts[run.dataset];
    for (int band = 0; band < N_BANDS; band++) {
        if (!*f->fingerprint || isnan(f->band_frequency[band]))
            return false;
        text_add(out, band ? ", '" : "('");
        style_short(f->band_frequency[band], out);
        text_addf(out, "' %d", band + 1);
    }
    text_add(out, ")");
    return true;
}

bool plots_bands(const struct plot_input *in, size_t first, struct figure_list *l, struct err *e) {
    const struct group *g = &in->group[first];
    struct chart c = {.what = "What was not learnt, by frequency of the features",
                      .x = {.label = "mean frequency of the features, by fifths",
                            .scale = AXIS_LINEAR,
                            .lo = 1,
                            .hi = N_BANDS},
                      .y = {.label = "share not learnt"}};
    bool ok = true;
    const size_t n_seeds = group_cell(in->r, g, 0)->n;
    if (!add_ticks(in->r, g, &c.x.ticks)) { /* fewer features than bands */
        chart_free(&c);
        return true;
    }
    for (size_t i = first; i < in->n && ok; i++)
        if (in->group[i].problem == g->problem)
            ok = add_line(in->r, &in->group[i], &c, e);
    text_add(&c.title, g->data);
    text_add(&c.subtitle, "true weights not learnt at the end, best cells");
    if (n_seeds > 1)
        text_addf(&c.subtitle, "; %zu seeds", n_seeds);
    const char *words[] = {"bands", g->data};
    ok = ok && chart_draw(&c, l, words, 2, e);
    chart_free(&c);
    return ok;
}

/* How optimizers answer to their tuning: per data set, epochs to the target over every two hyperparameters of
 * each, all on one colour scale. */
#include "report/plots.h"
#include <string.h>

/* The panels of one group: a strip, or one for each two of its keys. */
static bool add_group(struct heatmap *h, const struct plot_input *in, size_t group, bool *more, struct err *e) {
    enum key key[KEY_COUNT];
    size_t n;
    bool ok = heat_keys(in, group, key, &n, e);
    if (!ok)
        return false;
    *more |= n > 2;
    if (n == 1)
        return heatmap_add(h, in, &group, 1, key[0], KEY_COUNT, e);
    for (size_t x = 0; x < n; x++)
        for (size_t y = x + 1; y < n && ok; y++)
            ok = heatmap_add(h, in, &group, 1, key[x], key[y], e);
    return ok;
}

bool plots_tuning(const struct plot_input *in, size_t first, struct figure_list *l, struct err *e) {
    const struct group *g = &in->group[first];
    struct heatmap h = {0};
    bool ok = true, more = false;
    for (size_t i = first; i < in->n && ok; i++)
        if (in->group[i].problem == g->problem)
            ok = add_group(&h, in, i, &more, e);
    text_add(&h.title, g->data);
    const bool hit = h.hi > 0;
    text_addf(&h.subtitle, "%s%s", hit ? "best cells ringed, with their epochs" : "",
              !more ? ""
              : hit ? "; best over other keys"
                    : "best over other keys");
    gap_remark(in->s, g->problem, &h.remark);
    style_quantity(in->r, group_cell(in->r, g, 0)->n, &h.quantity);
    const char *words[] = {"heatmap", g->data};
    ok = ok && (!h.n || heatmap_draw(&h, l, words, 2, e));
    heatmap_free(&h);
    return ok;
}

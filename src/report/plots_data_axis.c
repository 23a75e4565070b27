/* What the data do to the tuning: per axis of the data, the model or the batch, a panel an optimizer: epochs to
 * the target over its hyperparameters and the axis; and over every two such axes. */
#include "base/mem.h"
#include "report/plots.h"
#include <stdlib.h>
#include <string.h>

/* The groups on one data section, each by its first run. */
struct section {
    size_t *group;   /* (n): indices into the groups */
    struct run *run; /* (n) */
    size_t n;
};

static bool varies(const struct section *s, enum key k) {
    for (size_t i = 1; i < s->n; i++)
        if (!value_same(s->run[0].v[k], s->run[i].v[k]))
            return true;
    return false;
}

/* Whether two keys advance together (zip): they are equal for the same pairs of groups. */
static bool tied(const struct section *s, enum key a, enum key b) {
    for (size_t i = 0; i < s->n; i++)
        for (size_t j = 0; j < i; j++)
            if (value_same(s->run[i].v[a], s->run[j].v[a]) != value_same(s->run[i].v[b], s->run[j].v[b]))
                return false;
    return true;
}

/* What a figure is over: keys a and b, which are equal where the other axis is a hyperparameter. */
struct axes {
    enum key a, b;
    bool varies[KEY_H], tied[KEY_H]; /* keys that vary on the section; that advance with a or b, or are they */
};

static struct axes axes_of(const struct section *s, enum key a, enum key b) {
    struct axes x = {.a = a, .b = b};
    for (int k = 0; k < KEY_H; k++) {
        x.varies[k] = key_tells_groups((enum key)k) && varies(s, (enum key)k);
        x.tied[k] = x.varies[k] && (k == (int)a || k == (int)b || tied(s, a, (enum key)k) ||
                                    (b != a && tied(s, b, (enum key)k)));
    }
    return x;
}

/* Whether two groups differ in nothing but the axes, what is tied to them, and the optimizer. */
static bool same_slice(const struct section *s, size_t i, size_t j, const struct axes *x) {
    for (int k = 0; k < KEY_H; k++)
        if (x->varies[k] && !x->tied[k] && !value_same(s->run[i].v[k], s->run[j].v[k]))
            return false;
    return true;
}

static void describe(const struct plot_input *in, const struct section *s, size_t first, const struct axes *x,
                     struct heatmap *h) {
    text_add(&h->title, s->run[first].data);
    for (int k = 0; k < KEY_H; k++)
        if (x->varies[k] && !x->tied[k]) {
            text_addf(&h->title, " %s=", keys[k].name);
            value_print((enum key)k, s->run[first].v[k], &h->title);
        }
    text_add(&h->subtitle, "best of each row ringed; each cell the best over other keys");
    for (int k = 0, n = 0; k < KEY_H; k++)
        if (x->tied[k] && k != (int)x->a && k != (int)x->b)
            text_addf(&h->title, n++ ? ", %s" : ", with %s", keys[k].name);
    gap_remark_all(in->s, &h->remark);
    style_quantity(in->r, group_cell(in->r, &in->group[s->group[first]], 0)->n, &h->quantity);
}

/* The panels of one optimizer: its first hyperparameter, and others of three levels or more, by axis a; or axis
 * b by axis a where they differ. */
static bool add_optimizer(struct heatmap *h, const struct plot_input *in, const size_t *groups, size_t n,
                          enum key a, enum key b, struct err *e) {
    enum key key[KEY_COUNT];
    if (a != b)
        return heatmap_add(h, in, groups, n, b, a, e);
    size_t n_keys = 0, n_levels;
    bool ok = heat_keys(in, groups[0], key, &n_keys, e);
    for (size_t k = 0; k < n_keys && ok; k++) {
        struct value *v;
        ok = plan_levels(in->r->plan, key[k], in->group[groups[0]].optimizer_index, &v, &n_levels, e);
        free(v);
        if (ok && (!k || n_levels > 2))
            ok = heatmap_add(h, in, groups, n, key[k], a, e);
    }
    return ok;
}

/* The slice that `first` begins. */
static bool draw(const struct plot_input *in, const struct section *s, size_t first, const struct axes *x,
                 struct figure_list *l, struct err *e) {
    struct heatmap h = {0};
    size_t *groups = mem_zeroed(s->n, sizeof *groups, e);
    bool *done = mem_zeroed(s->n, sizeof *done, e), ok = groups && done;
    for (size_t i = first; i < s->n && ok; i++) {
        size_t n = 0;
        if (done[i] || !same_slice(s, first, i, x))
            continue;
        for (size_t j = i; j < s->n; j++)
            if (in->group[s->group[j]].optimizer_index == in->group[s->group[i]].optimizer_index &&
                same_slice(s, first, j, x)) {
                groups[n++] = s->group[j];
                done[j] = j > i;
            }
        if (n > 1)
            ok = add_optimizer(&h, in, groups, n, x->a, x->b, e);
    }
    if (ok && h.n) {
        describe(in, s, first, x, &h);
        const char *words[] = {"heatmap", h.title.s ? h.title.s : "", x->a != x->b ? keys[x->b].name : "tuning",
                               "by", keys[x->a].name};
        ok = heatmap_draw(&h, l, words, 5, e);
    }
    heatmap_free(&h);
    free(groups);
    free(done);
    return ok;
}

/* One figure for each slice along the axes. */
static bool draw_slices(const struct plot_input *in, const struct section *s, enum key a, enum key b,
                        struct figure_list *l, struct err *e) {
    const struct axes x = axes_of(s, a, b);
    bool ok = true;
    for (size_t first = 0; first < s->n && ok; first++) {
        bool seen = false;
        for (size_t j = 0; j < first && !seen; j++)
            seen = same_slice(s, first, j, &x);
        if (!seen)
            ok = draw(in, s, first, &x, l, e);
    }
    return ok;
}

static bool draw_section(const struct plot_input *in, const struct section *s, struct figure_list *l,
                         struct err *e) {
    enum key axis[KEY_H];
    size_t n = 0;
    bool ok = true;
    for (int k = 0; k < KEY_H; k++) {
        bool wanted = key_tells_groups((enum key)k) && varies(s, (enum key)k);
        for (size_t b = 0; b < n && wanted; b++)
            wanted = !tied(s, axis[b], (enum key)k);
        if (wanted)
            axis[n++] = (enum key)k;
    }
    for (size_t a = 0; a < n && ok; a++)
        ok = draw_slices(in, s, axis[a], axis[a], l, e);
    for (size_t a = 0; a < n && ok; a++)
        for (size_t b = 0; b < a && ok; b++)
            ok = draw_slices(in, s, axis[a], axis[b], l, e);
    return ok;
}

bool plots_data_axis(const struct plot_input *in, struct figure_list *l, struct err *e) {
    struct section s = {mem_zeroed(in->n, sizeof *s.group, e), mem_zeroed(in->n, sizeof *s.run, e), 0};
    bool ok = s.group && s.run;
    for (size_t i = 0; i < in->n && ok; i++) {
        bool seen = false;
        s.n = 0;
        for (size_t j = 0; j < in->n && !seen; j++) {
            if (in->group[j].data_index != in->group[i].data_index)
                continue;
            seen = j < i;
            s.group[s.n] = j;
            plan_run(in->r->plan, in->group[j].cell[0], &s.run[s.n++]);
        }
        ok = seen || draw_section(in, &s, l, e);
    }
    free(s.group);
    free(s.run);
    return ok;
}

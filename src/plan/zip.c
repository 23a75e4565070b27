/* zip = A, B: axes of equal length that advance together. Either all are keys of [optimizer] (or of
 * [schedule]), and then it concerns the optimizers (schedules) that take them all, or none is, and then it
 * concerns the data sections for which all apply. */
#include "plan/grid.h"
#include <string.h>

bool grid_zipped(const struct grid *g, enum key a, enum key b) {
    bool has_a = false, has_b = false;
    for (int i = 0; i < g->n_zip; i++) {
        has_a |= g->zip[i] == a;
        has_b |= g->zip[i] == b;
    }
    return has_a && has_b;
}

struct zip_reader {
    struct grid *g;
    struct diag *d;
    size_t line;
};

static bool add_zip(void *ctx, const char *s, size_t len) {
    struct zip_reader *z = ctx;
    const char *names[KEY_COUNT];
    size_t n = 0;
    for (enum key k = 0; k < KEY_COUNT; k++) {
        if (!(keys[k].flags & AXIS) || k == KEY_SWEEP_seeds)
            continue;
        names[n++] = keys[k].name;
        if (strlen(keys[k].name) != len || memcmp(keys[k].name, s, len) != 0)
            continue;
        if (grid_zipped(z->g, k, k))
            diag_add(z->d, z->line, "zip: %s is listed twice", keys[k].name);
        else if (z->g->n_zip == ZIP_MAX)
            diag_add(z->d, z->line, "zip: more than %d axes", ZIP_MAX);
        else
            z->g->zip[z->g->n_zip++] = k;
        return true;
    }
    struct text why = {0}, word = {0};
    text_add_n(&word, s, len);
    if (len == 5 && memcmp(s, "seeds", 5) == 0)
        text_add(&why, "seeds cannot be zipped: they pair the runs of a cell");
    else
        text_addf(&why, "'%.*s' is not an axis: expected names of keys that may be lists", diag_quoted(s, len),
                  s);
    if (word.s)
        add_nearest(&why, word.s, names, n);
    diag_add(z->d, z->line, "zip: %s", why.s ? why.s : "not an axis");
    text_free(&word);
    text_free(&why);
    return true;
}

/* Whether the zip concerns a section (every key of it applies); then all lists must be of one length. */
static bool check_lengths(const struct grid *g, const struct section *s, struct diag *d) {
    size_t n[ZIP_MAX];
    for (int i = 0; i < g->n_zip; i++) {
        n[i] = s->kind == SECTION_DATA ? grid_values(g, s, g->zip[i]).n : s->list[g->zip[i]].n;
        if (n[i] == 0)
            return false;
    }
    for (int i = 1; i < g->n_zip; i++)
        if (n[i] != n[0]) {
            size_t line[2];
            for (int k = 0; k < 2; k++) {
                enum key key = g->zip[k == 0 ? 0 : i];
                const struct section *in = s->given[key] || keys[key].section == s->kind ? s
                                           : keys[key].section == SECTION_SWEEP          ? &g->sweep
                                                                                         : &g->model;
                line[k] = section_line(in, key);
            }
            diag_add(
                d, g->sweep.given[KEY_SWEEP_zip]->line,
                "zip: %s has %zu value%s (line %zu), %s has %zu (line %zu): axes that advance together are of "
                "equal length",
                keys[g->zip[0]].name, n[0], n[0] == 1 ? "" : "s", line[0], keys[g->zip[i]].name, n[i], line[1]);
        }
    return true;
}

void zip_read(struct grid *g, struct diag *d) {
    const struct ini_entry *given = g->sweep.given[KEY_SWEEP_zip];
    if (!given || !*given->value)
        return;
    struct zip_reader z = {.g = g, .d = d, .line = given->line};
    size_t before = d->n;
    axis_items(given->value, add_zip, &z);
    if (d->n > before)
        return;
    if (g->n_zip < 2) {
        diag_add(d, given->line, "zip: expected two axes or more");
        return;
    }
    for (int i = 1; i < g->n_zip; i++)
        if (key_scope(g->zip[i]) != key_scope(g->zip[0])) {
            enum key inner = key_scope(g->zip[0]) == SECTION_DATA ? g->zip[i] : g->zip[0];
            diag_add(d, given->line,
                     "zip: %s and %s cannot advance together: one is a key of [%s], the other not",
                     keys[g->zip[0]].name, keys[g->zip[i]].name, key_section_names[key_scope(inner)]);
            return;
        }
}

void zip_check(const struct grid *g, struct diag *d) {
    if (g->n_zip < 2)
        return;
    enum key_section scope = key_scope(g->zip[0]);
    const struct section *in = scope == SECTION_DATA        ? g->data
                               : scope == SECTION_OPTIMIZER ? g->optimizer
                                                            : g->schedule;
    size_t n = scope == SECTION_DATA        ? g->n_data
               : scope == SECTION_OPTIMIZER ? g->n_optimizers
                                            : g->n_schedules;
    bool concerned = false;
    for (size_t i = 0; i < n; i++)
        concerned |= check_lengths(g, &in[i], d);
    if (!concerned && d->n == 0)
        diag_add(d, g->sweep.given[KEY_SWEEP_zip]->line, "zip: no [%s] section has all of these axes",
                 key_section_names[scope]);
}

/* From a grid to the shape of its product, and what can be asked of a plan as a whole. */
#include "base/mem.h"
#include "plan/claim.h"
#include "plan/plan_internal.h"
#include <string.h>

/* ---- the product ----------------------------------------------------------------------------------------- */

static bool in_zip(const struct grid *g, enum key key, bool paired) {
    bool start = paired && (key == KEY_MODEL_w0 || key == KEY_MODEL_b0);
    return grid_zipped(g, key, key) || (start && (grid_zipped(g, KEY_MODEL_start, KEY_MODEL_start) ||
                                                  grid_zipped(g, KEY_MODEL_w0, KEY_MODEL_w0) ||
                                                  grid_zipped(g, KEY_MODEL_b0, KEY_MODEL_b0)));
}

/* Adds a key's values, on the axis of a column it advances together with if there is one. */
static void product_add(struct product *p, const struct grid *g, enum key key, struct list values, bool paired,
                        bool zipped) {
    if (values.n == 0)
        return;
    if (values.n == 1) {
        p->base[key] = values.v[0];
        return;
    }
    int axis = p->n_axes;
    for (int c = 0; c < p->n_columns; c++) {
        enum key other = p->column[c].key;
        bool pair = paired && key == KEY_MODEL_b0 && other == KEY_MODEL_w0;
        if (pair || (zipped && in_zip(g, key, paired) && in_zip(g, other, paired)))
            axis = p->column[c].axis;
    }
    if (axis == p->n_axes)
        p->length[p->n_axes++] = values.n;
    p->column[p->n_columns++] = (struct column){.key = key, .axis = axis, .v = values.v};
}

static void product_clear(struct product *p) {
    *p = (struct product){0};
    for (enum key k = 0; k < KEY_COUNT; k++)
        p->base[k].word = VALUE_NONE;
}

/* Settings of axes from .. to-1; in double, so that too many are no overflow. */
static double product_count(const struct product *p, int from, int to) {
    double n = 1;
    for (int a = from; a < to; a++)
        n *= (double)p->length[a];
    return n;
}

/* The keys from .. to-1 of a section alone. */
static void build_own(struct product *p, const struct grid *g, const struct section *s, enum key from,
                      enum key to) {
    bool zipped = g->n_zip > 0;
    product_clear(p);
    for (int i = 0; i < g->n_zip; i++)
        zipped &= s->list[g->zip[i]].n > 0;
    for (enum key k = from; k < to; k++)
        product_add(p, g, k, s->list[k], false, zipped);
}

static void build_outer(struct block *b, const struct grid *g, const struct section *data) {
    static const enum key_section order[] = {SECTION_DATA, SECTION_MODEL, SECTION_SWEEP};
    bool zipped = g->n_zip > 0, paired = grid_paired(g, data);
    b->data = data;
    product_clear(&b->outer);
    for (int i = 0; i < g->n_zip; i++)
        zipped &= grid_values(g, data, g->zip[i]).n > 0;
    for (int s = 0; s < 3; s++) {
        for (enum key k = 0; k < KEY_COUNT; k++)
            if (keys[k].section == order[s] && k != KEY_SWEEP_seeds && keys[k].numbers != NUMBERS_TEXT &&
                !(keys[k].flags & LADDER))
                product_add(&b->outer, g, k, grid_values(g, data, k), paired, zipped);
        if (order[s] == SECTION_DATA)
            b->n_data_axes = b->outer.n_axes;
    }
    b->batch_axis = b->outer.n_axes;
    for (int c = 0; c < b->outer.n_columns; c++)
        if (b->outer.column[c].key == KEY_SWEEP_batch)
            b->batch_axis = b->outer.column[c].axis;
}

/* Settings of the schedules that apply to the o-th optimizer. */
static double count_timings(const struct plan *p, size_t o) {
    double n = 0;
    for (size_t k = 0; k < p->grid.n_schedules; k++)
        if (plan_schedules(p, k, o))
            n += product_count(&p->timing[k].product, 0, p->timing[k].product.n_axes);
    return n > 0 ? n : 1;
}

/* Cells of the optimizers that run on block k with its j-th batch. */
static double count_inner(const struct plan *p, size_t k, size_t j) {
    double n = 0;
    for (size_t o = 0; o < p->grid.n_optimizers; o++)
        if (plan_takes(&p->inner[o], k, j))
            n += product_count(&p->inner[o].product, 0, p->inner[o].product.n_axes) * count_timings(p, o);
    return n;
}

static double count_block(const struct plan *p, size_t k) {
    const struct block *b = &p->block[k];
    double n = 0;
    for (size_t j = 0; j < b->n_batches; j++)
        n += count_inner(p, k, j);
    int axes = b->outer.n_axes, axis = b->batch_axis;
    return n * product_count(&b->outer, 0, axis) * (axis < axes ? product_count(&b->outer, axis + 1, axes) : 1);
}

/* The key with the most values, to name when there are too many runs. */
static const struct section *longest_axis(const struct grid *g, enum key *key) {
    const struct section *in = &g->sweep;
    *key = KEY_SWEEP_seeds;
    const struct {
        const struct section *section;
        size_t n;
    } all[] = {{&g->sweep, 1},
               {&g->model, 1},
               {g->data, g->n_data},
               {g->optimizer, g->n_optimizers},
               {g->schedule, g->n_schedules}};
    for (size_t a = 0; a < sizeof all / sizeof *all; a++)
        for (const struct section *s = all[a].section; s < all[a].section + all[a].n; s++)
            for (enum key k = 0; k < KEY_COUNT; k++)
                if (!(keys[k].flags & LADDER) && s->list[k].n > in->list[*key].n) {
                    in = s;
                    *key = k;
                }
    return in;
}

static bool number_cells(struct plan *p, size_t k) {
    struct block *b = &p->block[k];
    b->batch_cells = mem_zeroed(b->n_batches, sizeof *b->batch_cells, NULL);
    b->batch_first = mem_zeroed(b->n_batches, sizeof *b->batch_first, NULL);
    if (!b->batch_cells || !b->batch_first)
        return false;
    int axes = b->outer.n_axes, axis = b->batch_axis;
    b->after = axis < axes ? (size_t)product_count(&b->outer, axis + 1, axes) : 1;
    for (size_t j = 0; j < b->n_batches; j++) {
        b->batch_first[j] = b->period;
        b->batch_cells[j] = (size_t)count_inner(p, k, j);
        b->period += b->after * b->batch_cells[j];
    }
    b->n = b->period * (size_t)product_count(&b->outer, 0, axis);
    return true;
}

void plan_build(struct plan *p, struct diag *d) {
    const struct grid *g = &p->grid;
    p->seeds = g->sweep.list[KEY_SWEEP_seeds];
    p->block = mem_zeroed(g->n_data + 1, sizeof *p->block, NULL);
    p->inner = mem_zeroed(g->n_optimizers + 1, sizeof *p->inner, NULL);
    p->timing = mem_zeroed(g->n_schedules + 1, sizeof *p->timing, NULL);
    if (!p->block || !p->inner || !p->timing) {
        d->failed = true;
        return;
    }
    double n_runs = 0;
    for (size_t o = 0; o < g->n_optimizers; o++) {
        p->inner[o].section = &g->optimizer[o];
        build_own(&p->inner[o].product, g, &g->optimizer[o], KEY_H, KEY_S);
    }
    for (size_t k = 0; k < g->n_schedules; k++) {
        p->timing[k].section = &g->schedule[k];
        build_own(&p->timing[k].product, g, &g->schedule[k], KEY_S, KEY_COUNT);
    }
    for (size_t k = 0; k < g->n_data; k++) {
        build_outer(&p->block[k], g, &g->data[k]);
        p->block[k].n_batches = g->sweep.list[KEY_SWEEP_batch].n;
        n_runs += count_block(p, k) * (double)p->seeds.n;
    }
    if (n_runs > PLAN_MAX_RUNS) {
        enum key key;
        const struct section *s = longest_axis(g, &key);
        diag_add(d, section_line(s, key),
                 "the grid has %.10g runs: expected at most %d; its longest axis is %s with %zu values", n_runs,
                 PLAN_MAX_RUNS, keys[key].name, s->list[key].n);
        return;
    }
    size_t cells = 0;
    for (size_t k = 0; k < g->n_schedules; k++)
        p->timing[k].n = (size_t)product_count(&p->timing[k].product, 0, p->timing[k].product.n_axes);
    for (size_t o = 0; o < g->n_optimizers; o++) {
        struct inner *in = &p->inner[o];
        in->n_timings = (size_t)count_timings(p, o);
        in->n = (size_t)product_count(&in->product, 0, in->product.n_axes) * in->n_timings;
    }
    for (size_t k = 0; k < g->n_data; k++) {
        if (!number_cells(p, k)) {
            d->failed = true;
            return;
        }
        p->block[k].first = cells;
        cells += p->block[k].n;
    }
    p->n_runs = cells * p->seeds.n;
    struct list target = g->sweep.list[KEY_SWEEP_target], ladder = g->sweep.list[KEY_SWEEP_targets];
    for (size_t i = 0; i < ladder.n && target.n > 0; i++) /* read as numbers, they are of the target's kind */
        ladder.v[i].word = target.v[0].word;
}

/* ---- reading --------------------------------------------------------------------------------------------- */

struct plan *plan_read_text(const char *path, const char *text, size_t len, const char *seeds,
                            const struct plan_known *known, struct err *e) {
    struct diag d = {.file = path};
    struct plan *p = mem_zeroed(1, sizeof *p, e);
    if (!p)
        return NULL;
    p->text = malloc(len + 1);
    p->len = len;
    if (p->text) {
        memcpy(p->text, text, len);
        p->text[len] = '\0';
    } else {
        d.failed = true;
    }
    grid_read(&p->grid, path, text, len, seeds, &d);
    if (!d.failed)
        plan_build(p, &d);
    if (!d.failed && d.n == 0)
        plan_name_datasets(p, known, &d);
    else if (!d.failed)
        plan_probe_files(p, known, &d);
    if (!d.failed && d.n == 0)
        claims_check(p, &d);
    if (diag_flush(&d, e))
        return p;
    plan_free(p);
    return NULL;
}

struct plan *plan_read(const char *path, const char *seeds, struct err *e) {
    char *text;
    size_t len;
    if (!file_read(path, &text, &len, e))
        return NULL;
    struct plan *p = plan_read_text(path, text, len, seeds, NULL, e);
    free(text);
    return p;
}

void plan_free(struct plan *p) {
    if (!p)
        return;
    for (size_t k = 0; p->block && k < p->grid.n_data; k++) {
        free(p->block[k].batch_cells);
        free(p->block[k].batch_first);
        free(p->block[k].dataset);
    }
    free(p->block);
    free(p->inner);
    free(p->timing);
    free(p->dataset);
    free(p->fingerprint);
    free(p->size);
    free(p->text);
    grid_free(&p->grid);
    free(p);
}

/* ---- the whole ------------------------------------------------------------------------------------------- */

const char *plan_name(const struct plan *p) {
    return p->grid.name;
}

const char *plan_text(const struct plan *p, size_t *len) {
    *len = p->len;
    return p->text;
}

size_t plan_n_runs(const struct plan *p) {
    return p->n_runs;
}
size_t plan_n_seeds(const struct plan *p) {
    return p->seeds.n;
}
size_t plan_n_datasets(const struct plan *p) {
    return p->n_datasets;
}
const struct data_params *plan_dataset(const struct plan *p, size_t k) {
    return &p->dataset[k];
}
const char *plan_dataset_fingerprint(const struct plan *p, size_t k) {
    return p->fingerprint[k];
}
struct data_size plan_dataset_size(const struct plan *p, size_t k) {
    return p->size[k];
}
const struct claim *plan_claims(const struct plan *p, size_t *n) {
    *n = p->grid.n_expects;
    return p->grid.claim;
}
size_t plan_traced(const struct plan *p, const uint32_t **parameter) {
    *parameter = p->grid.traced;
    return p->grid.traced ? p->grid.trace.list[KEY_TRACE_features].n : 0;
}
static bool is_curved(const struct claim_measure *m) {
    return !m->is_number && m->metric == CLAIM_corr;
}
bool plan_traces_curvature(const struct plan *p) {
    for (size_t i = 0; i < p->grid.n_expects; i++) {
        const struct claim_side *side[] = {&p->grid.claim[i].left, &p->grid.claim[i].right};
        for (int k = 0; k < 2; k++)
            if (is_curved(&side[k]->over) || (side[k]->is_slope && is_curved(&side[k]->under)))
                return true;
    }
    return false;
}
enum trace_runs plan_trace_runs(const struct plan *p) {
    const struct ini_entry *given = p->grid.trace.given[KEY_TRACE_runs];
    return p->grid.trace.takes_optimizer                                     ? TRACE_LABELS
           : given && strcmp(given->value, trace_runs_words[TRACE_ALL]) == 0 ? TRACE_ALL
                                                                             : TRACE_BEST;
}
bool plan_traces(const struct plan *p, const struct run *r) {
    const enum trace_runs runs = plan_trace_runs(p);
    return p->grid.traced &&
           (runs == TRACE_ALL || (runs == TRACE_LABELS && p->grid.trace.takes_optimizer[r->optimizer_index]));
}
size_t plan_n_figures(const struct plan *p) {
    return p->grid.n_figures;
}
struct plan_figure plan_figure(const struct plan *p, size_t k) {
    const struct section *s = &p->grid.figure[k];
    const struct list parameters = s->list[KEY_FIGURE_parameters];
    return (struct plan_figure){s->label,      (enum figure_kind)s->list[KEY_FIGURE_kind].v[0].word,
                                s->takes_data, s->takes_optimizer,
                                parameters.v,  parameters.n};
}
const struct value *plan_target(const struct plan *p) {
    return &p->grid.sweep.list[KEY_SWEEP_target].v[0];
}
size_t plan_targets(const struct plan *p, const struct value **targets) {
    *targets = p->grid.sweep.list[KEY_SWEEP_targets].v;
    return p->grid.sweep.list[KEY_SWEEP_targets].n;
}

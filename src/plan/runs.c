/* From a run's number to the run, and from a key to its levels. */
#include "base/mem.h"
#include "plan/plan_internal.h"
#include <assert.h>
#include <string.h>

void product_split(const struct product *p, size_t number, int from, int to, size_t *digit) {
    for (int a = to; a-- > from; number /= p->length[a])
        digit[a] = number % p->length[a];
}

void product_fill(const struct product *p, const size_t *digit, int to, struct value *v) {
    for (int c = 0; c < p->n_columns; c++)
        if (p->column[c].axis < to)
            v[p->column[c].key] = p->column[c].v[digit[p->column[c].axis]];
}

static bool data_seeded(const struct run *r) {
    if (r->v[KEY_DATA_kind].word == DATA_SYNTHETIC)
        return r->v[KEY_DATA_data_seed].word != VALUE_NUMBER;
    if (r->v[KEY_DATA_kind].word == DATA_SURFACE)
        return r->v[KEY_DATA_noise].number > 0;
    return r->v[KEY_DATA_kind].word == DATA_LIBSVM && r->v[KEY_DATA_test].number > 0;
}

static bool start_random(const struct run *r) {
    return r->v[KEY_MODEL_w0].word != VALUE_NUMBER || r->v[KEY_MODEL_b0].word != VALUE_NUMBER;
}

/* The optimizer that the k-th cell under one setting of the outer axes belongs to; k becomes its own cell
 * number. */
static size_t find_inner(const struct plan *p, size_t data_index, size_t batch, size_t *k) {
    for (size_t o = 0;; o++) {
        assert(o < p->grid.n_optimizers);
        size_t n = plan_takes(&p->inner[o], data_index, batch) ? p->inner[o].n : 0;
        if (*k < n)
            return o;
        *k -= n;
    }
}

/* Values as rules and schedules want them. */
static void plain_numbers(const struct value *v, int n, double *x) {
    for (int k = 0; k < n; k++)
        x[k] = v[k].word == VALUE_NUMBER ? v[k].number : v[k].word == VALUE_NONE ? NAN : v[k].word;
}

/* The k-th of the timings of optimizer o. */
static void fill_timing(const struct plan *p, size_t o, size_t k, struct run *out) {
    out->sched = schedule_find("constant");
    out->schedule = out->sched->name;
    for (size_t i = 0; i < p->grid.n_schedules; i++) {
        const struct timing *t = &p->timing[i];
        if (!plan_schedules(p, i, o))
            continue;
        if (k >= t->n) {
            k -= t->n;
            continue;
        }
        size_t digit[KEY_COUNT];
        out->sched = t->section->schedule;
        out->schedule = t->section->label;
        memcpy(out->v + KEY_S, t->product.base + KEY_S, S_COUNT * sizeof *out->v);
        product_split(&t->product, k, 0, t->product.n_axes, digit);
        product_fill(&t->product, digit, t->product.n_axes, out->v);
        break;
    }
    plain_numbers(out->v + KEY_S, S_COUNT, out->s);
}

void plan_run(const struct plan *p, size_t i, struct run *out) {
    assert(i < p->n_runs);
    size_t seed = i % p->seeds.n, cell = i / p->seeds.n, data_index = 0;
    while (cell >= p->block[data_index].first + p->block[data_index].n)
        data_index++;
    const struct block *b = &p->block[data_index];
    size_t digit[KEY_COUNT], rest = cell - b->first, batch = b->n_batches - 1;

    product_split(&b->outer, rest / b->period, 0, b->batch_axis, digit);
    rest %= b->period;
    while (b->batch_first[batch] > rest)
        batch--;
    while (b->batch_cells[batch] == 0) /* begins where the one before ends, and holds nothing */
        batch--;
    rest -= b->batch_first[batch];
    if (b->batch_axis < b->outer.n_axes) {
        digit[b->batch_axis] = batch;
        product_split(&b->outer, rest / b->batch_cells[batch], b->batch_axis + 1, b->outer.n_axes, digit);
    }
    rest %= b->batch_cells[batch];
    memcpy(out->v, b->outer.base, sizeof out->v);
    product_fill(&b->outer, digit, b->outer.n_axes, out->v);

    size_t dataset = 0;
    for (int a = 0; a < b->n_data_axes; a++)
        dataset = dataset * b->outer.length[a] + digit[a];
    out->dataset = b->dataset[b->seeded ? dataset * p->seeds.n + seed : dataset];

    size_t o = find_inner(p, data_index, batch, &rest);
    const struct inner *in = &p->inner[o];
    memcpy(out->v + KEY_H, in->product.base + KEY_H, H_COUNT * sizeof *out->v);
    product_split(&in->product, rest / in->n_timings, 0, in->product.n_axes, digit);
    product_fill(&in->product, digit, in->product.n_axes, out->v);
    plain_numbers(out->v + KEY_H, H_COUNT, out->h);
    fill_timing(p, o, rest % in->n_timings, out);

    out->v[KEY_SWEEP_seeds] = p->seeds.v[seed];
    if (out->v[KEY_SWEEP_batch].word != VALUE_NUMBER)
        out->v[KEY_SWEEP_order].word = out->v[KEY_SWEEP_sparse_updates].word = VALUE_NONE;
    out->rule = in->section->rule;
    out->optimizer = in->section->label;
    out->data = b->data->label;
    out->optimizer_index = o;
    out->data_index = data_index;
    out->cell = cell;
    out->seed_matters = data_seeded(out) || start_random(out) || plan_shuffles(p, out);
    out->id = plan_id(p, out);
}

const struct schedule *plan_schedule(const struct plan *p, size_t k, const char **label, size_t *n) {
    if (k >= p->grid.n_schedules)
        return NULL;
    *label = p->timing[k].section->label;
    *n = p->timing[k].n;
    return p->timing[k].section->schedule;
}

void plan_schedule_keys(const struct plan *p, size_t k, size_t i, struct value v[KEY_COUNT],
                        double s[S_COUNT]) {
    const struct timing *t = &p->timing[k];
    size_t digit[KEY_COUNT];
    memcpy(v, t->product.base, KEY_COUNT * sizeof *v);
    product_split(&t->product, i, 0, t->product.n_axes, digit);
    product_fill(&t->product, digit, t->product.n_axes, v);
    plain_numbers(v + KEY_S, S_COUNT, s);
}

/* ---- levels ---------------------------------------------------------------------------------------------- */

struct levels {
    struct value *v;
    size_t n, cap;
    bool failed;
};

static void add_levels(struct levels *l, const struct product *p, enum key key, struct err *e) {
    const struct value *v = &p->base[key];
    size_t n = v->word != VALUE_NONE;
    for (int c = 0; c < p->n_columns; c++)
        if (p->column[c].key == key) {
            v = p->column[c].v;
            n = p->length[p->column[c].axis];
        }
    if (!mem_grow(&l->v, &l->cap, l->n + n + 1, sizeof *l->v, e)) {
        l->failed = true;
        return;
    }
    memcpy(l->v + l->n, v, n * sizeof *v);
    l->n += n;
}

/* Of a key of schedules: from those that apply to optimizer o. */
static void add_timing_levels(struct levels *l, const struct plan *p, size_t o, enum key key, struct err *e) {
    for (size_t i = 0; i < p->grid.n_schedules; i++)
        if (plan_schedules(p, i, o))
            add_levels(l, &p->timing[i].product, key, e);
}

static bool runs_on(const struct plan *p, size_t o, size_t data_index) {
    for (size_t j = 0; j < p->block[data_index].n_batches; j++)
        if (plan_takes(&p->inner[o], data_index, j))
            return true;
    return false;
}

bool plan_levels(const struct plan *p, enum key key, size_t optimizer_index, struct value **values, size_t *n,
                 struct err *e) {
    struct levels l = {0};
    for (size_t o = 0; o < p->grid.n_optimizers; o++) {
        if (optimizer_index != SIZE_MAX && optimizer_index != o)
            continue;
        for (size_t k = 0; k < p->grid.n_data; k++)
            if (!runs_on(p, o, k))
                continue;
            else if (key >= KEY_S)
                add_timing_levels(&l, p, o, key, e);
            else
                add_levels(&l, key >= KEY_H ? &p->inner[o].product : &p->block[k].outer, key, e);
    }
    if (key == KEY_SWEEP_seeds)
        for (size_t i = 0; i < p->seeds.n && !l.failed; i++)
            if ((l.failed = !mem_grow(&l.v, &l.cap, l.n + 1, sizeof *l.v, e)) == false)
                l.v[l.n++] = p->seeds.v[i];
    *values = NULL;
    *n = 0;
    if (l.failed || l.n == 0) {
        free(l.v);
        return !l.failed;
    }
    qsort(l.v, l.n, sizeof *l.v, value_compare);
    size_t kept = 1;
    for (size_t i = 1; i < l.n; i++)
        if (value_compare(&l.v[kept - 1], &l.v[i]) != 0)
            l.v[kept++] = l.v[i];
    *values = l.v;
    *n = kept;
    return true;
}

/* Setting up a pack: memory, start points, coefficients. */
#include "train/team.h"
#include "base/mem.h"
#include "base/rng.h"
#include "train/full.h"
#include <math.h>
#include <string.h>

/* ---- memory: one slab, arrays staggered so that no two start at the same place in a page */

struct layout {
    char *base; /* NULL while measuring */
    size_t bytes, n;
};

static void *take(struct layout *l, size_t bytes) {
    void *p = l->base ? l->base + l->bytes : NULL;
    l->n++;
    const size_t page = 4096, stagger = 320 * l->n % page / LINE_BYTES * LINE_BYTES;
    l->bytes = (l->bytes + bytes + page - 1) / page * page + stagger;
    return p;
}

/* n lines that a pass over the data reads: a line of zeros stands in front of them. */
static void *take_source(struct layout *l, size_t n, size_t line) {
    char *zeros = take(l, (n + 1) * line);
    if (!zeros)
        return NULL;
    memset(zeros, 0, line);
    return zeros + line;
}

static void lay_out(struct team *t, struct layout *l, const struct dataset *data, int rule,
                    const struct rule_variant *v) {
    const size_t line = t->line, d = data->n_features;
    t->w = take_source(l, d, line);
    for (int k = 0; k < v->n_state; k++)
        t->state[k] = take_source(l, d, line); /* may be where the gradient is taken */
    if (t->batch) {
        t->c_w = take(l, t->touched_most * line);
        t->c_g = take(l, t->touched_most * line);
        for (int k = 0; k < v->n_state; k++)
            t->c_state[k] = take(l, t->touched_most * line);
    }
    const size_t n_rows = data->train.n_rows;
    t->e = take(l, (t->batch ? t->batch < n_rows ? t->batch : n_rows : residual_lines(n_rows)) * line);
    t->g = take_source(l,
                       !t->batch               ? full_gradient_lines(data, rules[rule]->line_search)
                       : t->mode == MODE_DENSE ? d
                                               : 0,
                       line);
    t->z = take(l, CHUNK * line);
    t->q = take(l, CHUNK * line);
    t->trial = take(l, CHUNK * line);
    t->b = take(l, line);
    for (int k = 0; k < v->n_state; k++)
        t->b_state[k] = take(l, line);
    void **const lines[] = {&t->b_g, &t->scale, &t->l2, &t->b_l2, &t->finite};
    for (size_t k = 0; k < sizeof lines / sizeof *lines; k++)
        *lines[k] = take(l, line);
    t->coefs = take(l, RULE_MAX_COEFS * line);
    t->b_coefs = take(l, RULE_MAX_COEFS * line);
}

/* What the thread's last team took: large memory from the system is cleared page by page, which costs as much
 * as a step. */
static _Thread_local struct {
    void *slab;
    size_t bytes;
} spare;

/* *has: its size, which may be an eighth above what is asked for. */
static void *slab_take(size_t bytes, size_t *has, struct err *e) {
    if (spare.bytes >= bytes && spare.bytes - bytes <= bytes / 8) {
        void *slab = spare.slab;
        *has = spare.bytes;
        spare.slab = NULL;
        spare.bytes = 0;
        return slab;
    }
    train_release();
    *has = bytes;
    return mem_lines(bytes, 1, e);
}

static void slab_give(void *slab, size_t bytes) {
    if (bytes < HUGE_BYTES) {
        free(slab);
        return;
    }
    train_release();
    spare.slab = slab;
    spare.bytes = bytes;
}

void train_release(void) {
    free(spare.slab);
    spare.slab = NULL;
    spare.bytes = 0;
}

size_t team_bytes(const struct dataset *d, enum precision p, int rule, const struct rule_variant *v,
                  uint64_t batch) {
    struct team t = {.line = LANES * (p == PRECISION_F32 ? sizeof(float) : sizeof(double)), .batch = batch};
    t.mode = MODE_DENSE; /* at most */
    const double touched = (double)batch * (double)d->train.nnz / (double)d->train.n_rows;
    t.touched_most = touched < (double)d->n_features ? (size_t)touched : d->n_features;
    struct layout l = {0};
    lay_out(&t, &l, d, rule, v);
    return l.bytes;
}

/* ---- start points */

/* w0 or b0 of a lane: a constant, or the standard deviation of draws. */
static double constant_of(struct value v) {
    return v.word == VALUE_NUMBER ? v.number : 0;
}

/* Where every run starts: constants, or normal draws in feature order, then the bias. */
static void start(struct team *t) {
    const size_t d = t->data->n_features;
    for (int lane = 0; lane < LANES; lane++) {
        const struct value *v = t->lane[lane].run.v;
        if (d)
            team_put(t, t->w, (size_t)lane, constant_of(v[KEY_MODEL_w0]));
        team_put(t, t->b, (size_t)lane, constant_of(v[KEY_MODEL_b0]));
    }
    for (size_t j = 1; j < d; j++)
        memcpy(team_line(t, t->w, j), t->w, t->line);
    for (int lane = 0; lane < LANES; lane++) {
        const struct value *v = t->lane[lane].run.v, w0 = v[KEY_MODEL_w0], b0 = v[KEY_MODEL_b0];
        const uint64_t seed = (uint64_t)v[KEY_SWEEP_seeds].number;
        struct rng of_w = rng_for(seed, RNG_START, 0), of_b = rng_for(seed, RNG_START, 1);
        for (size_t j = 0; w0.word != VALUE_NUMBER && j < d; j++)
            team_put(t, t->w, t->data->rank_of[j] * (size_t)LANES + (size_t)lane,
                     w0.number * rng_normal(&of_w));
        if (b0.word != VALUE_NUMBER)
            team_put(t, t->b, (size_t)lane, b0.number * rng_normal(&of_b));
    }
}

bool team_init(struct team *t, const struct plan *plan, const struct pack *pack, const struct dataset *data,
               const struct kernels *k, const struct batches *batches, const double *lstar,
               const double *const *w_star, struct err *e) {
    *t = (struct team){.data = data, .k = k, .precision = k->precision, .n = pack->n, .n_running = pack->n};
    t->real = k->precision == PRECISION_F32 ? sizeof(float) : sizeof(double);
    t->line = LANES * t->real;
    t->steps_per_epoch = 1;
    if (batches) {
        t->batch = batches->size;
        t->steps_per_epoch = batches->n_batches;
        t->touched_most = batches->most_touched;
    }
    for (int lane = 0; lane < LANES; lane++) {
        struct lane *a = &t->lane[lane];
        plan_run(plan, pack->run[lane < pack->n ? lane : 0], &a->run);
        a->target = *plan_target(plan);
        a->lstar = lane < pack->n && lstar ? lstar[lane] : NAN;
        a->w_star = data->w_true ? data->w_true : lane < pack->n && w_star ? w_star[lane] : NULL;
        a->beta1_t = a->beta2_t = 1;
        a->running = lane < pack->n;
        a->slot = lane < pack->n ? lane : -1;
        a->out.id = a->run.id;
        t->n_steps = (uint64_t)a->run.v[KEY_SWEEP_epochs].number * t->steps_per_epoch;
        schedule_in_steps(a->run.s, (double)t->steps_per_epoch, (double)t->n_steps, a->s);
        a->out.test_error = NAN;
        for (int band = 0; band < N_BANDS; band++)
            a->out.unlearnt[band] = NAN;
    }
    const struct run *first = &t->lane[0].run;
    t->rule = rule_index(first->rule);
    t->variant_number = rule_variant_number(first->rule, first->h);
    t->variant = rule_variant(t->rule, t->variant_number);
    t->loss = run_loss(first);
    t->surface = data->params.kind == DATA_SURFACE ? &surfaces[data->params.function] : NULL;
    if (batches) {
        t->mode = team_mode(first, data);
        t->rest = rest_of(t->rule, t->variant_number);
        t->rk = rest_kernels_of(k);
    }

    /* A parameter at rest (g = 0, all state 0) stays at rest in every rule, but for decay. */
    t->n_moving = t->surface ? data->n_features : data->n_present;

    struct layout l = {0};
    lay_out(t, &l, data, t->rule, t->variant);
    t->slab = slab_take(l.bytes, &t->slab_bytes, e);
    if (!t->slab)
        return false;
    l = (struct layout){.base = t->slab};
    lay_out(t, &l, data, t->rule, t->variant);

    for (int lane = 0; lane < LANES; lane++) {
        const struct run *r = &t->lane[lane].run;
        const double l2 = r->v[KEY_MODEL_l2].number;
        team_put(t, t->scale, (size_t)lane, run_means(r) ? 1.0 / (double)data->train.n_rows : 1);
        team_put(t, t->l2, (size_t)lane, l2);
        team_put(t, t->b_l2, (size_t)lane, 0);
        team_put(t, t->finite, (size_t)lane, 0);
        t->any_l2 |= l2 != 0;
        t->n_moving = l2 != 0 || r->h[H_weight_decay] > 0 ? data->n_features : t->n_moving;
    }
    start(t);
    for (int s = 0; s < t->variant->n_state; s++) {
        const bool point = t->variant->point == s + 1; /* starts at w, all other state at zero */
        if (point) {
            memcpy(t->state[s], t->w, data->n_features * t->line);
            memcpy(t->b_state[s], t->b, t->line);
        } else {
            memset(t->state[s], 0, data->n_features * t->line);
            memset(t->b_state[s], 0, t->line);
        }
    }
    return true;
}

void team_free(struct team *t) {
    if (t->slab)
        slab_give(t->slab, t->slab_bytes);
    for (int lane = 0; lane < LANES; lane++)
        outcome_free(&t->lane[lane].out);
}

/* ---- coefficients
 * --------------------------------------------------------------------------------------------- */

/* Below this 1 - beta^t is 1: the corrections have ended, and with a constant rate the coefficients stay. */
#define CORRECTED 1e-20

void team_coefs(struct team *t, uint64_t step) {
    for (int lane = 0; lane < LANES; lane++) {
        struct lane *a = &t->lane[lane];
        const struct run *r = &a->run;
        const double before[] = {a->eta, a->eta_next, a->beta1_t, a->beta2_t};
        a->beta1_t = a->beta1_t * r->h[H_beta1] < CORRECTED ? 0 : a->beta1_t * r->h[H_beta1];
        a->beta2_t = a->beta2_t * r->h[H_beta2] < CORRECTED ? 0 : a->beta2_t * r->h[H_beta2];
        a->eta = step == 1 ? r->h[H_eta0] * r->sched->factor(a->s, 0, &a->cursor) : a->eta_next;
        a->eta_next = r->h[H_eta0] * r->sched->factor(a->s, (double)step, &a->cursor);
        const double now[] = {a->eta, a->eta_next, a->beta1_t, a->beta2_t};
        if (step > 1 && memcmp(before, now, sizeof now) == 0)
            continue;
        const struct rule_time time = {a->eta, a->eta_next, a->beta1_t, a->beta2_t};
        double h[H_COUNT], bias[RULE_MAX_COEFS];
        memcpy(h, r->h, sizeof h);
        h[H_weight_decay] = 0; /* never of the bias */
        r->rule->coefs(r->h, &time, a->c);
        r->rule->coefs(h, &time, bias);
        for (int k = 0; k < t->variant->n_coefs; k++) {
            team_put(t, t->coefs, (size_t)(k * LANES + lane), a->c[k]);
            team_put(t, t->b_coefs, (size_t)(k * LANES + lane), bias[k]);
        }
    }
}

const char *train_dense_because(const struct run *r, const struct dataset *d) {
    if (r->v[KEY_SWEEP_batch].word != VALUE_NUMBER || r->v[KEY_SWEEP_sparse_updates].word != UPDATES_EXACT)
        return NULL;
    if (r->v[KEY_MODEL_l2].number != 0)
        return "l2 gives every weight a gradient";
    if (run_decays_fast(r))
        return "weights decay too fast to put it off";
    const double touched = r->v[KEY_SWEEP_batch].number * (double)d->train.nnz / (double)d->train.n_rows;
    return touched > 0.5 * (double)d->n_features
               ? "a batch has more than half as many non-zeros as there are features"
               : NULL;
}

enum update_mode team_mode(const struct run *r, const struct dataset *d) {
    if (r->v[KEY_SWEEP_sparse_updates].word == UPDATES_LAZY)
        return MODE_LAZY;
    const bool dense = r->v[KEY_SWEEP_sparse_updates].word == UPDATES_DENSE || train_dense_because(r, d);
    return dense ? MODE_DENSE : MODE_EXACT;
}

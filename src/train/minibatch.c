/* Mini-batches: a step costs what it touches.
 *
 * The features of a batch are brought up to date, copied side by side, and the step is that of a small full
 * batch: rows forward, columns backward, the rule, and back. Features that the batch does not touch wait
 * (rest.h); at the end of a segment, and so at every evaluation, all are brought up to date. */
#include "base/clock.h"
#include "base/mem.h"
#include "train/segment.h"
#include "train/tracer.h"
#include <string.h>

enum { TILE = 64, FLUSH_LINES = 256 };

/* What a team has besides: its tables, if it puts off updates. */
struct pace {
    struct segment segment;
    bool puts_off; /* features wait and are brought up to date */
    bool tabled;   /* coefficients come from the segment's tables */
    uint64_t rows; /* for which t->scale was set */
};

static bool pace_init(struct pace *p, const struct team *t, struct err *e) {
    *p = (struct pace){0};
    p->puts_off = t->mode == MODE_EXACT && t->rest.law != REST_STILL;
    p->tabled = p->puts_off && t->rest.law != REST_DECAY;
    const uint64_t most = segment_most(t->data->n_features);
    return !p->puts_off || segment_init(&p->segment, t, (uint32_t)(most < t->n_steps ? most : t->n_steps), e);
}

/* The gradient of a batch of so many rows, if it is a mean. */
static void set_scale(struct team *t, struct pace *p, uint64_t rows) {
    if (p->rows == rows)
        return;
    p->rows = rows;
    for (int lane = 0; lane < LANES; lane++)
        if (run_means(&t->lane[lane].run))
            team_put(t, t->scale, (size_t)lane, 1.0 / (double)rows);
}

/* Copies the batch's features side by side, up to date as of step `done` of the segment. */
static void gather(struct team *t, const struct pace *p, size_t n, const uint32_t *rank, const uint32_t *from,
                   uint32_t done) {
    t->rk->load_lines(n, rank, t->w, t->c_w);
    for (int k = 0; k < t->variant->n_state; k++)
        t->rk->load_lines(n, rank, t->state[k], t->c_state[k]);
    if (p->puts_off)
        t->rk->rest[t->rule][t->variant_number](n, t->c_w, t->c_state, from, done, &p->segment.tables);
}

/* The rule on all features, whose gradients are in t->g where the batch touched them and zero elsewhere. */
static void step_dense(struct team *t, size_t n, const uint32_t *rank, const void *coefs) {
    for (size_t i = 0; i < n; i++)
        memcpy(team_line(t, t->g, rank[i]), team_line(t, t->c_g, i), t->line);
    const size_t d = t->n_moving;
    t->k->finish_gradient(d, t->scale, t->l2, team_point(t), t->g);
    if (t->tracer)
        tracer_gradients(t, 0, d, NULL, t->g);
    t->k->step[t->rule][t->variant_number](d, t->w, t->state, t->g, coefs);
    memset(t->g, 0, d * t->line);
}

/* The rule on the batch's features, tile by tile while they are near. */
static void step_touched(struct team *t, size_t n, const uint32_t *rank, const void *coefs) {
    for (size_t i = 0; i < n; i += TILE) {
        const size_t m = n - i < TILE ? n - i : TILE;
        void *w = team_line(t, t->c_w, i), *g = team_line(t, t->c_g, i), *state[RULE_MAX_STATE];
        for (int k = 0; k < t->variant->n_state; k++)
            state[k] = team_line(t, t->c_state[k], i);
        t->k->finish_gradient(m, t->scale, t->l2, t->variant->point ? state[t->variant->point - 1] : w, g);
        if (t->tracer)
            tracer_gradients(t, 0, m, rank + i, g);
        t->k->step[t->rule][t->variant_number](m, w, state, g, coefs);
        t->rk->store_lines(m, rank + i, w, t->w);
        for (int k = 0; k < t->variant->n_state; k++)
            t->rk->store_lines(m, rank + i, state[k], t->state[k]);
    }
}

/* Batch i of the window, step `at` of the segment and `step` (1, 2, ...) of the run. */
static bool take_step(struct team *t, struct pace *p, const struct window *w, size_t i, uint32_t at,
                      uint64_t step, struct err *e) {
    const size_t row0 = w->row[i], rows = w->row[i + 1] - row0;
    const size_t first = w->feature[i], n = w->feature[i + 1] - first;
    const struct sparse by_row = {w->row_ptr + row0, w->row_idx, w->row_val};
    const struct sparse by_column = {w->col_ptr + first, w->col_idx, w->col_val};
    const uint32_t *rank = w->rank + first;
    const void *coefs = t->coefs, *b_coefs = t->b_coefs;
    if (p->tabled) {
        const size_t row = p->segment.n_coefs * t->line;
        coefs = (const char *)p->segment.coefs + at * row;
        b_coefs = (const char *)p->segment.b_coefs + at * row;
    } else {
        team_coefs(t, step);
    }
    const struct rest_tables *rest = p->puts_off ? &p->segment.tables : NULL;
    if (t->tracer)
        tracer_before(t, rest, at - 1);
    struct stopwatch parts = stopwatch_start((double)(rows + n), step);
    set_scale(t, p, rows);
    gather(t, p, n, rank, w->from + first, at - 1);
    stopwatch_add(&parts, &t->part_s[TRAIN_BATCHES]);
    const void *point = t->variant->point ? t->c_state[t->variant->point - 1] : t->c_w;
    t->k->forward(&by_row, point, team_point_bias(t), 0, rows, t->e);
    const char *y = (const char *)w->y + row0 * t->real;
    if (t->tracer && t->tracer->h)
        curvature_batch(t, rows, y, t->e, &by_column, n, rank);
    t->k->residual[t->loss](rows, y, t->e, NULL);
    stopwatch_add(&parts, &t->part_s[TRAIN_FORWARD]);
    t->k->gradient(&by_column, t->e, 0, n, t->c_g, false);
    for (size_t row = 0; row < rows; row += BLOCK_ROWS)
        t->k->gradient_bias(t->e, row, row + BLOCK_ROWS < rows ? row + BLOCK_ROWS : rows, t->b_g, row > 0);
    if (t->mode == MODE_DENSE)
        step_dense(t, n, rank, coefs);
    else
        step_touched(t, n, rank, coefs);
    t->k->finish_gradient(1, t->scale, t->b_l2, team_point_bias(t), t->b_g);
    t->k->step[t->rule][t->variant_number](1, t->b, t->b_state, t->b_g, b_coefs);
    stopwatch_add(&parts, &t->part_s[TRAIN_BACKWARD]);
    return !t->tracer || tracer_after(t, rest, at, step, e);
}

/* Brings every feature up to date as of step `done` of the segment. */
static void flush(struct team *t, const struct pace *p, const uint32_t *last, uint32_t done) {
    for (size_t r = 0; r < t->n_moving && p->puts_off; r += FLUSH_LINES) {
        void *state[RULE_MAX_STATE];
        for (int k = 0; k < t->variant->n_state; k++)
            state[k] = team_line(t, t->state[k], r);
        const size_t n = t->n_moving - r < FLUSH_LINES ? t->n_moving - r : FLUSH_LINES;
        t->rk->rest[t->rule][t->variant_number](n, team_line(t, t->w, r), state, last + r, done,
                                                &p->segment.tables);
    }
}

static bool evaluate(struct team *t, uint64_t step, uint64_t nonzeros, bool last, struct err *e) {
    const double start = clock_s();
    double loss[LANES];
    team_loss(t, &t->data->train, loss, NULL);
    if (step > 0)
        team_watch(t, t->n_moving);
    else /* a bias that no step has moved is judged by the loss */
        t->k->watch(t->n_moving, t->w, t->finite);
    const bool ok = team_record(t, (double)step / (double)t->steps_per_epoch, step, nonzeros, loss, last, e);
    t->part_s[TRAIN_EVALUATE] += clock_s() - start;
    return ok;
}

/* One segment: steps `step` .. `step` + n of the run. Adds the non-zeros of its rows. */
static bool run_segment(struct team *teams, struct pace *pace, int n_teams, struct batches *b, uint64_t step,
                        uint32_t n, uint64_t *nonzeros, struct err *e) {
    batches_segment(b);
    for (int i = 0; i < n_teams; i++)
        if (teams[i].tracer)
            tracer_segment(teams[i].tracer);
    for (int i = 0; i < n_teams; i++)
        if (teams[i].n_running && pace[i].tabled)
            segment_build(&pace[i].segment, &teams[i], step + 1, n);
    for (uint32_t done = 0; done < n; done += (uint32_t)b->w.n) {
        const double start = clock_s();
        if (!batches_window(b, step + done, done, n - done, e))
            return false;
        teams->part_s[TRAIN_BATCHES] += clock_s() - start;
        for (int i = 0; i < n_teams; i++)
            for (size_t k = 0; teams[i].n_running && k < b->w.n; k++)
                if (!take_step(&teams[i], &pace[i], &b->w, k, done + (uint32_t)k + 1, step + done + k + 1, e))
                    return false;
        for (size_t k = 0; k < b->w.n; k++)
            *nonzeros += b->w.nonzeros[k];
    }
    const double start = clock_s();
    for (int i = 0; i < n_teams; i++)
        if (teams[i].n_running)
            flush(&teams[i], &pace[i], b->last, n);
    teams->part_s[TRAIN_BATCHES] += clock_s() - start;
    return true;
}

static bool run_all(struct team *teams, struct pace *pace, int n, struct batches *b, struct err *e) {
    const uint64_t n_steps = teams->n_steps, most = segment_most(b->data->n_features);
    const double every = teams->lane[0].run.v[KEY_SWEEP_evaluate].number;
    uint64_t step = 0, due = 0, nonzeros = 0;
    for (;;) {
        if (step == due || step == n_steps) {
            int running = 0;
            for (int i = 0; i < n; i++) {
                if (teams[i].n_running && !evaluate(&teams[i], step, nonzeros, step == n_steps, e))
                    return false;
                running += teams[i].n_running;
            }
            if (!running)
                return true;
            team_repack(teams, n);
            for (int i = 0; i < n; i++) {
                if (teams[i].repacked && pace[i].puts_off)
                    segment_lanes(&pace[i].segment, &teams[i]);
                teams[i].repacked = false;
            }
            due = team_next_evaluation(every, b->n_batches, step);
        }
        const uint64_t end = due < n_steps ? due : n_steps;
        const uint32_t length = (uint32_t)(end - step < most ? end - step : most);
        if (!run_segment(teams, pace, n, b, step, length, &nonzeros, e))
            return false;
        step += length;
    }
}

bool train_minibatch(struct team *teams, int n, struct batches *b, struct err *e) {
    struct pace *pace = mem_zeroed((size_t)n, sizeof *pace, e);
    bool ok = pace;
    for (int i = 0; ok && i < n; i++) {
        ok = pace_init(&pace[i], &teams[i], e);
        if (teams[i].mode == MODE_DENSE)
            memset(teams[i].g, 0, teams[i].data->n_features * teams[i].line);
    }
    ok = ok && run_all(teams, pace, n, b, e);
    for (int i = 0; pace && i < n; i++)
        segment_free(&pace[i].segment);
    free(pace);
    return ok;
}

/* Full batch: two passes over the data a step, and no scatter.
 *
 * Forward over rows: z, loss and residual e of sixteen runs. Backward over columns: a feature's gradient is
 * complete in registers, and the rule follows at once, so that its divisions and the way of weights and state
 * from memory and back overlap with the sums of the next features. Hot columns are taken block by block of
 * rows, right after the block's residuals were made: those are still in the second-level cache. Warm ones
 * likewise, by larger blocks and the third-level cache. */
#include "train/full.h"
#include "base/mem.h"
#include "train/tracer.h"
#include <string.h>

enum { TILE_COLUMNS = 64 };

/* Packs side by side take turns and are repacked so many times in a training: their lines have left the caches
 * when it is their turn again. */
enum { REPACKS = 64 };

size_t full_gradient_lines(const struct dataset *d, bool line_search) {
    return (line_search ? d->n_features : d->n_warm) + TILE_COLUMNS;
}

/* Rows row0 .. row1 of a block: residuals, and their losses added to sum (NULL: not wanted). */
static void forward_block(struct team *t, size_t row0, size_t row1, double *sum) {
    const char *y = data_targets(&t->data->train, t->precision);
    for (size_t row = row0; row < row1; row += CHUNK) {
        const size_t n = row1 - row < CHUNK ? row1 - row : CHUNK;
        void *e = team_line(t, t->e, residual_line(row));
        team_forward(t, &t->data->train, team_point(t), team_point_bias(t), row, e);
        t->k->residual[t->loss](n, y + row * t->real, e, sum);
    }
}

static const char zeros[LANES * sizeof(double)] __attribute__((aligned(64)));

/* What a block's residuals add to the gradients of hot columns: the first block begins them. */
static void hot_block(struct team *t, size_t block) {
    const struct stream x = data_hot(t->data, block, t->precision);
    t->k->sums(&x, team_line(t, t->e, residual_line(block * BLOCK_ROWS) - 1), block ? NULL : zeros, false,
               t->g);
}

/* The warm columns' share of a block of WARM_ROWS rows. */
static void warm_block(struct team *t, size_t block) {
    const struct stream x = data_warm(t->data, block, t->precision);
    t->k->sums(&x, team_line(t, t->e, residual_line(block * WARM_ROWS) - 1), zeros, block > 0,
               team_line(t, t->g, t->data->n_hot));
}

/* Residuals of all rows, gradients of the bias (into b_g) and of hot and warm columns (into g); losses if
 * wanted.
 */
static void forward(struct team *t, bool want_loss, double loss[LANES]) {
    const size_t n_rows = t->data->train.n_rows;
    memset(loss, 0, LANES * sizeof *loss);
    for (size_t block = 0, row = 0; row < n_rows; block++, row += BLOCK_ROWS) {
        const size_t end = row + BLOCK_ROWS < n_rows ? row + BLOCK_ROWS : n_rows;
        double sum[LANES] __attribute__((aligned(64))) = {0};
        forward_block(t, row, end, want_loss ? sum : NULL);
        for (int lane = 0; lane < LANES; lane++)
            loss[lane] += sum[lane];
        const size_t first = residual_line(row);
        t->k->gradient_bias(t->e, first, first + (end - row), t->b_g, block > 0);
        hot_block(t, block);
        if (end % WARM_ROWS == 0 || end == n_rows)
            warm_block(t, (end - 1) / WARM_ROWS);
    }
}

static void states_from(const struct team *t, size_t rank, void *state[RULE_MAX_STATE]) {
    for (int k = 0; k < t->variant->n_state; k++)
        state[k] = team_line(t, t->state[k], rank);
}

/* The rule on features of ranks r0 .. r1, whose summed residuals are in g. */
static void update(struct team *t, size_t r0, size_t r1, void *g) {
    void *state[RULE_MAX_STATE];
    states_from(t, r0, state);
    t->k->finish_gradient(r1 - r0, t->scale, t->l2, team_line(t, team_point(t), r0), g);
    if (t->tracer)
        tracer_gradients(t, r0, r1 - r0, NULL, g);
    t->k->step[t->rule][t->variant_number](r1 - r0, team_line(t, t->w, r0), state, g, t->coefs);
}

static void step_bias(struct team *t) {
    t->k->step[t->rule][t->variant_number](1, t->b, t->b_state, t->b_g, t->b_coefs);
}

/* The other columns with a copy of each gradient for the trace. */
static void rest_traced(struct team *t, const struct sparse *x) {
    const size_t n_warm = t->data->n_warm;
    void *g = team_line(t, t->g, n_warm);
    for (size_t r = n_warm; r < t->n_moving; r += TILE_COLUMNS) {
        const size_t end = r + TILE_COLUMNS < t->n_moving ? r + TILE_COLUMNS : t->n_moving;
        t->k->gradient(x, t->e, r - n_warm, end - n_warm, g, false);
        update(t, r, end, g);
    }
}

static void backward(struct team *t) {
    t->k->finish_gradient(1, t->scale, t->b_l2, team_point_bias(t), t->b_g);
    step_bias(t);
    const size_t n_warm = t->data->n_warm;
    for (size_t r = 0; r < n_warm; r += TILE_COLUMNS)
        update(t, r, r + TILE_COLUMNS < n_warm ? r + TILE_COLUMNS : n_warm, team_line(t, t->g, r));
    const struct sparse x = data_rest(t->data, t->precision);
    if (t->tracer) {
        rest_traced(t, &x);
        return;
    }
    void *state[RULE_MAX_STATE];
    states_from(t, n_warm, state);
    t->k->columns[t->rule][t->variant_number](&x, t->e, 0, t->n_moving - n_warm, t->scale, t->l2,
                                              team_line(t, t->w, n_warm), state, t->coefs, t->finite);
}

/* The same with a line search: all gradients first, then the step sizes, then the step. */
static bool search(struct team *t, struct err *e) {
    const size_t n_warm = t->data->n_warm;
    const struct sparse x = data_rest(t->data, t->precision);
    t->k->gradient(&x, t->e, 0, t->data->n_features - n_warm, team_line(t, t->g, n_warm), false);
    t->k->finish_gradient(1, t->scale, t->b_l2, t->b, t->b_g);
    t->k->finish_gradient(t->data->n_features, t->scale, t->l2, t->w, t->g);
    if (t->tracer)
        tracer_gradients(t, 0, t->data->n_features, NULL, t->g);
    if (!linesearch_choose(t, e))
        return false;
    step_bias(t);
    t->k->step[t->rule][t->variant_number](t->n_moving, t->w, t->state, t->g, t->coefs);
    return true;
}

/* What the step to come starts from, for traces. */
static void watch(struct team *t, bool recorded, const double loss[LANES]) {
    double reported[LANES];
    tracer_before(t, NULL, 0);
    if (t->tracer->h)
        curvature_full(t);
    if (recorded)
        return;
    team_report(t, loss, reported);
    for (int lane = 0; lane < LANES; lane++)
        tracer_loss(t->tracer, lane, reported[lane]);
}

/* From step `step` to before step `end`, or until all lanes have ended. */
static bool run_steps(struct team *t, uint64_t step, uint64_t end, struct err *e) {
    const uint64_t steps = t->n_steps;
    const double evaluate = t->lane[0].run.v[KEY_SWEEP_evaluate].number;
    const double size = (double)t->data->train.n_rows + (double)t->data->train.nnz;
    uint64_t due = step ? team_next_evaluation(evaluate, 1, step - 1) : 0;
    for (; step < end; step++) {
        const bool last = step == steps, now = step == due || last;
        const bool elsewhere = t->variant->point != 0; /* residuals are not taken at w */
        double loss[LANES], ignored[LANES];
        const bool judged = now || t->tracer; /* the loss is wanted */
        struct stopwatch parts = stopwatch_start(size, step);
        if (judged && (elsewhere || last)) {
            team_loss(t, &t->data->train, loss, NULL);
            stopwatch_add(&parts, &t->part_s[TRAIN_EVALUATE]);
        }
        if (!last)
            forward(t, judged && !elsewhere, elsewhere ? ignored : loss);
        stopwatch_add(&parts, &t->part_s[TRAIN_FORWARD]);
        if (now) {
            if (step > 0) /* columns() watches its own as it steps them: before that, none is watched */
                team_watch(t, t->tracer || rules[t->rule]->line_search ? t->n_moving : t->data->n_warm);
            if (!team_record(t, (double)step, step, step * t->data->train.nnz, loss, last, e))
                return false;
            if (t->n_running == 0)
                return true;
            due = team_next_evaluation(evaluate, 1, step);
            stopwatch_add(&parts, &t->part_s[TRAIN_EVALUATE]);
        }
        team_coefs(t, step + 1);
        if (t->tracer)
            watch(t, now, loss);
        if (!rules[t->rule]->line_search)
            backward(t);
        else if (!search(t, e))
            return false;
        stopwatch_add(&parts, &t->part_s[TRAIN_BACKWARD]);
        if (t->tracer && !tracer_after(t, NULL, 0, step + 1, e))
            return false;
    }
    return true;
}

bool train_full(struct team *teams, int n, struct err *e) {
    const uint64_t steps = teams->n_steps, stretch = n > 1 ? 1 + steps / REPACKS : steps + 1;
    for (int i = 0; i < n; i++)
        for (size_t block = 0; block < teams[i].data->n_blocks; block++) /* a line of zeros before each block */
            memset(team_line(&teams[i], teams[i].e, block * (BLOCK_ROWS + 1)), 0, teams[i].line);
    for (uint64_t step = 0; step <= steps; step += stretch) {
        for (int i = 0; i < n; i++)
            if (teams[i].n_running && !run_steps(&teams[i], step, step + stretch, e))
                return false;
        team_repack(teams, n);
    }
    return true;
}

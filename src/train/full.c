/* Full batch: two passes over the data a step, and no scatter.
 *
 * Forward over rows: z, loss and residual e of sixteen runs. Backward over columns: a feature's gradient is
 * complete in registers, and the rule follows tile by tile while the gradients are still in the first-level
 * cache. Popular columns are taken block by block of rows, right after the block's residuals were made: those
 * are still in the second-level cache. */
#include "train/full.h"
#include "train/team.h"
#include <string.h>

enum { TILE_COLUMNS = 64 };

size_t full_gradient_lines(const struct dataset *d, bool line_search) {
    return (line_search ? d->n_features : d->n_hot) + TILE_COLUMNS;
}

static void *line_at(const struct team *t, const void *array, size_t i) {
    return (char *)array + i * t->line;
}

/* Rows row0 .. row1 of a block: residuals, and their losses added to sum (NULL: not wanted). */
static void forward_block(struct team *t, size_t row0, size_t row1, double *sum) {
    const struct sparse x = data_rows(&t->data->train, t->precision);
    const char *y = data_targets(&t->data->train, t->precision);
    for (size_t row = row0; row < row1; row += CHUNK) {
        const size_t n = row1 - row < CHUNK ? row1 - row : CHUNK;
        void *e = line_at(t, t->e, row);
        t->k->forward(&x, team_point(t), team_point_bias(t), row, row + n, e);
        t->k->residual[t->loss](n, y + row * t->real, e, sum);
    }
}

/* Residuals of all rows, gradients of the bias (into b_g) and of the hot columns (into g); losses if wanted. */
static void forward(struct team *t, bool want_loss, double loss[LANES]) {
    const size_t n_rows = t->data->train.n_rows;
    memset(loss, 0, LANES * sizeof *loss);
    for (size_t block = 0, row = 0; row < n_rows; block++, row += BLOCK_ROWS) {
        const size_t end = row + BLOCK_ROWS < n_rows ? row + BLOCK_ROWS : n_rows;
        double sum[LANES] __attribute__((aligned(64))) = {0};
        forward_block(t, row, end, want_loss ? sum : NULL);
        for (int lane = 0; lane < LANES; lane++)
            loss[lane] += sum[lane];
        const struct sparse x = data_hot(t->data, block, t->precision);
        t->k->gradient_bias(t->e, row, end, t->b_g, block > 0);
        t->k->gradient(&x, t->e, 0, t->data->n_hot, t->g, block > 0);
    }
}

/* The rule on features of ranks r0 .. r1, whose summed residuals are in g. */
static void update(struct team *t, size_t r0, size_t r1, void *g) {
    void *w = line_at(t, t->w, r0), *state[RULE_MAX_STATE];
    for (int k = 0; k < t->variant->n_state; k++)
        state[k] = line_at(t, t->state[k], r0);
    t->k->finish_gradient(r1 - r0, t->scale, t->l2, line_at(t, team_point(t), r0), g);
    t->k->step[t->rule][t->variant_number](r1 - r0, w, state, g, t->coefs, t->finite);
}

static void step_bias(struct team *t) {
    t->k->step[t->rule][t->variant_number](1, t->b, t->b_state, t->b_g, t->b_coefs, t->finite);
}

static void backward(struct team *t) {
    t->k->finish_gradient(1, t->scale, t->b_l2, team_point_bias(t), t->b_g);
    step_bias(t);
    const size_t n_hot = t->data->n_hot;
    update(t, 0, n_hot, t->g);
    const struct sparse x = data_rest(t->data, t->precision);
    void *g = line_at(t, t->g, n_hot);
    for (size_t r = n_hot; r < t->n_moving; r += TILE_COLUMNS) {
        const size_t end = r + TILE_COLUMNS < t->n_moving ? r + TILE_COLUMNS : t->n_moving;
        t->k->gradient(&x, t->e, r, end, g, false);
        update(t, r, end, g);
    }
}

/* The same with a line search: all gradients first, then the step sizes, then the step. */
static bool search(struct team *t, struct err *e) {
    const size_t n_hot = t->data->n_hot;
    const struct sparse x = data_rest(t->data, t->precision);
    t->k->gradient(&x, t->e, n_hot, t->data->n_features, line_at(t, t->g, n_hot), false);
    t->k->finish_gradient(1, t->scale, t->b_l2, t->b, t->b_g);
    t->k->finish_gradient(t->data->n_features, t->scale, t->l2, t->w, t->g);
    if (!linesearch_choose(t, e))
        return false;
    step_bias(t);
    t->k->step[t->rule][t->variant_number](t->n_moving, t->w, t->state, t->g, t->coefs, t->finite);
    return true;
}

bool train_full(struct team *t, struct err *e) {
    const uint64_t steps = (uint64_t)t->lane[0].run.v[KEY_SWEEP_epochs].number;
    const double evaluate = t->lane[0].run.v[KEY_SWEEP_evaluate].number;
    uint64_t due = 0;
    for (uint64_t step = 0;; step++) {
        const bool last = step == steps, now = step == due || last;
        const bool elsewhere = t->variant->point != 0; /* residuals are not taken at w */
        double loss[LANES], ignored[LANES];
        if (now && (elsewhere || last))
            team_loss(t, &t->data->train, loss, NULL);
        if (!last)
            forward(t, now && !elsewhere, elsewhere ? ignored : loss);
        if (now) {
            if (!team_record(t, (double)step, step, step * t->data->train.nnz, loss, last, e))
                return false;
            if (t->n_running == 0)
                return true;
            due = team_next_evaluation(evaluate, 1, step);
        }
        team_coefs(t, step + 1);
        if (!rules[t->rule]->line_search)
            backward(t);
        else if (!search(t, e))
            return false;
    }
}

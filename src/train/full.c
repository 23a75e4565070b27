/* Full batch: two passes over the data a step, and no scatter.
 *
 * Forward over rows: z, loss and residual e of sixteen runs. Backward over columns: a feature's gradient is complete in
 * registers, and the rule follows tile by tile while the gradients are still in L1.
 *
 * Where the residuals of all rows outgrow the cache, columns are taken block of rows by block of rows, and the gradient
 * waits in memory between blocks. Which of the two is only a matter of time: sums are per block in either (kern.h). */
#include "train/full.h"
#include "train/team.h"
#include <string.h>

enum { TILE_COLUMNS = 64, BLOCKS_AT_ONCE = 2 };

size_t full_gradient_lines(const struct dataset *d) {
    return d->n_blocks <= BLOCKS_AT_ONCE ? TILE_COLUMNS : d->n_features;
}

static void forward(struct team *t, bool want_loss, double loss[LANES]) {
    const struct data_part *part = &t->data->train;
    const struct sparse x = data_rows(part, t->precision);
    const char *y = data_targets(part, t->precision);
    const void *w = team_point(t), *b = team_point_bias(t);
    memset(loss, 0, LANES * sizeof *loss);
    for (size_t block = 0; block < part->n_rows; block += BLOCK_ROWS) {
        const size_t end = block + BLOCK_ROWS < part->n_rows ? block + BLOCK_ROWS : part->n_rows;
        double sum[LANES] __attribute__((aligned(64))) = {0};
        for (size_t row = block; row < end; row += CHUNK) {
            const size_t n = end - row < CHUNK ? end - row : CHUNK;
            char *e = (char *)t->e + row * t->line;
            t->k->forward(&x, w, b, row, row + n, e);
            t->k->residual[t->loss](n, y + row * t->real, e, want_loss ? sum : NULL);
        }
        for (int lane = 0; lane < LANES; lane++)
            loss[lane] += sum[lane];
    }
}

/* The rule on features col0 .. col1, whose summed residuals are in g. */
static void update(struct team *t, size_t col0, size_t col1, void *g) {
    char *w = (char *)t->w + col0 * t->line;
    void *state[RULE_MAX_STATE];
    for (int k = 0; k < t->variant->n_state; k++)
        state[k] = (char *)t->state[k] + col0 * t->line;
    const void *point = t->variant->point ? state[t->variant->point - 1] : w;
    t->k->finish_gradient(col1 - col0, t->scale, t->l2, point, g);
    t->k->step[t->rule][t->variant_number](col1 - col0, w, state, g, t->coefs, t->finite);
}

static void update_bias(struct team *t) {
    const size_t n = t->data->train.n_rows;
    for (size_t row = 0; row < n; row += BLOCK_ROWS)
        t->k->gradient_bias(t->e, row, row + BLOCK_ROWS < n ? row + BLOCK_ROWS : n, t->g, row > 0);
    t->k->finish_gradient(1, t->scale, t->b_l2, team_point_bias(t), t->g);
    t->k->step[t->rule][t->variant_number](1, t->b, t->b_state, t->g, t->b_coefs, t->finite);
}

static void backward(struct team *t) {
    const struct dataset *data = t->data;
    const size_t d = data->n_features, n_blocks = data->n_blocks;
    update_bias(t); /* before the features: it borrows g */
    const bool by_block = n_blocks > BLOCKS_AT_ONCE;
    for (size_t block = 0; by_block && block + 1 < n_blocks; block++) {
        const struct sparse x = data_block(data, block, t->precision);
        t->k->gradient(&x, t->e, 0, d, t->g, block > 0);
    }
    for (size_t col = 0; col < d; col += TILE_COLUMNS) {
        const size_t end = col + TILE_COLUMNS < d ? col + TILE_COLUMNS : d;
        void *g = by_block ? (char *)t->g + col * t->line : t->g;
        for (size_t block = by_block ? n_blocks - 1 : 0; block < n_blocks; block++) {
            const struct sparse x = data_block(data, block, t->precision);
            t->k->gradient(&x, t->e, col, end, g, block > 0);
        }
        update(t, col, end, g);
    }
}

bool train_full(struct team *t, struct err *e) {
    const uint64_t steps = (uint64_t)t->lane[0].run.v[KEY_SWEEP_epochs].number;
    const double evaluate = t->lane[0].run.v[KEY_SWEEP_evaluate].number;
    uint64_t k = 0, due = 0;
    for (uint64_t step = 0;; step++) {
        const bool last = step == steps, now = step == due || last;
        double loss[LANES] __attribute__((aligned(64)));
        const bool elsewhere = t->variant->point != 0; /* residuals are not taken at w */
        if (now && (elsewhere || last))
            team_loss(t, &t->data->train, loss, NULL);
        double ignored[LANES];
        if (!last)
            forward(t, now && !elsewhere, elsewhere ? ignored : loss);
        if (now) {
            if (!team_record(t, (double)step, step, step * t->data->train.nnz, loss, last, e))
                return false;
            if (t->n_running == 0)
                return true;
            while (due <= step)
                due = team_evaluation_step(evaluate, 1, ++k);
        }
        team_coefs(t, step + 1);
        backward(t);
    }
}

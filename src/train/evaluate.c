/* Evaluations of a pack, and what is recorded of its runs. */
#include "base/hash.h"
#include "base/mem.h"
#include "train/team.h"
#include "train/tracer.h"
#include <math.h>
#include <string.h>

void team_forward(const struct team *t, const struct data_part *part, const void *w, const void *b, size_t row,
                  void *z) {
    const struct stream x = data_chunk(part, row, t->precision);
    t->k->sums(&x, (const char *)w - t->line, b, false, z);
}

void team_loss(const struct team *t, const struct data_part *part, double loss[LANES], double *errors) {
    const char *y = data_targets(part, t->precision);
    memset(loss, 0, LANES * sizeof *loss);
    for (size_t block = 0; block < part->n_rows; block += BLOCK_ROWS) {
        const size_t end = block + BLOCK_ROWS < part->n_rows ? block + BLOCK_ROWS : part->n_rows;
        double sum[LANES] __attribute__((aligned(64))) = {0};
        for (size_t row = block; row < end; row += CHUNK) {
            const size_t n = end - row < CHUNK ? end - row : CHUNK;
            team_forward(t, part, t->w, t->b, row, t->z);
            t->k->loss[t->loss](n, y + row * t->real, t->z, sum);
            if (errors)
                t->k->misses(n, y + row * t->real, t->z, errors);
        }
        for (int lane = 0; lane < LANES; lane++)
            loss[lane] += sum[lane];
    }
}

/* 1/2 |w|^2 of every lane, in double, features by count. */
static void half_square_norm(const struct team *t, double sum[LANES]) {
    memset(sum, 0, LANES * sizeof *sum);
    for (size_t j = 0; j < t->data->n_features; j++)
        for (int lane = 0; lane < LANES; lane++) {
            const double w = team_get(t, t->w, (size_t)t->data->by_count[j] * LANES + (size_t)lane);
            sum[lane] += w * w;
        }
    for (int lane = 0; lane < LANES; lane++)
        sum[lane] *= 0.5;
}

enum { PIECE = 256 };
union piece { /* of each lane's weights, by feature */
    float f32[LANES][PIECE];
    double f64[LANES][PIECE];
};

/* Weights j, j + 1, ... of every lane, then b; every NaN as one pattern. Lines lie by rank, which hardware does
 * not foresee. */
#define X(real, precision, nan)                                                                                \
    static void piece_##precision(const struct team *t, size_t j, size_t n, union piece *out) {                \
        const size_t d = t->data->n_features, ahead = 128;                                                     \
        int nans = 0;                                                                                          \
        for (size_t k = 0; k < n; k++) {                                                                       \
            const real *line = j + k < d ? team_line(t, t->w, t->data->rank_of[j + k]) : t->b;                 \
            if (j + k + ahead < d)                                                                             \
                __builtin_prefetch(team_line(t, t->w, t->data->rank_of[j + k + ahead]));                       \
            for (int lane = 0; lane < LANES; lane++)                                                           \
                out->precision[lane][k] = line[lane];                                                          \
        }                                                                                                      \
        for (int lane = 0; lane < LANES; lane++)                                                               \
            for (size_t k = 0; k < n; k++)                                                                     \
                nans |= out->precision[lane][k] != out->precision[lane][k];                                    \
        for (int lane = 0; nans && lane < LANES; lane++)                                                       \
            for (size_t k = 0; k < n; k++)                                                                     \
                if (isnan(out->precision[lane][k]))                                                            \
                    out->precision[lane][k] = nan;                                                             \
    }
X(float, f32, __builtin_nanf(""))
X(double, f64, __builtin_nan(""))
#undef X

/* What is told of runs at their end, of all lanes that end together in one pass each: weights are large. */
static bool hash_weights(struct team *t, const bool ended[LANES], struct err *e) {
    struct hash *h[LANES] = {NULL};
    union piece piece;
    bool ok = true;
    for (int lane = 0; lane < LANES; lane++)
        if (ended[lane] && !(h[lane] = hash_new()))
            ok = false;
    const size_t d = t->data->n_features;
    for (size_t j = 0; ok && j < d + 1; j += PIECE) {
        const size_t n = d + 1 - j < PIECE ? d + 1 - j : PIECE;
        if (t->precision == PRECISION_F32)
            piece_f32(t, j, n, &piece);
        else
            piece_f64(t, j, n, &piece);
        for (int lane = 0; lane < LANES; lane++)
            if (h[lane])
                hash_add(h[lane], t->precision == PRECISION_F32 ? (void *)piece.f32[lane] : piece.f64[lane],
                         n * t->real);
    }
    for (int lane = 0; lane < LANES; lane++) {
        if (ok && h[lane])
            t->lane[lane].out.weights_hash = hash_value64(h[lane]);
        if (h[lane])
            hash_free(h[lane]);
    }
    return ok || err_add(e, "out of memory for the hash of a run's weights");
}

static void judge_bands(struct team *t, const bool ended[LANES]) {
    const double *w_star[LANES] = {NULL};
    double unlearnt[LANES][N_BANDS];
    bool any = false;
    for (int lane = 0; lane < LANES; lane++)
        any |= (w_star[lane] = ended[lane] ? t->lane[lane].w_star : NULL) != NULL;
    if (!any)
        return;
    bands_unlearnt(t->data, w_star, t->w, t->precision, unlearnt);
    for (int lane = 0; lane < LANES; lane++)
        if (w_star[lane])
            memcpy(t->lane[lane].out.unlearnt, unlearnt[lane], sizeof unlearnt[lane]);
}

/* The k-th evaluation comes after this many steps: the first at which k * evaluate epochs are complete. */
static uint64_t evaluation_step(double interval, uint64_t k) {
    const double steps = interval * (double)k,
                 nearest = floor(steps + 0.5); /* 1.16 * 25 is 29, though not in binary */
    return (uint64_t)(fabs(steps - nearest) <= 1e-12 * steps ? nearest : floor(steps) + 1);
}

uint64_t team_next_evaluation(double evaluate, uint64_t steps_per_epoch, uint64_t step) {
    const double interval = evaluate * (double)steps_per_epoch;
    if (interval <= 1)
        return step + 1;
    uint64_t k = (uint64_t)((double)step / interval);
    while (evaluation_step(interval, k) <= step)
        k++;
    return evaluation_step(interval, k);
}

bool target_met(struct value target, double loss, double start_loss, double lstar) {
    enum { GAP, RATIO, LOSS };
    switch (target.word) {
    case GAP:
        return loss <= lstar || loss - lstar <= target.number * (start_loss - lstar);
    case RATIO:
        return loss <= target.number * start_loss;
    case LOSS:
        return loss <= target.number;
    default:
        return false;
    }
}

/* Signs and payloads of NaNs depend on the instructions: one stands for all. */
static double one_nan(double x) {
    return isnan(x) ? NAN : x;
}

void team_report(const struct team *t, const double loss[LANES], double reported[LANES]) {
    double norm[LANES];
    if (t->any_l2)
        half_square_norm(t, norm);
    for (int lane = 0; lane < LANES; lane++) {
        const struct run *r = &t->lane[lane].run;
        const double l2 = r->v[KEY_MODEL_l2].number;
        reported[lane] = run_means(r) ? loss[lane] / (double)t->data->train.n_rows : loss[lane];
        if (l2 != 0)
            /* NOLINTNEXTLINE(clang-analyzer-core.UndefinedBinaryOperatorResult): l2 != 0: any_l2 */
            reported[lane] += l2 * norm[lane];
        reported[lane] = one_nan(reported[lane]);
    }
}

void team_watch(const struct team *t, size_t n) {
    t->k->watch(n, t->w, t->finite);
    t->k->watch(1, t->b, t->finite);
}

bool team_record(struct team *t, double epoch, uint64_t step, uint64_t nonzeros, const double loss[LANES],
                 bool last, struct err *e) {
    const struct data_part *test = &t->data->test;
    double test_loss[LANES], errors[LANES] = {0}, reported[LANES];
    bool ended[LANES] = {false}, any = false;
    if (test->n_rows)
        team_loss(t, test, test_loss, errors);
    team_report(t, loss, reported);
    for (int lane = 0; lane < LANES; lane++) {
        struct lane *a = &t->lane[lane];
        if (!a->running)
            continue;
        const bool mean = run_means(&a->run);
        struct point p = {
            .epoch = epoch, .step = step, .nonzeros = nonzeros, .loss = reported[lane], .test_loss = NAN};
        if (t->tracer)
            tracer_loss(t->tracer, lane, p.loss);
        if (test->n_rows)
            p.test_loss = one_nan(mean ? test_loss[lane] / (double)test->n_rows : test_loss[lane]);
        if (!mem_grow(&a->out.points, &a->cap, a->out.n_points + 1, sizeof p, e))
            return false;
        a->out.points[a->out.n_points++] = p;
        if (a->out.n_points == 1)
            a->start_loss = p.loss;

        const double limit = 1e6 * (a->start_loss > 1 ? a->start_loss : 1);
        a->out.blown_up =
            !isfinite(p.loss) || fabs(p.loss) > limit || isnan(team_get(t, t->finite, (size_t)lane));
        const bool stop = a->run.v[KEY_SWEEP_stop].word == STOP_TARGET &&
                          target_met(a->target, p.loss, a->start_loss, a->lstar);
        if (!last && !a->out.blown_up && !stop)
            continue;
        a->running = false;
        ended[lane] = any = true;
        t->n_running--;
        if (t->tracer && !tracer_end(t, lane, e))
            return false;
        if (test->n_rows)
            a->out.test_error = errors[lane] / (double)test->n_rows;
    }
    if (!any)
        return true;
    judge_bands(t, ended);
    return hash_weights(t, ended, e);
}

/* Synthetic data: rows of independent features with popularity by a power law, labels by a sigmoid neuron with
 * known weights. docs/data.md states the distribution; GENERATOR_VERSION (fingerprint.c) changes with every bit
 * of it. */
#include "base/math.h"
#include "base/mem.h"
#include "data/batch.h"
#include "data/draw.h"
#include "data/frequency.h"
#include <float.h>
#include <string.h>

static double sigmoid(double z) {
    double t = m_exp(-fabs(z));
    return (z >= 0 ? 1 : t) / (1 + t);
}

static double mean_of(const double *x, size_t n, double origin) {
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += x[i] - origin;
    return sum / (double)n;
}

static void dots(const struct data_part *p, const double *w, double *z, int threads) {
#pragma omp parallel for num_threads(threads) if (p->nnz > 100000)
    for (size_t i = 0; i < p->n_rows; i++)
        z[i] = part_dot(p, i, w);
}

/* w* and b* from the training rows; z (n_rows) receives w*.x. */
static bool law_make(struct dataset *d, double *z, int threads, struct err *e) {
    const struct data_params *p = &d->params;
    const struct data_part *rows = &d->train;
    double *w = d->w_true;
    const struct batch *batch = batch_best();
#pragma omp parallel for num_threads(threads) if (d->n_features > 10000)
    for (size_t j = 0; j < d->n_features; j += RNGS) {
        const size_t n = d->n_features - j < RNGS ? d->n_features - j : RNGS;
        struct rngs r;
        double size[RNGS], u[RNGS];
        memcpy(size, d->frequency + j, n * sizeof *size);
        batch->pow(n, size, -p->rare_signal);
        rngs_for(&r, p->seed, RNG_SIGN, j);
        rngs_units(&r, 1, u); /* above 1/2: the first of its two draws is 2^31 or more */
        for (size_t k = 0; k < n; k++) {
            const double x = d->frequency[j + k] < DBL_MIN ? 0 : size[k];
            w[j + k] = u[k] > 0.5 ? -x : x;
        }
    }
    /* Deviations from the first row's sum, so that rows which are all alike have a spread of exactly 0. */
    dots(rows, w, z, threads);
    double mean = mean_of(z, rows->n_rows, z[0]), squares = 0;
    for (size_t i = 0; i < rows->n_rows; i++) {
        double deviation = z[i] - z[0] - mean;
        squares = fma(deviation, deviation, squares);
    }
    double sd = sqrt(squares / (double)rows->n_rows);
    double k = sd > 0 ? p->signal / sd : 0;
    bool finite = isfinite(sd);
    for (size_t j = 0; j < d->n_features; j++) {
        w[j] = k > 0 ? k * w[j] : 0;
        finite = finite && isfinite(w[j]);
    }
    if (!finite)
        return err_add(
            e, "rare_signal = %.12g: the true weights f_j^-rare_signal of features as rare as these overflow",
            p->rare_signal);
    dots(rows, w, z, threads);
    d->b_true = p->bias - (mean_of(z, rows->n_rows, z[0]) + z[0]);
    return true;
}

/* Targets from z = w*.x: noise first, then the label, from the row's own stream. */
static void labels_draw(const struct dataset *d, struct data_part *rows, const double *z,
                        enum rng_purpose stream, int threads) {
    const struct data_params *p = &d->params;
#pragma omp parallel for num_threads(threads) if (rows->n_rows > 1000)
    for (size_t i = 0; i < rows->n_rows; i++) {
        struct rng r = rng_for(p->seed, stream, i);
        double noisy = z[i] + d->b_true;
        if (p->noise != 0)
            noisy = fma(p->noise, rng_normal(&r), noisy);
        else
            rng_skip_normal(&r);
        const double probability = sigmoid(noisy);
        rows->y[i] = p->labels == LABELS_SOFT ? probability : rng_unit(&r) <= probability;
    }
}

/* Counts the non-zeros of each feature too, where `count` is given. */
static bool part_draw(struct dataset *d, struct data_part *rows, size_t n_rows, enum rng_purpose where,
                      enum rng_purpose value, int threads, uint64_t *count, struct err *e) {
    struct columns c;
    if (!draw_columns(d->frequency, d->n_features, n_rows, d->params.seed, where, d->params.values, value,
                      threads, &c, e))
        return false;
    for (size_t block = 0; count && block < c.n_blocks; block++)
        for (size_t j = 0; j < d->n_features; j++)
            count[j] += columns_block(&c, block)[j + 1] - columns_block(&c, block)[j];
    rows->y = mem_zeroed(n_rows, sizeof *rows->y, e);
    const bool made = rows->y && rows_from_columns(&c, rows, threads, e);
    columns_free(&c);
    return made;
}

bool synthetic_make(struct dataset *d, int threads, struct err *e) {
    const struct data_params *p = &d->params;
    if (!(p->rows >= 1 && p->rows <= UINT32_MAX && p->features >= 1 && p->features <= UINT32_MAX))
        return err_add(e, "rows = %llu, features = %llu: both must be 1 to %u", (unsigned long long)p->rows,
                       (unsigned long long)p->features, UINT32_MAX);
    const double n_test = floor(p->test * (double)p->rows + 0.5);
    if (!(n_test >= 0 && n_test <= UINT32_MAX))
        return err_add(e, "test = %.12g: must be a share of the rows, at least 0 and below 1", p->test);

    d->n_features = p->features;
    d->frequency = mem_lines(p->features, sizeof *d->frequency, e);
    d->w_true = d->frequency ? mem_lines(p->features, sizeof *d->w_true, e) : NULL;
    d->column_nnz = d->w_true ? mem_zeroed(p->features, sizeof *d->column_nnz, e) : NULL;
    double *z = d->column_nnz ? mem_lines(p->rows > n_test ? p->rows : (size_t)n_test, sizeof *z, e) : NULL;
    bool ok = z &&
              frequency_fill(d->frequency, p->features, 1 - p->sparsity, p->popularity, p->max_frequency,
                             threads, e) &&
              part_draw(d, &d->train, p->rows, RNG_FEATURE, RNG_VALUE, threads, d->column_nnz, e) &&
              law_make(d, z, threads, e);
    if (ok) {
        labels_draw(d, &d->train, z, RNG_LABEL, threads);
        if (n_test > 0) {
            ok = part_draw(d, &d->test, (size_t)n_test, RNG_TEST_FEATURE, RNG_TEST_VALUE, threads, NULL, e);
            if (ok) {
                dots(&d->test, d->w_true, z, threads);
                labels_draw(d, &d->test, z, RNG_TEST_LABEL, threads);
            }
        }
    }
    free(z);
    return ok;
}

/* What the tests of data sets share. */
#pragma once
#include "base/hash.h"
#include "base/rng.h"
#include "data/batch.h"
#include "data/make.h"
#include <float.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
// cmocka.h needs those above
#include <cmocka.h>

#define COUNT(a) (sizeof(a) / sizeof *(a))

/* A small synthetic data set, with the defaults of the grid file. */
static inline struct data_params synthetic_params(uint64_t rows, uint64_t features, double sparsity) {
    return (struct data_params){.kind = DATA_SYNTHETIC,
                                .seed = 1,
                                .rows = rows,
                                .features = features,
                                .sparsity = sparsity,
                                .popularity = 1,
                                .max_frequency = 0.5,
                                .rare_signal = 0.5,
                                .signal = 2};
}

static inline struct dataset *made(const struct data_params *p, int threads) {
    struct err e = {0};
    struct dataset *d = data_make(p, threads, &e);
    if (!d)
        fail_msg("data_make: %s", e.text);
    return d;
}

static inline void hash_part(struct hash *h, const struct data_part *p) {
    if (!p->row_ptr)
        return;
    hash_add(h, p->row_ptr, (p->n_rows + 1) * sizeof *p->row_ptr);
    hash_add(h, p->row_idx, p->nnz * sizeof *p->row_idx);
    if (p->row_val)
        hash_add(h, p->row_val, p->nnz * sizeof *p->row_val);
    hash_add(h, p->y, p->n_rows * sizeof *p->y);
    hash_add(h, p->y32, p->n_rows * sizeof *p->y32);
}

static inline void hash_law(struct hash *h, const struct dataset *d) {
    hash_add(h, d->feature_of, d->n_features * sizeof *d->feature_of);
    if (d->frequency) {
        hash_add(h, d->frequency, d->n_features * sizeof *d->frequency);
        hash_add(h, d->w_true, d->n_features * sizeof *d->w_true);
        hash_add(h, &d->b_true, sizeof d->b_true);
    }
}

static inline uint64_t hash_done(struct hash *h) {
    uint64_t v = hash_value64(h);
    hash_free(h);
    return v;
}

/* A hash of what was drawn, however it is stored by columns and in streams. */
static inline uint64_t hash_drawn(const struct dataset *d) {
    struct hash *h = hash_new();
    assert_non_null(h);
    hash_part(h, &d->train);
    hash_part(h, &d->test);
    hash_law(h, d);
    return hash_done(h);
}

static inline void hash_packed(struct hash *h, const struct packed *s) {
    if (!s->start)
        return;
    hash_add(h, s->start, (s->n_starts + 1) * sizeof *s->start);
    const uint64_t n = s->n_groups * PARTIALS + INDEX_PADDING;
    if (s->idx)
        hash_add(h, s->idx, n * sizeof *s->idx);
    if (s->idx32)
        hash_add(h, s->idx32, n * sizeof *s->idx32);
    hash_add(h, s->stretch, s->n_stretches * sizeof *s->stretch);
    if (s->val)
        hash_add(h, s->val, s->n_groups * PARTIALS * sizeof *s->val);
}

/* A hash of every array. */
static inline uint64_t hash_dataset(const struct dataset *d) {
    struct hash *h = hash_new();
    assert_non_null(h);
    hash_part(h, &d->train);
    hash_part(h, &d->test);
    hash_law(h, d);
    hash_packed(h, &d->train.stream);
    hash_packed(h, &d->test.stream);
    hash_packed(h, &d->hot);
    hash_packed(h, &d->warm);
    hash_add(h, d->by_count, d->n_features * sizeof *d->by_count);
    hash_add(h, d->column_nnz, d->n_features * sizeof *d->column_nnz);
    hash_add(h, d->rest_ptr, (d->n_features - d->n_warm + 1) * sizeof *d->rest_ptr);
    const uint64_t n = d->rest_ptr[d->n_features - d->n_warm];
    hash_add(h, d->col_idx, (n + INDEX_PADDING) * sizeof *d->col_idx);
    if (d->col_val)
        hash_add(h, d->col_val, n * sizeof *d->col_val);
    return hash_done(h);
}

/* How far a sum of independent variables of this total variance, each within 1 of its mean, can be from its
 * mean with a probability above `chance`: Bernstein's inequality solved for the deviation. Holds for rare
 * events too. */
static inline double deviation_bound(double variance, double chance) {
    double l = log(2 / chance);
    return l / 3 + sqrt(l * l / 9 + 2 * variance * l);
}

/* Fails unless `count` of n events of probability p is likely (chance: over the whole test). */
static inline void assert_binomial(double count, double n, double p, double chance, const char *what) {
    double bound = deviation_bound(n * p * (1 - p), chance);
    if (fabs(count - n * p) > bound)
        fail_msg("%s: %g of %g, expected %g +- %g", what, count, n, n * p, bound);
}

static inline void assert_near(double x, double expected, double tolerance, const char *what) {
    if (!(fabs(x - expected) <= tolerance))
        fail_msg("%s: %.17g, expected %.17g +- %g", what, x, expected, tolerance);
}

/* A file in a folder of its own; scratch_remove() both. */
struct scratch {
    char dir[64], path[80], other[80];
};
static inline struct scratch scratch_make(void) {
    struct scratch s = {.dir = "/tmp/bench-test-XXXXXX"};
    assert_non_null(mkdtemp(s.dir));
    snprintf(s.path, sizeof s.path, "%s/a.svm", s.dir);
    snprintf(s.other, sizeof s.other, "%s/b.svm", s.dir);
    return s;
}
static inline void scratch_remove(const struct scratch *s) {
    unlink(s->path);
    unlink(s->other);
    rmdir(s->dir);
}
static inline void write_bytes(const char *path, const char *text, size_t len) {
    FILE *f = fopen(path, "wb");
    assert_non_null(f);
    assert_int_equal(fwrite(text, 1, len, f), len);
    assert_int_equal(fclose(f), 0);
}
static inline void write_text(const char *path, const char *text) {
    write_bytes(path, text, strlen(text));
}

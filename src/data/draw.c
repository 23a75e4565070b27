/* Features are cut into groups of about equal work. Each group is drawn into a list of its own; once all counts
 * are known the lists are copied to their places. Where the cuts fall cannot be seen: a feature knows only its
 * own streams. */
#include "data/draw.h"
#include "base/mem.h"
#include "data/gaps.h"
#include <string.h>

struct group {
    size_t begin, end; /* features */
    struct rows_list rows;
};

enum { GROUP_WORK = 1 << 18, FEATURE_WORK = 8 };

static struct group *groups_make(const double *f, size_t n, size_t n_rows, size_t *n_groups, struct err *e) {
    struct group *groups = NULL;
    size_t cap = 0;
    *n_groups = 0;
    double work = 0;
    for (size_t j = 0; j < n; j++) {
        if (j == 0 || work >= GROUP_WORK) {
            if (!mem_grow(&groups, &cap, *n_groups + 1, sizeof *groups, e)) {
                free(groups);
                return NULL;
            }
            groups[(*n_groups)++] = (struct group){j, j, {0}};
            work = 0;
        }
        work += f[j] * (double)n_rows + FEATURE_WORK;
        groups[*n_groups - 1].end = j + 1;
    }
    return groups;
}

/* Draws a group's rows and counts them by block and column. */
static bool group_draw(struct group *g, const double *f, const struct columns *c, uint64_t seed,
                       enum rng_purpose where, const struct batch *batch) {
    for (size_t j = g->begin; j < g->end; j += RNGS) {
        const size_t n = g->end - j < RNGS ? g->end - j : RNGS;
        size_t i = g->rows.n, end[RNGS];
        if (!gaps_draw(seed, where, j, n, f + j, c->n_rows, batch, &g->rows, end))
            return false;
        for (size_t k = 0; k < n; k++)
            for (; i < end[k]; i++)
                columns_block(c, g->rows.row[i] / MAKE_ROWS)[j + k]++;
    }
    return true;
}

static void group_place(const struct group *g, struct columns *c, uint64_t seed, enum data_values values,
                        enum rng_purpose value) {
    static double (*const draws[])(struct rng *) = {
        [VALUES_GAUSSIAN] = rng_normal, [VALUES_STUDENT3] = rng_student3};
    const uint32_t *row = g->rows.row;
    for (size_t j = g->begin; j < g->end; j++) {
        struct rng r = c->val ? rng_for(seed, value, j) : (struct rng){0};
        for (size_t k = 0; k < c->n_blocks; k++) {
            uint64_t begin = columns_block(c, k)[j], n = columns_block(c, k)[j + 1] - begin;
            if (n)
                memcpy(c->idx + begin, row, n * sizeof *row);
            row += n;
            if (c->val)
                for (uint64_t i = 0; i < n; i++)
                    c->val[begin + i] = draws[values](&r);
        }
    }
}

bool draw_columns(const double *f, size_t n_features, size_t n_rows, uint64_t seed, enum rng_purpose where,
                  enum data_values values, enum rng_purpose value, int threads, struct columns *c,
                  struct err *e) {
    *c = (struct columns){n_rows, n_features, blocks_of(n_rows), 0, NULL, NULL, NULL};
    bool ok = false, drawn = true;
    size_t n_groups;
    struct group *groups = groups_make(f, n_features, n_rows, &n_groups, e);
    if (!groups)
        return false;
    if (c->n_blocks > SIZE_MAX / (n_features + 1)) {
        err_add(e, "out of memory: %zu features do not fit in the address space", n_features);
        goto out;
    }
    c->ptr = mem_zeroed(c->n_blocks * (n_features + 1), sizeof *c->ptr, e);
    if (!c->ptr)
        goto out;

    const struct batch *batch = batch_best();
#pragma omp parallel for schedule(dynamic) num_threads(threads)
    for (size_t g = 0; g < n_groups; g++)
        if (!group_draw(&groups[g], f, c, seed, where, batch)) {
#pragma omp atomic write
            drawn = false;
        }
    if (!drawn) {
        err_add(e, "out of memory while drawing %zu rows of %zu features", n_rows, n_features);
        goto out;
    }

    /* Counts become starts; the last entry of a block is where the next begins. */
    for (size_t i = 0; i < c->n_blocks * (n_features + 1); i++) {
        uint64_t count = c->ptr[i];
        c->ptr[i] = c->nnz;
        c->nnz += count;
    }
    c->idx = indices_new(c->nnz, e);
    c->val = c->idx && values != VALUES_BINARY ? mem_lines(c->nnz, sizeof *c->val, e) : NULL;
    if (!c->idx || (values != VALUES_BINARY && !c->val))
        goto out;
#pragma omp parallel for schedule(dynamic) num_threads(threads)
    for (size_t g = 0; g < n_groups; g++) {
        group_place(&groups[g], c, seed, values, value);
        free(groups[g].rows.row);
        groups[g].rows.row = NULL;
    }
    ok = true;
out:
    for (size_t g = 0; g < n_groups; g++)
        free(groups[g].rows.row);
    free(groups);
    if (!ok)
        columns_free(c);
    return ok;
}

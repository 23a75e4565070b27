/* As fast as straightforward code gets: dot products in four partial sums, restrict pointers, -O3, and the
 * loops over weights left to the compiler's vectorizer at the widest width this CPU has. Its numbers are not
 * results. */
#include "plain.h"
#include "base/mem.h"
#include <math.h>
#include <string.h>

/* Sanitizers cannot start programs whose functions are chosen by the loader. */
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && !defined(__SANITIZE_ADDRESS__)
#define WIDEST __attribute__((target_clones("avx512f", "avx2", "default")))
#else
#define WIDEST
#endif

struct step {
    float eta, beta, beta1, beta2, epsilon, correct1, correct2;
};

typedef void update(size_t n, float *restrict w, float *restrict m, float *restrict v, const float *restrict g,
                    struct step s);

struct plain {
    const struct dataset *data;
    update *update;
    double beta1, beta2, beta1_t, beta2_t;
    struct step step;
    float b[3]; /* the bias and its state */
    size_t batch, next_row;
    float *w, *m, *v, *g;
    float *val; /* of the rows; NULL: every one is 1 */
};

WIDEST static void sgd(size_t n, float *restrict w, float *restrict m, float *restrict v,
                       const float *restrict g, struct step s) {
    (void)m, (void)v;
    for (size_t j = 0; j < n; j++)
        w[j] -= s.eta * g[j];
}

WIDEST static void momentum(size_t n, float *restrict w, float *restrict m, float *restrict v,
                            const float *restrict g, struct step s) {
    (void)v;
    for (size_t j = 0; j < n; j++) {
        m[j] = s.beta * m[j] + g[j];
        w[j] -= s.eta * m[j];
    }
}

WIDEST static void nag(size_t n, float *restrict w, float *restrict m, float *restrict v,
                       const float *restrict g, struct step s) {
    (void)v;
    for (size_t j = 0; j < n; j++) {
        m[j] = s.beta * m[j] + g[j];
        w[j] -= s.eta * (s.beta * m[j] + g[j]);
    }
}

WIDEST static void adagrad(size_t n, float *restrict w, float *restrict m, float *restrict v,
                           const float *restrict g, struct step s) {
    (void)m;
    for (size_t j = 0; j < n; j++) {
        v[j] += g[j] * g[j];
        w[j] -= s.eta * g[j] / (sqrtf(v[j]) + s.epsilon);
    }
}

WIDEST static void rmsprop(size_t n, float *restrict w, float *restrict m, float *restrict v,
                           const float *restrict g, struct step s) {
    (void)m;
    for (size_t j = 0; j < n; j++) {
        v[j] = s.beta * v[j] + (1 - s.beta) * g[j] * g[j];
        w[j] -= s.eta * g[j] / (sqrtf(v[j]) + s.epsilon);
    }
}

WIDEST static void adadelta(size_t n, float *restrict w, float *restrict m, float *restrict v,
                            const float *restrict g, struct step s) {
    for (size_t j = 0; j < n; j++) {
        v[j] = s.beta * v[j] + (1 - s.beta) * g[j] * g[j];
        const float dw = sqrtf(m[j] + s.epsilon) / sqrtf(v[j] + s.epsilon) * g[j];
        w[j] -= dw;
        m[j] = s.beta * m[j] + (1 - s.beta) * dw * dw;
    }
}

WIDEST static void adam(size_t n, float *restrict w, float *restrict m, float *restrict v,
                        const float *restrict g, struct step s) {
    for (size_t j = 0; j < n; j++) {
        m[j] = s.beta1 * m[j] + (1 - s.beta1) * g[j];
        v[j] = s.beta2 * v[j] + (1 - s.beta2) * g[j] * g[j];
        w[j] -= s.eta * (m[j] * s.correct1) / (sqrtf(v[j] * s.correct2) + s.epsilon);
    }
}

static const struct {
    const char *name;
    update *update;
} updates[] = {{"sgd", sgd},         {"momentum", momentum}, {"nag", nag},  {"adagrad", adagrad},
               {"rmsprop", rmsprop}, {"adadelta", adadelta}, {"adam", adam}};

struct plain *plain_new(const struct dataset *d, const struct rule *rule, const double *h, size_t batch,
                        struct err *e) {
    update *f = NULL;
    for (size_t k = 0; k < sizeof updates / sizeof *updates; k++)
        if (!strcmp(updates[k].name, rule->name))
            f = updates[k].update;
    if (!f) {
        err_add(e, "there is no plain version of %s", rule->name);
        return NULL;
    }
    struct plain *p = mem_zeroed(1, sizeof *p, e);
    if (!p)
        return NULL;
    *p = (struct plain){.data = d,
                        .update = f,
                        .beta1 = h[H_beta1],
                        .beta2 = h[H_beta2],
                        .beta1_t = 1,
                        .beta2_t = 1,
                        .batch = batch ? batch : d->train.n_rows};
    p->step = (struct step){.eta = (float)h[H_eta0],
                            .beta = (float)h[H_beta],
                            .beta1 = (float)h[H_beta1],
                            .beta2 = (float)h[H_beta2],
                            .epsilon = (float)h[H_epsilon]};
    float **arrays[] = {&p->w, &p->m, &p->v, &p->g};
    for (size_t k = 0; k < 4; k++) {
        *arrays[k] = mem_lines(d->n_features, sizeof(float), e);
        if (!*arrays[k]) {
            plain_free(p);
            return NULL;
        }
        memset(*arrays[k], 0, d->n_features * sizeof(float));
    }
    if (d->train.row_val && !(p->val = mem_lines(d->train.nnz, sizeof *p->val, e))) {
        plain_free(p);
        return NULL;
    }
    for (uint64_t k = 0; p->val && k < d->train.nnz; k++)
        p->val[k] = (float)d->train.row_val[k];
    return p;
}

void plain_free(struct plain *p) {
    if (!p)
        return;
    free(p->w);
    free(p->m);
    free(p->v);
    free(p->g);
    free(p->val);
    free(p);
}

static float dot(const uint32_t *restrict idx, const float *restrict val, size_t n, const float *restrict w) {
    float s0 = 0, s1 = 0, s2 = 0, s3 = 0;
    size_t k = 0;
    if (val) {
        for (; k + 4 <= n; k += 4) {
            s0 += val[k] * w[idx[k]];
            s1 += val[k + 1] * w[idx[k + 1]];
            s2 += val[k + 2] * w[idx[k + 2]];
            s3 += val[k + 3] * w[idx[k + 3]];
        }
        for (; k < n; k++)
            s0 += val[k] * w[idx[k]];
    } else {
        for (; k + 4 <= n; k += 4) {
            s0 += w[idx[k]];
            s1 += w[idx[k + 1]];
            s2 += w[idx[k + 2]];
            s3 += w[idx[k + 3]];
        }
        for (; k < n; k++)
            s0 += w[idx[k]];
    }
    return (s0 + s1) + (s2 + s3);
}

uint64_t plain_step(struct plain *p) {
    const struct data_part *rows = &p->data->train;
    const size_t left = rows->n_rows - p->next_row, first = p->next_row;
    const size_t end = first + (p->batch < left ? p->batch : left);
    const float *val = p->val;
    float g_bias = 0;
    memset(p->g, 0, p->data->n_features * sizeof *p->g);
    for (size_t i = first; i < end; i++) {
        const uint64_t at = rows->row_ptr[i], n = rows->row_ptr[i + 1] - at;
        const uint32_t *idx = rows->row_idx + at;
        const float z = p->b[0] + dot(idx, val ? val + at : NULL, n, p->w);
        const float error = (1 / (1 + expf(-z)) - rows->y32[i]) / (float)(end - first);
        g_bias += error;
        for (uint64_t k = 0; k < n; k++)
            p->g[idx[k]] += val ? error * val[at + k] : error;
    }
    p->beta1_t *= p->beta1;
    p->beta2_t *= p->beta2;
    p->step.correct1 = (float)(1 / (1 - p->beta1_t));
    p->step.correct2 = (float)(1 / (1 - p->beta2_t));
    p->update(p->data->n_features, p->w, p->m, p->v, p->g, p->step);
    p->update(1, &p->b[0], &p->b[1], &p->b[2], &g_bias, p->step);
    p->next_row = end < rows->n_rows ? end : 0;
    return rows->row_ptr[end] - rows->row_ptr[first];
}

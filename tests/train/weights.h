/* Mini-batch training with a look at the weights, which an outcome only hashes; and sparse data whose features
 * rest for as long as a test wants. */
#pragma once
#include "train/team.h"
#include "trained.h"
#include <unistd.h>

/* ---- weights at the end -----------------------------------------------------------------------------------
 */

struct weights {
    size_t n;                     /* of a run: the features that occur, a few that do not, the bias */
    double *w;                    /* (runs, n) */
    int n_exact, n_fast, n_packs; /* packs that did put updates off; whose weights decay too fast for that */
};

/* Trains every run of the grid like train_packs, packs one by one. */
static inline struct weights train_weights(struct trained *t, enum isa isa) {
    const struct dataset *d = t->data;
    const size_t kept = d->n_present + 4 < d->n_features ? d->n_present + 4 : d->n_features;
    struct weights all = {.n = kept + 1, .w = calloc(t->n_runs * (kept + 1), sizeof *all.w)};
    struct pack *packs;
    size_t n_packs = 0, n_todo;
    struct err e = {0};
    assert_true(all.w && plan_packs(t->plan, NULL, NULL, &packs, &n_packs, &n_todo, &e));
    for (size_t i = 0; i < n_packs; i++) {
        const enum precision p = precision_of(&t->run[packs[i].run[0]]);
        struct batches b;
        struct team *a = calloc(1, sizeof *a);
        assert_non_null(a);
        if (!batches_init(&b, d, p, packs[i].batch, packs[i].shuffled, packs[i].order_seed, &e) ||
            !team_init(a, t->plan, &packs[i], d, kernels_get(isa, p), &b, NULL, NULL, &e) ||
            !train_minibatch(a, 1, &b, &e))
            fail_msg("%s", e.text);
        all.n_packs++;
        all.n_exact += a->mode == MODE_EXACT;
        all.n_fast += run_decays_fast(&a->lane[0].run);
        for (int lane = 0; lane < packs[i].n; lane++) {
            const size_t run = packs[i].run[lane];
            double *w = all.w + run * all.n;
            for (size_t j = 0; j < kept; j++)
                w[j] = team_get(a, a->w, j * LANES + (size_t)lane);
            w[kept] = team_get(a, a->b, (size_t)lane);
            outcome_free(&t->out[run]);
            t->out[run] = a->lane[lane].out;
            a->lane[lane].out = (struct outcome){0};
        }
        team_free(a);
        free(a);
        batches_free(&b);
    }
    free(packs);
    return all;
}

/* Largest distance of run i's weights, and the largest weight of the second. */
static inline double weights_apart(const struct weights *a, const struct weights *b, size_t i) {
    double most = 0;
    for (size_t j = 0; j < a->n; j++) {
        const double off = fabs(a->w[i * a->n + j] - b->w[i * b->n + j]);
        most = off <= most ? most : off; /* NaN counts */
    }
    return most;
}
static inline double weights_largest(const struct weights *a, size_t i) {
    double most = 0;
    for (size_t j = 0; j < a->n; j++)
        most = fmax(most, fabs(a->w[i * a->n + j]));
    return most;
}

/* ---- a LIBSVM file in a folder of its own -----------------------------------------------------------------
 */

struct scratch {
    char folder[64], file[96];
};
static inline FILE *scratch_open(struct scratch *s) {
    const char *tmp = getenv("TMPDIR");
    /* cppcheck-suppress ctuuninitvar ; it is written here */
    snprintf(s->folder, sizeof s->folder, "%s/train-XXXXXX", tmp && strlen(tmp) < 40 ? tmp : "/tmp");
    assert_non_null(mkdtemp(s->folder));
    snprintf(s->file, sizeof s->file, "%s/rows.svm", s->folder);
    FILE *f = fopen(s->file, "w");
    assert_non_null(f);
    return f;
}
static inline void scratch_remove(const struct scratch *s) {
    remove(s->file);
    rmdir(s->folder);
}

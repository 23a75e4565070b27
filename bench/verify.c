/* `bench verify DIR`: every row of the store against its checksum, then a sample of its runs computed again and
 * compared bit for bit. Reads only. */
#include "base/machine.h"
#include "base/mem.h"
#include "base/rng.h"
#include "command.h"
#include "isa_option.h"
#include "job.h"
#include "known.h"
#include "numerics.h"
#include "options.h"
#include "show.h"
#include "traces.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

struct verify {
    const char *sample;
    double share;
    uint64_t threads, seed; /* seed 0: by chance */
    int isa;                /* isa_option.h */
    bool quiet;
};

static const struct option options[] = {
    {"sample", "SHARE", OPTION_TEXT, offsetof(struct verify, sample),
     "share of the runs to compute again, as 20%; 1% if left out, 0% for none", NULL, 0, 0},
    {"seed", "N", OPTION_COUNT, offsetof(struct verify, seed), "which sample; by chance if left out", NULL, 1,
     UINT64_MAX},
    {"threads", "N", OPTION_COUNT, offsetof(struct verify, threads),
     "threads; all this process may use if left out", NULL, 1, 4096},
    {"isa", "auto|scalar|avx2|avx512", OPTION_WORD, offsetof(struct verify, isa),
     "instructions to compute with; the results are the same", isa_words, 0, 0},
    {"quiet", NULL, OPTION_FLAG, offsetof(struct verify, quiet), "no progress", NULL, 0, 0},
};
enum { N_OPTIONS = sizeof options / sizeof *options };

static bool read_share(struct verify *w, struct err *e) {
    const char *s = w->sample;
    const size_t len = strlen(s), n = number_parse(s, len, &w->share);
    w->share /= 100;
    return (n && n + 1 == len && s[n] == '%' && w->share >= 0 && w->share <= 1) ||
           err_add(e, "--sample: '%s' is not a share of the runs from 0%% to 100%%, as in --sample 20%%", s);
}

/* ---- comparing ------------------------------------------------------------------------------------------- */

struct comparison {
    struct store *store;
    size_t n_same, n_different;
    struct err *e;
};

/* A NaN is a NaN: which one a sum of two ends in is the compiler's business. */
static bool same_bits(double a, double b) {
    return !memcmp(&a, &b, sizeof a) || (a != a && b != b);
}

static bool same_curve(const struct outcome *a, const struct outcome *b) {
    bool same = a->n_points == b->n_points;
    for (size_t i = 0; same && i < a->n_points; i++) {
        const struct point *x = &a->points[i], *y = &b->points[i];
        same = same_bits(x->epoch, y->epoch) && x->step == y->step && x->nonzeros == y->nonzeros &&
               same_bits(x->loss, y->loss) && same_bits(x->test_loss, y->test_loss);
    }
    return same;
}

static bool same_trace(const struct trace *a, const struct trace *b) {
    bool same = a->n_rows == b->n_rows && trace_width(a) == trace_width(b);
    for (size_t i = 0; same && i < a->n_rows * trace_width(a); i++)
        same = same_bits(a->value[i], b->value[i]);
    return same;
}

/* What differs between two outcomes of a run, by name; NULL: nothing. Seconds are no result. */
static const char *difference(const struct outcome *a, const struct outcome *b) {
    bool unlearnt = true;
    for (int band = 0; band < N_BANDS; band++)
        unlearnt &= same_bits(a->unlearnt[band], b->unlearnt[band]);
    return a->blown_up != b->blown_up                 ? "blowing up"
           : !same_curve(a, b)                        ? "the curve"
           : a->weights_hash != b->weights_hash       ? "the weights"
           : !same_bits(a->test_error, b->test_error) ? "the test error"
           : !unlearnt                                ? "what is unlearnt"
                                                      : NULL;
}

static bool compare_runs(void *ctx, const struct outcome *o, size_t n, bool synced, struct err *e) {
    struct comparison *c = ctx;
    (void)synced, (void)e; /* damage is counted and told, and the others are compared all the same */
    for (size_t i = 0; i < n; i++) {
        struct outcome stored;
        bool found;
        if (!store_get_run(c->store, o[i].id, &stored, &found, c->e)) {
            c->n_different++;
            continue;
        }
        const char *differs = found ? difference(&stored, &o[i]) : "being there";
        const struct trace *again = &o[i].trace;
        if (found && again->n_rows) {
            bool there;
            if (!store_get_trace(c->store, o[i].id, again->parameter, again->n_parameters, again->curved,
                                 &stored.trace, &there, c->e))
                differs = "the trace";
            else if (!differs && !(there && same_trace(&stored.trace, again)))
                differs = "the trace";
        }
        if (differs)
            err_add(c->e, "%s: run %016llx: computed again, %s is not what is stored", store_path(c->store),
                    (unsigned long long)o[i].id, differs);
        c->n_same += !differs;
        c->n_different += differs != NULL;
        outcome_free(&stored);
    }
    return true;
}

static bool compare_data(void *ctx, const struct data_facts *f, struct err *e) {
    struct comparison *c = ctx;
    struct data_facts stored;
    bool found;
    if (!store_get_data(c->store, f->fingerprint, &stored, &found, e))
        return false;
    const double a[] = {f->max_frequency, f->min_frequency, f->mean_label},
                 b[] = {stored.max_frequency, stored.min_frequency, stored.mean_label};
    bool same = found && f->n_rows == stored.n_rows && f->n_features == stored.n_features &&
                f->nnz == stored.nnz && f->n_test == stored.n_test;
    for (int i = 0; i < 3; i++)
        same = same && same_bits(a[i], b[i]);
    for (int band = 0; band < N_BANDS; band++)
        same = same && same_bits(f->band_frequency[band], stored.band_frequency[band]);
    return same || err_add(e, "%s: data set %s: made again, it is not what is stored", store_path(c->store),
                           f->fingerprint);
}

static bool not_stored(void *ctx, uint64_t id, const char *reason, struct err *e) {
    (void)ctx, (void)id, (void)reason, (void)e;
    return true;
}

/* ---- the sample ------------------------------------------------------------------------------------------ */

/* Distinct runs of the plan that are in the store. */
static bool list_present(const struct plan *p, struct store *s, struct ids *present, struct err *e) {
    struct ids planned = {mem_zeroed(plan_n_runs(p), sizeof *planned.id, e), plan_n_runs(p)}, there = {0};
    bool ok = planned.id && store_ids(s, &there.id, &there.n, e) &&
              (present->id = mem_zeroed(there.n + 1, sizeof *present->id, e));
    for (size_t i = 0; ok && i < planned.n; i++) {
        struct run r;
        plan_run(p, i, &r);
        planned.id[i] = r.id;
    }
    if (ok)
        ids_sort(&planned);
    for (size_t i = 0; ok && i < there.n; i++)
        if (ids_have(&planned, there.id[i]))
            present->id[present->n++] = there.id[i];
    free(planned.id);
    free(there.id);
    return ok;
}

/* Keeps n of them: the first steps of Fisher and Yates's shuffle. */
static void draw(struct ids *s, size_t n, uint64_t seed) {
    struct rng r = rng_make(seed, 0);
    for (size_t i = 0; i < n; i++) {
        const size_t k = i + rng_below(&r, (uint32_t)(s->n - i));
        const uint64_t drawn = s->id[k];
        s->id[k] = s->id[i];
        s->id[i] = drawn;
    }
    s->n = n;
    ids_sort(s);
}

/* ---- the command ----------------------------------------------------------------------------------------- */

static bool compute_again(const struct verify *w, enum isa isa, const struct plan *p, struct store *s,
                          struct ids *sample, struct err *e) {
    const size_t n_present = sample->n, n = (size_t)ceil(w->share * (double)n_present);
    uint64_t seed = w->seed;
    if (!seed && getrandom(&seed, sizeof seed, 0) != sizeof seed)
        seed = 1;
    seed = w->seed ? seed : seed >> 44 | 1; /* short enough to be typed again */
    draw(sample, n, seed);
    struct run first;
    plan_run(p, 0, &first);
    struct comparison c = {.store = s, .e = e};
    struct cost cost = {0};
    struct traces traces;
    struct dataset **ready = mem_zeroed(plan_n_datasets(p), sizeof *ready, e);
    const struct job job = {.plan = p,
                            .store = s,
                            .sink = {&c, compare_data, compare_runs, not_stored},
                            .wanted = sample,
                            .cost = &cost,
                            .kernels = kernels_get(isa, (enum precision)first.v[KEY_SWEEP_precision].word),
                            .traced = &traces.wanted,
                            .ready = ready,
                            .threads = (int)w->threads,
                            .threads_all = (int)w->threads,
                            .quiet = w->quiet};
    struct tally t;
    const bool ok = traces_there(p, s, sample, &traces, e) && ready &&
                    cost_make(p, s, sample, EVERYTHING_AGAIN, &cost, e) && job_run(&job, &t, e) &&
                    !t.n_failed && !t.n_unusable;
    free(ready);
    traces_free(&traces);
    cost_free(&cost);
    char a[SHOW_CHARS], b[SHOW_CHARS];
    printf("%s of %s runs computed again (--seed %llu, %s): %zu equal to the bit, %zu not\n", show_count(n, a),
           show_count(n_present, b), (unsigned long long)seed, isa_names[isa], c.n_same, n - c.n_same);
    return ok && c.n_same == n;
}

static int verify(const char *dir, const struct verify *w, struct err *e) {
    enum isa isa;
    if (!isa_choose(w->isa, &isa, e))
        return EXIT_USAGE;
    struct store *s = store_open(dir, false, true, e);
    if (!s)
        return EXIT_USAGE;
    size_t rows;
    char count[SHOW_CHARS];
    bool ok = store_check(s, &rows, e);
    printf("%s rows: %s\n", show_count(rows, count),
           ok ? "every checksum holds" : "some are damaged, see the messages");
    struct plan *p = w->share > 0 ? known_plan(s, e) : NULL;
    struct ids sample = {0};
    if (w->share > 0)
        ok &= p && numerics_agree(s, true, e) && list_present(p, s, &sample, e) &&
              compute_again(w, isa, p, s, &sample, e);
    free(sample.id);
    plan_free(p);
    store_close(s);
    return ok ? EXIT_DONE : EXIT_INCOMPLETE;
}

int verify_command(int argc, char **argv) {
    struct verify w = {.sample = "1%", .threads = (uint64_t)machine_get()->threads};
    struct err e = {0};
    bool help = false;
    const char *dir = argc > 0 && *argv[0] != '-' ? argv[0] : NULL;
    int code = EXIT_USAGE;
    if (options_read(options, N_OPTIONS, argc - !!dir, argv + !!dir, &w, &help, &e) && read_share(&w, &e) &&
        !help && !dir)
        err_add(&e, "bench verify: expected a results folder, as in: bench verify results/quick");
    if (help && !e.count) {
        printf("bench verify DIR: checks every row of the store in DIR, a results folder, against its "
               "checksum, then\n"
               "computes a sample of its runs again and compares them bit for bit. Data files are read "
               "again.\n\n");
        options_help(options, N_OPTIONS, stdout);
        code = EXIT_DONE;
    } else if (!e.count) {
        code = verify(dir, &w, &e);
    }
    command_complain(&e);
    return code;
}

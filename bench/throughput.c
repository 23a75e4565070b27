/* `bench throughput`: training in lockstep beside plain C, one run at a time, and beside its ceiling, on the
 * same data, with as many threads, turn by turn in one process. The first are whole trainings, set-up and
 * evaluations included; plain C is steps only. */
#include "throughput.h"
#include "base/clock.h"
#include "base/machine.h"
#include "base/mem.h"
#include "base/stats.h"
#include "command.h"
#include "isa_option.h"
#include "options.h"
#include "passes.h"
#include "train/train.h"
#include <omp.h>
#include <string.h>

enum { SIDE_BY_SIDE = 8 };               /* packs that share their mini-batches, as in a sweep */
static const double OTHER_SECONDS = 0.2; /* of plain C and of the ceiling, a repetition */

static const char *const precision_words[] = {"f32", "f64", NULL};
const char *const update_words[] = {"exact", "lazy", "dense", NULL};
static const char *const format_words[] = {"text", "csv", NULL};

#define COUNT(name, value, member, lo, hi, help)                                                               \
    { name, value, OPTION_COUNT, offsetof(struct throughput, member), help, NULL, lo, hi }
static const struct option options[] = {
    COUNT("rows", "N", rows, 1, 4294967295, "rows of the synthetic data (100000)"),
    COUNT("features", "N", features, 1, 4294967294, "features (100000)"),
    COUNT("per-row", "N", per_row, 1, 1000000, "non-zeros a row, on average (50)"),
    COUNT("cells", "N", cells, 1, 100000, "settings to train (64)"),
    COUNT("batch", "N", batch, 1, 4294967295, "rows a step (all)"),
    COUNT("threads", "N", threads, 1, 4096, "threads (1)"),
    COUNT("epochs", "N", epochs, 1, 1000000000, "epochs each (20)"),
    COUNT("evaluate", "N", evaluate, 1, 1000000000, "epochs between evaluations (at the start and end only)"),
    COUNT("repeats", "N", repeats, 1, 1000, "repetitions (7)"),
    {"rule", "NAME", OPTION_TEXT, offsetof(struct throughput, rule), "update rule (adam)", NULL, 0, 0},
    {"isa", "auto|scalar|avx2|avx512", OPTION_WORD, offsetof(struct throughput, isa), "instructions to use",
     isa_words, 0, 0},
    {"precision", "f32|f64", OPTION_WORD, offsetof(struct throughput, precision),
     "of the training arithmetic; plain C is always f32", precision_words, 0, 0},
    {"sparse-updates", "exact|lazy|dense", OPTION_WORD, offsetof(struct throughput, sparse_updates),
     "with --batch: of weights that a step does not touch; plain C is always dense", update_words, 0, 0},
    {"toy", NULL, OPTION_FLAG, offsetof(struct throughput, toy),
     "the lecture's toy set, 500 rows and one feature, in place of synthetic data", NULL, 0, 0},
    {"ceiling", NULL, OPTION_FLAG, offsetof(struct throughput, ceiling),
     "full batch: also both passes over the data with nothing but the loads and additions", NULL, 0, 0},
    {"format", "text|csv", OPTION_WORD, offsetof(struct throughput, format), "csv: a header and one row",
     format_words, 0, 0},
};
enum { N_OPTIONS = sizeof options / sizeof *options };

/* A grid as a user would write it; nothing asks for L*. */
static struct plan *make_plan(const struct throughput *o, const struct rule *rule, struct err *e) {
    struct text grid = {0};
    /* NOLINTNEXTLINE(clang-analyzer-core.NullDereference): without a rule nothing comes as far as here */
    const char *key = isnan(rule->defaults[H_eta0]) ? "epsilon" : "eta0";
    text_addf(&grid,
              "[sweep]\nname = throughput\nepochs = %llu\nevaluate = %llu\ntarget = loss 0\nprecision = %s\n",
              (unsigned long long)o->epochs, (unsigned long long)(o->evaluate ? o->evaluate : o->epochs),
              precision_words[o->precision]);
    text_addf(&grid, "sparse_updates = %s\n", update_words[o->sparse_updates]);
    if (o->batch)
        text_addf(&grid, "batch = %llu\n", (unsigned long long)o->batch);
    if (o->toy) {
        text_add(&grid, "[data toy]\nkind = lecture\n");
    } else {
        text_addf(&grid, "[data d]\nkind = synthetic\nrows = %llu\nfeatures = %llu\nsparsity = ",
                  (unsigned long long)o->rows, (unsigned long long)o->features);
        text_add_number(&grid, 1 - (double)o->per_row / (double)o->features);
        text_add(&grid, "\npopularity = 1\n");
    }
    text_addf(&grid, "[optimizer %s]\n", rule->name);
    if (o->cells > 1)
        text_addf(&grid, "%s = logspace(1e-6, 1e-2, %llu)\n", key, (unsigned long long)o->cells);
    struct plan *p =
        grid.failed ? NULL : plan_read_text("(made by bench throughput)", grid.s, grid.len, NULL, NULL, e);
    if (grid.failed)
        err_add(e, "out of memory");
    text_free(&grid);
    return p;
}

/* Packs i .. i + n - 1, side by side where they share their batches; adds the runs trained. */
static bool train_some(struct race *b, size_t i, size_t n, size_t *runs, struct err *e) {
    double lstar[SIDE_BY_SIDE * LANES];
    struct outcome out[SIDE_BY_SIDE * LANES] = {0};
    for (size_t k = 0; k < n * LANES; k++)
        lstar[k] = NAN;
    const bool ok = train_packs(b->plan, &b->packs[i], (int)n, b->data, b->kernels, lstar, NULL, out, e);
    for (size_t k = 0; k < n; k++)
        *runs += (size_t)b->packs[i + k].n;
    for (size_t k = 0; k < n * LANES; k++)
        outcome_free(&out[k]);
    return ok;
}

static bool time_lockstep(struct race *b, double *rate, struct err *e) {
    const size_t share = (b->n_packs + b->o->threads - 1) / b->o->threads;
    const size_t most = !b->o->batch ? 1 : share < SIDE_BY_SIDE ? share : SIDE_BY_SIDE;
    bool ok = true;
    size_t runs = 0;
    const double start = clock_s();
#pragma omp parallel num_threads((int)b->o->threads)
    {
#pragma omp for schedule(dynamic, 1)
        for (size_t i = 0; i < b->n_packs; i += most) {
            struct err mine = {0};
            size_t trained = 0;
            const bool done = train_some(b, i, b->n_packs - i < most ? b->n_packs - i : most, &trained, &mine);
#pragma omp critical
            {
                runs += trained;
                if (!done && ok)
                    ok = err_add(e, "%.*s", mine.len ? (int)mine.len - 1 : 0, mine.text ? mine.text : "");
            }
            err_clear(&mine);
        }
        train_release();
    }
    *rate = (double)b->data->train.nnz * (double)b->o->epochs * (double)runs / (clock_s() - start) / 1e6;
    return ok;
}

/* What plain C and the ceiling have in common: a step by one thread on its own arrays; the non-zeros it had,
 * times the runs it stands for. */
typedef uint64_t a_step(struct race *b, int thread);

/* Whole epochs would take minutes with small batches: as many steps as fill a fifth of a second. */
static double time_steps(struct race *b, a_step *step) {
    uint64_t nonzeros = 0;
    const double start = clock_s();
#pragma omp parallel num_threads((int)b->o->threads)
    {
        uint64_t mine = 0;
        do
            mine += step(b, omp_get_thread_num());
        while (clock_s() - start < OTHER_SECONDS);
#pragma omp atomic
        nonzeros += mine;
    }
    return (double)nonzeros / (clock_s() - start) / 1e6;
}

static uint64_t step_plain(struct race *b, int thread) {
    return plain_step(b->plain[thread]);
}

static uint64_t step_ceiling(struct race *b, int thread) {
    passes_run(b->passes[thread], b->shape, false);
    return b->data->train.nnz * LANES;
}

static uint64_t step_moving(struct race *b, int thread) {
    passes_run(b->passes[thread], b->shape, true);
    return b->data->train.nnz * LANES;
}

static bool make_passes(struct race *b, enum isa isa, struct err *e) {
    if (!b->o->ceiling)
        return true;
    struct run r;
    plan_run(b->plan, 0, &r);
    const int n_state = rule_variant(rule_index(r.rule), rule_variant_number(r.rule, r.h))->n_state;
    b->passes = mem_zeroed(b->o->threads, sizeof(struct passes *), e);
    for (uint64_t t = 0; b->passes && t < b->o->threads; t++)
        if (!(b->passes[t] = passes_new(b->data, ceilings_get(isa, b->kernels->precision),
                                        b->kernels->precision, n_state, e)))
            return false;
    return b->passes != NULL;
}

/* The fastest loop for this machine and data, by trial. */
static void choose_shape(struct race *b) {
    double best = 0;
    int fastest = 0;
    for (b->shape = 0; b->shape < LINES_SHAPES; b->shape++) {
        const double rate = time_steps(b, step_ceiling);
        if (rate > best)
            best = rate, fastest = b->shape;
    }
    b->shape = fastest;
}

static bool make_plain(struct race *b, struct err *e) {
    struct run r;
    plan_run(b->plan, 0, &r);
    struct err missing = {0};
    b->plain = mem_zeroed(b->o->threads, sizeof(struct plain *), e);
    if (!b->plain)
        return false;
    for (uint64_t t = 0; t < b->o->threads; t++)
        b->plain[t] = plain_new(b->data, r.rule, r.h, b->o->batch, &missing);
    if (!b->plain[0])
        fprintf(stderr, "bench: %s", missing.text ? missing.text : "no plain version\n");
    err_clear(&missing);
    return true;
}

static bool measure(struct race *b, enum isa isa, struct err *e) {
    const struct throughput *o = b->o;
    size_t n_todo;
    bool ok = (b->data = data_make(plan_dataset(b->plan, 0), (int)o->threads, e)) &&
              data_prepare(b->data, b->kernels->precision, e) && data_prepare(b->data, PRECISION_F32, e) &&
              plan_packs(b->plan, NULL, NULL, &b->packs, &b->n_packs, &n_todo, e) && make_plain(b, e) &&
              make_passes(b, isa, e) && (b->lockstep_rate = mem_zeroed(o->repeats, sizeof(double), e)) &&
              (b->plain_rate = mem_zeroed(o->repeats, sizeof(double), e)) &&
              (b->ceiling_rate = mem_zeroed(o->repeats, sizeof(double), e)) &&
              (b->moving_rate = mem_zeroed(o->repeats, sizeof(double), e)) &&
              (b->share = mem_zeroed(o->repeats, sizeof(double), e));
    double warm_up;
    ok = ok && time_lockstep(b, &warm_up, e);
    if (ok && b->passes)
        choose_shape(b);
    for (size_t k = 0; ok && k < o->repeats; k++) {
        ok = time_lockstep(b, &b->lockstep_rate[k], e);
        if (b->plain[0])
            b->plain_rate[k] = time_steps(b, step_plain);
        if (b->passes) {
            b->ceiling_rate[k] = time_steps(b, step_ceiling);
            b->moving_rate[k] = time_steps(b, step_moving);
            b->share[k] = b->lockstep_rate[k] / b->ceiling_rate[k];
        }
    }
    if (ok)
        throughput_print(b, isa);
    for (uint64_t t = 0; b->passes && t < o->threads; t++)
        passes_free(b->passes[t]);
    free(b->passes);
    free(b->share);
    free(b->ceiling_rate);
    free(b->moving_rate);
    for (uint64_t t = 0; b->plain && t < o->threads; t++)
        plain_free(b->plain[t]);
    free(b->plain);
    free(b->plain_rate);
    free(b->lockstep_rate);
    free(b->packs);
    data_free(b->data);
    return ok;
}

static int throughput(const struct throughput *o, struct err *e) {
    enum isa isa;
    const struct rule *rule = rule_find(o->rule);
    isa_choose(o->isa, &isa, e);
    if (!rule) {
        const char *names[RULE_MAX];
        for (int k = 0; k < n_rules; k++)
            names[k] = rules[k]->name;
        const char *near = text_nearest(o->rule, names, (size_t)n_rules);
        err_add(e, "--rule: '%s' is no rule (bench list rules)%s%s%s", o->rule, near ? "; did you mean " : "",
                near ? near : "", near ? "?" : "");
    }
    if (o->toy && o->batch > LECTURE_ROWS)
        err_add(e, "--batch %llu: the toy set has %d rows", (unsigned long long)o->batch, LECTURE_ROWS);
    else if (o->batch > o->rows)
        err_add(e, "--batch %llu: at most the rows, %llu", (unsigned long long)o->batch,
                (unsigned long long)o->rows);
    if (o->ceiling && o->batch)
        err_add(e, "--ceiling is that of full batches: not with --batch");
    if (!o->toy && o->per_row >= o->features)
        err_add(e, "--per-row %llu: must be below --features %llu", (unsigned long long)o->per_row,
                (unsigned long long)o->features);
    if (e->count)
        return EXIT_USAGE;
    struct race b = {.o = o, .kernels = kernels_get(isa, (enum precision)o->precision)};
    b.plan = make_plan(o, rule, e);
    if (!b.plan)
        return EXIT_USAGE;
    bool ok = measure(&b, isa, e);
    plan_free(b.plan);
    return ok ? EXIT_DONE : EXIT_INCOMPLETE;
}

int throughput_command(int argc, char **argv) {
    struct throughput o = {.rows = 100000,
                           .features = 100000,
                           .per_row = 50,
                           .cells = 64,
                           .threads = 1,
                           .epochs = 20,
                           .repeats = 7,
                           .rule = "adam"};
    struct err e = {0};
    bool help;
    int code = EXIT_USAGE;
    options_read(options, N_OPTIONS, argc, argv, &o, &help, &e);
    if (help && !e.count) {
        printf("bench throughput: lockstep training beside plain C, one run at a time, and beside its ceiling "
               "(defaults in parentheses)\n\n");
        options_help(options, N_OPTIONS, stdout);
        code = EXIT_DONE;
    } else if (!e.count) {
        code = throughput(&o, &e);
    }
    command_complain(&e);
    return code;
}

/* The main job: plan, run what the store does not hold, tables and pictures. */
#include "base/clock.h"
#include "base/machine.h"
#include "base/mem.h"
#include "command.h"
#include "dryrun.h"
#include "interrupt.h"
#include "isa_option.h"
#include "job.h"
#include "known.h"
#include "memory.h"
#include "numerics.h"
#include "options.h"
#include "ranks.h"
#include "ready.h"
#include "report/report.h"
#include "show.h"
#include "store/lock.h"
#include "traces.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

struct sweep {
    const char *grid, *out, *seeds, *shard;
    struct scope scope;
    uint64_t threads, memory; /* threads 0: all there are; memory 0: what the system says */
    int isa;                  /* isa_option.h */
    bool dry_run, fresh, retry_failed, no_plots, pdf, quiet, verbose;
    int argc;
    char **argv;
};

static const struct option options[] = {
    {"grid", "FILE", OPTION_TEXT, offsetof(struct sweep, grid), "the grid file to run (docs/grid.md)", NULL, 0,
     0},
    {"out", "DIR", OPTION_TEXT, offsetof(struct sweep, out), "results folder, in place of results/NAME", NULL,
     0, 0},
    {"threads", "N", OPTION_COUNT, offsetof(struct sweep, threads),
     "threads; all this process may use if left out", NULL, 1, 4096},
    {"isa", "auto|scalar|avx2|avx512", OPTION_WORD, offsetof(struct sweep, isa),
     "instructions to use; the results are the same", isa_words, 0, 0},
    {"seeds", "LIST", OPTION_TEXT, offsetof(struct sweep, seeds), "seeds in place of the grid's, as 1..10",
     NULL, 0, 0},
    {"filter", "REGEX", OPTION_TEXT, offsetof(struct sweep, scope.filter),
     "only runs whose OPTIMIZER/DATA matches, as ^adam/", NULL, 0, 0},
    {"shard", "I/N", OPTION_TEXT, offsetof(struct sweep, shard),
     "only the I-th of N parts (bench merge joins folders)", NULL, 0, 0},
    {"retry-failed", NULL, OPTION_FLAG, offsetof(struct sweep, retry_failed),
     "also runs that could not be computed before", NULL, 0, 0},
    {"memory", "SIZE", OPTION_BYTES, offsetof(struct sweep, memory),
     "memory to go by, as 64G, in place of what is free", NULL, 0, 0},
    {"dry-run", NULL, OPTION_FLAG, offsetof(struct sweep, dry_run),
     "print runs, memory, disk and time; run and write nothing", NULL, 0, 0},
    {"fresh", NULL, OPTION_FLAG, offsetof(struct sweep, fresh),
     "forget what the folder holds and run everything", NULL, 0, 0},
    {"no-plots", NULL, OPTION_FLAG, offsetof(struct sweep, no_plots), "tables only", NULL, 0, 0},
    {"pdf", NULL, OPTION_FLAG, offsetof(struct sweep, pdf), "pictures as PDF too", NULL, 0, 0},
    {"quiet", NULL, OPTION_FLAG, offsetof(struct sweep, quiet), "no progress", NULL, 0, 0},
    {"verbose", NULL, OPTION_FLAG, offsetof(struct sweep, verbose), "the time of each part as well", NULL, 0,
     0},
};
enum { N_OPTIONS = sizeof options / sizeof *options };

void sweep_help(FILE *f) {
    options_help(options, N_OPTIONS, f);
}

/* Machine, build, grid and command, beside the runs they belong to. */
static bool put_notes(struct store *s, const struct sweep *w, const struct plan *p, enum isa isa,
                      struct err *e) {
    const struct machine *m = machine_get();
    struct text machine = {0}, build = {0}, command = {0};
    text_addf(&machine,
              "cpu: %s\nos: %s\nthreads: %d\nthreads used: %llu\ninstructions: %s\nmemory bytes: %llu\n"
              "cache bytes: %llu %llu %llu\n",
              m->cpu, m->os, m->threads, (unsigned long long)w->threads, isa_names[isa],
              (unsigned long long)m->memory_bytes, (unsigned long long)m->l1_bytes,
              (unsigned long long)m->l2_bytes, (unsigned long long)m->l3_bytes);
    text_addf(&build, "version: %s\ncommit: %s\ncompiler: %s\nflags: %s\n", m->version, m->commit, m->compiler,
              m->flags);
    text_add(&command, "bench");
    for (int i = 0; i < w->argc; i++)
        text_addf(&command, " %s", w->argv[i]);
    size_t len;
    const char *grid = plan_text(p, &len);
    bool ok = !machine.failed && !build.failed && !command.failed;
    if (!ok)
        err_add(e, "out of memory");
    ok = ok && store_put_note(s, "grid", grid, len, e) &&
         store_put_note(s, "grid_path", w->grid, strlen(w->grid), e) &&
         store_put_note(s, "seeds", w->seeds ? w->seeds : "", w->seeds ? strlen(w->seeds) : 0, e) &&
         store_put_note(s, "machine", machine.s, machine.len, e) &&
         store_put_note(s, "build", build.s, build.len, e) &&
         store_put_note(s, "command", command.s, command.len, e) && numerics_put(s, e) && known_put(p, s, e);
    text_free(&machine);
    text_free(&build);
    text_free(&command);
    return ok;
}

/* When runs were last computed: a command that finds nothing to do changes nothing in the store. */
static bool put_date(struct store *s, struct err *e) {
    const time_t now = time(NULL);
    char date[32];
    struct tm utc;
    if (!gmtime_r(&now, &utc) || !strftime(date, sizeof date, "%Y-%m-%dT%H:%M:%SZ", &utc))
        return true;
    return store_put_note(s, "date", date, strlen(date), e);
}

/* What a sweep has at hand while it runs. */
struct running {
    const struct plan *plan;
    const struct kernels *kernels;
    const char *dir;
    struct ids wanted;
    struct cost cost;
    struct dataset **ready;
    struct store *store;
    struct tally tally;
    int threads_all; /* of all ranks */
};

/* What is left out, and why: nothing is dropped in silence. */
static void say_left_out(const struct running *r, struct err *e) {
    char *reason = NULL;
    if (r->tally.n_left_out && store_get_failure(r->store, r->tally.left_out, &reason, e)) {
        if (reason)
            text_disarm(reason, strlen(reason));
        fprintf(stderr,
                "bench: %zu runs failed before and are left out; --retry-failed tries them again. Of one: %s",
                r->tally.n_left_out, reason ? reason : "\n");
    }
    free(reason);
}

/* Traces that are still lacking: of the best cells, known only now, and of runs computed before they were asked
 * for.
 */
static bool compute_traces(const struct job *first, struct tally *t, struct err *e) {
    const uint32_t *parameter;
    struct traces lacking;
    struct tally again = {0};
    struct cost cost = {0};
    if (!plan_traced(first->plan, &parameter))
        return true;
    struct dataset **ready = mem_zeroed(plan_n_datasets(first->plan), sizeof *ready, e);
    bool ok = ready && traces_lacking(first->plan, first->store, &lacking, e);
    if (ok && lacking.ids.n) {
        struct job job = *first;
        job.wanted = &lacking.ids;
        job.cost = &cost;
        job.traced = &lacking.wanted;
        job.ready = ready;
        ok = cost_make(job.plan, job.store, &lacking.ids, EVERYTHING_AGAIN, &cost, e) &&
             job_run(&job, &again, e);
        cost_free(&cost);
    }
    if (ready)
        traces_free(&lacking);
    free(ready);
    t->train_s += again.train_s;
    t->store_s += again.store_s;
    t->n_failed += again.n_failed;
    t->n_unusable += again.n_unusable;
    t->signal = again.signal;
    return ok;
}

/* Tables, unless some of the plan's runs are left to other shards. */
static bool write_report(const struct sweep *w, const struct running *r, struct text *unexpected,
                         double *pictures_s, struct err *e) {
    if (w->scope.shards) {
        static const struct ids all;
        struct cost c;
        bool ok = cost_make(r->plan, r->store, &all, RETRY_FAILED, &c, e);
        const size_t n = c.n_todo;
        cost_free(&c);
        if (!ok)
            return false;
        if (n) {
            fprintf(stderr,
                    "bench: %zu runs are left to other shards; tables are made by the last of them in this "
                    "folder, or "
                    "by bench merge\n",
                    n);
            return true;
        }
    }
    return report_write(r->plan, r->store, r->dir,
                        &(struct report_options){.plots = !w->no_plots,
                                                 .pdf = w->pdf,
                                                 .quiet = w->quiet,
                                                 .unexpected = unexpected,
                                                 .pictures_s = pictures_s},
                        e);
}

/* --verbose: where the time and the memory went. */
static void say_parts(const struct tally *t, double report_s, double pictures_s) {
    static const char *const names[TRAIN_PARTS] = {[TRAIN_BATCHES] = "batches made and brought up to date",
                                                   [TRAIN_FORWARD] = "forward",
                                                   [TRAIN_BACKWARD] = "backward and rules",
                                                   [TRAIN_EVALUATE] = "evaluations besides the steps"};
    char data[SHOW_CHARS], packs[SHOW_CHARS];
    double rest = t->busy_s;
    fprintf(stderr, "data %.2f s, L* %.2f s, training %.2f s, tables %.2f s, pictures %.2f s\n", t->data_s,
            t->minima_s, t->train_s, report_s - pictures_s, pictures_s);
    fprintf(stderr, "training, %.2f s of threads:", t->busy_s);
    for (int part = 0; part < TRAIN_PARTS; part++) {
        fprintf(stderr, " %s %.2f s,", names[part], t->part_s[part]);
        rest -= t->part_s[part];
    }
    fprintf(stderr, " set-up and the rest %.2f s; store %.2f s\n", rest > 0 ? rest : 0, t->store_s);
    fprintf(stderr, "memory at most: data %s, packs of %d thread%s %s\n",
            show_bytes((double)t->data_bytes, data), t->in_flight, t->in_flight == 1 ? "" : "s",
            show_bytes((double)t->flight_bytes, packs));
    fprintf(stderr, "%zu runs of other settings are in the store\n", t->n_elsewhere);
}

/* In a folder that is ours, with a store that is open. */
static int run(const struct sweep *w, struct running *r, enum isa isa, double start, struct err *e) {
    struct tally *t = &r->tally;
    struct traces named;
    const struct job job = {.plan = r->plan,
                            .store = r->store,
                            .sink = sink_store(r->store),
                            .wanted = &r->wanted,
                            .cost = &r->cost,
                            .kernels = r->kernels,
                            .traced = &named.wanted,
                            .ready = r->ready,
                            .threads = (int)w->threads,
                            .threads_all = r->threads_all,
                            .quiet = w->quiet};
    bool ok = traces_named(r->plan, &named, e) && put_notes(r->store, w, r->plan, isa, e) &&
              job_run(&job, t, e) && (!t->n_done || put_date(r->store, e)) &&
              (t->signal || compute_traces(&job, t, e));
    traces_free(&named);
    interrupt_release(); /* tables can be made again at any time: an interruption there just ends the program */
    const double before_report = clock_s();
    double pictures_s = 0;
    say_left_out(r, e);
    const bool complete = ok;
    struct text unexpected = {0};
    if (ok && !t->signal)
        ok = write_report(w, r, &unexpected, &pictures_s, e);
    const bool as_expected = unexpected.len == 0;
    if (!as_expected)
        fputs(unexpected.s, stderr);
    text_free(&unexpected);
    const double end = clock_s();
    if (w->verbose)
        say_parts(t, end - before_report, pictures_s);
    char in_ranks[32] = "";
    if (ranks_n() > 1)
        snprintf(in_ranks, sizeof in_ranks, " of %d ranks", ranks_n());
    printf(
        "%zu runs, %zu computed now, %zu failures, %.2f s, %.1f million non-zeros x runs a second per thread "
        "(%llu thread%s%s, %s): %s\n",
        w->scope.shards || w->scope.filter ? r->wanted.n : plan_n_runs(r->plan), t->n_done,
        t->n_failed + t->n_left_out, end - start, t->busy_s > 0 ? t->nonzeros / t->busy_s / 1e6 : 0.0,
        (unsigned long long)r->threads_all, r->threads_all == 1 ? "" : "s", in_ranks, isa_names[isa], r->dir);
    if (t->signal) {
        fprintf(
            stderr,
            "bench: interrupted with %zu runs to go; what is finished is kept, and the same command%s goes on "
            "from here\n",
            t->n_todo - t->n_done - t->n_failed, w->fresh ? " without --fresh" : "");
        return EXIT_SIGNAL + t->signal;
    }
    if (!complete)
        fprintf(stderr, "bench: stopped; what was finished is kept in %s\n", r->dir);
    return ok && as_expected && !t->n_failed && !t->n_left_out && !t->n_unusable ? EXIT_DONE : EXIT_INCOMPLETE;
}

/* What is left to do, and whether it fits into memory. s NULL: all is left. */
static bool foresee(const struct sweep *w, struct running *r, struct store *s, struct err *e) {
    return cost_make(r->plan, s, &r->wanted, w->retry_failed ? RETRY_FAILED : NEVER_AGAIN, &r->cost, e) &&
           memory_foresee(r->plan, &r->cost, r->ready, r->kernels->precision, e);
}

/* Whether a store is one to add to, seen before it is opened for writing, which touches the file. One that
 * cannot be read so (its last writer crashed) is judged when it is open. */
static bool may_go_on(const char *dir, struct err *e) {
    struct store *s = store_open(dir, false, true, NULL);
    const bool ok = !s || numerics_agree(s, true, e);
    store_close(s);
    return ok;
}

/* Nothing is made or emptied before it is known that the folder is ours and that the plan fits into memory. */
static int begin(const struct sweep *w, struct running *r, enum isa isa, struct err *e) {
    const double start = clock_s();
    const bool anew = w->fresh || !store_is_there(r->dir);
    if (!anew && !may_go_on(r->dir, e))
        return EXIT_USAGE;
    if (!ready_make(r->plan, (int)w->threads, &r->ready, e) ||
        !ranks_begin(r->plan, (int)w->threads, &r->threads_all, e) || (anew && !foresee(w, r, NULL, e)))
        return EXIT_USAGE;
    struct lock *lock = lock_take(r->dir, w->scope.shard, w->fresh, e);
    if (!lock)
        return EXIT_USAGE;
    interrupt_catch(); /* before anything is written */
    r->store = store_open(r->dir, w->fresh, false, e);
    int code = EXIT_USAGE;
    if (r->store && numerics_agree(r->store, true, e) && (anew || foresee(w, r, r->store, e))) {
        lock_share(lock);
        code = run(w, r, isa, start, e);
        lock_close(lock);
    }
    store_close(r->store);
    lock_release(lock);
    return code;
}

static int sweep(const struct sweep *w, struct err *e) {
    enum isa isa;
    if (!isa_choose(w->isa, &isa, e))
        return EXIT_USAGE;
    if (w->memory)
        machine_assume_memory(w->memory);
    struct plan *p = plan_read(w->grid, w->seeds, e);
    if (!p)
        return EXIT_USAGE;
    struct text dir = {0};
    text_addf(&dir, "%s%s", w->out ? "" : "results/", w->out ? w->out : plan_name(p));
    struct run first;
    plan_run(p, 0, &first);
    const enum precision precision = (enum precision)first.v[KEY_SWEEP_precision].word;
    struct running r = {.plan = p, .kernels = kernels_get(isa, precision), .dir = dir.s};
    int code = EXIT_USAGE;
    if (dir.failed)
        err_add(e, "out of memory");
    else if (!scope_ids(p, &w->scope, &r.wanted, e))
        code = EXIT_USAGE;
    else if (w->dry_run)
        code = dryrun_print(p, w->fresh ? NULL : dir.s, &r.wanted, w->retry_failed ? RETRY_FAILED : NEVER_AGAIN,
                            precision, isa, (int)w->threads, e)
                   ? EXIT_DONE
                   : EXIT_USAGE;
    else
        code = begin(w, &r, isa, e);
    ready_free(p, r.ready);
    free(r.wanted.id);
    cost_free(&r.cost);
    text_free(&dir);
    plan_free(p);
    return code;
}

int sweep_command(int argc, char **argv) {
    struct sweep w = {.argc = argc, .argv = argv};
    struct err e = {0};
    bool help;
    ranks_start();
    int code = EXIT_USAGE;
    if (options_read(options, N_OPTIONS, argc, argv, &w, &help, &e) && !help && !w.grid)
        err_add(&e, "--grid FILE is missing; bench --help lists the options");
    const int share = ranks_threads(machine_get()->threads); /* all ranks call it, whatever their options */
    if (!w.threads)
        w.threads = (uint64_t)share;
    if (w.shard)
        scope_read_shard(&w.scope, w.shard, &e);
    if (ranks_me()) {
        err_clear(&e); /* rank 0 has the same words, and says what is wrong with them */
        ranks_follow(&(struct ranks_order){w.grid, w.seeds, w.isa - 1, (int)w.threads});
        return EXIT_DONE;
    }
    if (help && !e.count) {
        sweep_help(stdout);
        code = EXIT_DONE;
    } else if (!e.count) {
        code = sweep(&w, &e);
    }
    command_complain(&e);
    ranks_stop();
    return code;
}

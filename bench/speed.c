#include "speed.h"
#include "base/clock.h"
#include "job.h"
#include <math.h>
#include <string.h>

/* What the first problem takes on the machine of work.c: units a second. */
static const double usual[PRECISION_COUNT][ISA_COUNT] = {{1.87e9, 1.93e10, 2.4e10}, {1.63e9, 8.6e9, 1.27e10}};

#define PROBLEM(precision, sweep, data)                                                                        \
    "[sweep]\nname = speed\ntarget = loss 0\nprecision = " precision "\n" sweep "\n[data small]\n" data        \
    "\n[optimizer adam]\neta0 = logspace(1e-5, 1e-2, 16)\n"
#define PROBLEMS(precision)                                                                                    \
    {                                                                                                          \
        PROBLEM(precision, "epochs = 20\nevaluate = 20", "rows = 1000\nfeatures = 300\nsparsity = 0.9"),       \
            PROBLEM(precision, "epochs = 2\nevaluate = 2\nbatch = 100",                                        \
                    "rows = 1000\nfeatures = 300\nsparsity = 0.9"),                                            \
            PROBLEM(precision, "epochs = 2\nevaluate = 2\nbatch = 50",                                         \
                    "rows = 1000\nfeatures = 5000\nsparsity = 0.995")                                          \
    }
static const char *const problem[PRECISION_COUNT][WORK_COUNT] = {PROBLEMS("f32"), PROBLEMS("f64")};

/* The best of many trainings: whatever else the machine does takes time, and gives none. A core that was idle
 * is slow for some ten milliseconds. */
static bool time_pack(const struct plan *p, const struct pack *pack, const struct dataset *d,
                      const struct kernels *k, double *seconds, struct err *e) {
    enum { TRAININGS_LEAST = 5 };
    static const double SECONDS_LEAST = 0.05;
    const double begin = clock_s();
    bool ok = true;
    *seconds = INFINITY;
    for (int i = 0; ok && (i < TRAININGS_LEAST || clock_s() - begin < SECONDS_LEAST); i++) {
        struct outcome out[LANES] = {0};
        const double start = clock_s();
        ok = train_pack(p, pack, d, k, NULL, NULL, out, e);
        *seconds = fmin(*seconds, clock_s() - start);
        for (int lane = 0; lane < LANES; lane++)
            outcome_free(&out[lane]);
    }
    train_release();
    return ok;
}

/* Units a second that a pack of a problem does; 0 without the memory for it. */
static double units_a_second(const char *grid, const struct kernels *k) {
    static const struct ids all;
    struct err e = {0};
    struct plan *p = plan_read_text("(made by --dry-run)", grid, strlen(grid), NULL, NULL, &e);
    struct dataset *d = p ? data_make(plan_dataset(p, 0), 1, &e) : NULL;
    struct cost c = {0};
    struct touched memory = {0};
    double seconds, units_s = 0;
    if (d && data_prepare(d, k->precision, &e) && cost_make(p, NULL, &all, EVERYTHING_AGAIN, &c, &e) &&
        time_pack(p, c.packs, d, k, &seconds, &e))
        units_s = work_total(work_of(&c, p, c.packs, &memory)) / seconds;
    cost_free(&c);
    data_free(d);
    plan_free(p);
    err_clear(&e);
    return units_s;
}

struct machine_speed speed_measure(const struct kernels *k, enum isa isa, const double work[WORK_COUNT]) {
    const double unmeasured = usual[k->precision][isa];
    struct machine_speed speed = {.units_s[FULL_BATCH] = units_a_second(problem[k->precision][FULL_BATCH], k),
                                  .slow = 1};
    if (speed.units_s[FULL_BATCH] > 0)
        speed.slow = unmeasured / speed.units_s[FULL_BATCH];
    else
        speed.units_s[FULL_BATCH] = unmeasured;
    for (int w = FULL_BATCH + 1; w < WORK_COUNT; w++) {
        if (work[w] > 0)
            speed.units_s[w] = units_a_second(problem[k->precision][w], k);
        if (speed.units_s[w] <= 0)
            speed.units_s[w] = speed.units_s[FULL_BATCH];
    }
    return speed;
}

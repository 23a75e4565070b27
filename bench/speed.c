#include "speed.h"
#include "base/clock.h"
#include "job.h"
#include <math.h>
#include <string.h>

/* What the problem below takes on the machine of work.c: units a second. */
static const double usual[PRECISION_COUNT][ISA_COUNT] = {{1.87e9, 1.93e10, 2.4e10}, {1.63e9, 8.6e9, 1.27e10}};

static const char *const problem[PRECISION_COUNT] = {
#define PROBLEM(precision)                                                                                     \
    "[sweep]\nname = speed\nepochs = 20\nevaluate = 20\ntarget = loss 0\nprecision = " precision "\n"          \
    "[data small]\nrows = 1000\nfeatures = 300\nsparsity = 0.9\n"                                              \
    "[optimizer adam]\neta0 = logspace(1e-5, 1e-2, 16)\n"
    [PRECISION_F32] = PROBLEM("f32"), [PRECISION_F64] = PROBLEM("f64")
#undef PROBLEM
};

/* The best of some trainings: whatever else the machine does takes time, and gives none. */
static bool time_pack(const struct plan *p, const struct pack *pack, const struct dataset *d,
                      const struct kernels *k, double *seconds, struct err *e) {
    enum { TRAININGS = 5 };
    bool ok = true;
    *seconds = INFINITY;
    for (int i = 0; ok && i < TRAININGS; i++) {
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

struct machine_speed speed_measure(const struct kernels *k, enum isa isa) {
    static const struct ids all;
    const char *grid = problem[k->precision];
    struct machine_speed speed = {usual[k->precision][isa], 1};
    struct err e = {0};
    struct plan *p = plan_read_text("(made by --dry-run)", grid, strlen(grid), NULL, NULL, &e);
    struct dataset *d = p ? data_make(plan_dataset(p, 0), 1, &e) : NULL;
    struct cost c = {0};
    struct touched memory = {0};
    double seconds;
    if (d && data_prepare(d, k->precision, &e) && cost_make(p, NULL, &all, EVERYTHING_AGAIN, &c, &e) &&
        time_pack(p, c.packs, d, k, &seconds, &e)) {
        const double units_s = work_total(work_of(&c, p, c.packs, &memory)) / seconds;
        speed = (struct machine_speed){units_s, speed.units_s / units_s};
    }
    cost_free(&c);
    data_free(d);
    plan_free(p);
    err_clear(&e);
    return speed;
}

/* EVERY SCHEDULE, once: row and function. To add one, write its block and name it in the table at the end. */
#include "base/math.h"
#include "kern/schedule.h"
#include <string.h>

#pragma GCC diagnostic ignored "-Woverride-init" /* KEYS: all NAN, then those the schedule has */
#define KEYS(...) .defaults = {[0 ... S_COUNT - 1] = NAN, __VA_ARGS__}
#define REQUIRED SCHEDULE_REQUIRED
enum { THEN_CONSTANT, THEN_INVERSE_SQRT };

static double constant_factor(const double *k, double t, struct schedule_cursor *c) {
    (void)k, (void)t, (void)c;
    return 1;
}
static const struct schedule constant = {
    .name = "constant", .formula = "1", .source = "", KEYS([0] = NAN), .factor = constant_factor};

static double step_factor(const double *k, double t, struct schedule_cursor *c) {
    (void)c;
    return m_pow(k[S_gamma], floor(t / k[S_every]));
}
static const struct schedule step = {.name = "step",
                                     .formula = "gamma^floor(t/every)",
                                     .source = "",
                                     KEYS([S_gamma] = REQUIRED, [S_every] = REQUIRED, [S_unit] = UNIT_STEPS),
                                     .factor = step_factor};

static double exponential_factor(const double *k, double t, struct schedule_cursor *c) {
    (void)c;
    return m_exp(-k[S_rate] * t);
}
static const struct schedule exponential = {.name = "exponential",
                                            .formula = "exp(-rate t)",
                                            .source = "",
                                            KEYS([S_rate] = REQUIRED),
                                            .factor = exponential_factor};

static double inverse_factor(const double *k, double t, struct schedule_cursor *c) {
    (void)c;
    return 1 / (1 + k[S_rate] * t);
}
static const struct schedule inverse = {.name = "inverse",
                                        .formula = "1 / (1 + rate t)",
                                        .source = "Robbins and Monro 1951",
                                        KEYS([S_rate] = REQUIRED),
                                        .factor = inverse_factor};

static double triangular_factor(const double *k, double t, struct schedule_cursor *c) {
    (void)c;
    const double mu = k[S_period];
    const double up = 1 - fabs(t / mu - 2 * floor(1 + t / (2 * mu)) + 1);
    return k[S_floor] + (1 - k[S_floor]) * (up > 0 ? up : 0);
}
static const struct schedule triangular = {
    .name = "triangular",
    .formula = "floor + (1-floor) max(0, 1 - abs(t/mu - 2 floor(1 + t/(2 mu)) + 1)), mu = period",
    .source = "Smith 2017",
    KEYS([S_period] = REQUIRED, [S_floor] = 0, [S_unit] = UNIT_STEPS),
    .factor = triangular_factor};

/* The cycle that holds t: cycle i takes T_i + 1 steps, T_i = round(period growth^i), at least 1. */
static void find_cycle(const double *k, double t, struct schedule_cursor *c) {
    if (c->period == 0 || t < c->start)
        *c = (struct schedule_cursor){.period = fmax(1, floor(k[S_period] + 0.5))};
    if (k[S_growth] == 1) {
        c->start += floor((t - c->start) / (c->period + 1)) * (c->period + 1);
        return;
    }
    while (t >= c->start + c->period + 1) {
        c->start += c->period + 1;
        c->cycle++;
        c->period = fmax(1, floor(k[S_period] * m_pow(k[S_growth], (double)c->cycle) + 0.5));
    }
}
static double cosine_factor(const double *k, double t, struct schedule_cursor *c) {
    find_cycle(k, t, c);
    return k[S_floor] + (1 - k[S_floor]) / 2 * (1 + m_cospi((t - c->start) / c->period));
}
static const struct schedule cosine = {
    .name = "cosine",
    .formula =
        "floor + (1-floor)/2 (1 + cos(pi (t mod (T+1)) / T)), T = round(period growth^i) after i restarts",
    .source = "Loshchilov and Hutter 2017",
    KEYS([S_period] = REQUIRED, [S_floor] = 0, [S_growth] = 1, [S_unit] = UNIT_STEPS),
    .factor = cosine_factor};

static double warmup_factor(const double *k, double t, struct schedule_cursor *c) {
    (void)c;
    const double steps = k[S_steps];
    if (t + 1 < steps)
        return (t + 1) / steps;
    return k[S_then] == THEN_INVERSE_SQRT ? sqrt(steps / (t + 1)) : 1;
}
static const struct schedule warmup = {
    .name = "warmup",
    .formula = "min(1, (t+1)/steps), then 1 or sqrt(steps/(t+1))",
    .source = "Goyal et al. 2017; Vaswani et al. 2017",
    KEYS([S_steps] = REQUIRED, [S_then] = THEN_CONSTANT, [S_unit] = UNIT_STEPS),
    .factor = warmup_factor};

const struct schedule *const schedules[] = {&constant,   &step,   &exponential, &inverse,
                                            &triangular, &cosine, &warmup};
const int n_schedules = sizeof schedules / sizeof *schedules;

const struct schedule *schedule_find(const char *name) {
    for (int i = 0; i < n_schedules; i++)
        if (strcmp(schedules[i]->name, name) == 0)
            return schedules[i];
    return NULL;
}

const bool schedule_length[S_COUNT] = {
#define X(name, words, lo, hi, open, is_length, help) is_length,
    SCHEDULE_KEYS(X)
#undef X
};

void schedule_in_steps(const double written[S_COUNT], double steps_per_epoch, double total_steps,
                       double k[S_COUNT]) {
    const double unit = written[S_unit] == UNIT_EPOCHS   ? steps_per_epoch
                        : written[S_unit] == UNIT_BUDGET ? total_steps
                                                         : 1;
    for (int i = 0; i < S_COUNT; i++)
        k[i] = schedule_length[i] ? written[i] * unit : written[i];
}

/* Learning-rate schedules: the factor of eta0 at step t = 0, 1, 2, ... Every schedule is written once, in
 * schedules.c: formula, keys with defaults, function. All arithmetic is in double, with the functions of
 * base/math.h. */
#pragma once
#include "kern/rule.h"
#include <stdint.h>

/* Keys of a [schedule] section: name, words that stand for 0, 1, ..., range, open ends, whether it is a length
 * (given in the section's unit), help. */
/* clang-format off */
#define SCHEDULE_KEYS(X) \
    X(gamma, "", 0, INFINITY, OPEN_LO | OPEN_HI, false, "factor of each drop") \
    X(every, "", 0, INFINITY, OPEN_LO | OPEN_HI, true, "length between two drops") \
    X(rate, "", 0, INFINITY, OPEN_HI, false, "decay per step") \
    X(period, "", 0, INFINITY, OPEN_LO | OPEN_HI, true, "triangular: length from floor to top; cosine: from top to floor") \
    X(floor, "", 0, 1, 0, false, "eta_min / eta_max") \
    X(growth, "", 0, INFINITY, OPEN_LO | OPEN_HI, false, "factor of the period after each restart") \
    X(steps, "", 0, INFINITY, OPEN_LO | OPEN_HI, true, "length of the warm-up") \
    X(then, "constant inverse_sqrt", 0, 1, 0, false, "what follows the warm-up") \
    X(unit, "steps epochs budget", 0, 2, 0, false, "of lengths: steps, epochs, or the run's whole budget of steps")
/* clang-format on */

enum schedule_key {
#define X(name, ...) S_##name,
    SCHEDULE_KEYS(X)
#undef X
        S_COUNT
};

extern const bool schedule_length[S_COUNT];    /* which keys are lengths */
enum { UNIT_STEPS, UNIT_EPOCHS, UNIT_BUDGET }; /* words of `unit` */

/* Where a restarting schedule stands; zero-initialise, one per run. Only saves time: the factor is a function
 * of t. */
struct schedule_cursor {
    double start, period; /* of the present cycle */
    uint64_t cycle;
};

struct schedule {
    const char *name, *formula, *source;
    double defaults[S_COUNT]; /* NAN: not a key of this schedule; SCHEDULE_REQUIRED: must be given */
    double (*factor)(const double k[S_COUNT], double t, struct schedule_cursor *c);
};
#define SCHEDULE_REQUIRED (-INFINITY)

extern const struct schedule *const schedules[];
extern const int n_schedules;
const struct schedule *schedule_find(const char *name); /* NULL if there is none */

/* Turns keys as written into keys in steps: lengths times the unit. total_steps: the run's budget. */
void schedule_in_steps(const double written[S_COUNT], double steps_per_epoch, double total_steps,
                       double k[S_COUNT]);

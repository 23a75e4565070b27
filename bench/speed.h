/* How fast this machine is: for --dry-run, which is to be right on any. */
#pragma once
#include "kern/kern.h"

/* Kinds of work that wider registers speed up in ways of their own: much of a mini-batch is copied and counted.
 */
enum work_kind { FULL_BATCH, DENSE_STEPS, PUT_OFF, WORK_COUNT };

struct machine_speed {
    double units_s[WORK_COUNT]; /* units of work (struct work) a second and thread */
    double slow;                /* how many times as long as on the machine of work.c anything else takes */
};
/* Measured within a twentieth of a second each, by packs of small problems; without the memory for it, those of
 * the machine of work.c. work: how much there is of each; of what there is not nothing is measured. */
struct machine_speed speed_measure(const struct kernels *k, enum isa isa, const double work[WORK_COUNT]);

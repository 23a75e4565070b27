/* How fast this machine is: for --dry-run, which is to be right on any. */
#pragma once
#include "kern/kern.h"

struct machine_speed {
    double units_s; /* units of work (struct work) a second and thread */
    double slow;    /* how many times as long as on the machine of work.c anything else takes */
};
/* Measured within some milliseconds, by a pack of a small problem; without the memory for it, that of the
 * machine of work.c. */
struct machine_speed speed_measure(const struct kernels *k, enum isa isa);

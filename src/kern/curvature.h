/* Second derivatives of the losses, in double, one row at a time: for what is said about runs, not for running
 * them. */
#pragma once
#include "kern/kern.h"

/* d^2 L / dz^2 of LOSSES. */
double loss_curvature(enum loss loss, double z, double y);

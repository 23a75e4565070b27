/* Plain C, for a compiler that is left to find the vectors: vec_scalar.h, built with the widest flags. */
#include "kern/vec_scalar.h"

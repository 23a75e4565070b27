/* A plan from a store alone: the grid file is a note in it, and so is which data file had which fingerprint. No
 * file besides the store is touched. */
#pragma once
#include "plan/plan.h"
#include "store/store.h"

/* Keeps in the store what known_plan will ask for, beside the notes "grid" and "grid_path". */
bool known_put(const struct plan *p, struct store *s, struct err *e);
/* The plan whose runs the store holds; NULL and messages where it holds none. plan_free() it. */
struct plan *known_plan(struct store *s, struct err *e);

/* Traces in a sweep: which runs are computed with one. */
#pragma once
#include "job.h"

struct traces {
    struct ids ids; /* of the runs to watch */
    struct trace_wanted wanted;
};
/* These, which become part of *t. */
void traces_of(const struct plan *p, struct ids ids, struct traces *t);
/* Those that [trace] names outright (runs = all or labels), whether they are in the store or not. traces_free()
 * in any case. */
bool traces_named(const struct plan *p, struct traces *t, struct err *e);
/* Those that [trace] asks for, are in the store, and have no trace there: they are to be computed again. */
bool traces_lacking(const struct plan *p, struct store *s, struct traces *t, struct err *e);
/* Those of `among` that have a trace in the store. */
bool traces_there(const struct plan *p, struct store *s, const struct ids *among, struct traces *t,
                  struct err *e);
void traces_free(struct traces *t);

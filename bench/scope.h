/* Which runs of a plan a command is about: those that --filter names, those of one shard, a sample. Told by
 * their ids, so that what is in a store changes nothing about it. */
#pragma once
#include "plan/plan.h"

struct ids {
    uint64_t *id; /* (n), ascending; free() */
    size_t n;
};
/* Where it stands; NULL: it is not among them. */
const uint64_t *ids_find(const struct ids *s, uint64_t id);
static inline bool ids_have(const struct ids *s, uint64_t id) {
    return ids_find(s, id) != NULL;
}
void ids_sort(struct ids *s);

struct scope {
    const char
        *filter; /* an extended regular expression, of which OPTIMIZER/DATA must hold a match; NULL: none */
    uint64_t shard, shards; /* 1 .. shards; shards 0: not divided */
};
/* Reads I/N into the scope. */
bool scope_read_shard(struct scope *s, const char *text, struct err *e);
/* The ids within. out->id = NULL: every run of the plan. A filter that nothing matches is an error.
 *
 * A shard is made of whole packs: all packs of the plan, data set by data set as a sweep takes them, cut into
 * `shards` stretches of about the same work. So a data set is made by one shard, or by the few that its packs
 * reach into. */
bool scope_ids(const struct plan *p, const struct scope *s, struct ids *out, struct err *e);

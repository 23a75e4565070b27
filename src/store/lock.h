/* Who may write to a results folder: one sweep, or the shards of one. sweep.lock says who does; the lock itself
 * is the system's (of the open file), so that it ends with its holder however that ends, and what is left of
 * the file then means nothing. */
#pragma once
#include "base/err.h"
#include <stdbool.h>
#include <stdint.h>

struct lock;

/* Takes dir (made if need be) for the shard-th shard, 0: for everybody. `alone`: for that shard, but only if
 * nobody else is at work. Shards come in one at a time: the next waits until lock_share. NULL and a message
 * that says who holds it. */
struct lock *lock_take(const char *dir, uint64_t shard, bool alone, struct err *e);
/* Lets other shards in, once the store is open. */
void lock_share(struct lock *l);
/* Keeps them out again, to close the store; waits for one that is just coming in. */
void lock_close(struct lock *l);
/* The last to leave takes the file away. */
void lock_release(struct lock *l);

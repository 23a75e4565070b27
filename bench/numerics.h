/* What the numbers of a store follow from besides its grid and data: the version of the numerics, and what the
 * elementary functions of this build and its libraries return. */
#pragma once
#include "store/store.h"

/* In words. Up to the comma it is what names of runs are made with. */
enum { NUMERICS_CHARS = 96 };
void numerics_name(char out[NUMERICS_CHARS]);
bool numerics_put(struct store *s, struct err *e);
/* Whether the runs of a store may stand beside those of this program. Without `adding` it is enough that their
 * names are made alike: they are only read. False with a message that says what differs. */
bool numerics_agree(struct store *s, bool adding, struct err *e);
/* Whether two stores may become one. */
bool numerics_match(struct store *a, struct store *b, struct err *e);

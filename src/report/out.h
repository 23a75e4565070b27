/* A file on its way out, of any size: text is added to a buffer that empties itself, and the file takes its
 * place under its own name only when it is whole. */
#pragma once
#include "base/text.h"
#include <stdio.h>

struct out {
    struct text text; /* add here, then out_flow() now and then */
    FILE *file;
    char *path, *beside; /* where it will be; where it is being written */
};
bool out_open(struct out *o, const char *path, struct err *e);
/* Writes the buffer out if it is large. */
bool out_flow(struct out *o, struct err *e);
/* Writes the rest, syncs and renames if ok so far, throws the file away otherwise. Returns whether it is in
 * place. */
bool out_close(struct out *o, bool ok, struct err *e);

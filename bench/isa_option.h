/* The option --isa: auto, or instructions that this CPU has. */
#pragma once
#include "base/err.h"
#include "kern/kern.h"

extern const char *const isa_words[]; /* of an OPTION_WORD: auto, then those of enum isa */
/* What the word stands for, auto for the best; a message where this CPU cannot run it. */
bool isa_choose(int word, enum isa *isa, struct err *e);

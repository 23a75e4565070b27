#include "isa_option.h"

const char *const isa_words[] = {"auto", "scalar", "avx2", "avx512", NULL};
_Static_assert(sizeof isa_words / sizeof *isa_words == ISA_COUNT + 2, "auto, every ISA, the end");

bool isa_choose(int word, enum isa *isa, struct err *e) {
    *isa = word ? (enum isa)(word - 1) : isa_best();
    return isa_usable(*isa) || err_add(e, "--isa %s: this CPU cannot run it; the best here is %s",
                                       isa_words[word], isa_names[isa_best()]);
}

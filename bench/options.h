/* Command-line options from a table: parsing, ranges, near names and --help all follow from its rows. */
#pragma once
#include "base/err.h"
#include <stdint.h>
#include <stdio.h>

enum option_type {
    OPTION_FLAG,  /* bool: true when given */
    OPTION_TEXT,  /* const char *: the word as given */
    OPTION_COUNT, /* uint64_t in [lo, hi] */
    OPTION_BYTES, /* uint64_t: a number, with K, M, G or T for powers of 1024 */
    OPTION_WORD,  /* int: position in `words` */
};

struct option {
    const char *name;  /* without the dashes */
    const char *value; /* what stands for the value in --help; NULL: a flag */
    enum option_type type;
    size_t offset; /* of the member that takes it */
    const char *help;
    const char *const *words; /* OPTION_WORD: NULL-terminated */
    uint64_t lo, hi;          /* OPTION_COUNT */
};

/* Reads argv[0..argc) into *out, which holds the defaults. Options are `--name value` or `--name=value`, each
 * once at most; other words are errors. `--help` sets *help. All errors are reported at once. */
bool options_read(const struct option *options, size_t n, int argc, char **argv, void *out, bool *help,
                  struct err *e);
/* One line an option, and one for --help. */
void options_help(const struct option *options, size_t n, FILE *f);

/* What this machine and this build are: recorded with every result. */
#pragma once
#include <stdint.h>

struct machine {
    char cpu[64];                                           /* model name */
    char os[96];                                            /* kernel and release */
    int threads;                                            /* CPUs this process may use */
    uint64_t memory_bytes;                                  /* available now */
    uint64_t l1_bytes, l2_bytes, l3_bytes;                  /* data caches, 0 if unknown */
    char compiler[96], flags[256], version[32], commit[48]; /* of this build */
};
const struct machine *machine_get(void);
/* From now on this much memory is available, whatever the system says. Before threads are started. */
void machine_assume_memory(uint64_t bytes);

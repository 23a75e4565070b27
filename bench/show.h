/* Numbers as people read them. Each fills a buffer of the caller's and returns it. */
#pragma once
#include <stddef.h>
#include <stdint.h>

enum { SHOW_CHARS = 32 };
const char *show_count(uint64_t n, char out[SHOW_CHARS]);        /* 3,051 */
const char *show_bytes(double bytes, char out[SHOW_CHARS]);      /* 1.4 MiB */
const char *show_duration(double seconds, char out[SHOW_CHARS]); /* 14 s, 3 min 05 s, 2 h 10 min */

/* Hashes (XXH3, xxhash >= 0.8, whose output is fixed): names of runs, checksums of rows, fingerprints of data.
 */
#pragma once
#include <stddef.h>
#include <stdint.h>

uint64_t hash64(const void *data, size_t len);
/* 128 bits of the data as 32 hex digits and a NUL. */
void hash128_hex(const void *data, size_t len, char out[33]);
/* 16 lower-case hex digits and a NUL. */
void hash64_hex(uint64_t h, char out[17]);

/* The same, fed piece by piece. */
struct hash *hash_new(void); /* NULL when out of memory */
void hash_add(struct hash *h, const void *data, size_t len);
uint64_t hash_value64(const struct hash *h);
void hash_value128_hex(const struct hash *h, char out[33]);
void hash_free(struct hash *h);

/* The only file that knows xxhash. */
#include "base/hash.h"
#include <xxhash.h>

/* In XXH3 one state gives both widths: XXH3_64bits_* and XXH3_128bits_* differ in the last step alone
 * (tests/base/test_hash.c holds the installed library to it). */
struct hash;
static XXH3_state_t *state(const struct hash *h) {
    return (XXH3_state_t *)h;
}

static void hex128(XXH128_hash_t h, char out[33]) {
    hash64_hex(h.high64, out);
    hash64_hex(h.low64, out + 16);
}

uint64_t hash64(const void *data, size_t len) {
    return XXH3_64bits(data, len);
}
void hash128_hex(const void *data, size_t len, char out[33]) {
    hex128(XXH3_128bits(data, len), out);
}

void hash64_hex(uint64_t h, char out[17]) {
    for (int i = 0; i < 16; i++)
        out[i] = "0123456789abcdef"[h >> (60 - 4 * i) & 15];
    out[16] = '\0';
}

struct hash *hash_new(void) {
    XXH3_state_t *s = XXH3_createState();
    if (s)
        XXH3_128bits_reset(s);
    return (struct hash *)s;
}

/* Only a NULL pointer makes an update fail, and XXH3 reads none when len is 0. */
void hash_add(struct hash *h, const void *data, size_t len) {
    if (len)
        XXH3_128bits_update(state(h), data, len);
}

uint64_t hash_value64(const struct hash *h) {
    return XXH3_64bits_digest(state(h));
}
void hash_value128_hex(const struct hash *h, char out[33]) {
    hex128(XXH3_128bits_digest(state(h)), out);
}
void hash_free(struct hash *h) {
    XXH3_freeState(state(h));
}

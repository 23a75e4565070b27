/* XXH3 of the installed library gives the published values, and one state serves both widths. */
#include "base/hash.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
// cmocka.h needs those above
#include <cmocka.h>

static void known_values(void **s) {
    (void)s;
    char hex[33];
    assert_true(hash64("", 0) == 0x2d06800538d394c2u);
    hash128_hex("", 0, hex);
    assert_string_equal(hex, "99aa06d3014798d86001c324468d497f");
    hash64_hex(0x00ab00000000000fu, hex);
    assert_string_equal(hex, "00ab00000000000f");
}

static void pieces_equal_the_whole(void **s) {
    (void)s;
    unsigned char data[5000];
    for (size_t i = 0; i < sizeof data; i++)
        data[i] = (unsigned char)(i * i >> 3);
    static const size_t lengths[] = {0, 1, 8, 16, 17, 128, 129, 240, 241, 256, 1024, 5000};
    for (size_t k = 0; k < sizeof lengths / sizeof *lengths; k++) {
        struct hash *h = hash_new();
        assert_non_null(h);
        for (size_t at = 0, step = 1; at < lengths[k]; at += step, step = step * 3 % 401) {
            if (step > lengths[k] - at)
                step = lengths[k] - at;
            hash_add(h, data + at, step);
        }
        char whole[33], pieces[33];
        hash128_hex(data, lengths[k], whole);
        hash_value128_hex(h, pieces);
        assert_string_equal(whole, pieces);
        assert_true(hash_value64(h) == hash64(data, lengths[k]));
        hash_free(h);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(known_values),
                                       cmocka_unit_test(pieces_equal_the_whole)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Memory is aligned, zeroed where promised, and refused with a message. */
#include "base/mem.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
// cmocka.h needs those above
#include <cmocka.h>

static void alignment(void **s) {
    (void)s;
    static const size_t bytes[] = {0, 1, 63, 64, 4097, HUGE_BYTES - 1, HUGE_BYTES, 3 * HUGE_BYTES + 5};
    for (size_t i = 0; i < sizeof bytes / sizeof *bytes; i++) {
        struct err e = {0};
        char *p = mem_lines(bytes[i], 1, &e);
        assert_non_null(p);
        assert_int_equal((uintptr_t)p % (bytes[i] < HUGE_BYTES ? LINE_BYTES : HUGE_BYTES), 0);
        memset(p, 1, bytes[i]);
        free(p);
        char *z = mem_zeroed(bytes[i], 1, &e);
        assert_non_null(z);
        for (size_t k = 0; k < bytes[i]; k++)
            if (z[k])
                fail_msg("byte %zu of %zu is not zero", k, bytes[i]);
        free(z);
        assert_int_equal(e.count, 0);
    }
}

static void refusals_say_so(void **s) {
    (void)s;
    struct err e = {0};
    int *array = NULL;
    size_t cap = 0;
    assert_null(mem_lines(SIZE_MAX / 2, 3, &e));
    assert_null(mem_zeroed(SIZE_MAX / 2, 3, &e));
    assert_null(mem_lines(SIZE_MAX / 2, 1, &e));
    assert_false(mem_grow(&array, &cap, SIZE_MAX / 4, sizeof *array, &e));
    assert_null(array);
    assert_int_equal(cap, 0);
    assert_int_equal(e.count, 4);
    assert_non_null(strstr(e.text, "out of memory"));
    err_clear(&e);
}

static void arrays_grow(void **s) {
    (void)s;
    struct err e = {0};
    int *array = NULL;
    size_t cap = 0;
    for (int i = 0; i < 10000; i++) {
        assert_true(mem_grow(&array, &cap, (size_t)i + 1, sizeof *array, &e));
        array[i] = i;
    }
    for (int i = 0; i < 10000; i++)
        assert_int_equal(array[i], i);
    free(array);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(alignment),
        cmocka_unit_test(refusals_say_so),
        cmocka_unit_test(arrays_grow),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

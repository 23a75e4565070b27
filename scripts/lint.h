/* scripts/lint puts this before every test, so that clang-tidy knows that an assertion of cmocka's which fails
 * is the end of the test. */
#pragma once
#define _GNU_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
// cmocka.h needs those above
#include <cmocka.h>

_Noreturn void ends_the_test(void);
#undef fail
#define fail() ends_the_test()
#undef assert_true
#define assert_true(c) ((c) ? (void)0 : ends_the_test())
#undef assert_false
#define assert_false(c) assert_true(!(c))
#undef assert_non_null
#define assert_non_null(c) assert_true(c)
#undef assert_null
#define assert_null(c) assert_true(!(c))
#undef assert_int_equal
#define assert_int_equal(a, b) assert_true((a) == (b))
#undef assert_string_equal
#define assert_string_equal(a, b) assert_true(strcmp(a, b) == 0)

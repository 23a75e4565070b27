/* The machine and the build are known, and time moves on. */
#include "base/clock.h"
#include "base/machine.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
// cmocka.h needs those above
#include <cmocka.h>

static void everything_is_filled_in(void **s) {
    (void)s;
    const struct machine *m = machine_get();
    assert_true(m->threads >= 1);
    assert_true(m->memory_bytes > 1 << 20);
    const char *const texts[] = {m->cpu, m->os, m->compiler, m->flags, m->version, m->commit};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        assert_true(strlen(texts[i]) > 2);
    /* Of one core's, each cache holds the one below: what several chips have together is no third level. */
    assert_true(m->l1_bytes <= m->l2_bytes || !m->l2_bytes);
    assert_true(m->l2_bytes <= m->l3_bytes || !m->l3_bytes);
    assert_non_null(strstr(m->flags, "-ffp-contract=off"));
    assert_null(strchr(m->commit, '\n'));
    assert_ptr_equal(m, machine_get());
}

static void clock_is_monotonic(void **s) {
    (void)s;
    double last = clock_s();
    for (int i = 0; i < 1000; i++) {
        double now = clock_s();
        assert_true(now >= last);
        last = now;
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(everything_is_filled_in),
                                       cmocka_unit_test(clock_is_monotonic)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}

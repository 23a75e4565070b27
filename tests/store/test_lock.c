/* One sweep to a folder, or the shards of one. Locks are of the open file, so one process can be several here.
 */
#include "store/lock.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static char dir[64];
static struct err e;

static int setup(void **state) {
    (void)state;
    strcpy(dir, "/tmp/test_lock.XXXXXX");
    return mkdtemp(dir) == NULL;
}

static int teardown(void **state) {
    (void)state;
    err_clear(&e);
    return rmdir(dir); /* which holds that the file is gone */
}

static struct lock *take(uint64_t shard, bool alone) {
    struct lock *l = lock_take(dir, shard, alone, &e);
    if (!l)
        fail_msg("%s", e.text);
    lock_share(l);
    return l;
}

static void refused(uint64_t shard, bool alone) {
    char pid[32];
    snprintf(pid, sizeof pid, "in use by pid %ld on ", (long)getpid());
    assert_null(lock_take(dir, shard, alone, &e));
    assert_non_null(strstr(e.text, pid));
    err_clear(&e);
}

static void a_sweep_keeps_everybody_out(void **state) {
    (void)state;
    struct lock *l = take(0, false);
    refused(0, false);
    refused(1, false);
    refused(1000000, false);
    lock_release(l);
    lock_release(take(0, false));
}

static void shards_keep_out_their_like_and_whole_sweeps(void **state) {
    (void)state;
    struct lock *one = take(1, false), *three = take(3, false);
    refused(1, false);
    refused(3, false);
    refused(0, false);
    refused(2, true);
    lock_release(one);
    struct lock *two = take(2, false);
    lock_release(take(1, false));
    refused(0, false);
    lock_release(three);
    lock_release(two);
    lock_release(take(0, false));
}

static void a_shard_alone_lets_others_in_when_it_shares(void **state) {
    (void)state;
    struct lock *two = lock_take(dir, 2, true, &e);
    assert_non_null(two);
    refused(1, false);
    lock_share(two);
    lock_release(take(1, false));
    lock_release(take(3, false));
    refused(2, false);
    lock_close(two);
    lock_release(two);
}

static void what_a_crash_leaves_means_nothing(void **state) {
    (void)state;
    char path[96];
    snprintf(path, sizeof path, "%s/sweep.lock", dir);
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fputs("pid 1 on elsewhere since ever\n", f);
    assert_int_equal(fclose(f), 0);
    lock_release(take(0, false));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_sweep_keeps_everybody_out, setup, teardown),
        cmocka_unit_test_setup_teardown(shards_keep_out_their_like_and_whole_sweeps, setup, teardown),
        cmocka_unit_test_setup_teardown(a_shard_alone_lets_others_in_when_it_shares, setup, teardown),
        cmocka_unit_test_setup_teardown(what_a_crash_leaves_means_nothing, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* What tests of a store share: a folder for each, a store in it, and a run with numbers that are easily lost.
 */
#pragma once
#include "base/text.h"
#include "store/store.h"
#include <math.h>
#include <setjmp.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static char dir[64], path[80];
static struct err e;

static inline int setup(void **state) {
    (void)state;
    strcpy(dir, "/tmp/test_store.XXXXXX");
    assert_non_null(mkdtemp(dir));
    snprintf(path, sizeof path, "%s/sweep.db", dir);
    return 0;
}

static inline int teardown(void **state) {
    (void)state;
    static const char *const suffix[] = {"", "-wal", "-shm", "-journal"};
    for (size_t i = 0; i < sizeof suffix / sizeof *suffix; i++) {
        char name[96];
        snprintf(name, sizeof name, "%s%s", path, suffix[i]);
        unlink(name);
    }
    err_clear(&e);
    return rmdir(dir);
}

static inline struct store *open_store(bool fresh, bool read_only) {
    struct store *s = store_open(dir, fresh, read_only, &e);
    if (!s)
        fail_msg("%s", e.text);
    return s;
}

/* Runs SQL on the file behind the store's back. */
static inline void meddle(const char *sql) {
    sqlite3 *db;
    char *message = NULL;
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    if (sqlite3_exec(db, sql, NULL, NULL, &message) != SQLITE_OK)
        fail_msg("%s: %s", sql, message);
    sqlite3_close(db);
}

static struct point hard_points[] = {
    {0, 0, 0, 0.6931471805599453, NAN},        {1, 1, 123456789012345, -0.0, 0.1},
    {1.5, 2, UINT64_MAX, 5e-324, 1e308},       {2, 3, 1, INFINITY, -INFINITY},
    {3, (uint64_t)1 << 53, 2, 2.2e-308, -0.0}, {4, 5, 3, NAN, 1},
};
enum { N_HARD = sizeof hard_points / sizeof *hard_points };
static inline struct outcome sample(uint64_t id) {
    return (struct outcome){
        id,    true, N_HARD, hard_points, 0.25, 0xfedcba9876543210u, {0.75, 0.625, 0.375, 0.25, 0.125},
        0.125, {0},  {0}};
}

/* What the tests of this folder share: a plan from text, and what it says of a run, as text. */
#pragma once
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka.h needs those four first */
#include <cmocka.h>

#include "plan/plan.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define N_OF(array) (sizeof(array) / sizeof *(array))

/* Smallest sections that make a grid whole. */
#define DATA "[data a]\nrows = 100\nfeatures = 10\nsparsity = 0.8\n"
#define ADAM "[optimizer adam]\n"

/* The plan of a grid file named grid.ini; fails the test with the messages if there are any. */
static inline struct plan *plan_of(const char *text, const char *seeds) {
    struct err e = {0};
    struct plan *p = plan_read_text("grid.ini", text, strlen(text), seeds, NULL, &e);
    if (!p)
        fail_msg("refused:\n%s\n%s", text, e.text);
    return p;
}

/* The messages about a grid file that must be refused; free() them. */
static inline char *refusal_of(const char *text, size_t len, const char *seeds) {
    struct err e = {0};
    struct plan *p = plan_read_text("grid.ini", text, len, seeds, NULL, &e);
    if (p)
        fail_msg("accepted:\n%s", text);
    return e.text;
}

/* `KEY=VALUE` of one key of a run; as one string for several keys separated by blanks. In static storage. */
static inline const char *say(const struct run *r, const char *names) {
    static char out[512];
    size_t n = 0;
    out[0] = '\0';
    for (int k = 0; *names; k++) {
        char name[32];
        size_t len = strcspn(names, " ");
        snprintf(name, sizeof name, "%.*s", (int)len, names);
        names += len + (names[len] == ' ');
        for (enum key key = 0; key < KEY_COUNT; key++)
            if (strcmp(keys[key].name, name) == 0 && r->v[key].word != VALUE_NONE) {
                struct text t = {0};
                value_print(key, r->v[key], &t);
                n += (size_t)snprintf(out + n, sizeof out - n, "%s%s=%s", k ? " " : "", name, t.s);
                text_free(&t);
            }
    }
    return out;
}

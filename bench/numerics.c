#include "numerics.h"
#include "base/hash.h"
#include "base/math.h"
#include "base/text.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

float Sleef_finz_expf1_u10purecfma(float);

/* A hash of what the functions return all over their ranges: another library, or another compiler at its
 * arithmetic, shows in it if it shows anywhere near. The points are sums of powers of two. */
static uint64_t functions_hash(void) {
    struct {
        double of[7];
        float exp32;
    } y[1024];
    memset(y, 0, sizeof y); /* padding too */
    for (int i = 0; i < 1024; i++) {
        const double x = (i - 512) * 0x1.3p-4, positive = (i + 1) * 0x1.7p-3;
        const double of[7] = {m_exp(x),          m_log(positive),   m_log1p(positive), m_pow(positive, x / 8),
                              m_cospi(x / 16.0), m_exp10(x / 16.0), m_exp2(x)};
        memcpy(y[i].of, of, sizeof of);
        y[i].exp32 = Sleef_finz_expf1_u10purecfma((float)x);
    }
    return hash64(y, sizeof y);
}

void numerics_name(char out[NUMERICS_CHARS]) {
    snprintf(out, NUMERICS_CHARS, "numerics %s, functions %016llx", NUMERICS_VERSION,
             (unsigned long long)functions_hash());
}

bool numerics_put(struct store *s, struct err *e) {
    char text[NUMERICS_CHARS];
    numerics_name(text);
    return store_put_note(s, "numerics", text, strlen(text), e);
}

bool numerics_agree(struct store *s, bool adding, struct err *e) {
    char mine[NUMERICS_CHARS], *theirs = NULL;
    uint64_t *ids = NULL;
    size_t len, n = 0;
    numerics_name(mine);
    if (!store_get_note(s, "numerics", &theirs, &len, e) || !store_ids(s, &ids, &n, e)) {
        free(theirs);
        return false;
    }
    free(ids);
    const size_t version = strcspn(mine, ",") + 1;
    const bool ok = n == 0 || (theirs && !(adding ? strcmp(mine, theirs) : strncmp(mine, theirs, version)));
    if (!ok)
        err_add(
            e,
            "%s: its runs were computed with %s; this program computes with %s, whose numbers may differ, and "
            "does not mix them: use the program that made them, another folder with --out, or --fresh to "
            "forget them and compute everything anew",
            store_path(s), theirs ? theirs : "numerics of an unknown version", mine);
    free(theirs);
    return ok;
}

bool numerics_match(struct store *a, struct store *b, struct err *e) {
    char *x = NULL, *y = NULL;
    size_t len;
    bool ok = store_get_note(a, "numerics", &x, &len, e) && store_get_note(b, "numerics", &y, &len, e);
    if (ok && x && y && strcmp(x, y) != 0)
        ok = err_add(e, "%s was computed with %s, %s with %s, whose numbers may differ: they are not merged",
                     store_path(a), x, store_path(b), y);
    free(x);
    free(y);
    return ok;
}

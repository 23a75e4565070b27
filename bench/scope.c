#include "scope.h"
#include "base/mem.h"
#include <regex.h>
#include <stdlib.h>
#include <string.h>

static int compare(const void *a, const void *b) {
    const uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

const uint64_t *ids_find(const struct ids *s, uint64_t id) {
    return s->n ? bsearch(&id, s->id, s->n, sizeof id, compare) : NULL;
}

void ids_sort(struct ids *s) {
    if (s->n)
        /* NOLINTNEXTLINE(clang-analyzer-core.NonNullParamChecker): n > 0: ids are there */
        qsort(s->id, s->n, sizeof *s->id, compare);
}

bool scope_read_shard(struct scope *s, const char *text, struct err *e) {
    char *end;
    const bool digit = *text >= '0' && *text <= '9';
    s->shard = digit ? strtoull(text, &end, 10) : 0;
    const bool second = digit && *end == '/' && end[1] >= '0' && end[1] <= '9';
    s->shards = second ? strtoull(end + 1, &end, 10) : 0;
    if (second && !*end && s->shard >= 1 && s->shard <= s->shards && s->shards <= PLAN_MAX_RUNS)
        return true;
    return err_add(e, "--shard: '%s' is not I/N, the I-th of N shards, numbered from 1, as in --shard 1/3",
                   text);
}

/* ---- --filter -------------------------------------------------------------------------------------------- */

static bool matches(const regex_t *regex, const char *optimizer, const char *data, struct text *room) {
    room->len = 0;
    text_addf(room, "%s/%s", optimizer, data);
    return !room->failed && !regexec(regex, room->s, 0, NULL, 0);
}

/* Says what could have been matched. */
static bool complain(const struct plan *p, const char *filter, struct err *e) {
    struct text all = {0};
    enum { SHOWN = 8 };
    const char *optimizer[SHOWN], *data[SHOWN];
    size_t n = 0;
    for (size_t i = 0; i < plan_n_runs(p) && n < SHOWN; i++) {
        struct run r;
        plan_run(p, i, &r);
        size_t k = 0;
        while (k < n && (optimizer[k] != r.optimizer || data[k] != r.data))
            k++;
        if (k < n)
            continue;
        optimizer[n] = r.optimizer;
        data[n++] = r.data;
        text_addf(&all, "%s%s/%s", n > 1 ? ", " : "", r.optimizer, r.data);
    }
    err_add(e, "--filter: '%s' matches no OPTIMIZER/DATA of the grid: %s%s", filter, all.s ? all.s : "",
            n == SHOWN ? ", ..." : "");
    text_free(&all);
    return false;
}

static bool filter_ids(const struct plan *p, const char *filter, struct ids *out, struct err *e) {
    regex_t regex;
    const int rc = regcomp(&regex, filter, REG_EXTENDED | REG_NOSUB);
    if (rc) {
        char why[128];
        regerror(rc, &regex, why, sizeof why);
        return err_add(e, "--filter: '%s' is not an extended regular expression: %s", filter, why);
    }
    struct text room = {0};
    const char *optimizer = NULL, *data = NULL;
    size_t cap = 0;
    bool ok = true, taken = false;
    for (size_t i = 0; ok && i < plan_n_runs(p); i++) {
        struct run r;
        plan_run(p, i, &r);
        if (optimizer != r.optimizer || data != r.data)
            taken = matches(&regex, r.optimizer, r.data, &room);
        optimizer = r.optimizer;
        data = r.data;
        if (taken && (ok = mem_grow(&out->id, &cap, out->n + 1, sizeof *out->id, e)))
            out->id[out->n++] = r.id;
    }
    ok = ok && (!room.failed || err_add(e, "out of memory")) && (out->n || complain(p, filter, e));
    text_free(&room);
    regfree(&regex);
    ids_sort(out);
    return ok;
}

/* ---- --shard --------------------------------------------------------------------------------------------- */

static bool left_out(void *ctx, uint64_t id) {
    const struct ids *within = ctx;
    return within->id && !ids_have(within, id);
}

static double weight(const struct pack *pack) {
    return pack->work > 0 ? pack->work : pack->n;
}

static bool shard_ids(const struct plan *p, const struct scope *s, struct ids *within, struct ids *out,
                      struct err *e) {
    struct pack *packs = NULL;
    size_t n, n_runs;
    if (!plan_packs(p, left_out, within, &packs, &n, &n_runs, e))
        return false;
    double total = 0, before = 0;
    for (size_t i = 0; i < n; i++)
        total += weight(&packs[i]);
    out->id = mem_zeroed(n_runs + 1, sizeof *out->id, e);
    for (size_t i = 0; out->id && i < n; i++) {
        const double middle = (before + weight(&packs[i]) / 2) / total * (double)s->shards;
        before += weight(&packs[i]);
        if ((uint64_t)middle + 1 != s->shard)
            continue;
        for (int k = 0; k < packs[i].n; k++) {
            struct run r;
            plan_run(p, packs[i].run[k], &r);
            out->id[out->n++] = r.id;
        }
    }
    free(packs);
    ids_sort(out);
    return out->id != NULL;
}

bool scope_ids(const struct plan *p, const struct scope *s, struct ids *out, struct err *e) {
    struct ids filtered = {0};
    *out = (struct ids){0};
    bool ok = !s->filter || filter_ids(p, s->filter, &filtered, e);
    if (ok && s->shards) {
        ok = shard_ids(p, s, &filtered, out, e);
        free(filtered.id);
    } else if (ok) {
        *out = filtered;
    } else {
        free(filtered.id);
    }
    return ok;
}

/* Rows as a table on a terminal, the conditions above it and the doubts below. */
#include "base/machine.h"
#include "kernels.h"
#include "show.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static void read_word(const char *path, char *out, size_t size) {
    FILE *f = fopen(path, "r");
    *out = '\0';
    if (!f)
        return;
    if (fgets(out, (int)size, f))
        out[strcspn(out, "\n")] = '\0';
    fclose(f);
}

void context_make(struct context *c) {
    const struct machine *m = machine_get();
    const time_t now = time(NULL);
    struct tm local;
    double load[1];
    char l1[SHOW_CHARS], l2[SHOW_CHARS], l3[SHOW_CHARS];
    if (!localtime_r(&now, &local) || !strftime(c->date, sizeof c->date, "%Y-%m-%dT%H:%M:%S%z", &local))
        snprintf(c->date, sizeof c->date, "unknown");
    if (gethostname(c->host, sizeof c->host - 1))
        snprintf(c->host, sizeof c->host, "unknown");
    snprintf(c->caches, sizeof c->caches, "L1d %s, L2 %s, L3 %s", show_bytes((double)m->l1_bytes, l1),
             show_bytes((double)m->l2_bytes, l2), show_bytes((double)m->l3_bytes, l3));
    read_word("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor", c->governor, sizeof c->governor);
    c->load = getloadavg(load, 1) == 1 ? load[0] : -1;
}

void rows_text_head(const struct context *c, struct text *out) {
    const struct machine *m = machine_get();
    text_addf(out, "%s, %s\n%s, %s\nbench %s, commit %s\n%s %s\n", m->cpu, c->caches, m->os, c->date,
              m->version, m->commit, m->compiler, m->flags);
    text_addf(
        out, "one thread; load %.2f; governor %s; clock read in %.0f ns, in steps of %.0f ns; counters: %s\n\n",
        c->load, *c->governor ? c->governor : "not visible", c->method->timer_ns, c->method->resolution_ns,
        c->method->counters.fd[0] >= 0 ? "cycles, instructions, cache misses" : "none");
    text_add(out, "size: bytes an array. +-: median absolute deviation. ceiling: the slowest of `memory`, the "
                  "rule's loads\n"
                  "and stores alone; `divide`, its divisions and roots alone; `together`, both in one loop; "
                  "and in L1 and\n"
                  "L2, for a rule without roots, `multiply`, loads and stores with its other operations. "
                  "How, and how\n"
                  "to read it: docs/measuring.md\n");
}

static const char *show_size(size_t bytes, char out[SHOW_CHARS]) {
    static const char units[] = "KMG";
    int k = -1;
    for (; bytes >= 1024 && bytes % 1024 == 0 && k < 2; k++)
        bytes /= 1024;
    snprintf(out, SHOW_CHARS, "%zu%.1s", bytes, k < 0 ? "" : &units[k]);
    return out;
}

static void add_ratio(struct text *out, double x) {
    if (isnan(x))
        text_add(out, "       -");
    else
        text_addf(out, " %7.2f", x);
}

void rows_text(const struct results_rows *r, size_t first, size_t end, struct text *out) {
    for (size_t i = first; i < end; i++) {
        const struct row *x = &r->row[i];
        char size[SHOW_CHARS];
        if (i == first || x->s != r->row[i - 1].s || x->precision != r->row[i - 1].precision)
            text_addf(out,
                      "\n%s, %s: %d loads, %d stores, %d divisions, %d roots\n"
                      "  loop  isa     size in       Melem/s   +-%%    GB/s  ns/elem  cyc/elem  ceiling bound  "
                      "   share "
                      "xscalar   xauto\n",
                      x->s->name, real_names[x->precision], x->s->cost.loads, x->s->cost.stores,
                      x->s->cost.divisions, x->s->cost.roots);
        else if (x->bytes != r->row[i - 1].bytes)
            text_add(out, "\n");
        text_addf(out, "  %-5s %-6s %5s %-6s %9.0f %5.1f %7.1f %8.4f %9.3f %8.0f %-8s %6.2f",
                  loop_names[x->loop], code_names[x->code], show_size(x->bytes, size), level_names[x->level],
                  1e3 / x->ns, 100 * x->spread, row_bytes(x) / x->ns, x->ns, x->cycles, 1e3 / row_ceiling_ns(x),
                  bound_names[x->bound], x->share);
        add_ratio(out, x->times_scalar);
        add_ratio(out, x->times_auto);
        if (!isnan(x->instructions))
            text_addf(out, "  %.2f instructions, %.4f misses", x->instructions, x->misses);
        if (row_apart(x) > AGREEMENT)
            text_addf(out, "  passes %.2f apart", row_apart(x));
        text_add(out, "\n");
    }
}

bool rows_warnings(const struct context *c, struct text *out) {
    const struct machine *m = machine_get();
    const struct method *method = c->method;
    size_t spread = 0, above = 0, apart = 0, twice = 0;
    for (size_t i = 0; i < c->rows->n; i++) {
        spread += c->rows->row[i].spread > 0.05;
        above += c->rows->row[i].share > 1.03;
        apart += row_apart(&c->rows->row[i]) > AGREEMENT;
        twice += row_apart(&c->rows->row[i]) > 0;
    }
    if (twice)
        text_addf(
            out,
            "%zu of %zu rows agree within %.0f%% between the two fastest of %d passes; the fastest is shown\n",
            twice - apart, twice, 100 * (AGREEMENT - 1), PASSES);
    const size_t len = out->len;
    if (apart * 20 > twice)
        text_addf(out, "warning: that is less than 95%%: the machine was not quiet\n");
    if (spread)
        text_addf(out, "warning: %zu of %zu rows spread by more than 5%%\n", spread, c->rows->n);
    if (above)
        text_addf(out, "warning: %zu of %zu rows are above 1.03 of their ceiling: it was not measured well\n",
                  above, c->rows->n);
    /* The load is the whole machine's, however few CPUs this process may use. */
    const long cpus = sysconf(_SC_NPROCESSORS_ONLN);
    if (c->load > 0.5 * (double)cpus)
        text_addf(out, "warning: the machine was busy before: load %.2f on %ld CPU%s\n", c->load, cpus,
                  cpus == 1 ? "" : "s");
    if (method->n_interrupted * 50 > method->n_samples)
        text_addf(out, "warning: other threads took the core during %zu of %zu samples (taken again)\n",
                  method->n_interrupted, method->n_samples);
    if (*c->governor && strcmp(c->governor, "performance"))
        text_addf(out, "warning: the frequency governor is `%s`, not `performance`: the clock moves\n",
                  c->governor);
    if (method->resolution_ns > 1000)
        text_addf(out, "warning: the clock moves in steps of %.0f ns\n", method->resolution_ns);
    bool cached = false;
    for (size_t i = 0; i < c->rows->n; i++)
        cached |= c->rows->row[i].level == LEVEL_MEMORY &&
                  c->rows->row[i].bytes * (size_t)c->rows->row[i].s->cost.arrays < m->l3_bytes;
    if (cached)
        text_add(out,
                 "note: this CPU reports a last cache that would hold arrays said to be in memory (a virtual\n"
                 "machine shares it with others); larger ones: --sizes 256M\n");
    return out->len > len;
}

/* How a time is taken. All that belongs together is sampled in turn, round after round: what the machine does
 * to one it does to all. A sample is so many calls that reading the clock is nothing beside them, after calls
 * that are not counted; a sample during which the system gave the core to another thread is taken again (and
 * counted). What is said is the median over the rounds, with the median absolute deviation. */
#define _GNU_SOURCE
#include "base/rng.h"
#include "base/stats.h"
#include "kernels.h"
#include <math.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

enum { LEAST_ROUNDS = 7, RETAKES = 3 };
static const double SAMPLE_NS = 50e3;
/* After so many rounds those shapes of a ceiling take no more part that are slower than its best, by a ratio
 * and by what chance could do to both medians. */
static const size_t heats[] = {5, 10, 20, 40, 80};
static const double DROP_RATIO = 1.02, DROP_ERRORS = 2.5,
                    MEDIAN_ERROR = 1.86; /* of mad / sqrt(n): of normal samples */

static double now_ns(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static long interruptions(void) {
    struct rusage u;
    return getrusage(RUSAGE_THREAD, &u) ? 0 : u.ru_nivcsw;
}

void method_open(struct method *m) {
    enum { N = 1001 };
    double step[N];
    *m = (struct method){.counters = {.fd = {-1, -1, -1}}};
    m->resolution_ns = INFINITY;
    for (int i = 0; i < N; i++) {
        const double start = now_ns();
        step[i] = now_ns() - start;
        if (step[i] > 0 && step[i] < m->resolution_ns)
            m->resolution_ns = step[i];
    }
    m->timer_ns = stats_median(step, N);
    counters_open(&m->counters);
}

void method_close(struct method *m) {
    counters_close(&m->counters);
}

static double sample_once(struct contestant *c, struct method *m) {
    uint64_t before[COUNTER_COUNT], after[COUNTER_COUNT];
    const bool counting = counters_read(&m->counters, before);
    const double start = now_ns();
    c->run(c, c->calls);
    const double ns = now_ns() - start - m->timer_ns;
    if (counting && counters_read(&m->counters, after)) {
        for (int i = 0; i < COUNTER_COUNT; i++)
            c->count[i] += after[i] - before[i];
        c->counted += c->calls;
    }
    return ns / (double)c->calls;
}

static void sample(struct contestant *c, struct method *m) {
    for (int take = 0;; take++) {
        const long before = interruptions();
        if (c->calls > 1)
            c->run(c, c->calls / 8 + 1);
        const double ns = sample_once(c, m);
        m->n_samples++;
        if (interruptions() == before || take == RETAKES) {
            c->ns[c->n++] = ns;
            return;
        }
        m->n_interrupted++;
    }
}

/* So many calls that a sample takes SAMPLE_NS. */
static void choose_calls(struct contestant *c, const struct method *m) {
    const double least = SAMPLE_NS > 200 * m->resolution_ns ? SAMPLE_NS : 200 * m->resolution_ns;
    for (c->calls = 1;; c->calls *= 2) {
        const double start = now_ns();
        c->run(c, c->calls);
        if (now_ns() - start >= least / 2 || c->calls > UINT64_C(1) << 40)
            return;
    }
}

static void summarise(struct contestant *c) {
    double x[MOST_ROUNDS];
    memcpy(x, c->ns, c->n * sizeof *x);
    c->median = stats_median(x, c->n);
    c->mad = stats_mad(x, c->n);
}

static bool is_slower(const struct contestant *a, const struct contestant *b) {
    const double chance = MEDIAN_ERROR * sqrt((a->mad * a->mad + b->mad * b->mad) / (double)b->n);
    return a->median > DROP_RATIO * b->median + DROP_ERRORS * chance;
}

static void drop_slow(struct contestant *c, size_t n) {
    for (size_t i = 0; i < n; i++)
        summarise(&c[i]);
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < n; k++)
            c[i].dropped |=
                c[i].rival >= 0 && c[i].rival == c[k].rival && !c[k].dropped && is_slower(&c[i], &c[k]);
}

/* Another order for each round, that no contestant always comes after the same one; the same in every call. */
static void shuffle(struct contestant *c, size_t n, struct rng *r) {
    for (size_t i = n; i-- > 1;) {
        const size_t k = rng_u32(r) % (i + 1), turn = c[i].turn;
        c[i].turn = c[k].turn;
        c[k].turn = turn;
    }
}

void contestants_time(struct contestant *c, size_t n, double seconds, struct method *m) {
    for (size_t i = 0; i < n; i++) {
        c[i].n = 0;
        c[i].turn = i;
        choose_calls(&c[i], m);
    }
    struct rng order = rng_make(1, 0);
    const double start = now_ns();
    for (size_t round = 0; round < MOST_ROUNDS; round++) {
        if (round >= LEAST_ROUNDS && now_ns() - start > seconds * 1e9)
            break;
        for (size_t k = 0; k < sizeof heats / sizeof *heats; k++)
            if (round == heats[k])
                drop_slow(c, n);
        shuffle(c, n, &order);
        for (size_t i = 0; i < n; i++) {
            struct contestant *next = &c[c[i].turn];
            if (!next->dropped)
                sample(next, m);
        }
    }
    for (size_t i = 0; i < n; i++)
        summarise(&c[i]);
}

void contestant_clock(const struct contestant *c, uint64_t calls) {
    (void)c;
    uint64_t x = 1, y = 3; /* a register, not a constant: some cores add constants without executing anything */
    for (uint64_t k = 0; k < calls * (CLOCK_ADDS / 16); k++) {
#define ADD __asm__ volatile("add %1, %0" : "+r"(x) : "r"(y));
        ADD ADD ADD ADD ADD ADD ADD ADD ADD ADD ADD ADD ADD ADD ADD ADD
#undef ADD
    }
}

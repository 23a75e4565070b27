/* Hardware counters of this thread, in user code alone, by perf_event_open. Where the kernel, its settings or a
 * virtual machine do not allow them there are none, and nothing is said. */
#define _GNU_SOURCE
#include "kernels.h"
#include <linux/perf_event.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

void counters_open(struct counters *c) {
    static const uint64_t event[COUNTER_COUNT] = {PERF_COUNT_HW_CPU_CYCLES, PERF_COUNT_HW_INSTRUCTIONS,
                                                  PERF_COUNT_HW_CACHE_MISSES};
    bool all = true;
    for (int i = 0; i < COUNTER_COUNT; i++) {
        struct perf_event_attr a;
        memset(&a, 0, sizeof a);
        a.size = sizeof a;
        a.type = PERF_TYPE_HARDWARE;
        a.config = event[i];
        a.exclude_kernel = 1;
        a.exclude_hv = 1;
        c->fd[i] = (int)syscall(SYS_perf_event_open, &a, 0, -1, i ? c->fd[0] : -1, PERF_FLAG_FD_CLOEXEC);
        all &= c->fd[i] >= 0;
        if (c->fd[0] < 0)
            break;
    }
    if (!all)
        counters_close(c);
}

void counters_close(struct counters *c) {
    for (int i = 0; i < COUNTER_COUNT; i++) {
        if (c->fd[i] >= 0)
            close(c->fd[i]);
        c->fd[i] = -1;
    }
}

bool counters_read(const struct counters *c, uint64_t value[COUNTER_COUNT]) {
    for (int i = 0; i < COUNTER_COUNT; i++)
        if (c->fd[i] < 0 || read(c->fd[i], &value[i], sizeof value[i]) != sizeof value[i])
            return false;
    return true;
}

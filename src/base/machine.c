/* Read once from /proc, sysconf and the build (commit.h and the definitions on this file in CMakeLists.txt). */
#define _GNU_SOURCE
#include "base/machine.h"
#include "commit.h" /* BENCH_COMMIT, made by cmake/commit.cmake at every build */
#include <pthread.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

static struct machine machine;

/* The first line of a file that starts with `key`, from behind it; false when there is none. */
static int find_line(const char *path, const char *key, char *out, size_t size) {
    FILE *f = fopen(path, "r");
    int found = 0;
    if (!f)
        return 0;
    while (!found && fgets(out, (int)size, f))
        found = !strncmp(out, key, strlen(key));
    fclose(f);
    if (!found)
        return 0;
    char *value = out + strlen(key) + strspn(out + strlen(key), " \t:");
    value[strcspn(value, "\n")] = '\0';
    memmove(out, value, strlen(value) + 1);
    return 1;
}

/* A number that begins a line: `max` is none. */
static bool leading_number(const char *line, uint64_t *x) {
    char *end;
    *x = strtoull(line, &end, 10);
    return end != line;
}

/* The cache for data of this level as the kernel tells it, else the C library, which takes for an AMD core's
 * third level what all cores of the chip have together: eight times too much where eight share it. */
static uint64_t cache_bytes(int cpu, int level, int name) {
    char path[96], value[32];
    for (int index = 0; index < 8; index++) {
        const char *parts[] = {"level", "type", "size"};
        uint64_t number = 0;
        bool fits = true;
        for (int k = 0; k < 3 && fits; k++) {
            snprintf(path, sizeof path, "/sys/devices/system/cpu/cpu%d/cache/index%d/%s", cpu, index, parts[k]);
            fits = find_line(path, "", value, sizeof value) &&
                   (k == 1 ? strcmp(value, "Instruction") != 0 : leading_number(value, &number)) &&
                   (k != 0 || number == (uint64_t)level);
        }
        if (fits)
            return number * (strchr(value, 'M') ? 1 << 20 : strchr(value, 'K') ? 1 << 10 : 1);
    }
    const long n = sysconf(name);
    return n > 0 ? (uint64_t)n : 0;
}

/* What the kernel calls available, or less where a control group (a container, a batch job) allows less. */
static uint64_t available_bytes(void) {
    char line[256];
    uint64_t kib, limit, used, bytes = (uint64_t)sysconf(_SC_PHYS_PAGES) * (uint64_t)sysconf(_SC_PAGESIZE);
    if (find_line("/proc/meminfo", "MemAvailable", line, sizeof line) && leading_number(line, &kib))
        bytes = kib * 1024;
    if (find_line("/sys/fs/cgroup/memory.max", "", line, sizeof line) && leading_number(line, &limit) &&
        find_line("/sys/fs/cgroup/memory.current", "", line, sizeof line) && leading_number(line, &used) &&
        limit > used && limit - used < bytes)
        bytes = limit - used;
    return bytes;
}

static void fill(void) {
    struct machine *m = &machine;
    char line[256];
    snprintf(m->cpu, sizeof m->cpu, "%.63s",
             find_line("/proc/cpuinfo", "model name", line, sizeof line) ? line : "unknown");
    struct utsname u;
    if (!uname(&u))
        snprintf(m->os, sizeof m->os, "%.30s %.40s %.20s", u.sysname, u.release, u.machine);
    cpu_set_t set;
    m->threads = sched_getaffinity(0, sizeof set, &set) ? (int)sysconf(_SC_NPROCESSORS_ONLN) : CPU_COUNT(&set);
    if (m->threads < 1)
        m->threads = 1;
    const int cpu = sched_getcpu() > 0 ? sched_getcpu() : 0;
    m->memory_bytes = available_bytes();
    m->l1_bytes = cache_bytes(cpu, 1, _SC_LEVEL1_DCACHE_SIZE);
    m->l2_bytes = cache_bytes(cpu, 2, _SC_LEVEL2_CACHE_SIZE);
    m->l3_bytes = cache_bytes(cpu, 3, _SC_LEVEL3_CACHE_SIZE);
#ifdef __clang__
    snprintf(m->compiler, sizeof m->compiler, "%.90s", __VERSION__);
#else
    snprintf(m->compiler, sizeof m->compiler, "gcc %.90s", __VERSION__);
#endif
    snprintf(m->flags, sizeof m->flags, "%.255s", BENCH_FLAGS);
    snprintf(m->version, sizeof m->version, "%.31s", BENCH_VERSION);
    snprintf(m->commit, sizeof m->commit, "%.47s", BENCH_COMMIT);
}

const struct machine *machine_get(void) {
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, fill);
    return &machine;
}

void machine_assume_memory(uint64_t bytes) {
    machine_get(); /* so that it is not filled in later */
    machine.memory_bytes = bytes;
}

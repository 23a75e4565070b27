/* Preloaded into the program (LD_PRELOAD): makes one call of a kind fail, the N-th, or all from the N-th on.
 * What libraries call fails too; what libc calls within itself does only where memory is concerned.
 * scripts/break-io drives it.
 *
 *   FAULT_KIND=KIND FAULT_AT=N [FAULT_ON=1] [FAULT_HIT=FILE]   fail; FILE gets `N FUNCTION` and the callers
 *   FAULT_KIND=KIND FAULT_LIST=FILE                             fail nothing; FILE gets a line `N FUNCTION` for
 * the first call from each place (stack of callers)
 *
 * Of locks only the program's own: to SQLite a lock that fails is one that is taken, and it waits half a
 * minute. Standard output and standard error never fail: a message must be able to arrive. */
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <execinfo.h>
#include <fcntl.h>
#include <pthread.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum kind {
    MEMORY,
    WRITE,
    READ,
    SYNC,
    RENAME,
    REMOVE,
    OPEN,
    TRUNCATE,
    CLOSE,
    FOLDER,
    LOCK,
    THREAD,
    SPAWN,
    N_KINDS
};
static const struct {
    const char *name;
    int error;
} kinds[N_KINDS] = {
    [MEMORY] = {"memory", ENOMEM}, [WRITE] = {"write", ENOSPC},    [READ] = {"read", EIO},
    [SYNC] = {"sync", EIO},        [RENAME] = {"rename", ENOSPC},  [REMOVE] = {"remove", EIO},
    [OPEN] = {"open", EMFILE},     [TRUNCATE] = {"truncate", EIO}, [CLOSE] = {"close", EIO},
    [FOLDER] = {"folder", ENOSPC}, [LOCK] = {"lock", ENOLCK},      [THREAD] = {"thread", EAGAIN},
    [SPAWN] = {"spawn", EAGAIN},
};

enum { STACK = 48, PLACES = 1 << 16 };
static enum kind kind = N_KINDS;
static uint64_t fail_at;
static bool from_then_on;
static int hit_file = -1, list_file = -1;
static atomic_uint_fast64_t calls;
static uint64_t seen[PLACES]; /* stacks of callers, by their hashes; list mode is for one thread */
static __thread bool busy;    /* the calls of our own are not counted */

static void note(int file, uint64_t n, const char *function) {
    char line[80];
    const int len = snprintf(line, sizeof line, "%llu %s\n", (unsigned long long)n, function);
    syscall(SYS_write, file, line, (size_t)len);
}

static bool new_place(void) {
    void *frame[STACK];
    const int n = backtrace(frame, STACK);
    uint64_t h = 1469598103934665603u;
    for (int i = 0; i < n; i++)
        h = (h ^ (uint64_t)(uintptr_t)frame[i]) * 1099511628211u;
    h += !h;
    size_t at = h % PLACES;
    while (seen[at] && seen[at] != h)
        at = (at + 1) % PLACES;
    const bool is_new = !seen[at];
    seen[at] = h;
    return is_new;
}

static bool fails(enum kind k, const char *function) {
    if (k != kind || busy)
        return false;
    const uint64_t n = atomic_fetch_add(&calls, 1) + 1;
    busy = true;
    if (list_file >= 0 && new_place())
        note(list_file, n, function);
    const bool now = fail_at && (from_then_on ? n >= fail_at : n == fail_at);
    if (now && n == fail_at && hit_file >= 0) {
        void *frame[STACK];
        note(hit_file, n, function);
        /* cppcheck-suppress uninitvar ; backtrace() sets as many as it returns */
        backtrace_symbols_fd(frame, backtrace(frame, STACK), hit_file);
    }
    busy = false;
    if (now)
        errno = kinds[k].error;
    return now;
}

static int open_note(const char *variable) {
    const char *path = getenv(variable);
    /* High, so that the program's own numbers are what they are without us. */
    const int low =
        path ? (int)syscall(SYS_openat, AT_FDCWD, path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666) : -1;
    const int high = low < 0 ? -1 : (int)syscall(SYS_fcntl, low, F_DUPFD_CLOEXEC, 900);
    if (low >= 0)
        syscall(SYS_close, low);
    return high;
}

__attribute__((constructor)) static void begin(void) {
    static const char *const ours[] = {"LD_PRELOAD", "FAULT_KIND", "FAULT_AT",
                                       "FAULT_ON",   "FAULT_HIT",  "FAULT_LIST"};
    const char *name = getenv("FAULT_KIND"), *at = getenv("FAULT_AT");
    void *frame[STACK];
    busy = true;
    backtrace(frame, STACK); /* loads what it needs */
    hit_file = open_note("FAULT_HIT");
    list_file = open_note("FAULT_LIST");
    fail_at = at ? strtoull(at, NULL, 10) : 0;
    from_then_on = getenv("FAULT_ON");
    enum kind chosen = 0;
    while (name && chosen < N_KINDS && strcmp(kinds[chosen].name, name))
        chosen++;
    if (!name || chosen == N_KINDS) {
        fprintf(stderr, "shim: FAULT_KIND names none of its kinds\n");
        _exit(99);
    }
    for (size_t i = 0; i < sizeof ours / sizeof *ours; i++)
        unsetenv(ours[i]); /* children are left alone */
    kind = chosen;
    busy = false;
}

#define REAL(function) ((__typeof__(&function))dlsym(RTLD_NEXT, #function))

/* ---- memory: libc's own names, since dlsym may ask for memory itself ---------------------------------------
 */

extern void *__libc_malloc(size_t), *__libc_calloc(size_t, size_t), *__libc_realloc(void *, size_t),
    *__libc_memalign(size_t, size_t);

void *malloc(size_t n) {
    return fails(MEMORY, __func__) ? NULL : __libc_malloc(n);
}
void *calloc(size_t n, size_t size) {
    return fails(MEMORY, __func__) ? NULL : __libc_calloc(n, size);
}
void *realloc(void *p, size_t n) {
    return fails(MEMORY, __func__) ? NULL : __libc_realloc(p, n);
}
void *reallocarray(void *p, size_t n, size_t size) {
    size_t bytes;
    if (fails(MEMORY, __func__) || __builtin_mul_overflow(n, size, &bytes))
        return NULL;
    return __libc_realloc(p, bytes);
}
void *memalign(size_t alignment, size_t n) {
    return fails(MEMORY, __func__) ? NULL : __libc_memalign(alignment, n);
}
void *aligned_alloc(size_t alignment, size_t n) {
    return fails(MEMORY, __func__) ? NULL : __libc_memalign(alignment, n);
}
int posix_memalign(void **p, size_t alignment, size_t n) {
    if (fails(MEMORY, __func__))
        return ENOMEM;
    void *got = __libc_memalign(alignment, n);
    if (!got)
        return ENOMEM;
    *p = got;
    return 0;
}

/* ---- the rest: FAILING(kind, value of failure, type, name, parameters, arguments) -------------------------
 */

#define FAILING(k, failure, type, name, parameters, arguments)                                                 \
    type name parameters {                                                                                     \
        static __typeof__(&name) real;                                                                         \
        if (!real)                                                                                             \
            real = REAL(name);                                                                                 \
        return fails(k, __func__) ? (failure) : real arguments;                                                \
    }

FAILING(MEMORY, MAP_FAILED, void *, mmap, (void *p, size_t n, int prot, int flags, int fd, off_t at),
        (p, n, prot, flags, fd, at))
FAILING(MEMORY, MAP_FAILED, void *, mmap64, (void *p, size_t n, int prot, int flags, int fd, off_t at),
        (p, n, prot, flags, fd, at))
FAILING(WRITE, -1, ssize_t, write, (int fd, const void *p, size_t n), (fd, p, n))
FAILING(WRITE, -1, ssize_t, pwrite, (int fd, const void *p, size_t n, off_t at), (fd, p, n, at))
FAILING(WRITE, -1, ssize_t, pwrite64, (int fd, const void *p, size_t n, off_t at), (fd, p, n, at))
FAILING(READ, -1, ssize_t, read, (int fd, void *p, size_t n), (fd, p, n))
FAILING(READ, -1, ssize_t, pread, (int fd, void *p, size_t n, off_t at), (fd, p, n, at))
FAILING(READ, -1, ssize_t, pread64, (int fd, void *p, size_t n, off_t at), (fd, p, n, at))
FAILING(SYNC, -1, int, fsync, (int fd), (fd))
FAILING(SYNC, -1, int, fdatasync, (int fd), (fd))
FAILING(RENAME, -1, int, rename, (const char *from, const char *to), (from, to))
FAILING(REMOVE, -1, int, unlink, (const char *path), (path))
FAILING(REMOVE, -1, int, unlinkat, (int fd, const char *path, int flags), (fd, path, flags))
FAILING(OPEN, NULL, FILE *, fopen, (const char *path, const char *mode), (path, mode))
FAILING(OPEN, NULL, FILE *, fopen64, (const char *path, const char *mode), (path, mode))
FAILING(OPEN, NULL, DIR *, opendir, (const char *path), (path))
FAILING(TRUNCATE, -1, int, ftruncate, (int fd, off_t n), (fd, n))
FAILING(TRUNCATE, -1, int, ftruncate64, (int fd, off_t n), (fd, n))
FAILING(TRUNCATE, EIO, int, posix_fallocate, (int fd, off_t at, off_t n), (fd, at, n))
FAILING(FOLDER, -1, int, mkdir, (const char *path, mode_t mode), (path, mode))
FAILING(THREAD, EAGAIN, int, pthread_create,
        (pthread_t * t, const pthread_attr_t *a, void *(*run)(void *), void *arg), (t, a, run, arg))
FAILING(SPAWN, -1, int, pipe2, (int ends[2], int flags), (ends, flags))
FAILING(SPAWN, EAGAIN, int, posix_spawnp,
        (pid_t * pid, const char *file, const posix_spawn_file_actions_t *actions, const posix_spawnattr_t *a,
         char *const *argv, char *const *env),
        (pid, file, actions, a, argv, env))
FAILING(SPAWN, ENOMEM, int, posix_spawn_file_actions_init, (posix_spawn_file_actions_t * actions), (actions))

/* open(2) and fcntl(2) take a last argument by the others. */
#define OPENING(name)                                                                                          \
    int name(const char *path, int flags, ...) {                                                               \
        static __typeof__(&name) real;                                                                         \
        va_list list;                                                                                          \
        va_start(list, flags);                                                                                 \
        const mode_t mode = flags & (O_CREAT | (O_TMPFILE & ~O_DIRECTORY)) ? va_arg(list, mode_t) : 0;         \
        va_end(list);                                                                                          \
        if (!real)                                                                                             \
            real = REAL(name);                                                                                 \
        return fails(OPEN, __func__) ? -1 : real(path, flags, mode);                                           \
    }
OPENING(open)
OPENING(open64)

#define CONTROLLING(name)                                                                                      \
    int name(int fd, int command, ...) {                                                                       \
        static __typeof__(&name) real;                                                                         \
        va_list list;                                                                                          \
        va_start(list, command);                                                                               \
        void *argument = va_arg(list, void *);                                                                 \
        va_end(list);                                                                                          \
        if (!real)                                                                                             \
            real = REAL(name);                                                                                 \
        const bool locks = command == F_OFD_SETLK || command == F_OFD_SETLKW;                                  \
        return locks && fails(LOCK, __func__) ? -1 : real(fd, command, argument);                              \
    }
CONTROLLING(fcntl)
CONTROLLING(fcntl64)

/* What fails to close is closed nevertheless, and what could not be written out is gone. */
int close(int fd) {
    const bool failing = fails(CLOSE, __func__);
    const int code = (int)syscall(SYS_close, fd);
    if (!failing)
        return code;
    errno = kinds[CLOSE].error;
    return -1;
}
int fclose(FILE *f) {
    static __typeof__(&fclose) real;
    const bool failing = fails(CLOSE, __func__);
    if (!real)
        real = REAL(fclose);
    const int code = real(f);
    if (!failing)
        return code;
    errno = kinds[CLOSE].error;
    return EOF;
}

static bool is_a_file(FILE *f) {
    return f && f != stdout && f != stderr;
}
size_t fwrite(const void *p, size_t size, size_t n, FILE *f) {
    static __typeof__(&fwrite) real;
    if (!real)
        real = REAL(fwrite);
    return is_a_file(f) && fails(WRITE, __func__) ? 0 : real(p, size, n, f);
}
int fflush(FILE *f) {
    static __typeof__(&fflush) real;
    if (!real)
        real = REAL(fflush);
    return is_a_file(f) && fails(WRITE, __func__) ? EOF : real(f);
}

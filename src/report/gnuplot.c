/* Quoting for gnuplot, and running it: by argv, never through a shell. */
#define _GNU_SOURCE
#include "report/gnuplot.h"
#include "base/mem.h"
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

/* Bytes of the printable UTF-8 character at s; 0 if there is none. */
static size_t character(const char *s) {
    const unsigned char *u = (const unsigned char *)s;
    if (u[0] < 0x80)
        return u[0] >= ' ' && u[0] != 0x7f;
    size_t n = u[0] >= 0xc2 && u[0] < 0xe0   ? 2
               : (u[0] & 0xf0) == 0xe0       ? 3
               : u[0] >= 0xf0 && u[0] < 0xf5 ? 4
                                             : 0;
    for (size_t i = 1; i < n; i++)
        if ((u[i] & 0xc0) != 0x80)
            return 0;
    /* Overlong forms, surrogates, beyond U+10FFFF, and the C1 controls. */
    if ((u[0] == 0xe0 && u[1] < 0xa0) || (u[0] == 0xed && u[1] >= 0xa0) || (u[0] == 0xf0 && u[1] < 0x90) ||
        (u[0] == 0xf4 && u[1] >= 0x90) || (u[0] == 0xc2 && u[1] < 0xa0))
        return 0;
    return n;
}

void gnuplot_quote(struct text *out, const char *s, size_t width) {
    size_t n = 0;
    for (const char *c = s; *c; c += character(c) ? character(c) : 1)
        n++;
    size_t head = n > width ? width - width / 2 - 1 : n, tail = n > width ? n - width / 2 : n, i = 0;
    text_add(out, "'");
    for (const char *c = s; *c; i++) {
        size_t bytes = character(c);
        if (i == head && n > width)
            text_add(out, "\xe2\x80\xa6");
        if (i < head || i >= tail) {
            if (*c == '\'')
                text_add(out, "''");
            else if (bytes)
                text_add_n(out, c, bytes);
            else
                text_add(out, "?");
        }
        c += bytes ? bytes : 1;
    }
    text_add(out, "'");
}

bool gnuplot_found(void) {
    const char *path = getenv("PATH");
    struct text file = {0};
    bool found = false;
    while (path && !found) {
        size_t len = strcspn(path, ":");
        file.len = 0;
        text_add_n(&file, path, len);
        text_add(&file, len ? "/gnuplot" : "gnuplot");
        found = !file.failed && !access(file.s, X_OK);
        path = path[len] ? path + len + 1 : NULL;
    }
    text_free(&file);
    return found;
}

/* All that arrives until the other end closes; only the first lines are kept. */
static void drain(int fd, char *kept, size_t size) {
    char chunk[1024];
    size_t len = 0;
    for (;;) {
        ssize_t got = read(fd, chunk, sizeof chunk);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            break;
        size_t take = (size_t)got < size - 1 - len ? (size_t)got : size - 1 - len;
        memcpy(kept + len, chunk, take);
        len += take;
    }
    while (len && (kept[len - 1] == '\n' || kept[len - 1] == ' '))
        len--;
    kept[len] = '\0';
}

/* One gnuplot at work on scripts, and where its messages arrive. */
struct process {
    pid_t pid;
    int words;
    size_t first, n;
};

static bool start(const char *const *script, size_t n, const char *before, struct process *p, struct err *e) {
    /* -d: no start-up files of the user's or the system's; a picture looks the same for everyone. */
    const char **argv = mem_zeroed(n + 5, sizeof *argv, e);
    posix_spawn_file_actions_t files;
    int ends[2];
    if (!argv)
        return false;
    if (pipe2(ends, O_CLOEXEC)) {
        free(argv);
        return err_add(e, "cannot run gnuplot: %s", strerror(errno));
    }
    size_t at = 0;
    argv[at++] = "gnuplot";
    argv[at++] = "-d";
    if (before) {
        argv[at++] = "-e";
        argv[at++] = before;
    }
    memcpy(argv + at, script, n * sizeof *argv);
    int reason = posix_spawn_file_actions_init(&files);
    if (!reason) {
        reason = posix_spawn_file_actions_addopen(&files, 0, "/dev/null", O_RDONLY, 0);
        if (!reason)
            reason = posix_spawn_file_actions_addopen(&files, 1, "/dev/null", O_WRONLY, 0);
        if (!reason)
            reason = posix_spawn_file_actions_adddup2(&files, ends[1], 2);
        if (!reason)
            reason = posix_spawnp(&p->pid, "gnuplot", &files, NULL, (char **)argv, environ);
        posix_spawn_file_actions_destroy(&files);
    }
    free(argv);
    close(ends[1]);
    p->words = ends[0];
    if (!reason)
        return true;
    close(ends[0]);
    return err_add(e, "cannot run gnuplot: %s", strerror(reason));
}

/* Waits for its end; name: what the message calls it. */
static bool finish(const struct process *p, const char *name, struct err *e) {
    char words[2048];
    int status = 0;
    drain(p->words, words, sizeof words);
    close(p->words);
    while (waitpid(p->pid, &status, 0) < 0)
        if (errno != EINTR)
            return err_add(e, "cannot wait for gnuplot: %s", strerror(errno));
    if (WIFSIGNALED(status))
        return err_add(e, "%s: gnuplot was killed by signal %d", name, WTERMSIG(status));
    if (WEXITSTATUS(status))
        return err_add(e, "%s: gnuplot failed (exit %d): %s", name, WEXITSTATUS(status), words);
    return true;
}

bool gnuplot_run(const char *script, const char *before, struct err *e) {
    struct process p = {0};
    return start(&script, 1, before, &p, e) && finish(&p, script, e);
}

/* Each of the scripts by itself, as one of them stopped a gnuplot that had them all. */
static bool run_each(const char *const *script, size_t n, const char *before, struct err *e) {
    enum { NAMED = 3 };
    size_t n_failed = 0;
    for (size_t i = 0; i < n; i++) {
        struct err reason = {0};
        if (gnuplot_run(script[i], before, &reason))
            continue;
        if (n_failed++ < NAMED)
            err_add(e, "%s", reason.text ? reason.text : script[i]);
        err_clear(&reason);
    }
    return n_failed <= NAMED ? n_failed == 0 : err_add(e, "and %zu more figures", n_failed - NAMED);
}

bool gnuplot_run_all(const char *const *script, size_t n, const char *before, int processes, struct err *e) {
    enum {
        MOST = 64,
        AT_ONCE = 200
    }; /* processes; scripts of one: a command line has room for so many paths */
    const size_t many = processes < 1 ? 1 : processes > MOST ? MOST : (size_t)processes;
    struct process p[MOST];
    bool ok = true;
    for (size_t first = 0; first < n;) {
        const size_t rest = n - first, all = rest < many * AT_ONCE ? rest : many * AT_ONCE;
        size_t n_started = 0, at = 0;
        bool started = true;
        for (size_t k = 0; k < many && started; k++) {
            const size_t end = all * (k + 1) / many;
            if (end == at)
                continue;
            p[n_started] = (struct process){.first = first + at, .n = end - at};
            started = start(script + first + at, end - at, before, &p[n_started], e);
            n_started += started;
            at = end;
        }
        for (size_t k = 0; k < n_started; k++) {
            struct err reason = {0};
            const bool drawn = finish(&p[k], "", &reason);
            err_clear(&reason); /* run again, it says of which script */
            ok = (drawn || run_each(script + p[k].first, p[k].n, before, e)) && ok;
        }
        if (!started)
            return false;
        first += all;
    }
    return ok;
}

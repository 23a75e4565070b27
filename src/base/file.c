/* Whole files and folders. Declared in text.h. */
#include "base/machine.h"
#include "base/mem.h"
#include "base/text.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

bool file_read(const char *path, char **data, size_t *len, struct err *e) {
    *data = NULL;
    *len = 0;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return err_add(e, "%s: cannot open: %s", path, strerror(errno));
    struct stat st;
    size_t cap = 0, chunk = 1 << 16, n = 0;
    char *s = NULL;
    bool ok = false;
    if (!fstat(fd, &st) && (S_ISCHR(st.st_mode) || S_ISBLK(st.st_mode))) {
        err_add(e, "%s: cannot read: a device, which need not end; expected a file", path);
        goto out;
    }
    if (!fstat(fd, &st) && S_ISREG(st.st_mode) && (uint64_t)st.st_size > machine_get()->memory_bytes) {
        err_add(e, "%s: cannot read: the file has %.0f MiB, %.0f MiB of memory are available", path,
                (double)st.st_size / (1 << 20), (double)machine_get()->memory_bytes / (1 << 20));
        goto out;
    }
    /* The size is a hint: pipes and /proc files have none. */
    if (!fstat(fd, &st) && S_ISREG(st.st_mode) && (size_t)st.st_size + 1 > chunk)
        chunk = (size_t)st.st_size + 1;
    for (;;) {
        if (!mem_grow(&s, &cap, n + chunk + 1, 1, e)) {
            err_add(e, "%s: cannot read: the file does not fit in memory", path);
            goto out;
        }
        ssize_t got = read(fd, s + n, cap - n - 1);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0) {
            err_add(e, "%s: cannot read: %s", path, strerror(errno));
            goto out;
        }
        if (got == 0)
            break;
        n += (size_t)got;
        chunk = 1 << 12;
    }
    s[n] = '\0';
    *data = s;
    *len = n;
    s = NULL;
    ok = true;
out:
    free(s);
    close(fd);
    return ok;
}

static bool write_all(int fd, const char *data, size_t len) {
    while (len) {
        ssize_t put = write(fd, data, len);
        if (put < 0 && errno == EINTR)
            continue;
        if (put < 0)
            return false;
        data += put;
        len -= (size_t)put;
    }
    return true;
}

bool file_write(const char *path, const char *data, size_t len, struct err *e) {
    struct text beside = {0};
    text_addf(&beside, "%s.%ld.tmp", path, (long)getpid());
    if (beside.failed) {
        text_free(&beside);
        return err_add(e, "%s: cannot write: out of memory", path);
    }
    unlink(beside.s); /* whatever has that name is not ours, and may lead elsewhere */
    int fd = open(beside.s, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    bool ok = fd >= 0 && write_all(fd, data, len) && !fsync(fd);
    int reason = errno;
    if (fd >= 0 && close(fd) && ok) {
        ok = false;
        reason = errno;
    }
    if (ok && rename(beside.s, path)) {
        ok = false;
        reason = errno;
    }
    if (!ok) {
        err_add(e, "%s: cannot write: %s", path, strerror(reason));
        if (fd >= 0)
            unlink(beside.s);
    }
    text_free(&beside);
    return ok;
}

static bool is_dir(const char *path) {
    struct stat st;
    return !stat(path, &st) && S_ISDIR(st.st_mode);
}

bool path_is_pipe(const char *path) {
    struct stat st;
    return !stat(path, &st) && S_ISFIFO(st.st_mode);
}

bool path_is_link(const char *path) {
    struct stat st;
    return !lstat(path, &st) && S_ISLNK(st.st_mode);
}

/* So that a folder that was made is still there after a loss of power. What cannot be synced is as safe as it
 * is. */
static void sync_parent(const char *path) {
    char *parent = strdup(path), *slash = parent ? strrchr(parent, '/') : NULL;
    if (slash)
        slash[slash == parent] = '\0';
    const int fd = parent ? open(slash ? parent : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
    if (fd >= 0) {
        fsync(fd);
        close(fd);
    }
    free(parent);
}

bool dir_make(const char *path, struct err *e) {
    char *s = strdup(path);
    if (!s)
        return err_add(e, "%s: cannot make the folder: out of memory", path);
    bool ok = true;
    for (char *p = s + 1; ok && *s; p++) {
        if (*p != '/' && *p)
            continue;
        bool last = !*p;
        *p = '\0';
        const int failed = mkdir(s, 0777) ? errno : 0;
        if (!failed) {
            sync_parent(s);
        } else if (!is_dir(s)) {
            const int reason = failed == EEXIST ? ENOTDIR : failed;
            ok = last ? err_add(e, "%s: cannot make the folder: %s", path, strerror(reason))
                      : err_add(e, "%s: cannot make the folder %s: %s", path, s, strerror(reason));
        }
        if (last)
            break;
        *p = '/';
    }
    if (!*s)
        ok = err_add(e, "cannot make a folder without a name");
    free(s);
    return ok;
}

/* The process that a name ends in, NAME.PID.tmp; 0: another kind of name. */
static long writer_of(const char *name) {
    static const char end[] = ".tmp";
    const size_t len = strlen(name), n_end = sizeof end - 1;
    if (len <= n_end || strcmp(name + len - n_end, end) != 0)
        return 0;
    size_t at = len - n_end, digits = 0;
    while (at > 0 && name[at - 1] >= '0' && name[at - 1] <= '9' && digits < 9) {
        at--;
        digits++;
    }
    return digits && at > 1 && name[at - 1] == '.' ? strtol(name + at, NULL, 10) : 0;
}

void dir_clean(const char *path) {
    DIR *dir = opendir(path);
    for (struct dirent *d; dir && (d = readdir(dir));) {
        const long pid = writer_of(d->d_name);
        if (pid > 0 && kill((pid_t)pid, 0) && errno == ESRCH)
            unlinkat(dirfd(dir), d->d_name, 0);
    }
    if (dir)
        closedir(dir);
}

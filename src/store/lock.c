/* sweep.lock is a row of slots of 128 bytes: slot 0 for a sweep as a whole, slot I for shard I. Holding a slot
 * is holding the lock on its bytes, and in it stands who does. A sweep as a whole locks all of them. */
#define _GNU_SOURCE
#include "store/lock.h"
#include "base/mem.h"
#include "base/text.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { SLOT_BYTES = 128 };
static const uint64_t DOOR = (uint64_t)1 << 40; /* the slot of whoever comes in or goes: one shard at a time */

struct lock {
    int file;
    uint64_t shard;
    char *path;
};

/* The lock on a slot, or (all) on every slot. */
static struct flock range(short type, bool all, uint64_t slot) {
    return (struct flock){.l_type = type,
                          .l_whence = SEEK_SET,
                          .l_start = all ? 0 : (off_t)(slot * SLOT_BYTES),
                          .l_len = all ? 0 : SLOT_BYTES};
}

/* Says who is in the way of the lock that was not to be had. */
static bool complain(const struct lock *l, const char *dir, struct flock wanted, struct err *e) {
    char slot[SLOT_BYTES + 1] = "";
    if (!fcntl(l->file, F_OFD_GETLK, &wanted) && wanted.l_type != F_UNLCK &&
        pread(l->file, slot, SLOT_BYTES, wanted.l_start) > 0)
        slot[strcspn(slot, "\n")] = '\0';
    for (char *c = slot; *c; c++)
        if ((unsigned char)*c < ' ' || (unsigned char)*c > '~')
            *c = '?';
    return err_add(e, "%s: in use by %s; wait for it to end, or give another folder with --out", dir,
                   *slot ? slot : "another process");
}

static bool sign(const struct lock *l, uint64_t at, struct err *e) {
    char slot[SLOT_BYTES], host[40] = "", since[32] = "", shard[32] = "";
    const time_t now = time(NULL);
    struct tm tm;
    gethostname(host, sizeof host - 1);
    if (gmtime_r(&now, &tm))
        strftime(since, sizeof since, "%Y-%m-%d %H:%M:%S UTC", &tm);
    if (l->shard)
        snprintf(shard, sizeof shard, " (shard %llu)", (unsigned long long)l->shard);
    memset(slot, ' ', sizeof slot);
    const int n = snprintf(slot, sizeof slot, "pid %ld on %s since %s%s", (long)getpid(), host, since, shard);
    slot[n] = '\n';
    if (pwrite(l->file, slot, sizeof slot, (off_t)(at * SLOT_BYTES)) == sizeof slot)
        return true;
    return err_add(e, "%s: cannot write: %s", l->path, strerror(errno));
}

/* Whether the path still leads to the file that is locked: its last holder may have taken it away meanwhile. */
static bool in_place(const struct lock *l) {
    struct stat here, there;
    return !fstat(l->file, &here) && !stat(l->path, &there) && here.st_dev == there.st_dev &&
           here.st_ino == there.st_ino;
}

void lock_close(struct lock *l) {
    const struct flock door = range(F_WRLCK, false, DOOR);
    while (l->shard && fcntl(l->file, F_OFD_SETLKW, &door) && errno == EINTR)
        continue;
}

void lock_share(struct lock *l) {
    struct flock before = range(F_UNLCK, true, 0), after = before;
    before.l_len = (off_t)(l->shard * SLOT_BYTES);
    after.l_start = (off_t)((l->shard + 1) * SLOT_BYTES);
    if (!l->shard)
        return;
    fcntl(l->file, F_OFD_SETLK, &before);
    fcntl(l->file, F_OFD_SETLK, &after);
}

struct lock *lock_take(const char *dir, uint64_t shard, bool alone, struct err *e) {
    struct text path = {0};
    text_addf(&path, "%s/sweep.lock", dir);
    struct lock *l = mem_zeroed(1, sizeof *l, e);
    if (!l || (path.failed && !err_add(e, "%s: cannot lock: out of memory", dir)) || !dir_make(dir, e)) {
        free(l);
        text_free(&path);
        return NULL;
    }
    *l = (struct lock){.file = -1, .shard = shard, .path = path.s};
    const struct flock wanted = range(F_WRLCK, alone || !shard, shard);
    for (;;) {
        l->file = open(l->path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0666);
        if (l->file < 0) {
            err_add(e, "%s: cannot open: %s", l->path, strerror(errno));
            break;
        }
        if (fcntl(l->file, F_OFD_SETLK, &wanted)) {
            if (errno == EAGAIN || errno == EACCES)
                complain(l, dir, wanted, e);
            else
                err_add(e, "%s: cannot lock: %s", l->path, strerror(errno));
            break;
        }
        lock_close(l);
        if (in_place(l)) {
            /* Who holds all slots is looked for in the first. */
            if (sign(l, l->shard, e) && (!alone || sign(l, 0, e)))
                return l;
            break;
        }
        close(l->file);
    }
    if (l->file >= 0)
        close(l->file);
    free(l->path);
    free(l);
    return NULL;
}

void lock_release(struct lock *l) {
    if (!l)
        return;
    const struct flock all = range(F_WRLCK, true, 0);
    if (!fcntl(l->file, F_OFD_SETLK, &all) && in_place(l))
        unlink(l->path);
    close(l->file);
    free(l->path);
    free(l);
}

/* Files written as they are made; out.h says how to use it. */
#include "report/out.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { BUFFER_BYTES = 1 << 20 };

static bool out_error(const struct out *o, struct err *e) {
    return err_add(e, "%s: cannot write: %s", o->path, o->text.failed ? "out of memory" : strerror(errno));
}

bool out_open(struct out *o, const char *path, struct err *e) {
    struct text beside = {0};
    text_addf(&beside, "%s.%ld.tmp", path, (long)getpid());
    *o = (struct out){.path = strdup(path), .beside = beside.s};
    if (!o->path || beside.failed) {
        err_add(e, "%s: cannot write: out of memory", path);
        goto fail;
    }
    unlink(o->beside); /* whatever has that name is not ours, and may lead elsewhere */
    o->file = fopen(o->beside, "wxe");
    if (o->file)
        return true;
    out_error(o, e);
fail:
    free(o->path);
    free(o->beside);
    *o = (struct out){0};
    return false;
}

static bool out_write(struct out *o, struct err *e) {
    if (o->text.failed || fwrite(o->text.s, 1, o->text.len, o->file) != o->text.len)
        return out_error(o, e);
    o->text.len = 0;
    return true;
}

bool out_flow(struct out *o, struct err *e) {
    return o->text.len < BUFFER_BYTES || out_write(o, e);
}

bool out_close(struct out *o, bool ok, struct err *e) {
    if (!o->file)
        return false;
    ok = ok && out_write(o, e);
    if (ok && (fflush(o->file) || fsync(fileno(o->file))))
        ok = out_error(o, e);
    if (fclose(o->file) && ok)
        ok = out_error(o, e);
    if (ok && rename(o->beside, o->path))
        ok = out_error(o, e);
    if (!ok)
        unlink(o->beside);
    text_free(&o->text);
    free(o->path);
    free(o->beside);
    *o = (struct out){0};
    return ok;
}

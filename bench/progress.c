#include "progress.h"
#include "base/clock.h"
#include "show.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { BAR_CHARS = 24 };
static const double REDRAW_S = 0.1, LINE_S = 10;

void progress_begin(struct progress *p, size_t n_runs, double work, bool quiet) {
    const double now = clock_s();
    *p = (struct progress){.n_runs = n_runs, .work = work, .quiet = quiet, .start_s = now, .last_s = now};
    const char *term = getenv("TERM");
    p->terminal = isatty(STDERR_FILENO) && !(term && !strcmp(term, "dumb"));
    if (p->terminal && !quiet && n_runs) /* the first pack may take its time */
        fprintf(stderr, "\r[%*s] 0 of %s runs\x1b[K", BAR_CHARS, "", show_count(n_runs, (char[SHOW_CHARS]){0}));
}

void progress_add(struct progress *p, size_t runs, double work) {
    p->runs_done += runs;
    p->work_done += work;
    const double now = clock_s(), share = p->work > 0 ? p->work_done / p->work : 0;
    const bool done = p->runs_done >= p->n_runs;
    if (p->quiet || (!done && now - p->last_s < (p->terminal ? REDRAW_S : LINE_S)))
        return;
    if (done && !p->terminal && now - p->start_s < LINE_S)
        return; /* the closing line says it all */
    p->last_s = now;
    const double elapsed = now - p->start_s;
    char count[SHOW_CHARS], total[SHOW_CHARS], left[SHOW_CHARS];
    show_count(p->runs_done, count);
    show_count(p->n_runs, total);
    show_duration(share > 0 ? elapsed * (1 - share) / share : 0, left);
    const double rate = elapsed > 0 ? (double)p->runs_done / elapsed : 0;
    const int digits = rate < 10;
    if (!p->terminal) {
        fprintf(stderr, "%s of %s runs, %.*f a second, %s left\n", count, total, digits, rate, left);
        return;
    }
    int filled = share >= 1 ? BAR_CHARS : (int)(share * BAR_CHARS);
    fprintf(stderr, "\r[%.*s%*s] %s of %s runs, %.*f a second, %s left\x1b[K", filled,
            "########################", BAR_CHARS - filled, "", count, total, digits, rate, left);
    fflush(stderr);
}

void progress_clear(struct progress *p) {
    if (!p->quiet && p->terminal) {
        fprintf(stderr, "\r\x1b[K");
        fflush(stderr);
    }
}

/* summary.md and summary.tex: one document in two formats. */
#include "report/summary.h"
#include <string.h>

bool summary_make(const struct scores *s, struct doc *d, struct err *e) {
    *d = (struct doc){0};
    text_add(doc_heading(d, 1), plan_name(s->r->plan));
    summary_runs(s, d);
    summary_verdict(s, d);
    summary_rankings(s, d);
    summary_best(s, d);
    summary_profile(s, d);
    bool ok = summary_sensitivity(s, d, e);
    summary_learnt(s, d);
    summary_trends(s, d);
    summary_failures(s, d);
    ok = ok && summary_not_computed(s, d, e) && summary_data(s, d, e);
    summary_below(s, d);
    if (!ok)
        doc_free(d);
    return ok;
}

static bool write_as(const struct scores *s, const char *path,
                     void (*format)(const struct doc *, struct text *), struct err *e) {
    struct doc d;
    struct text out = {0};
    if (!summary_make(s, &d, e))
        return false;
    format(&d, &out);
    bool ok = !out.failed || err_add(e, "%s: cannot write: out of memory", path);
    ok = ok && file_write(path, out.s, out.len, e);
    text_free(&out);
    doc_free(&d);
    return ok;
}

bool summary_write_markdown(const struct scores *s, const char *path, struct err *e) {
    return write_as(s, path, doc_markdown, e);
}

bool summary_write_tex(const struct scores *s, const char *path, struct err *e) {
    return write_as(s, path, doc_tex, e);
}

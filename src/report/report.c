/* A results folder, rebuilt from plan and store. */
#include "report/report.h"
#include "base/clock.h"
#include "report/csv.h"
#include "report/figures.h"
#include "report/html.h"
#include "report/summary.h"

/* Tables of runs and cells need no scores. */
#define OF_RESULTS(write)                                                                                      \
    static bool write##_of(const struct scores *s, const char *path, struct err *e) {                          \
        return write(s->r, path, e);                                                                           \
    }
OF_RESULTS(csv_write_runs)
OF_RESULTS(csv_write_curves)
OF_RESULTS(csv_write_cells)
OF_RESULTS(csv_write_data)
OF_RESULTS(csv_write_bands)
OF_RESULTS(csv_write_trace)

static bool write_claims(const struct scores *s, const char *path, struct err *e) {
    return claims_write(s->claim, s->n_claims, plan_name(s->r->plan), path, e);
}

/* What is written, each under its name within the folder: a format is a row. */
static const struct {
    const char *name;
    bool (*write)(const struct scores *s, const char *path, struct err *e);
} files[] = {
    {"runs.csv", csv_write_runs_of},    {"curves.csv", csv_write_curves_of},
    {"cells.csv", csv_write_cells_of},  {"data.csv", csv_write_data_of},
    {"bands.csv", csv_write_bands_of},  {"trace.csv", csv_write_trace_of},
    {"summary.csv", summary_write_csv}, {"summary.md", summary_write_markdown},
    {"summary.tex", summary_write_tex}, {"expectations.md", write_claims},
};

bool report_write(const struct plan *p, struct store *s, const char *dir, const struct report_options *o,
                  struct err *e) {
    struct results r;
    struct scores scores;
    if (!dir_make(dir, e) || !results_load(p, s, &r, e))
        return false;
    dir_clean(dir);
    bool ok = scores_make(&r, &scores, e);
    for (size_t k = 0; ok && k < sizeof files / sizeof *files; k++) {
        struct text path = {0};
        text_addf(&path, "%s/%s", dir, files[k].name);
        ok = path.failed ? err_add(e, "%s: out of memory", dir) : files[k].write(&scores, path.s, e);
        text_free(&path);
    }
    struct figure_list figures = {0};
    const double start = clock_s();
    ok = ok && (!o->plots || figures_write(&scores, dir, &(struct figures_options){true, o->pdf}, &figures, e));
    if (o->pictures_s)
        *o->pictures_s = clock_s() - start;
    ok =
        ok && html_write(&scores, dir, &figures, e); /* last: it holds the figures, and names hashes of files */
    if (ok && o->unexpected) {
        claims_unexpected(scores.claim, scores.n_claims, o->unexpected);
        ok = !o->unexpected->failed || err_add(e, "out of memory for the claims that have another verdict");
    }
    figures_free(&figures);
    scores_free(&scores);
    results_free(&r);
    return ok;
}

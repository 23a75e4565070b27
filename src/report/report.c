/* A results folder, rebuilt from plan and store. */
#include "report/report.h"
#include "report/results.h"

/* What is written, each under its name within the folder. */
static const struct {
    const char *name;
    bool (*write)(const struct results *r, const char *path, struct err *e);
} files[] = {
    {"runs.csv", csv_write_runs},
    {"curves.csv", csv_write_curves},
    {"summary.md", summary_write},
};

bool report_write(const struct plan *p, struct store *s, const char *dir, const struct report_options *o,
                  struct err *e) {
    struct results r;
    if (!dir_make(dir, e) || !results_load(p, s, &r, e))
        return false;
    bool ok = true;
    for (size_t k = 0; ok && k < sizeof files / sizeof *files; k++) {
        struct text path = {0};
        text_addf(&path, "%s/%s", dir, files[k].name);
        ok = path.failed ? err_add(e, "%s: out of memory", dir) : files[k].write(&r, path.s, e);
        text_free(&path);
    }
    ok = ok && (!o->plots || plots_write(&r, dir, true, e));
    results_free(&r);
    return ok;
}

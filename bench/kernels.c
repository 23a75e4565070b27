/* `bench kernels`: which rules, sizes and instruction sets, one group after the other; what is printed and
 * written. */
#include "kernels.h"
#include "base/clock.h"
#include "base/machine.h"
#include "command.h"
#include "options.h"
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct asked {
    const char *rules, *isa, *sizes, *out;
    bool all, check;
    int format;
};
enum { FORMAT_TEXT, FORMAT_CSV, FORMAT_JSON };
static const char *const formats[] = {"text", "csv", "json", NULL};

#define TEXT(name, value, member, help)                                                                        \
    { name, value, OPTION_TEXT, offsetof(struct asked, member), help, NULL, 0, 0 }
static const struct option options[] = {
    TEXT("rules", "REGEX", rules, "rules whose name matches (all); with --all also their variants"),
    TEXT("isa", "LIST", isa, "of scalar, auto, avx2, avx512, separated by commas (all that this CPU has)"),
    TEXT("sizes", "4K..256M", sizes,
         "bytes of an array, a list or a range by doubling (one in each cache, 64M)"),
    {"all", NULL, OPTION_FLAG, offsetof(struct asked, all), "every variant, f32 and f64, 4K..256M", NULL, 0, 0},
    {"check", NULL, OPTION_FLAG, offsetof(struct asked, check), "only compare every bit with scalar", NULL, 0,
     0},
    TEXT("out", "DIR", out, "also write kernels.csv, kernels.json and plots/ there"),
    {"format", "text|csv|json", OPTION_WORD, offsetof(struct asked, format), "of what is printed", formats, 0,
     0},
};
enum { N_OPTIONS = sizeof options / sizeof *options };

/* Seconds of timing a group: the usual call ends within two minutes, whatever the machine. */
static double group_seconds(const struct selection *sel, size_t bytes, bool all) {
    const double usual = all ? 1e9 : 84.0 / (double)sel->n_subjects;
    const double wanted = bytes >= MEMORY_BYTES / 4 ? 6 : 1;
    const double part = bytes >= MEMORY_BYTES / 4 ? 0.5 : 0.17;
    return usual * part < wanted ? usual * part : wanted;
}

static void progress(const struct subject *s, enum precision p, size_t done, size_t n) {
    if (isatty(2))
        fprintf(stderr, "\r\033[K%zu of %zu: %s %s", done, n, s->name, real_names[p]);
    if (isatty(2) && done == n)
        fprintf(stderr, "\r\033[K");
}

static void print(struct text *out) {
    if (out->s)
        fputs(out->s, stdout);
    fflush(stdout);
    out->len = 0;
    if (out->s)
        *out->s = '\0';
}

struct work {
    const struct asked *asked;
    struct selection sel;
    struct arena arena;
    struct method method;
    struct results_rows rows;
    struct context context;
    struct text text;
};

static bool run_sizes(struct work *w, const struct subject *s, enum precision p, bool check, struct err *e) {
    const struct selection *sel = &w->sel;
    bool ok = true;
    for (size_t i = 0; i < sel->n_sizes; i++) {
        const double seconds = w->asked->check ? 0 : group_seconds(sel, sel->bytes[i], w->asked->all) / PASSES;
        ok = group_run(sel, s, p, sel->bytes[i], &w->arena, check, seconds, &w->method, &w->rows, e) && ok;
    }
    return ok;
}

/* The rows of a further pass, which lie behind those of the first, go into these from `first` on. */
static void repeat_rows(struct results_rows *r, size_t first, size_t second) {
    for (size_t i = second; i < r->n; i++)
        row_repeat(&r->row[first + i - second], &r->row[i]);
}

/* Every group, all of them once and then all again, so that the passes of a row lie far apart in time; text is
 * printed as the last pass comes by. */
static bool run_groups(struct work *w, struct err *e) {
    const struct selection *sel = &w->sel;
    const bool check = w->asked->check, text = w->asked->format == FORMAT_TEXT && !check;
    const int passes = check ? 1 : PASSES;
    const size_t n = (size_t)passes * sel->n_subjects * (1 + sel->precision[PRECISION_F64]);
    size_t done = 0, printed = 0;
    bool ok = true;
    for (int pass = 0; pass < passes && ok; pass++) {
        size_t at = 0;
        for (size_t k = 0; k < sel->n_subjects; k++)
            for (enum precision p = 0; p < PRECISION_COUNT; p++) {
                if (!sel->precision[p])
                    continue;
                const size_t first = w->rows.n;
                progress(&sel->subject[k], p, done, n);
                ok = run_sizes(w, &sel->subject[k], p, pass == 0, e) && ok;
                progress(&sel->subject[k], p, ++done, n);
                if (pass == 0)
                    continue;
                const size_t end = at + w->rows.n - first;
                if (ok)
                    repeat_rows(&w->rows, at, first);
                w->rows.n = first;
                at = ok ? end : at;
                if (text && pass == passes - 1) {
                    rows_text(&w->rows, printed, at, &w->text);
                    printed = at;
                }
                print(&w->text);
            }
    }
    if (text) /* after a failure: what has no last pass */
        rows_text(&w->rows, printed, w->rows.n, &w->text);
    print(&w->text);
    return ok;
}

static bool write_one(const struct work *w, const char *name,
                      void (*make)(const struct context *, struct text *), struct err *e) {
    struct text path = {0}, content = {0};
    text_addf(&path, "%s/%s", w->asked->out, name);
    make(&w->context, &content);
    bool ok = path.failed || content.failed ? err_add(e, "out of memory for %s", name)
                                            : file_write(path.s, content.s, content.len, e);
    text_free(&path);
    text_free(&content);
    return ok;
}

/* And what a former call left there, compared. */
static bool write_all(struct work *w, struct text *notes, struct err *e) {
    struct text former = {0};
    bool ok = true;
    text_addf(&former, "%s/kernels.csv", w->asked->out);
    if (former.failed)
        ok = err_add(e, "out of memory for a path in %s", w->asked->out);
    if (ok && !access(former.s, F_OK))
        ok = rows_compare(&w->rows, former.s, notes, e);
    text_free(&former);
    return ok && write_one(w, "kernels.csv", rows_csv, e) && write_one(w, "kernels.json", rows_json, e) &&
           rows_plots(&w->context, w->asked->out, e);
}

static bool finish(struct work *w, struct err *e) {
    struct text notes = {0};
    bool ok = !w->asked->out || write_all(w, &notes, e);
    rows_warnings(&w->context, &notes);
    if (w->asked->format == FORMAT_CSV)
        rows_csv(&w->context, &w->text);
    else if (w->asked->format == FORMAT_JSON)
        rows_json(&w->context, &w->text);
    if (w->text.failed || notes.failed)
        ok = err_add(e, "out of memory");
    print(&w->text);
    if (notes.s)
        fprintf(w->asked->format == FORMAT_TEXT ? stdout : stderr, "\n%s", notes.s);
    text_free(&notes);
    return ok;
}

static bool work_run(struct work *w, struct err *e) {
    const struct asked *asked = w->asked;
    for (enum code c = 0; !asked->isa && c < CODE_COUNT; c++)
        if (!code_usable(c))
            fprintf(stderr, "bench: %s is left out: this CPU cannot run it\n", code_names[c]);
    method_open(&w->method);
    w->context.method = &w->method;
    w->context.rows = &w->rows;
    context_make(&w->context);
    bool ok = arena_make(&w->arena, w->sel.bytes[w->sel.n_sizes - 1], e);
    if (ok && asked->format == FORMAT_TEXT && !asked->check) {
        rows_text_head(&w->context, &w->text);
        print(&w->text);
    }
    ok = ok && run_groups(w, e);
    if (w->rows.n_checked && !e->count)
        fprintf(asked->check ? stdout : stderr, "%zu kernels checked: every bit as scalar has it\n",
                w->rows.n_checked);
    if (!asked->check && w->rows.n)
        ok = finish(w, e) && ok;
    method_close(&w->method);
    arena_free(&w->arena);
    free(w->rows.row);
    text_free(&w->text);
    return ok;
}

int kernels_command(int argc, char **argv) {
    struct asked asked = {0};
    struct err e = {0};
    bool help;
    int code = EXIT_USAGE;
    options_read(options, N_OPTIONS, argc, argv, &asked, &help, &e);
    if (help && !e.count) {
        printf("bench kernels: the update rules timed against what this machine can do (defaults in "
               "parentheses)\n\n");
        options_help(options, N_OPTIONS, stdout);
        code = EXIT_DONE;
    } else if (!e.count) {
        struct work w = {.asked = &asked};
        /* The folder first: two minutes of measurements are not to be lost for a bad path. */
        if (selection_make(&w.sel, asked.rules, asked.isa, asked.sizes, asked.all, &e) &&
            (!asked.out || asked.check || dir_make(asked.out, &e)))
            code = work_run(&w, &e) ? EXIT_DONE : EXIT_INCOMPLETE;
        selection_free(&w.sel);
    }
    if (e.text)
        fprintf(stderr, "%s", e.text);
    err_clear(&e);
    return code;
}

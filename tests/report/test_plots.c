/* Figures: drawn from invented curves, so that what a picture must show is known. Labels are hostile on
 * purpose. */
#include "report/figures.h"
#include "report/gnuplot.h"
#include "report/scores.h"
#include <dirent.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#define DATA "kind = synthetic\nrows = 20\nfeatures = 10\n"

/* ---- a sweep whose runs are invented --------------------------------------------------------------------- */

enum { N_POINTS = 41 };

/* How a run goes: eta0 (or epsilon) too large diverges, too small misses, between it reaches gap 0.05 in good
 * time. */
enum law { LAW_MIXED, LAW_MISSED, LAW_DIVERGED };

static void invent(const struct run *run, enum law law, struct outcome *o) {
    double eta = run->v[KEY_H + H_eta0].word == VALUE_NUMBER ? run->h[H_eta0] : run->h[H_epsilon];
    double rate = law == LAW_MIXED ? eta * (1 + 0.1 * run->v[KEY_SWEEP_seeds].number) : 1e-3;
    bool up = law == LAW_DIVERGED || rate > 2;
    *o = (struct outcome){.id = run->id, .blown_up = up, .test_error = NAN};
    o->points = calloc(N_POINTS, sizeof *o->points);
    assert_non_null(o->points);
    double loss = 100;
    for (size_t t = 0; t < N_POINTS; t++) {
        o->points[o->n_points++] = (struct point){
            .epoch = (double)t, .step = t, .nonzeros = 10 * t, .loss = 10 + loss, .test_loss = NAN};
        loss *= up ? 30 : 1 / (1 + rate);
        if (loss > 1e9)
            break;
    }
}

struct fixture {
    char dir[64];
    struct plan *plan;
    struct store *store;
    struct results r;
    struct scores s;
    struct err e;
};

static void check(struct fixture *f, bool ok, const char *what) {
    if (!ok)
        fail_msg("%s: %s", what, f->e.text ? f->e.text : "no message");
}

static void fixture_open(struct fixture *f, const char *grid, enum law law) {
    *f = (struct fixture){.dir = "/tmp/test_plots.XXXXXX"};
    assert_non_null(mkdtemp(f->dir));
    f->plan = plan_read_text("test.ini", grid, strlen(grid), NULL, NULL, &f->e);
    check(f, f->plan, grid);
    f->store = store_open(f->dir, true, false, &f->e);
    check(f, f->store, "store");
    for (size_t k = 0; k < plan_n_datasets(f->plan); k++) {
        struct minimum m = {.loss = 10, .start_loss = 110};
        check(f,
              store_put_minimum(
                  f->store, (struct minimum_key){plan_dataset_fingerprint(f->plan, k), LOSS_logistic, true, 0},
                  &m, &f->e),
              "minimum");
    }
    for (size_t i = 0; i < plan_n_runs(f->plan); i++) {
        struct run run;
        struct outcome o;
        plan_run(f->plan, i, &run);
        invent(&run, law, &o);
        check(f, store_put_runs(f->store, &o, 1, &f->e), "run");
        outcome_free(&o);
    }
    check(f, results_load(f->plan, f->store, &f->r, &f->e), "results");
    check(f, scores_make(&f->r, &f->s, &f->e), "scores");
}

/* Calls visit for each file of plots/, in no order; then removes it if told so. */
static size_t each_file(const char *folder, const char *ending, void (*visit)(const char *path),
                        bool remove_it) {
    size_t n = 0;
    DIR *d = opendir(folder);
    for (struct dirent *f; d && (f = readdir(d));) {
        char path[512];
        size_t len = strlen(f->d_name), tail = strlen(ending);
        if (f->d_name[0] == '.' || len < tail || strcmp(f->d_name + len - tail, ending))
            continue;
        snprintf(path, sizeof path, "%s/%s", folder, f->d_name);
        if (visit)
            visit(path);
        if (remove_it)
            unlink(path);
        n++;
    }
    if (d)
        closedir(d);
    return n;
}

static void fixture_close(struct fixture *f) {
    char plots[80];
    scores_free(&f->s);
    results_free(&f->r);
    store_close(f->store);
    plan_free(f->plan);
    err_clear(&f->e);
    snprintf(plots, sizeof plots, "%s/plots", f->dir);
    each_file(plots, "", NULL, true);
    rmdir(plots);
    each_file(f->dir, "", NULL, true);
    assert_int_equal(rmdir(f->dir), 0);
}

static char *read_plot(struct fixture *f, const char *name) {
    char path[512], *text;
    size_t len;
    snprintf(path, sizeof path, "%s/plots/%s", f->dir, name);
    check(f, file_read(path, &text, &len, &f->e), name);
    return text;
}

static size_t count(const char *text, const char *what) {
    size_t n = 0;
    for (const char *at = text; (at = strstr(at, what)); at++)
        n++;
    return n;
}

/* ---- what is drawn --------------------------------------------------------------------------------------- */

#define LONG "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define HOSTILE "a\"; system(\"touch hit\")'`touch hit`\\"
#define ADAM "kind = adam\neta0 = logspace(1e-3, 10, 9)\n"

static const struct sweep {
    const char *what, *grid;
    enum law law;
    size_t n_figures;
    const char *figure; /* one of them; what its script and data must hold */
    const char *gp[4], *dat[3];
} sweeps[] = {
    {"two axes",
     "[sweep]\nseeds = 1..3\nepochs = 40\ntarget = gap 0.05\n[data text]\n" DATA "sparsity = 0.8\n"
     "[optimizer adam]\n" ADAM "beta2 = 0.9, 0.99\n",
     LAW_MIXED,
     6,
     "heatmap-text",
     {"'adam'", "median epochs to gap 0.05, 3 seeds", "'0.9' at", "'0.001' at"},
     {" hit best ", " missed ", " diverged "}},
    {"three axes, each two of them a panel",
     "[sweep]\nepochs = 40\ntarget = gap 0.05\n[data text]\n" DATA "sparsity = 0.8\n"
     "[optimizer adam]\n" ADAM "beta2 = 0.9, 0.99\nbeta1 = 0.8, 0.9\n",
     LAW_MIXED,
     6,
     "heatmap-text",
     {"best over other keys", "dat index 2 ", "'beta1' at", "'beta2' at"},
     {"# panel 0: eta0 by beta1.", "# panel 1: eta0 by beta2.", "# panel 2: beta1 by beta2."}},
    {"an axis of the data",
     "[sweep]\nepochs = 40\ntarget = gap 0.05\n[data text]\n" DATA
     "sparsity = 0.99, 0.8\n[optimizer adam]\n" ADAM "[optimizer adadelta]\nepsilon = logspace(1e-5, 1, 6)\n",
     LAW_MIXED,
     13,
     "heatmap-text-tuning-by-sparsity",
     {"'0.99' at", "'1e-5' at", "best of each row ringed", "'epochs to gap 0.05'"},
     {" hit best ", "# panel 0: eta0 by sparsity.", "# panel 1: epsilon by sparsity."}},
    {"two axes of the data",
     "[sweep]\nepochs = 40\ntarget = gap 0.05\n[data text]\nkind = synthetic\nrows = 20\nfeatures = 10, 20\n"
     "sparsity = 0.9, 0.8\n[optimizer sgd]\neta0 = 1\n",
     LAW_MIXED,
     14,
     "heatmap-text-features-by-sparsity",
     {"'features' at", "'sparsity' at"},
     {"0 0 5 hit best 1 0 1 10 0.8\n", "1 1 5 hit - 1 0 1 20 0.9\n"}},
    {"one cell",
     "[sweep]\nepochs = 40\ntarget = gap 0.05\n[data text]\n" DATA
     "sparsity = 0.8\n[optimizer sgd]\neta0 = 1\n",
     LAW_MIXED,
     3,
     "heatmap-text",
     {"'1' at", "5 at eta0=1"},
     {"0 0 5 hit best 1 0 1 1 -"}},
    {"a schedule without a key on an axis",
     "[sweep]\nepochs = 40\ntarget = gap 0.05\n[data text]\n" DATA
     "sparsity = 0.8\n[optimizer sgd]\neta0 = 1\n[schedule cosine]\nperiod = 40\n",
     LAW_MIXED,
     3,
     "heatmap-text",
     {"5 at eta0=1, cosine"},
     {"0 0 5 hit best 1 0 1 1 -"}},
    {"all diverged",
     "[sweep]\nepochs = 40\ntarget = gap 0.05\n[data text]\n" DATA
     "sparsity = 0.8\n[optimizer sgd]\neta0 = 3, 4, 5\n",
     LAW_DIVERGED,
     3, /* nothing of the losses is on the scale of the sensitivity */
     "heatmap-text",
     {"target not reached", "unset colorbox", "'diverged'"},
     {"0 0 nan diverged - 0 1 1"}},
    {"all missed",
     "[sweep]\nepochs = 40\ntarget = gap 0.05\n[data text]\n" DATA
     "sparsity = 0.8\n[optimizer sgd]\neta0 = 1, 2, 3\n",
     LAW_MISSED,
     4,
     "heatmap-text",
     {"target not reached", "unset colorbox", "'missed'"},
     {"0 0 nan missed - 0 0 1"}},
    {"hostile labels",
     "[sweep]\nepochs = 40\ntarget = gap 0.05\n[data " HOSTILE "]\n" DATA
     "sparsity = 0.8, 0.9\n[optimizer " HOSTILE "]\n" ADAM,
     LAW_MIXED,
     12,
     "curves-a-system-touch-hit-touch-hit-sparsity-0.8",
     {"'a\"; system(\"touch hit\")''`touch hit`\\ sparsity=0.8'"},
     {"\n40 "}},
    {"names told apart",
     "[sweep]\nepochs = 40\ntarget = ratio 0.5\n[data " LONG "1]\n" DATA "sparsity = 0.8\n"
     "[data a/b]\n" DATA "sparsity = 0.8\n[data a:b]\n" DATA "sparsity = 0.9\n[optimizer " LONG "2]\n" ADAM,
     LAW_MIXED,
     16,
     "curves-a-b",
     {"\xe2\x80\xa6", "L / L(start)", "target: ratio 0.5"},
     {"\n40 "}},
    {"a loss as the target",
     "[sweep]\nepochs = 40\ntarget = loss 12\n[data text]\n" DATA "sparsity = 0.8\n[optimizer adam]\n" ADAM,
     LAW_MIXED,
     5,
     "curves-text",
     {"'loss L'", "target: loss 12"},
     {"\n40 "}},
};

/* Looks for the pictures of a script, and removes them. */
static void drawn(const char *script) {
    static const char *const ending[] = {".svg", ".png", ".pdf"};
    char path[512];
    if (strstr(script, "/all.gp"))
        return;
    for (int k = 0; k < 3; k++) {
        struct stat st;
        snprintf(path, sizeof path, "%.*s%s", (int)(strlen(script) - 3), script, ending[k]);
        if (stat(path, &st) || st.st_size < 1000)
            fail_msg("%s: not drawn", path);
        unlink(path);
    }
}

static bool write_plots(struct fixture *f, bool draw) {
    struct figure_list made;
    bool ok = figures_write(&f->s, f->dir, &(struct figures_options){draw, draw}, &made, &f->e);
    figures_free(&made);
    return ok;
}

static void test_figures(void **state) {
    (void)state;
    bool draw = gnuplot_found();
    if (!draw)
        print_message("SKIPPED: no gnuplot here, scripts are checked but not drawn\n");
    for (size_t i = 0; i < sizeof sweeps / sizeof *sweeps; i++) {
        const struct sweep *s = &sweeps[i];
        struct fixture f;
        char name[160], plots[80];
        fixture_open(&f, s->grid, s->law);
        check(&f, write_plots(&f, draw) && !f.e.count, s->what);
        snprintf(plots, sizeof plots, "%s/plots", f.dir);
        size_t n = each_file(plots, ".dat", NULL, false);
        if (n != s->n_figures || each_file(plots, ".gp", NULL, false) != n + 1)
            fail_msg("%s: %zu figures, expected %zu", s->what, n, s->n_figures);
        if (draw) {
            char script[256];
            each_file(plots, ".gp", drawn, false);
            snprintf(script, sizeof script, "%s/%s.gp", plots, s->figure);
            check(&f, gnuplot_run(script, "pdf = 1", &f.e), "again, by its script alone");
            drawn(script);
        }
        snprintf(name, sizeof name, "%s.gp", s->figure);
        char *gp = read_plot(&f, name);
        for (int k = 0; k < 4 && s->gp[k]; k++)
            if (!strstr(gp, s->gp[k]))
                fail_msg("%s: %s lacks %s", s->what, name, s->gp[k]);
        free(gp);
        snprintf(name, sizeof name, "%s.dat", s->figure);
        char *dat = read_plot(&f, name);
        for (int k = 0; k < 3 && s->dat[k]; k++)
            if (!strstr(dat, s->dat[k]))
                fail_msg("%s: %s lacks %s", s->what, name, s->dat[k]);
        free(dat);
        if (!access("hit", F_OK) || each_file(plots, "hit", NULL, false))
            fail_msg("%s: a label was executed", s->what);
        fixture_close(&f);
    }
}

static void test_best_cell_is_unique(void **state) {
    (void)state;
    struct fixture f;
    fixture_open(&f, sweeps[0].grid, LAW_MIXED);
    check(&f, write_plots(&f, false), "plots");
    char *dat = read_plot(&f, "heatmap-text.dat");
    assert_int_equal(count(dat, " best "), 2); /* the header, and one cell */
    assert_int_equal(count(dat, "\n"), 2 + 9 * 2);
    free(dat);
    fixture_close(&f);
}

static void test_labels_of_curves_keep_apart(void **state) {
    (void)state;
    struct text grid = {0};
    text_add(&grid, "[sweep]\nepochs = 40\ntarget = gap 0.05\n[data text]\n" DATA "sparsity = 0.8\n");
    enum { N = 24 };
    for (int k = 0; k < N; k++) /* all end at nearly the same height */
        text_addf(&grid, "[optimizer sgd%d]\nkind = sgd\neta0 = %.2f\n", k, 1 + 0.01 * (k * 7 % N));
    struct fixture f;
    fixture_open(&f, grid.s, LAW_MIXED);
    check(&f, write_plots(&f, false), "plots");
    char *gp = read_plot(&f, "curves-text.gp");
    double at[N];
    int n = 0;
    for (const char *s = gp; (s = strstr(s, "set label 1")); s++) {
        const char *y = strstr(s, "Y(46+");
        if (y && y < strchr(s, '\n') && n < N)
            at[n++] = atof(y + strlen("Y(46+"));
    }
    assert_int_equal(n, N);
    for (int i = 0; i < N; i++)
        for (int j = 0; j < i; j++)
            if (fabs(at[i] - at[j]) < 14.5 || at[i] < 0)
                fail_msg("labels %d and %d stand at %g and %g px", i, j, at[i], at[j]);
    free(gp);
    text_free(&grid);
    fixture_close(&f);
}

static void test_without_gnuplot(void **state) {
    (void)state;
    struct fixture f;
    char plots[80], path[4096], *before = getenv("PATH");
    fixture_open(&f, sweeps[0].grid, LAW_MIXED);
    snprintf(path, sizeof path, "%s", before ? before : "");
    setenv("PATH", f.dir, 1);
    bool ok = write_plots(&f, true);
    setenv("PATH", path, 1);
    check(&f, ok, "plots without gnuplot");
    assert_int_equal(f.e.count, 1);
    assert_non_null(strstr(f.e.text, "gnuplot is not installed"));
    snprintf(plots, sizeof plots, "%s/plots", f.dir);
    assert_int_equal(each_file(plots, ".gp", NULL, false), 7);
    assert_int_equal(each_file(plots, ".svg", NULL, false), 0);
    fixture_close(&f);
}

static void test_gnuplot_says_what_is_wrong(void **state) {
    (void)state;
    struct fixture f;
    char script[80];
    fixture_open(&f, sweeps[2].grid, LAW_MIXED);
    snprintf(script, sizeof script, "%s/wrong.gp", f.dir);
    assert_true(file_write(script, "plot nonsense(\n", 15, &f.e));
    if (gnuplot_found()) {
        assert_false(gnuplot_run(script, NULL, &f.e));
        assert_non_null(strstr(f.e.text, "wrong.gp"));
        assert_non_null(strstr(f.e.text, "line 1"));
    } else {
        print_message("SKIPPED: no gnuplot here\n");
    }
    fixture_close(&f);
}

static void test_quote(void **state) {
    (void)state;
    static const struct {
        const char *s, *quoted;
        size_t width;
    } table[] = {
        {"adam", "'adam'", 10},
        {"", "''", 10},
        {"it's", "'it''s'", 10},
        {"a\"`$x`\\", "'a\"`$x`\\'", 10},
        {"two\nlines\t\x7f",
         "'two?lines??"
         "'",
         20},
        {"\xc3\xa9t\xc3\xa9", "'\xc3\xa9t\xc3\xa9'", 10},
        {"\xc3(\xff\xc0\x80\xed\xa0\x80",
         "'?(??????"
         "'",
         20}, /* not UTF-8 */
        {"\xe2\x82",
         "'??"
         "'",
         10}, /* cut short */
        {"\xc2\x85",
         "'??"
         "'",
         10}, /* a C1 control */
        {"abcdefghij", "'abcdefghij'", 10},
        {"abcdefghijk", "'abcd\xe2\x80\xa6ghijk'", 10},
        {"\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9", "'\xc3\xa9\xe2\x80\xa6\xc3\xa9'", 3},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct text t = {0};
        gnuplot_quote(&t, table[i].s, table[i].width);
        if (strcmp(t.s, table[i].quoted))
            fail_msg("%s is quoted as %s, expected %s", table[i].s, t.s, table[i].quoted);
        text_free(&t);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_quote),
        cmocka_unit_test(test_figures),
        cmocka_unit_test(test_best_cell_is_unique),
        cmocka_unit_test(test_labels_of_curves_keep_apart),
        cmocka_unit_test(test_without_gnuplot),
        cmocka_unit_test(test_gnuplot_says_what_is_wrong),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

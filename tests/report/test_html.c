/* report.html: well-formed, whole without a network, and labels are text in it. */
#include "report/canned.h"
#include "report/doc.h"
#include "report/html.h"
#include "report/report.h"
#include <ctype.h>
#include <sys/stat.h>

/* ---- a reader of HTML that knows what this page may hold --------------------------------------------------
 */

struct page {
    const char *text;
    char open[64][16]; /* elements around the place being read */
    int depth;
    char id[64][64], target[64][64]; /* of elements; of links within the page */
    int n_ids, n_targets, n_links, n_pictures, n_scripts;
};

static bool is_void(const char *name) {
    return !strcmp(name, "meta") || !strcmp(name, "img") || !strcmp(name, "br");
}

static void keep(char (*list)[64], int *n, const char *s, size_t len) {
    assert_true(*n < 64 && len < 64);
    memcpy(list[*n], s, len);
    list[(*n)++][len] = '\0';
}

static bool begins(const char *s, const char *with) {
    return !strncmp(s, with, strlen(with));
}

/* An attribute's value may fetch nothing. */
static void attribute(struct page *p, const char *name, const char *value, size_t len) {
    for (size_t k = 0; k < len; k++)
        if (value[k] == '<' || value[k] == '>')
            fail_msg("%.20s has a bare %c", name, value[k]);
    if (begins(name, "on") || begins(name, "style="))
        fail_msg("an attribute %.20s", name);
    if (begins(name, "id="))
        keep(p->id, &p->n_ids, value, len);
    if (begins(name, "src=")) {
        assert_true(begins(value, "data:image/svg+xml,"));
        p->n_pictures++;
    }
    if (begins(name, "href=") && *value == '#')
        keep(p->target, &p->n_targets, value + 1, len - 1);
    else if (begins(name, "href=")) {
        assert_true(begins(value, "plots/"));
        p->n_links++;
    }
}

/* Reads the tag at s, which begins with <; returns what follows it. */
static const char *tag(struct page *p, const char *s) {
    char name[16] = "";
    const bool closes = s[1] == '/';
    s += 1 + closes;
    for (size_t k = 0; isalnum((unsigned char)*s) && k < sizeof name - 1; k++)
        name[k] = *s++;
    if (!*name)
        fail_msg("a bare < before %.40s", s);
    if (closes) {
        if (!p->depth || strcmp(p->open[p->depth - 1], name))
            fail_msg("</%s> closes %s", name, p->depth ? p->open[p->depth - 1] : "nothing");
        p->depth--;
    }
    while (*s == ' ') {
        const char *attribute_name = ++s;
        s += strcspn(s, "= >");
        assert_true(*s == '=' && (s[1] == '"' || s[1] == '\''));
        const char quote = s[1], *value = s + 2, *end = strchr(value, quote);
        assert_non_null(end);
        attribute(p, attribute_name, value, (size_t)(end - value));
        s = end + 1;
    }
    if (*s != '>')
        fail_msg("<%s> ends in %.20s", name, s);
    if (!closes && !is_void(name)) {
        assert_true(p->depth < 64);
        strcpy(p->open[p->depth++], name);
    }
    p->n_scripts += !closes && !strcmp(name, "script");
    if (!closes && (!strcmp(name, "script") || !strcmp(name, "style"))) {
        char end[24];
        snprintf(end, sizeof end, "</%s>", name);
        s = strstr(s, end);
        assert_non_null(s);
        return s;
    }
    return s + 1;
}

static void read_page(struct page *p, const char *text) {
    static const char doctype[] = "<!DOCTYPE html>\n";
    memset(p, 0, sizeof *p);
    p->text = text;
    assert_true(begins(text, doctype));
    for (const char *s = text + strlen(doctype); *s;)
        if (*s == '<') {
            s = tag(p, s);
        } else if (*s == '&') {
            assert_true(begins(s, "&amp;") || begins(s, "&lt;") || begins(s, "&gt;") || begins(s, "&quot;") ||
                        begins(s, "&#39;"));
            s++;
        } else {
            assert_true(*s != '>');
            s++;
        }
    assert_int_equal(p->depth, 0);
    for (int k = 0; k < p->n_ids; k++)
        for (int i = 0; i < k; i++)
            assert_string_not_equal(p->id[k], p->id[i]);
    for (int k = 0; k < p->n_targets; k++) {
        bool found = false;
        for (int i = 0; i < p->n_ids; i++)
            found |= !strcmp(p->target[k], p->id[i]);
        if (!found)
            fail_msg("#%s leads nowhere", p->target[k]);
    }
    static const char *const fetches[] = {"url(",    "@import", "<link",
                                          "<iframe", "<base",   "http-equiv=\"refresh\""};
    for (size_t k = 0; k < sizeof fetches / sizeof *fetches; k++)
        if (strstr(text, fetches[k]))
            fail_msg("the page has %s", fetches[k]);
    assert_non_null(strstr(text, "content=\"default-src 'none'; img-src data:; style-src 'sha256-"));
}

/* ---- pages ------------------------------------------------------------------------------------------------
 */

#define SCRIPT "<script>alert(1)</script>"
#define SHELL "a\"; system(\"touch x\"); \""
static const char grid[] =
    "[sweep]\nname = labels\nseeds = 1, 2\ntarget = gap 0.25\n"
    "[data " SHELL "]\nkind = synthetic\nrows = 100\nfeatures = 10\nsparsity = 0.8, 0.9\n"
    "[optimizer " SCRIPT "]\nkind = sgd\neta0 = logspace(1e-3, 1, 12)\n"
    "[optimizer adam & 'co']\nkind = adam\n";

static void fill(struct canned *c, const char *text) {
    static const char build[] = "version: 0.1.0\ncommit: 0123456789ab\n", machine[] = "cpu: <b>fast</b>\n",
                      date[] = "2026-11-24T09:00:00Z";
    canned_open(c, text);
    canned_minima(c, 0, false);
    canned_ok(store_put_note(c->store, "build", build, strlen(build), &canned_err) &&
              store_put_note(c->store, "machine", machine, strlen(machine), &canned_err) &&
              store_put_note(c->store, "date", date, strlen(date), &canned_err));
}

/* report.html as `bench sweep --no-plots` writes it; free() it. */
static char *report(struct canned *c) {
    canned_ok(report_write(c->plan, c->store, c->dir, &(struct report_options){.quiet = true}, &canned_err));
    return canned_read(c, "report.html");
}

static void has(const char *text, const char *wanted) {
    if (!strstr(text, wanted))
        fail_msg("the page lacks %s", wanted);
}

static void it_is_a_whole_page_and_labels_are_text(void **state) {
    (void)state;
    struct canned c;
    struct page p;
    fill(&c, grid);
    for (size_t i = 0; i < 26; i++) /* all of sparsity 0.8, nothing of 0.9 */
        canned_put(&c, i, i < 24 ? &(struct curve)CURVE(1, 2) : &(struct curve)CURVE(1, 0.1), NULL, NAN);
    for (size_t i = 26; i < 29; i++) {
        struct run run;
        plan_run(c.plan, i, &run);
        canned_ok(store_put_failure(c.store, run.id, i < 28 ? "out of <memory>\n" : "no data\n", &canned_err));
    }
    char *text = report(&c), *again = report(&c);
    read_page(&p, text);
    assert_int_equal(p.n_scripts, 1); /* its own */
    static const char *const wanted[] = {
        "<title>labels - sweep report</title>",
        /* NOLINTNEXTLINE(bugprone-suspicious-missing-comma): one line of the page */
        "A sweep of 2 optimizers on 2 data sets: 52 runs, computed 2026-11-24 by bench 0.1.0, commit "
        "0123456789ab.",
        "adam &amp; &#39;co&#39; is first, with 1 epoch",
        "<td>a&quot;; system(&quot;touch x&quot;); &quot; "
        "sparsity=0.8</td><td>&lt;script&gt;alert(1)&lt;/script&gt;"
        "</td><td class=\"n\">24</td>",
        "<td>eta0</td><td class=\"n\">12</td><td>0.001, 0.001874, 0.003511, ..., 1</td>",
        "<td>cpu</td><td>&lt;b&gt;fast&lt;/b&gt;</td>",
        "nothing was run.",
        "<th scope=\"col\" class=\"n\">not run</th>",
        "<li>2 runs: out of &lt;memory&gt;</li>\n<li>1 run: no data</li>",
        "<p>None were drawn.</p>",
        "  howpublished = {computed by bench 0.1.0, commit 0123456789ab},\n  year = {2026},\n  month = nov,\n",
        "[data a&quot;; system(&quot;touch x&quot;); &quot;]\nkind = synthetic\n",
    };
    for (size_t k = 0; k < sizeof wanted / sizeof *wanted; k++)
        has(text, wanted[k]);
    assert_string_equal(text, again);
    free(again);
    free(text);
    char *md = canned_read(&c, "summary.md"), *tex = canned_read(&c, "summary.tex");
    has(md, "\\<script>alert(1)\\</script>");
    assert_null(strstr(md, "| <script>"));
    has(tex, "\\textless{}script\\textgreater{}alert(1)\\textless{}/script\\textgreater{}");
    has(tex, "a\\textquotedbl{}; system(\\textquotedbl{}touch x\\textquotedbl{}); \\textquotedbl{}");
    free(md);
    free(tex);
    canned_close(&c);
}

static void it_holds_for_an_empty_store_and_for_one_cell(void **state) {
    (void)state;
    static const char one[] =
        "[data d]\nkind = synthetic\nrows = 100\nfeatures = 10\nsparsity = 0.8\n[optimizer sgd]\n";
    for (int computed = 0; computed < 2; computed++) {
        struct canned c;
        struct page p;
        canned_open(&c, one);
        if (computed) {
            canned_minima(&c, 0, false);
            canned_put(&c, 0, &(struct curve)BLOWN(1, INFINITY), NULL, NAN);
        }
        char *text = report(&c);
        read_page(&p, text);
        has(text, computed ? "no optimizer reached the target" : "nothing was run");
        has(text, "None: every key has one value.");
        has(text, "commit unknown");
        free(text);
        canned_close(&c);
    }
}

/* Pictures go in as addresses in which nothing can end the attribute; figures without one are linked to. */
static void figures_are_inside_it(void **state) {
    (void)state;
    static const char svg[] = "<svg a='1' b=\"2\">\n\t<!-- 50% #1 & \xc3\xa9 -->" SCRIPT "</svg>\n";
    struct figure figure[] = {{.name = "one"}, {.name = "two"}, {.name = "three"}};
    const struct figure_list list = {figure, 3, 3};
    struct canned c;
    struct scores s;
    struct page p;
    char folder[80], path[96];
    fill(&c, grid);
    canned_scores(&c, &s);
    snprintf(folder, sizeof folder, "%s/plots", c.dir);
    snprintf(path, sizeof path, "%s/one.svg", folder);
    canned_ok(dir_make(folder, &canned_err) && file_write(path, svg, strlen(svg), &canned_err));
    for (int k = 0; k < 3; k++) {
        text_add(&figure[k].title, SCRIPT);
        text_add(&figure[k].subtitle, "under & it");
        figure[k].what = k == 1 ? "Rare \"kind\"." : "Common kind.";
    }
    canned_ok(html_write(&s, c.dir, &list, &canned_err));
    char *text = canned_read(&c, "report.html");
    read_page(&p, text);
    assert_int_equal(p.n_scripts, 1);
    assert_int_equal(p.n_pictures, 1);
    assert_int_equal(p.n_links, 3 * 4);
    has(text,
        "src='data:image/svg+xml,%3Csvg a=%271%27 b=\"2\"%3E %3C!-- 50%25 %231 %26 %C3%A9 --%3E%3Cscript%3E");
    has(text,
        "<strong>&lt;script&gt;alert(1)&lt;/script&gt;</strong><br><span class=\"soft\">under &amp; it</span>");
    has(text, "<a href=\"plots/three.dat\">.dat</a>");
    assert_true(strstr(text, "Rare &quot;kind&quot;.</h3>") < strstr(text, "Common kind.</h3>"));
    free(text);
    for (int k = 0; k < 3; k++) {
        text_free(&figure[k].title);
        text_free(&figure[k].subtitle);
    }
    unlink(path);
    rmdir(folder);
    scores_free(&s);
    canned_close(&c);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_is_a_whole_page_and_labels_are_text),
        cmocka_unit_test(it_holds_for_an_empty_store_and_for_one_cell),
        cmocka_unit_test(figures_are_inside_it),
    };
    return cmocka_run_group_tests_name("html", tests, NULL, NULL);
}

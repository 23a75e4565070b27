/* Documents in markdown and LaTeX. */
#include "report/canned.h"
#include "report/doc.h"

static void same(const char *got, const char *wanted) {
    if (strcmp(got, wanted))
        fail_msg("got\n%s\nexpected\n%s", got, wanted);
}

static void labels_are_escaped(void **state) {
    (void)state;
    static const struct {
        const char *label, *markdown, *tex;
    } cases[] = {
        {"plain 0.95", "plain 0.95", "plain 0.95"},
        {"a|b", "a\\|b", "a\\textbar{}b"},
        {"my_data_2", "my_data_2", "my\\_data\\_2"},
        {"_x_", "\\_x\\_", "\\_x\\_"},
        {"*bold*", "\\*bold*", "{*}bold{*}"},
        {"<b>`c`", "\\<b>\\`c\\`", "\\textless{}b\\textgreater{}`c`"},
        {"a\\b", "a\\\\b", "a\\textbackslash{}b"},
        {"50% of $1 & #2 ~^{}", "50% of \\$1 \\& \\#2 \\~^\\{\\}",
         "50\\% of \\$1 \\& \\#2 \\textasciitilde{}\\textasciicircum{}\\{\\}"},
        {"L* of w*x, >= 1", "L* of w\\*x, >= 1", "L{*} of w{*}x, \\textgreater{}= 1"},
        {"[1]", "\\[1\\]", "{[}1{]}"},
        {"two\nlines", "two lines", "two lines"},
        {"", "", ""},
    };
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        struct text t = {0}, u = {0};
        text_add(&t, "");
        text_add(&u, "");
        markdown_escape(cases[k].label, strlen(cases[k].label), &t);
        tex_escape(cases[k].label, strlen(cases[k].label), &u);
        same(t.s, cases[k].markdown);
        same(u.s, cases[k].tex);
        text_free(&t);
        text_free(&u);
    }
}

static const struct table_column columns[] = {{"name", false}, {"n", true}};

static void fill(struct doc *d) {
    *d = (struct doc){0};
    text_add(doc_heading(d, 2), "a*b");
    struct table *t = doc_table(d, columns, 2, "What & why");
    table_text(t, "\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9");
    table_number(t, 1);
    table_text(t, "x_");
    table_number(t, 1000);
    table_text(t, "none");
    table_number(t, INFINITY);
    table_text(t, "share");
    table_percent(t, 0.125);
    text_add(doc_item(d), "one");
    text_add(doc_item(d), "two");
    text_add(doc_text(d), "end");
}

static void markdown_reads_well_raw(void **state) {
    (void)state;
    struct doc d;
    struct text out = {0};
    fill(&d);
    doc_markdown(&d, &out);
    assert_false(out.failed);
    same(out.s, "## a\\*b\n\n"
                "| name  |     n |\n"
                "| ----- | ----: |\n"
                "| \xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9 |     1 |\n"
                "| x\\_   |  1000 |\n"
                "| none  |     - |\n"
                "| share | 12.5% |\n\n"
                "- one\n- two\n\nend\n\n");
    text_free(&out);
    doc_free(&d);
}

static void latex_has_the_tables(void **state) {
    (void)state;
    struct doc d;
    struct text out = {0};
    fill(&d);
    doc_tex(&d, &out);
    assert_false(out.failed);
    same(out.s,
         "% \\usepackage{booktabs}\n\n"
         "\\begin{table}\n  \\centering\n  \\caption{What \\& why}\n  \\label{tab:summary-1}\n"
         "  \\begin{tabular}{lr}\n    \\toprule\n    name & n \\\\\n    \\midrule\n"
         "    \xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9 & 1 \\\\\n    x\\_ & 1000 \\\\\n    none & - \\\\\n"
         "    share & 12.5\\% \\\\\n    \\bottomrule\n  \\end{tabular}\n\\end{table}\n\n");
    text_free(&out);
    doc_free(&d);
}

/* A line may break before a word, never before what would begin a list there. */
static void lines_break_before_words_only(void **state) {
    (void)state;
    struct doc d = {0};
    struct text out = {0};
    for (int k = 0; k < 30; k++)
        text_add(doc_text(&d),
                 k % 2 ? "letters 1. 2) - + 3. 4. 5. 6. 7. 8. 9. of a long line of words to be wrapped "
                         "somewhere 1. - 2. - 3. - 4. and so on, and so on, and so on"
                       : "short");
    doc_markdown(&d, &out);
    char *rest;
    for (char *line = strtok_r(out.s, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest))
        if (!strchr("abcdefghijklmnopqrstuvwxyz", *line))
            fail_msg("a line begins with: %s", line);
    text_free(&out);
    doc_free(&d);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(labels_are_escaped),
        cmocka_unit_test(markdown_reads_well_raw),
        cmocka_unit_test(latex_has_the_tables),
        cmocka_unit_test(lines_break_before_words_only),
    };
    return cmocka_run_group_tests_name("doc", tests, NULL, NULL);
}

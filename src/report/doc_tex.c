/* A document's tables in LaTeX, with booktabs, for \input into a paper. Needs \usepackage{booktabs} and UTF-8,
 * which is LaTeX's default. */
#include "report/doc.h"
#include <string.h>

/* What LaTeX takes for something else. Math signs are spelled so that they work in any font encoding. */
static const struct {
    char sign;
    const char *as;
} special[] = {
    {'\\', "\\textbackslash{}"},
    {'{', "\\{"},
    {'}', "\\}"},
    {'$', "\\$"},
    {'&', "\\&"},
    {'#', "\\#"},
    {'%', "\\%"},
    {'_', "\\_"},
    {'^', "\\textasciicircum{}"},
    {'~', "\\textasciitilde{}"},
    {'<', "\\textless{}"},
    {'>', "\\textgreater{}"},
    {'|', "\\textbar{}"},
    {'"', "\\textquotedbl{}"},
    {'[', "{[}"}, /* \\ takes an optional argument */
    {']', "{]}"},
    {'*', "{*}"},
    {'\n', " "},
};

void tex_escape(const char *s, size_t len, struct text *out) {
    for (size_t k = 0; k < len; k++) {
        const char *as = NULL;
        for (size_t i = 0; i < sizeof special / sizeof *special && !as; i++)
            as = special[i].sign == s[k] ? special[i].as : NULL;
        text_add_n(out, as ? as : s + k, as ? strlen(as) : 1);
    }
}

static void add(struct text *out, const char *s) {
    tex_escape(s, strlen(s), out);
}

static void print_table(const struct table *t, const char *caption, size_t number, struct text *out) {
    text_add(out, "\\begin{table}\n  \\centering\n  \\caption{");
    add(out, caption);
    text_addf(out, "}\n  \\label{tab:summary-%zu}\n  \\begin{tabular}{", number);
    for (size_t c = 0; c < t->n_columns; c++)
        text_add(out, t->column[c].right ? "r" : "l");
    text_add(out, "}\n    \\toprule\n    ");
    for (size_t c = 0; c < t->n_columns; c++) {
        text_add(out, c ? " & " : "");
        add(out, t->column[c].name);
    }
    text_add(out, " \\\\\n    \\midrule\n");
    for (size_t k = 0; k < t->n; k++) {
        const size_t c = k % t->n_columns; /* NOLINT(clang-analyzer-core.DivideZero): a table has a column */
        size_t n;
        const char *s = table_cell(t, k, &n);
        text_add(out, c ? " & " : "    ");
        tex_escape(s, n, out);
        text_add(out, c + 1 == t->n_columns ? " \\\\\n" : "");
    }
    text_add(out, "    \\bottomrule\n  \\end{tabular}\n\\end{table}\n\n");
}

void doc_tex(const struct doc *d, struct text *out) {
    size_t number = 0;
    out->failed |= doc_failed(d);
    text_add(out, "% \\usepackage{booktabs}\n\n");
    for (size_t k = 0; k < d->n; k++)
        if (d->block[k].kind == BLOCK_TABLE)
            print_table(&d->block[k].table, d->block[k].text.s ? d->block[k].text.s : "", ++number, out);
}

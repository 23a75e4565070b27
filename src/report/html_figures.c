/* The figures of the report: pictures as data: addresses, titles, links to what they are drawn from. */
#include "base/mem.h"
#include "report/doc.h"
#include "report/html.h"
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Beyond this much a page opens slowly: further figures are only linked to. */
enum { INLINE_BYTES = 24 << 20 };

/* An SVG as an address within '...': blanks are run together, and what HTML or addresses would take for
 * something else is spelled as %XX. */
static void add_svg(const char *s, size_t len, struct text *out) {
    size_t plain = 0;
    for (size_t k = 0; k < len; k++) {
        const unsigned char c = (unsigned char)s[k];
        const bool blank = c <= ' ';
        if (!blank && c < 0x7f && !strchr("%#'<>&\\^`{|}", c))
            continue;
        text_add_n(out, s + plain, k - plain);
        plain = k + 1;
        if (!blank)
            text_addf(out, "%%%02X", c);
        else if (k + 1 == len || (unsigned char)s[k + 1] > ' ')
            text_add(out, " ");
    }
    text_add_n(out, s + plain, len - plain);
}

static bool add_picture(const struct figure *f, const char *dir, struct text *out, struct err *e) {
    struct text path = {0};
    char *svg = NULL;
    size_t len;
    text_addf(&path, "%s/plots/%s.svg", dir, f->name);
    bool ok = !path.failed || err_add(e, "out of memory for a path in %s", dir);
    if (ok && out->len < INLINE_BYTES && !access(path.s, R_OK) && (ok = file_read(path.s, &svg, &len, e))) {
        text_add(out, "<div class=\"paper\"><img alt=\"");
        html_add(f->title.s ? f->title.s : "", out);
        text_add(out, ": ");
        html_add(f->what, out);
        text_add(out, "\" src='data:image/svg+xml,");
        add_svg(svg, len, out);
        text_add(out, "'></div>\n");
    }
    free(svg);
    text_free(&path);
    return ok;
}

static bool add_figure(const struct figure *f, const char *dir, struct text *out, struct err *e) {
    static const char *const endings[] = {"svg", "png", "pdf", "gp",
                                          "dat"}; /* names need no escape (plots.h) */
    struct text path = {0};
    text_add(out, "<figure>\n");
    bool ok = add_picture(f, dir, out, e);
    text_add(out, "<figcaption><strong>");
    html_add(f->title.s ? f->title.s : f->name, out);
    text_add(out, "</strong>");
    if (f->subtitle.len) {
        text_add(out, "<br><span class=\"soft\">");
        html_add(f->subtitle.s, out);
        text_add(out, "</span>");
    }
    text_add(out, "<br>");
    for (size_t k = 0; k < sizeof endings / sizeof *endings; k++) {
        path.len = 0;
        text_addf(&path, "%s/plots/%s.%s", dir, f->name, endings[k]);
        if (!strcmp(endings[k], "pdf") && (path.failed || access(path.s, R_OK)))
            continue; /* drawn where it was asked for */
        text_addf(out, "%s<a href=\"plots/%s.%s\">.%s</a>", k ? " " : "", f->name, endings[k], endings[k]);
    }
    text_add(out, "</figcaption>\n</figure>\n");
    out->failed |= path.failed || f->title.failed || f->subtitle.failed;
    text_free(&path);
    return ok;
}

/* Figures of one kind. */
struct kind {
    const char *what;
    size_t first, n; /* the number of its first figure; how many */
};

/* Kinds in the order of their first figures. malloc'ed. */
static struct kind *list_kinds(const struct figure_list *l, size_t *n, struct err *e) {
    struct kind *kind = mem_zeroed(l->n, sizeof *kind, e);
    *n = 0;
    for (size_t k = 0; kind && k < l->n; k++) {
        size_t i = 0;
        while (i < *n && strcmp(kind[i].what, l->figure[k].what))
            i++;
        if (i == *n)
            kind[(*n)++] = (struct kind){l->figure[k].what, k, 0};
        kind[i].n++;
    }
    return kind;
}

static int by_number(const void *a, const void *b) {
    const struct kind *x = a, *y = b;
    if (x->n != y->n)
        return x->n < y->n ? -1 : 1;
    return (x->first > y->first) - (x->first < y->first);
}

static bool add_kind(const struct figure_list *l, const struct kind *kind, const char *dir, struct text *out,
                     struct err *e) {
    bool ok = true;
    text_add(out, "<h3>");
    html_add(kind->what, out);
    text_add(out, "</h3>\n<div class=\"figures\">\n");
    for (size_t k = kind->first; k < l->n && ok; k++)
        if (!strcmp(l->figure[k].what, kind->what))
            ok = add_figure(&l->figure[k], dir, out, e);
    text_add(out, "</div>\n");
    return ok;
}

bool html_figures(const struct figure_list *l, const char *dir, struct text *out, struct err *e) {
    size_t n;
    struct kind *kind = list_kinds(l, &n, e);
    bool ok = kind != NULL;
    text_add(out, "<section>\n<h2 id=\"figures\">Figures</h2>\n");
    text_add(out, l->n ? "<p>Each is drawn again by its script: gnuplot plots/NAME.gp.</p>\n"
                       : "<p>None were drawn.</p>\n");
    if (ok)
        qsort(kind, n, sizeof *kind, by_number);
    for (size_t k = 0; k < n && ok; k++)
        ok = add_kind(l, &kind[k], dir, out, e);
    text_add(out, "</section>\n");
    free(kind);
    return ok;
}

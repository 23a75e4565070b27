/* The figures of the report: pictures as data: addresses, titles, links to what they are drawn from. */
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
        html_add(f->what.s ? f->what.s : "", out);
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
    out->failed |= path.failed || f->title.failed || f->what.failed || f->subtitle.failed;
    text_free(&path);
    return ok;
}

static bool same_kind(const struct figure *a, const struct figure *b) {
    return !strcmp(a->what.s ? a->what.s : "", b->what.s ? b->what.s : "");
}

static size_t count_kind(const struct figure_list *l, size_t of) {
    size_t n = 0;
    for (size_t k = 0; k < l->n; k++)
        n += same_kind(&l->figure[k], &l->figure[of]);
    return n;
}

static bool first_of_kind(const struct figure_list *l, size_t k) {
    for (size_t i = 0; i < k; i++)
        if (same_kind(&l->figure[i], &l->figure[k]))
            return false;
    return true;
}

static bool add_kind(const struct figure_list *l, size_t of, const char *dir, struct text *out, struct err *e) {
    bool ok = true;
    text_add(out, "<h3>");
    html_add(l->figure[of].what.s ? l->figure[of].what.s : "", out);
    text_add(out, "</h3>\n<div class=\"figures\">\n");
    for (size_t k = of; k < l->n && ok; k++)
        if (same_kind(&l->figure[k], &l->figure[of]))
            ok = add_figure(&l->figure[k], dir, out, e);
    text_add(out, "</div>\n");
    return ok;
}

bool html_figures(const struct figure_list *l, const char *dir, struct text *out, struct err *e) {
    bool ok = true;
    text_add(out, "<section>\n<h2 id=\"figures\">Figures</h2>\n");
    text_add(out, l->n ? "<p>Each is drawn again by its script: gnuplot plots/NAME.gp.</p>\n"
                       : "<p>None were drawn.</p>\n");
    for (size_t n = 1; n <= l->n && ok; n++)
        for (size_t k = 0; k < l->n && ok; k++)
            if (first_of_kind(l, k) && count_kind(l, k) == n)
                ok = add_kind(l, k, dir, out, e);
    text_add(out, "</section>\n");
    return ok;
}

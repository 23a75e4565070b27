/* report.html, put together; html.h says of what. */
#include "report/html.h"
#include "report/html_css.h"
#include "report/html_js.h"
#include "report/note.h"
#include "report/summary.h"
#include <stdlib.h>
#include <string.h>

/* A SHA-256, in hex, as content security policies have it: 'sha256-BASE64'. */
static void add_sha256(struct text *out, const char *hex) {
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    unsigned char byte[33] = {0}; /* 32, and one to fill the last group */
    for (int k = 0; k < 32; k++) {
        const char two[] = {hex[2 * k], hex[2 * k + 1], '\0'};
        byte[k] = (unsigned char)strtoul(two, NULL, 16);
    }
    text_add(out, "'sha256-");
    for (int k = 0; k < 33; k += 3) {
        const unsigned group = (unsigned)byte[k] << 16 | (unsigned)byte[k + 1] << 8 | byte[k + 2];
        for (int shift = 18; shift >= 0; shift -= 6)
            text_add_n(out, k == 30 && shift == 0 ? "=" : &digits[group >> shift & 63], 1);
    }
    text_add(out, "'");
}

static void add_head(const char *name, struct text *out) {
    text_add(
        out,
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; img-src data:; style-src ");
    add_sha256(out, html_css_sha256);
    text_add(out, "; script-src ");
    add_sha256(out, html_js_sha256);
    text_add(out, "; base-uri 'none'; form-action 'none'\">\n<meta name=\"viewport\" "
                  "content=\"width=device-width, initial-scale=1\">\n<title>");
    html_add(name, out);
    text_addf(out, " - sweep report</title>\n<style>%s</style>\n</head>\n<body>\n<main>\n<h1>", html_css);
    html_add(name, out);
    text_add(out, "</h1>\n");
}

/* What it is, when and by what it was computed. */
static bool add_lead(const struct scores *s, struct text *out, struct err *e) {
    const size_t n = html_n_optimizers(s);
    char *build = NULL, *date = NULL;
    struct text version = {0};
    size_t len;
    bool ok = store_get_note(s->r->store, "build", &build, &len, e) &&
              store_get_note(s->r->store, "date", &date, &len, e);
    text_addf(&version, "A sweep of %zu optimizer%s on %zu data set%s: %zu runs", n, n == 1 ? "" : "s",
              s->n_problems, s->n_problems == 1 ? "" : "s", s->r->n);
    text_addf(&version, "%s%.10s", date ? ", computed " : "", date ? date : "");
    text_add(&version, build ? " by bench " : "");
    note_value(build, "version", &version);
    text_add(&version, build ? ", commit " : "");
    note_value(build, "commit", &version);
    text_add(out, "<p class=\"soft\">");
    html_escape(version.s ? version.s : "", version.len, out);
    text_add(out, ".</p>\n");
    out->failed |= version.failed;
    text_free(&version);
    free(build);
    free(date);
    return ok;
}

/* Links to the headings of level 2. */
static void add_links(const struct doc *d, struct text *out) {
    for (size_t k = 0; k < d->n; k++) {
        const char *s = d->block[k].text.s;
        if (d->block[k].kind != BLOCK_HEADING || d->block[k].level != 2 || !s)
            continue;
        text_add(out, "<li><a href=\"#");
        html_anchor(s, out);
        text_add(out, "\">");
        html_add(s, out);
        text_add(out, "</a></li>\n");
    }
}

/* What stands before the figures, and what after them. */
static bool make_parts(const struct scores *s, struct doc *before, struct doc *after, struct err *e) {
    summary_verdict(s, before);
    claims_add(s->claim, s->n_claims, before);
    text_add(doc_heading(before, 2), "What was run");
    summary_runs(s, before);
    html_plan(s, before);
    if (!html_machine(s, before, e) || !summary_data(s, before, e))
        return false;
    summary_rankings(s, before);
    summary_profile(s, before);
    summary_best(s, after);
    if (!summary_sensitivity(s, after, e))
        return false;
    summary_learnt(s, after);
    summary_trends(s, after);
    summary_failures(s, after);
    if (!summary_not_computed(s, after, e))
        return false;
    summary_below(s, after);
    return true;
}

static bool add_page(const struct scores *s, const char *dir, const struct figure_list *figures,
                     const struct doc *before, const struct doc *after, struct text *out, struct err *e) {
    add_head(plan_name(s->r->plan), out);
    if (!add_lead(s, out, e))
        return false;
    text_add(out, "<nav aria-label=\"Contents\"><ul>\n");
    add_links(before, out);
    text_add(out, "<li><a href=\"#figures\">Figures</a></li>\n");
    add_links(after, out);
    text_add(out, "<li><a href=\"#provenance\">Provenance</a></li>\n</ul></nav>\n");
    doc_html(before, out);
    if (!html_figures(figures, dir, out, e))
        return false;
    doc_html(after, out);
    if (!html_cite(s, dir, out, e))
        return false;
    text_addf(out, "</main>\n<script>%s</script>\n</body>\n</html>\n", html_js);
    return true;
}

bool html_write(const struct scores *s, const char *dir, const struct figure_list *figures, struct err *e) {
    struct doc before = {0}, after = {0};
    struct text out = {0}, path = {0};
    text_addf(&path, "%s/report.html", dir);
    bool ok = make_parts(s, &before, &after, e) && add_page(s, dir, figures, &before, &after, &out, e);
    ok =
        ok && ((!out.failed && !path.failed) || err_add(e, "%s/report.html: cannot write: out of memory", dir));
    ok = ok && file_write(path.s, out.s, out.len, e);
    text_free(&out);
    text_free(&path);
    doc_free(&before);
    doc_free(&after);
    return ok;
}

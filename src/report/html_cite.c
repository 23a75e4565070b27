/* The report's provenance: hashes that tell this grid and these results from others, and how to cite them. */
#include "base/hash.h"
#include "report/doc.h"
#include "report/html.h"
#include "report/note.h"
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The hash of DIR/NAME; "" where it cannot be read. */
static bool hash_file(const char *dir, const char *name, char out[33], struct err *e) {
    struct text path = {0};
    char *data = NULL;
    size_t len;
    *out = '\0';
    text_addf(&path, "%s/%s", dir, name);
    bool ok = !path.failed || err_add(e, "out of memory for a path in %s", dir);
    if (ok && !access(path.s, R_OK) && (ok = file_read(path.s, &data, &len, e)))
        hash128_hex(data, len, out);
    free(data);
    text_free(&path);
    return ok;
}

struct origin {
    char *build, *date; /* notes; NULL where there are none */
    char grid[33], runs[33];
};

static void add_line(struct text *t, const char *key, const char *value) {
    text_addf(t, "  %s = {", key);
    tex_escape(value, strlen(value), t);
    text_add(t, "},\n");
}

static void add_bibtex(const struct scores *s, const struct origin *o, struct text *t) {
    static const char *const months[] = {"jan", "feb", "mar", "apr", "may", "jun",
                                         "jul", "aug", "sep", "oct", "nov", "dec"};
    const char *name = plan_name(s->r->plan);
    struct text line = {0};
    text_addf(t, "@misc{%s-%.8s,\n", name, *o->runs ? o->runs : o->grid);
    const size_t n = html_n_optimizers(s);
    text_addf(&line, "Sweep %s: %zu runs of %zu optimizer%s on %zu data set%s", name, s->r->n, n,
              n == 1 ? "" : "s", s->n_problems, s->n_problems == 1 ? "" : "s");
    add_line(t, "title", line.s ? line.s : "");
    line.len = 0;
    text_add(&line, "computed by bench ");
    text_add(&line, note_value(o->build, "version", &line) ? ", commit " : "of unknown version, commit ");
    if (!note_value(o->build, "commit", &line))
        text_add(&line, "unknown");
    add_line(t, "howpublished", line.s ? line.s : "");
    if (o->date && strlen(o->date) >= 7) {
        const long month = strtol(o->date + 5, NULL, 10);
        text_addf(t, "  year = {%.4s},\n", o->date);
        if (month >= 1 && month <= 12)
            text_addf(t, "  month = %s,\n", months[month - 1]);
    }
    line.len = 0;
    text_addf(&line, "XXH128 of the grid file %s, of runs.csv %s", o->grid, *o->runs ? o->runs : "unknown");
    add_line(t, "note", line.s ? line.s : "");
    text_add(t, "}\n");
    t->failed |= line.failed;
    text_free(&line);
}

static void add_hashes(const struct origin *o, struct doc *d) {
    static const struct table_column columns[] = {{"file", false}, {"XXH128", false}};
    text_add(doc_heading(d, 2), "Provenance");
    text_add(doc_text(d),
             "What tells this grid and these results from others: the hash of the grid file, and of "
             "runs.csv, in which each row has a hash of all that fixes the run and of its final "
             "weights. Runs give the same bits for any number of threads and any instruction set.");
    struct table *t = doc_table(d, columns, 2, "Hashes.");
    table_text(t, "grid file");
    table_text(t, o->grid);
    table_text(t, "runs.csv");
    table_text(t, *o->runs ? o->runs : "not written");
}

bool html_cite(const struct scores *s, const char *dir, struct text *out, struct err *e) {
    struct origin o = {0};
    struct doc d = {0};
    struct text bibtex = {0};
    size_t len;
    const char *grid = plan_text(s->r->plan, &len);
    hash128_hex(grid, len, o.grid);
    size_t note_len;
    bool ok = store_get_note(s->r->store, "build", &o.build, &note_len, e) &&
              store_get_note(s->r->store, "date", &o.date, &note_len, e) &&
              hash_file(dir, "runs.csv", o.runs, e);
    if (ok) {
        add_hashes(&o, &d);
        doc_html(&d, out);
        add_bibtex(s, &o, &bibtex);
        text_add(out, "<section>\n<h3>To cite it</h3>\n<div><pre class=\"copy\" tabindex=\"0\">");
        html_escape(bibtex.s ? bibtex.s : "", bibtex.len, out);
        text_add(out, "</pre></div>\n<details>\n<summary>The grid file</summary>\n<pre tabindex=\"0\">");
        html_escape(grid, len, out);
        text_add(out, "</pre>\n</details>\n</section>\n");
        out->failed |= bibtex.failed;
    }
    doc_free(&d);
    text_free(&bibtex);
    free(o.build);
    free(o.date);
    return ok;
}

/* Verdicts, with the figures they rest on. */
#include "base/math.h"
#include "report/bootstrap.h"
#include "report/claims.h"
#include "report/doc.h"
#include <math.h>

#define LENGTH(a) (sizeof(a) / sizeof *(a))

/* A side's number: a miss is infinite, and says so. */
static void add_value(struct text *t, double x) {
    if (isinf(x))
        text_add(t, x > 0 ? "inf" : "-inf");
    else
        add_short(t, x);
}

static void add_figures(const struct claim_result *c, struct text *t) {
    if (isnan(c->d))
        return;
    add_value(t, c->is_difference ? c->d : m_exp(c->d));
    if (isnan(c->lo))
        return;
    text_add(t, " [");
    add_value(t, c->is_difference ? c->lo : m_exp(c->lo));
    text_add(t, ", ");
    add_value(t, c->is_difference ? c->hi : m_exp(c->hi));
    text_add(t, "]");
}

static void add_basis(const struct claim_result *c, struct text *t) {
    if (isnan(c->d))
        text_add(t, "-");
    else if (!c->chance)
        text_add(t, "deterministic");
    else
        text_addf(t, "%zu of %zu seeds", c->n_hold, c->n_seeds);
}

static void add_row(const struct claim_result *c, struct table *t) {
    table_text(t, c->claim->label);
    table_text(t, c->claim->text);
    table_text(t, claim_outcome_names[c->verdict]);
    text_add(&t->text, claim_outcome_names[c->claim->expected]);
    text_add(&t->text, c->verdict != c->claim->expected && c->complete ? " (!)" : "");
    table_end_cell(t);
    add_value(&t->text, c->left);
    table_end_cell(t);
    add_value(&t->text, c->right);
    table_end_cell(t);
    add_figures(c, &t->text);
    table_end_cell(t);
    add_basis(c, &t->text);
    table_end_cell(t);
}

static void add_remarks(const struct claim_result *c, struct doc *d) {
    if (!c->left_cell.len && !c->right_cell.len && !c->remark.len)
        return;
    struct text *t = doc_item(d);
    text_addf(t, "%s: ", c->claim->label);
    const char *semicolon = "";
    if (c->left_cell.len) {
        text_addf(t, "left is %s", c->left_cell.s);
        semicolon = "; ";
    }
    if (c->right_cell.len) {
        text_addf(t, "%sright is %s", semicolon, c->right_cell.s);
        semicolon = "; ";
    }
    if (c->remark.len)
        text_addf(t, "%s%s", semicolon, c->remark.s);
}

void claims_add(const struct claim_result *claims, size_t n, struct doc *d) {
    static const struct table_column columns[] = {
        {"claim", false}, {"what it says", false}, {"verdict", false},      {"expected", false},
        {"left", true},   {"right", true},         {"left / right", false}, {"it holds on", false}};
    if (!n)
        return;
    text_add(doc_heading(d, 2), "Claims");
    text_addf(doc_text(d),
              "Left and right are medians over the seeds; inf is a miss. Left / right is the median over the "
              "seeds of their "
              "ratio, or of left - right where a side may be negative, with its 95%% interval over %d "
              "resamples of the seeds. "
              "The verdict is undecided where that interval holds both answers, and, with fewer than %d seeds, "
              "where they do "
              "not all agree. (!): not the verdict that was expected.",
              RESAMPLES, ENOUGH_SEEDS);
    struct table *t = doc_table(d, columns, LENGTH(columns), "Claims and their verdicts.");
    for (size_t k = 0; k < n; k++)
        add_row(&claims[k], t);
    for (size_t k = 0; k < n; k++)
        add_remarks(&claims[k], d);
}

bool claims_write(const struct claim_result *claims, size_t n, const char *name, const char *path,
                  struct err *e) {
    struct doc d = {0};
    struct text out = {0};
    text_add(doc_heading(&d, 1), name);
    claims_add(claims, n, &d);
    if (!n)
        text_add(doc_text(&d), "The grid makes no claims.");
    doc_markdown(&d, &out);
    bool ok = !out.failed || err_add(e, "%s: cannot write: out of memory", path);
    ok = ok && file_write(path, out.s, out.len, e);
    text_free(&out);
    doc_free(&d);
    return ok;
}

size_t claims_unexpected(const struct claim_result *claims, size_t n, struct text *out) {
    size_t unexpected = 0;
    for (size_t k = 0; k < n; k++) {
        const struct claim_result *c = &claims[k];
        if (!c->complete || c->verdict == c->claim->expected)
            continue;
        unexpected++;
        text_addf(out, "[expect %s]: %s, but %s was expected: %s (left ", c->claim->label,
                  claim_outcome_names[c->verdict], claim_outcome_names[c->claim->expected], c->claim->text);
        add_value(out, c->left);
        text_add(out, ", right ");
        add_value(out, c->right);
        text_add(out, ")\n");
    }
    return unexpected;
}

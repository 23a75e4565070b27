/* cells.csv: a row a cell, in the order of the plan. A miss is infinite and takes part in medians: `inf`. */
#include "report/csv.h"
#include "report/out.h"
#include <math.h>
#include <stddef.h>

static const struct {
    const char *name;
    size_t at;
    bool held_out; /* means something only where rows are held out */
} quartile_columns[] = {
#define COLUMN(field, held_out)                                                                                \
    { #field, offsetof(struct cell, field), held_out }
    COLUMN(steps, false),         COLUMN(epochs, false),    COLUMN(nonzeros, false),
    COLUMN(final_loss, false),    COLUMN(best_loss, false), COLUMN(final_test_loss, true),
    COLUMN(best_test_loss, true), COLUMN(test_error, true),
#undef COLUMN
};
enum { N_QUARTILE_COLUMNS = sizeof quartile_columns / sizeof *quartile_columns };
static const char *const target_suffix[] = {"_to_target", "_to_target", "_to_target", "", "", "", "", ""};
_Static_assert(sizeof target_suffix / sizeof *target_suffix == N_QUARTILE_COLUMNS, "one for each column");

static void add_header(struct text *t) {
    text_add(t, "first_run,optimizer,kind,schedule,data,batch,loss,precision");
    csv_key_names(t);
    text_add(t, ",n,converged,diverged,exhausted,missing,success_rate,ert");
    for (int k = 0; k < N_QUARTILE_COLUMNS; k++)
        for (int q = 0; q < 3; q++)
            text_addf(t, ",%s%s_%s", quartile_columns[k].name, target_suffix[k],
                      q == 0   ? "q1"
                      : q == 1 ? "median"
                               : "q3");
    text_add(t, "\n");
}

static void add_who(struct text *t, const struct run *run) {
    const char *const label[] = {run->optimizer, run->rule->name, run->schedule, run->data};
    static const enum key who[] = {KEY_SWEEP_batch, KEY_MODEL_loss, KEY_SWEEP_precision};
    csv_hex(t, run->id);
    for (size_t k = 0; k < sizeof label / sizeof *label; k++) {
        text_add(t, ",");
        csv_label(t, label[k]);
    }
    for (size_t k = 0; k < sizeof who / sizeof *who; k++) {
        text_add(t, ",");
        csv_value(t, who[k], run->v[who[k]]);
    }
    csv_key_values(t, run);
}

static void add_cell(struct text *t, const struct cell *c, bool held_out) {
    text_addf(t, ",%zu,%zu,%zu,%zu,%zu,", c->n, c->n_converged, c->n_diverged, c->n_exhausted, c->n_missing);
    csv_quantity(t, cell_success(c));
    text_add(t, ",");
    csv_quantity(t, c->ert);
    for (int k = 0; k < N_QUARTILE_COLUMNS; k++) {
        const struct quartiles *q = (const void *)((const char *)c + quartile_columns[k].at);
        const double x[] = {q->q1, q->median, q->q3};
        for (int i = 0; i < 3; i++) {
            text_add(t, ",");
            if (held_out || !quartile_columns[k].held_out)
                csv_quantity(t, x[i]);
        }
    }
    text_add(t, "\n");
}

bool csv_write_cells(const struct results *r, const char *path, struct err *e) {
    struct out o;
    if (!out_open(&o, path, e))
        return false;
    add_header(&o.text);
    bool ok = true;
    for (size_t k = 0; ok && k < r->n_cells; k++) {
        const struct cell *c = &r->cell[k];
        struct run run;
        if (c->n_missing == c->n)
            continue;
        plan_run(r->plan, c->first, &run);
        add_who(&o.text, &run);
        add_cell(&o.text, c, r->row[c->first].held_out);
        ok = out_flow(&o, e);
    }
    return out_close(&o, ok, e);
}

/* data.csv: a row a data set and loss on it. bands.csv: what each run has learnt, band by band. */
#include "base/hash.h"
#include "report/csv.h"
#include "report/met.h"
#include "report/out.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- data.csv -------------------------------------------------------------------------------------------- */

/* Keys that name a data set, those that vary among the values of the plan aside: all of [data]. */
static bool is_data_key(int k) {
    return keys[k].section == SECTION_DATA && keys[k].flags & COLUMN;
}

static const struct {
    const char *name;
    size_t at;
    bool real;
} facts_columns[] = {
#define COLUMN(name, field, real)                                                                              \
    { name, offsetof(struct data_facts, field), real }
    COLUMN("n", n_rows, false),
    COLUMN("d", n_features, false),
    COLUMN("nonzeros", nnz, false),
    COLUMN("n_test", n_test, false),
    COLUMN("max_feature_frequency", max_frequency, true),
    COLUMN("min_feature_frequency", min_frequency, true),
    COLUMN("mean_label", mean_label, true),
#undef COLUMN
};
enum { N_FACTS = sizeof facts_columns / sizeof *facts_columns };

static void add_data_header(struct text *t) {
    text_add(t, "data,kind,seed");
    for (int k = 0; k < KEY_COUNT; k++)
        if (is_data_key(k))
            text_addf(t, ",%s", keys[k].name);
    text_add(t, ",loss,reduction,l2");
    for (int k = 0; k < N_FACTS; k++)
        text_addf(t, ",%s", facts_columns[k].name);
    text_add(t, ",start_loss,lstar,lstar_gradient,lstar_iterations,lstar_max_weight,fingerprint\n");
}

static void add_facts(struct text *t, const struct data_facts *f) {
    for (int k = 0; k < N_FACTS; k++) {
        const char *at = (const char *)f + facts_columns[k].at;
        text_add(t, ",");
        if (!*f->fingerprint || (!f->n_rows && facts_columns[k].real)) /* a surface has no shares of rows */
            continue;
        if (facts_columns[k].real)
            text_add_number(t, *(const double *)(const void *)at);
        else
            csv_count(t, (double)*(const uint64_t *)(const void *)at);
    }
}

static bool add_data_row(struct text *t, const struct results *r, const struct run *run, struct err *e) {
    struct minimum m;
    bool found;
    if (!store_get_minimum(r->store, minimum_key_of(r->plan, run), &m, &found, e))
        return false;
    static const enum key model[] = {KEY_MODEL_loss, KEY_MODEL_reduction, KEY_MODEL_l2};
    csv_label(t, run->data);
    text_add(t, ",");
    csv_value(t, KEY_DATA_kind, run->v[KEY_DATA_kind]);
    text_add(t, ",");
    csv_value(t, KEY_SWEEP_seeds, run->v[KEY_SWEEP_seeds]);
    for (int k = 0; k < KEY_COUNT; k++)
        if (is_data_key(k)) {
            text_add(t, ",");
            csv_value(t, (enum key)k, run->v[k]);
        }
    for (size_t k = 0; k < sizeof model / sizeof *model; k++) {
        text_add(t, ",");
        csv_value(t, model[k], run->v[model[k]]);
    }
    add_facts(t, &r->facts[run->dataset]);
    if (found) {
        const double x[] = {m.start_loss, m.loss, m.max_gradient, m.iterations, m.max_weight};
        for (size_t k = 0; k < sizeof x / sizeof *x; k++) {
            text_add(t, ",");
            text_add_number(t, x[k]);
        }
    } else {
        text_add(t, ",,,,,");
    }
    text_addf(t, ",%s\n", plan_dataset_fingerprint(r->plan, run->dataset));
    return true;
}

/* What has a row of its own: the data set as its label has it, and the loss. */
static uint64_t data_row_id(const struct run *run, struct text *space) {
    static const enum key model[] = {KEY_MODEL_loss, KEY_MODEL_reduction, KEY_MODEL_l2};
    space->len = 0;
    text_addf(space, "%zu %zu", run->data_index, run->dataset);
    for (size_t k = 0; k < sizeof model / sizeof *model; k++) {
        text_add(space, " ");
        value_print(model[k], run->v[model[k]], space);
    }
    return hash64(space->s, space->len);
}

bool csv_write_data(const struct results *r, const char *path, struct err *e) {
    struct out o;
    struct met met = {0};
    struct text space = {0};
    if (!out_open(&o, path, e))
        return false;
    add_data_header(&o.text);
    bool ok = met_make(&met, r->n, e);
    for (size_t i = 0; ok && i < r->n; i++) {
        struct run run;
        plan_run(r->plan, i, &run);
        if (met_first(&met, data_row_id(&run, &space)))
            ok = add_data_row(&o.text, r, &run, e) && out_flow(&o, e);
    }
    ok = ok && (!space.failed || err_add(e, "%s: out of memory", path));
    text_free(&space);
    met_free(&met);
    return out_close(&o, ok, e);
}

/* ---- bands.csv ------------------------------------------------------------------------------------------- */

/* A share that is not known is empty; of a run that blew up it may be nan. */
static void add_bands(struct text *t, const struct result *row, const struct data_facts *f, bool known) {
    for (int band = 0; band < N_BANDS; band++) {
        csv_hex(t, row->id);
        text_addf(t, ",%d,%zu,", band + 1,
                  bands_start(f->n_features, band + 1) - bands_start(f->n_features, band));
        if (!isnan(f->band_frequency[band]))
            text_add_number(t, f->band_frequency[band]);
        text_add(t, ",");
        if (known && !isnan(f->band_frequency[band]))
            text_add_number(t, row->unlearnt[band]);
        text_add(t, "\n");
    }
}

bool csv_write_bands(const struct results *r, const char *path, struct err *e) {
    struct out o;
    if (!out_open(&o, path, e))
        return false;
    text_add(&o.text, "run,band,features,mean_frequency,unlearnt\n");
    bool ok = true;
    for (size_t i = 0; ok && i < r->n; i++) {
        const struct result *row = &r->row[i];
        struct run run;
        if (row->status == STATUS_MISSING || row->again)
            continue;
        plan_run(r->plan, i, &run);
        const struct data_facts *f = &r->facts[run.dataset];
        bool known = run.v[KEY_DATA_kind].word == DATA_SYNTHETIC;
        for (int band = 0; band < N_BANDS; band++)
            known |= !isnan(row->unlearnt[band]);
        if (*f->fingerprint && f->n_rows)
            add_bands(&o.text, row, f, known);
        ok = out_flow(&o, e);
    }
    return out_close(&o, ok, e);
}

/* runs.csv and curves.csv. Their bytes are a pure function of plan and store: ordered by plan, shortest
 * decimals, no times. RFC 4180 with \n, a comma and no blank between columns. */
#include "report/csv.h"
#include "base/hash.h"
#include "base/mem.h"
#include "report/out.h"
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

void csv_hex(struct text *t, uint64_t v) {
    char hex[17];
    hash64_hex(v, hex);
    text_add_n(t, hex, 16);
}

void csv_label(struct text *t, const char *s) {
    if (!s[strcspn(s, ",\"\r\n")]) {
        text_add(t, s);
        return;
    }
    text_add(t, "\"");
    for (; *s; s++)
        text_add_n(t, *s == '"' ? "\"\"" : s, *s == '"' ? 2 : 1);
    text_add(t, "\"");
}

void csv_count(struct text *t, double x) {
    text_addf(t, "%.0f", x);
}

void csv_quantity(struct text *t, double x) {
    if (x == floor(x) && fabs(x) < 0x1p53)
        csv_count(t, x);
    else
        text_add_number(t, x);
}

void csv_value(struct text *t, enum key key, struct value v) {
    if (v.word == VALUE_NUMBER && keys[key].numbers == NUMBERS_INTEGER)
        csv_count(t, v.number);
    else
        value_print(key, v, t);
}

/* ---- runs.csv -------------------------------------------------------------------------------------------- */

/* First who it is, then every other key, then what came of it. */
static const char who_header[] = "run,optimizer,kind,schedule,data,seed,batch,loss,precision";
static const enum key who_keys[] = {KEY_SWEEP_seeds, KEY_SWEEP_batch, KEY_MODEL_loss, KEY_SWEEP_precision};
enum { N_WHO_KEYS = sizeof who_keys / sizeof *who_keys };

static void add_who(struct text *t, const struct run *run) {
    csv_hex(t, run->id);
    const char *const label[] = {run->optimizer, run->rule->name, run->schedule, run->data};
    for (size_t k = 0; k < sizeof label / sizeof *label; k++) {
        text_add(t, ",");
        csv_label(t, label[k]);
    }
    for (int k = 0; k < N_WHO_KEYS; k++) {
        text_add(t, ",");
        csv_value(t, who_keys[k], run->v[who_keys[k]]);
    }
}

static bool key_is_column(int key) {
    bool wanted = key >= KEY_H || keys[key].flags & COLUMN;
    for (int k = 0; k < N_WHO_KEYS; k++)
        wanted = wanted && key != (int)who_keys[k];
    return wanted;
}

static void add_number(struct text *t, const struct result *r, const void *field) {
    (void)r;
    text_add_number(t, *(const double *)field);
}
/* Without held-out rows there is nothing to say. */
static void add_held_out(struct text *t, const struct result *r, const void *field) {
    if (r->held_out)
        add_number(t, r, field);
}
/* A miss is empty. */
static void add_epochs_or_miss(struct text *t, const struct result *r, const void *field) {
    if (isfinite(*(const double *)field))
        add_number(t, r, field);
}
static void add_count_or_miss(struct text *t, const struct result *r, const void *field) {
    (void)r;
    if (isfinite(*(const double *)field))
        csv_count(t, *(const double *)field);
}
static void add_steps(struct text *t, const struct result *r, const void *field) {
    (void)r;
    text_addf(t, "%" PRIu64, *(const uint64_t *)field);
}
static void add_hash(struct text *t, const struct result *r, const void *field) {
    (void)r;
    csv_hex(t, *(const uint64_t *)field);
}
static void add_status(struct text *t, const struct result *r, const void *field) {
    (void)r;
    text_add(t, status_names[*(const enum status *)field]);
}

static const struct {
    const char *name;
    size_t field;
    void (*add)(struct text *t, const struct result *r, const void *field);
} what[] = {
#define WHAT(field, add)                                                                                       \
    { #field, offsetof(struct result, field), add }
    WHAT(status, add_status),
    WHAT(steps, add_steps),
    WHAT(epochs, add_number),
    WHAT(start_loss, add_number),
    WHAT(best_loss, add_number),
    WHAT(final_loss, add_number),
    WHAT(final_test_loss, add_held_out),
    WHAT(best_test_loss, add_held_out),
    WHAT(test_error, add_held_out),
    WHAT(steps_to_target, add_count_or_miss),
    WHAT(epochs_to_target, add_epochs_or_miss),
    WHAT(nonzeros_to_target, add_count_or_miss),
    WHAT(weights_hash, add_hash),
#undef WHAT
};
enum { N_WHAT = sizeof what / sizeof *what };

void csv_key_names(struct text *t) {
    for (int k = 0; k < KEY_COUNT; k++)
        if (key_is_column(k))
            text_addf(t, ",%s%s", k >= KEY_S ? "schedule_" : "", keys[k].name);
}

void csv_key_values(struct text *t, const struct run *run) {
    for (int k = 0; k < KEY_COUNT; k++)
        if (key_is_column(k)) {
            text_add(t, ",");
            csv_value(t, (enum key)k, run->v[k]);
        }
}

static void add_header(struct text *t) {
    text_add(t, who_header);
    csv_key_names(t);
    for (int c = 0; c < N_WHAT; c++)
        text_addf(t, ",%s", what[c].name);
    text_add(t, "\n");
}

static void add_row(struct text *t, const struct run *run, const struct result *r) {
    add_who(t, run);
    csv_key_values(t, run);
    for (int c = 0; c < N_WHAT; c++) {
        text_add(t, ",");
        what[c].add(t, r, (const char *)r + what[c].field);
    }
    text_add(t, "\n");
}

bool csv_write_runs(const struct results *r, const char *path, struct err *e) {
    struct out o;
    if (!out_open(&o, path, e))
        return false;
    add_header(&o.text);
    bool ok = true;
    for (size_t i = 0; ok && i < r->n; i++) {
        if (r->row[i].status == STATUS_MISSING)
            continue;
        struct run run;
        plan_run(r->plan, i, &run);
        add_row(&o.text, &run, &r->row[i]);
        ok = out_flow(&o, e);
    }
    return out_close(&o, ok, e);
}

/* ---- curves.csv ------------------------------------------------------------------------------------------ */

static void add_curve(struct text *t, const struct result *row, const struct outcome *o) {
    for (size_t k = 0; k < o->n_points; k++) {
        const struct point *p = &o->points[k];
        csv_hex(t, row->id);
        text_add(t, ",");
        text_add_number(t, p->epoch);
        text_addf(t, ",%" PRIu64 ",", p->step);
        text_add_number(t, p->loss);
        text_add(t, ",");
        if (row->held_out)
            text_add_number(t, p->test_loss);
        text_add(t, "\n");
    }
}

bool csv_write_curves(const struct results *r, const char *path, struct err *e) {
    struct out o;
    if (!out_open(&o, path, e))
        return false;
    text_add(&o.text, "run,epoch,step,loss,test_loss\n");
    bool ok = true;
    for (size_t i = 0; ok && i < r->n; i++) {
        struct outcome outcome;
        if (r->row[i].status == STATUS_MISSING || r->row[i].again)
            continue;
        ok = results_curve(r, i, &outcome, e);
        if (!ok)
            break;
        add_curve(&o.text, &r->row[i], &outcome);
        outcome_free(&outcome);
        ok = out_flow(&o, e);
    }
    return out_close(&o, ok, e);
}

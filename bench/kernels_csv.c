/* Rows as csv, the conditions repeated in each; and two such files compared. */
#include "base/machine.h"
#include "kernels.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const char head[] =
    "rule,loop,precision,isa,bytes,level,elements,melem_per_s,spread,gb_per_s,ns_per_element,"
    "cycles_per_element,ceiling_melem_per_s,bound,memory_melem_per_s,multiply_melem_per_s,divide_melem_per_s,"
    "together_melem_per_s,share,times_scalar,"
    "times_auto,samples,calls,passes,instructions_per_element,misses_per_element,loads,stores,divisions,roots,"
    "flops,"
    "date,cpu,caches,compiler,flags,commit,load\n";
enum { KEY_FIELDS = 5, MELEM_FIELD = 7 };

/* A comma and a number, or nothing for NaN. */
static void number(struct text *out, double x) {
    text_add(out, ",");
    if (isfinite(x))
        text_addf(out, "%.6g", x);
}

static void quoted(struct text *out, const char *s) {
    text_add(out, ",\"");
    for (; *s; s++)
        text_addf(out, *s == '"' ? "\"\"" : "%c", *s);
    text_add(out, "\"");
}

static void add_key(const struct row *x, struct text *out) {
    text_addf(out, "%s,%s,%s,%s,%zu,", x->s->name, loop_names[x->loop], real_names[x->precision],
              code_names[x->code], x->bytes);
}

void rows_csv(const struct context *c, struct text *out) {
    const struct machine *m = machine_get();
    text_add(out, head);
    for (size_t i = 0; i < c->rows->n; i++) {
        const struct row *x = &c->rows->row[i];
        const struct rule_cost *cost = &x->s->cost;
        add_key(x, out);
        text_addf(out, "%s,%zu", level_names[x->level], x->n);
        number(out, 1e3 / x->ns);
        number(out, x->spread);
        number(out, row_bytes(x) / x->ns);
        number(out, x->ns);
        number(out, x->cycles);
        number(out, 1e3 / row_ceiling_ns(x));
        text_addf(out, ",%s", bound_names[x->bound]);
        for (enum bound b = 0; b < BOUND_COUNT; b++)
            number(out, x->ceiling_ns[b] > 0 ? 1e3 / x->ceiling_ns[b] : NAN);
        number(out, x->share);
        number(out, x->times_scalar);
        number(out, x->times_auto);
        text_addf(out, ",%zu,%llu", x->samples, (unsigned long long)x->calls);
        number(out, row_apart(x) > 0 ? row_apart(x) : NAN);
        number(out, x->instructions);
        number(out, x->misses);
        text_addf(out, ",%d,%d,%d,%d,%d,%s", cost->loads, cost->stores, cost->divisions, cost->roots,
                  cost->flops, c->date);
        quoted(out, m->cpu);
        quoted(out, c->caches);
        quoted(out, m->compiler);
        quoted(out, m->flags);
        quoted(out, m->commit);
        number(out, c->load);
        text_add(out, "\n");
    }
}

/* What the line of a former file that begins with key says of Melem/s; 0: there is none. */
static double former(const char *csv, const char *key) {
    const size_t len = strlen(key);
    for (const char *line = csv; line; line = strchr(line, '\n')) {
        line += *line == '\n';
        if (strncmp(line, key, len))
            continue;
        const char *value = line + len;
        for (int field = KEY_FIELDS; value && field < MELEM_FIELD; field++) {
            value = strchr(value, ',');
            value += value != NULL;
        }
        double melem = 0;
        return value && number_parse(value, strcspn(value, ","), &melem) ? melem : 0;
    }
    return 0;
}

bool rows_compare(const struct results_rows *r, const char *path, struct text *out, struct err *e) {
    enum { MOST_NAMED = 20 };
    const double apart = 0.05;
    char *csv;
    size_t len, common = 0, agree = 0;
    struct text named = {0}, key = {0};
    if (!file_read(path, &csv, &len, e))
        return false;
    for (size_t i = 0; i < r->n; i++) {
        key.len = 0;
        add_key(&r->row[i], &key);
        const double before = key.failed ? 0 : former(csv, key.s), now = 1e3 / r->row[i].ns;
        if (!(before > 0))
            continue;
        common++;
        if (fabs(now / before - 1) <= apart)
            agree++;
        else if (common - agree <= MOST_NAMED)
            text_addf(&named, "  %.*s: %.0f Melem/s, before %.0f (%+.0f%%)\n", (int)key.len - 1, key.s, now,
                      before, 100 * (now / before - 1));
    }
    if (common) {
        text_addf(out, "compared with the former call in this folder: %zu of %zu rows within 5%%%s\n", agree,
                  common, agree == common ? "" : ", not these:");
        text_add(out, named.s ? named.s : "");
        out->failed |= named.failed;
        if (common - agree > MOST_NAMED)
            text_addf(out, "  and %zu more\n", common - agree - MOST_NAMED);
    }
    out->failed |= key.failed;
    text_free(&named);
    text_free(&key);
    free(csv);
    return true;
}

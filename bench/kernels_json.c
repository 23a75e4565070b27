/* Rows in the layout of google-benchmark (`context`, `benchmarks`), which its compare.py reads. One entry a
 * row, its times those of a call (medians); what else is known of a row stands beside them as counters do
 * there. */
#include "base/machine.h"
#include "kernels.h"
#include <math.h>
#include <stdio.h>

static void string(struct text *out, const char *s) {
    text_add(out, "\"");
    for (; *s; s++)
        if (*s == '"' || *s == '\\')
            text_addf(out, "\\%c", *s);
        else if ((unsigned char)*s < ' ')
            text_addf(out, "\\u%04x", (unsigned)*s);
        else
            text_add_n(out, s, 1);
    text_add(out, "\"");
}

static void text_field(struct text *out, const char *name, const char *value) {
    text_addf(out, "    \"%s\": ", name);
    string(out, value);
    text_add(out, ",\n");
}

static void cache(struct text *out, int level, uint64_t bytes) {
    text_addf(out, "%s\n      {\"type\": \"%s\", \"level\": %d, \"size\": %llu, \"num_sharing\": 1}",
              level > 1 ? "," : "", level == 1 ? "Data" : "Unified", level, (unsigned long long)bytes);
}

static void add_context(const struct context *c, struct text *out) {
    const struct machine *m = machine_get();
    text_add(out, "{\n  \"context\": {\n");
    text_field(out, "date", c->date);
    text_field(out, "host_name", c->host);
    text_field(out, "executable", "bench kernels");
    text_addf(out, "    \"num_cpus\": %d,\n    \"mhz_per_cpu\": %.0f,\n    \"cpu_scaling_enabled\": %s,\n",
              m->threads, 1e3 * c->rows->ghz, *c->governor ? "true" : "false");
    text_add(out, "    \"caches\": [");
    cache(out, 1, m->l1_bytes);
    cache(out, 2, m->l2_bytes);
    cache(out, 3, m->l3_bytes);
    text_addf(out, "\n    ],\n    \"load_avg\": [%.2f],\n    \"library_build_type\": \"release\",\n",
              c->load < 0 ? 0 : c->load);
    text_field(out, "cpu", m->cpu);
    text_field(out, "os", m->os);
    text_field(out, "governor", *c->governor ? c->governor : "not visible");
    text_field(out, "compiler", m->compiler);
    text_field(out, "flags", m->flags);
    text_field(out, "bench_version", m->version);
    text_field(out, "commit", m->commit);
    text_addf(out, "    \"timer_ns\": %.1f,\n    \"samples_interrupted\": %zu\n  },\n  \"benchmarks\": [",
              c->method->timer_ns, c->method->n_interrupted);
}

static void number(struct text *out, const char *name, double x) {
    if (isfinite(x))
        text_addf(out, ",\n      \"%s\": %.6e", name, x);
}

static void add_row(const struct row *x, size_t i, struct text *out) {
    struct text name = {0};
    text_addf(&name, "%s/%s/%s/%s/%zu", x->s->name, loop_names[x->loop], real_names[x->precision],
              code_names[x->code], x->bytes);
    text_addf(out, "%s\n    {\n      \"name\": ", i ? "," : "");
    string(out, name.s ? name.s : "");
    text_addf(
        out,
        ",\n      \"family_index\": %zu,\n      \"per_family_instance_index\": 0,\n      \"run_name\": ", i);
    string(out, name.s ? name.s : "");
    text_addf(
        out,
        ",\n      \"run_type\": \"iteration\",\n      \"repetitions\": 1,\n      \"repetition_index\": 0,\n"
        "      \"threads\": 1,\n      \"iterations\": %llu,\n      \"real_time\": %.6e,\n"
        "      \"cpu_time\": %.6e,\n      \"time_unit\": \"ns\"",
        (unsigned long long)(x->calls * x->samples), x->call_ns, x->call_ns);
    number(out, "items_per_second", 1e9 / x->ns);
    number(out, "bytes_per_second", 1e9 * row_bytes(x) / x->ns);
    number(out, "spread", x->spread);
    number(out, "samples", (double)x->samples);
    number(out, "passes", row_apart(x) > 0 ? row_apart(x) : NAN);
    number(out, "cycles_per_item", x->cycles);
    number(out, "ceiling_items_per_second", 1e9 / row_ceiling_ns(x));
    for (enum bound b = 0; b < BOUND_COUNT; b++) {
        char field[48];
        snprintf(field, sizeof field, "%s_items_per_second", bound_names[b]);
        number(out, field, x->ceiling_ns[b] > 0 ? 1e9 / x->ceiling_ns[b] : NAN);
    }
    number(out, "share", x->share);
    number(out, "times_scalar", x->times_scalar);
    number(out, "times_auto", x->times_auto);
    number(out, "instructions_per_item", x->instructions);
    number(out, "cache_misses_per_item", x->misses);
    text_add(out, "\n    }");
    if (name.failed)
        out->failed = true;
    text_free(&name);
}

void rows_json(const struct context *c, struct text *out) {
    add_context(c, out);
    for (size_t i = 0; i < c->rows->n; i++)
        add_row(&c->rows->row[i], i, out);
    text_add(out, "\n  ]\n}\n");
}

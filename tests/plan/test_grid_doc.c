/* docs/grid.md says what the tables of keys, rules and schedules say: every row of them stands there word for
 * word. On failure the row to paste is printed. */
#include "data/dataset.h"
#include "plan_test.h"

static void add_escaped(struct text *out, const char *s) { /* a bar would end the cell */
    for (; *s; s++)
        text_addf(out, "%s%c", *s == '|' ? "\\" : "", *s);
}

/* The kinds of data that take a key: all, or by name. */
static void add_kinds(const struct key_row *k, struct text *out) {
    int n = 0;
    for (int kind = 0; kind < DATA_KIND_COUNT; kind++)
        n += (k->flags & SYN << kind) != 0;
    if (n == DATA_KIND_COUNT) {
        text_add(out, "all | ");
        return;
    }
    const char *comma = "";
    for (int kind = 0; kind < DATA_KIND_COUNT; kind++)
        if (k->flags & SYN << kind) {
            text_addf(out, "%s%s", comma, data_kind_names[kind]);
            comma = ", ";
        }
    text_add(out, " | ");
}

/* | `key` | kinds of data, for [data] | values | default | list | help | */
static void add_key_row(enum key key, struct text *out) {
    const struct key_row *k = &keys[key];
    text_addf(out, "| `%s` | ", k->name);
    if (k->section == SECTION_DATA)
        add_kinds(k, out);
    key_describe(key, out);
    bool needed = k->section == SECTION_DATA && k->flags >= NEEDS;
    text_addf(out, " | %s | %s | ",
              needed         ? "needed"
              : *k->fallback ? k->fallback
                             : "",
              k->flags & (AXIS | LADDER) ? "list" : "");
    add_escaped(out, k->help);
    text_add(out, " |\n");
}

/* | `rule` | formula | `key` (default), ... |; for a schedule likewise. key: that of the first default. */
static void add_kind_row(const char *name, const char *formula, const double *defaults, int n, enum key first,
                         struct text *out) {
    text_addf(out, "| `%s` | ", name);
    add_escaped(out, formula);
    const char *separator = " | ";
    for (int k = 0; k < n; k++) {
        enum key key = first + (enum key)k;
        double x = defaults[k];
        if (isnan(x))
            continue;
        text_addf(out, "%s`%s` (", separator, keys[key].name);
        separator = ", ";
        if (x == SCHEDULE_REQUIRED)
            text_add(out, "needed");
        else
            value_print(key, (struct value){.number = x, .word = *keys[key].words ? (int)x : VALUE_NUMBER},
                        out);
        text_add(out, ")");
    }
    text_add(out, *separator == ' ' ? " | |\n" : " |\n");
}

static void every_key_rule_and_schedule_is_documented(void **state) {
    (void)state;
    char *doc;
    size_t len;
    struct err e = {0};
    struct text missing = {0};
    if (!file_read("../docs/grid.md", &doc, &len, &e))
        fail_msg("%s", e.text);
    for (int i = 0; i < KEY_COUNT + n_rules + n_schedules; i++) {
        struct text row = {0};
        int rule = i - KEY_COUNT, schedule = rule - n_rules;
        if (i < KEY_COUNT)
            add_key_row((enum key)i, &row);
        else if (rule < n_rules)
            add_kind_row(rules[rule]->name, rules[rule]->formula, rules[rule]->defaults, H_COUNT, KEY_H, &row);
        else
            add_kind_row(schedules[schedule]->name, schedules[schedule]->formula, schedules[schedule]->defaults,
                         S_COUNT, KEY_S, &row);
        if (!strstr(doc, row.s))
            text_add(&missing, row.s);
        text_free(&row);
    }
    if (missing.s) {
        fprintf(stderr, "%s", missing.s); /* longer than cmocka's messages */
        fail_msg("docs/grid.md lacks the rows above");
    }
    free(doc);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(every_key_rule_and_schedule_is_documented)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}

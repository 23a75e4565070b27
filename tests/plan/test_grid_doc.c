/* docs/grid.md says what the table of keys and the table of rules say: every row of them stands there word for
 * word. On failure the row to paste is printed. */
#include "plan_test.h"

static void add_escaped(struct text *out, const char *s) { /* a bar would end the cell */
    for (; *s; s++)
        text_addf(out, "%s%c", *s == '|' ? "\\" : "", *s);
}

/* | `key` | kinds of data, for [data] | values | default | list | help | */
static void add_key_row(enum key key, struct text *out) {
    const struct key_row *k = &keys[key];
    text_addf(out, "| `%s` | ", k->name);
    if (k->section == SECTION_DATA)
        text_addf(out, "%s | ", !(k->flags & SVM) ? "synthetic" : !(k->flags & SYN) ? "libsvm" : "both");
    key_describe(key, out);
    bool needed = k->flags & (NEEDS | NEEDS << 1);
    text_addf(out, " | %s | %s | ",
              needed         ? "needed"
              : *k->fallback ? k->fallback
                             : "",
              k->flags & AXIS ? "list" : "");
    add_escaped(out, k->help);
    text_add(out, " |\n");
}

/* | `rule` | formula | `key` (default), ... | */
static void add_rule_row(const struct rule *r, struct text *out) {
    text_addf(out, "| `%s` | ", r->name);
    add_escaped(out, r->formula);
    const char *separator = " | ";
    for (int h = 0; h < H_COUNT; h++) {
        if (isnan(r->defaults[h]))
            continue;
        bool words = *keys[KEY_H + h].words;
        struct value v = {.number = r->defaults[h], .word = words ? (int)r->defaults[h] : VALUE_NUMBER};
        text_addf(out, "%s`%s` (", separator, keys[KEY_H + h].name);
        value_print(KEY_H + h, v, out);
        text_add(out, ")");
        separator = ", ";
    }
    text_add(out, " |\n");
}

static void every_key_and_rule_is_documented(void **state) {
    (void)state;
    char *doc;
    size_t len;
    struct err e = {0};
    struct text missing = {0};
    if (!file_read("../docs/grid.md", &doc, &len, &e))
        fail_msg("%s", e.text);
    for (int i = 0; i < KEY_COUNT + n_rules; i++) {
        struct text row = {0};
        if (i < KEY_COUNT)
            add_key_row((enum key)i, &row);
        else
            add_rule_row(rules[i - KEY_COUNT], &row);
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
    const struct CMUnitTest tests[] = {cmocka_unit_test(every_key_and_rule_is_documented)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* The report's account of the plan, and of the machine and build that computed it. */
#include "report/doc.h"
#include "report/html.h"
#include "report/note.h"
#include <stdlib.h>
#include <string.h>

#define LENGTH(a) (sizeof(a) / sizeof *(a))
enum { LISTED = 8 }; /* levels of an axis shown one by one */

size_t html_n_optimizers(const struct scores *s) {
    size_t n = 0;
    for (size_t k = 0; k < s->n; k++)
        n = s->group[k].optimizer_index >= n ? s->group[k].optimizer_index + 1 : n;
    return n;
}

/* The name of an optimizer section; NULL: it runs on nothing. */
static const char *optimizer_name(const struct scores *s, size_t o) {
    for (size_t k = 0; k < s->n; k++)
        if (s->group[k].optimizer_index == o)
            return s->group[k].optimizer;
    return NULL;
}

/* A row if the key has two levels or more. o: an optimizer section, SIZE_MAX: all. */
static void add_axis(struct table *t, const struct scores *s, enum key key, size_t o) {
    struct value *level;
    size_t n;
    t->text.failed |= !plan_levels(s->r->plan, key, o, &level, &n, NULL);
    if (n > 1) {
        table_text(t, o == SIZE_MAX ? key_section_names[keys[key].section] : optimizer_name(s, o));
        table_text(t, keys[key].name);
        table_number(t, (double)n);
        for (size_t k = 0; k < n; k++) {
            if (n > LISTED && k > 2 && k + 1 < n)
                continue;
            text_add(&t->text, k ? ", " : "");
            text_add(&t->text, n > LISTED && k + 1 == n ? "..., " : "");
            if (level[k].word == VALUE_NUMBER)
                add_short(&t->text, level[k].number);
            else
                value_print(key, level[k], &t->text);
        }
        table_end_cell(t);
    }
    free(level);
}

static void add_optimizer(struct table *t, const struct scores *s, size_t o) {
    size_t n_cells = 0, n_problems = 0;
    struct run run = {0};
    for (size_t k = 0; k < s->n; k++) {
        if (s->group[k].optimizer_index != o)
            continue;
        plan_run(s->r->plan, s->group[k].cell[0], &run);
        n_cells += s->group[k].n_cells;
        n_problems++;
    }
    if (!n_problems)
        return;
    table_text(t, run.optimizer);
    table_text(t, run.rule->name);
    table_number(t, (double)n_problems);
    table_number(t, (double)n_cells);
    table_number(t, (double)(n_cells * plan_n_seeds(s->r->plan)));
}

void html_plan(const struct scores *s, struct doc *d) {
    static const struct table_column optimizers[] = {
        {"optimizer", false}, {"rule", false}, {"data sets", true}, {"settings", true}, {"runs", true}};
    static const struct table_column axes[] = {
        {"section", false}, {"key", false}, {"levels", true}, {"values", false}};
    const size_t n = html_n_optimizers(s);
    text_add(doc_heading(d, 3), "Optimizers");
    struct table *t = doc_table(d, optimizers, LENGTH(optimizers), "Optimizers and their runs.");
    for (size_t o = 0; o < n; o++)
        add_optimizer(t, s, o);
    text_add(doc_heading(d, 3), "Axes");
    t = doc_table(d, axes, LENGTH(axes), "Axes of the grid.");
    for (int key = 0; key < KEY_H; key++)
        if (keys[key].flags & AXIS)
            add_axis(t, s, (enum key)key, SIZE_MAX);
    for (size_t o = 0; o < n; o++)
        for (int key = KEY_H; key < KEY_COUNT; key++)
            if (optimizer_name(s, o))
                add_axis(t, s, (enum key)key, o);
    if (!t->n)
        text_add(doc_text(d), "None: every key has one value.");
}

bool html_machine(const struct scores *s, struct doc *d, struct err *e) {
    static const struct table_column columns[] = {{"what", false}, {"value", false}};
    static const struct {
        const char *note, *name; /* name NULL: the note is a list of its own */
    } notes[] = {{"date", "computed"},
                 {"command", "command"},
                 {"seeds", "seeds, in place of the grid's"},
                 {"machine", NULL},
                 {"build", NULL}};
    text_add(doc_heading(d, 3), "Machine and build");
    struct table *t = doc_table(d, columns, LENGTH(columns), "What computed the runs.");
    for (size_t k = 0; k < LENGTH(notes); k++) {
        char *note;
        size_t len;
        struct note_line line;
        if (!store_get_note(s->r->store, notes[k].note, &note, &len, e))
            return false;
        const char *rest = note;
        if (notes[k].name && len && note) {
            table_text(t, notes[k].name);
            table_text(t, note);
        } else if (!notes[k].name) {
            while (note_next(&rest, &line)) {
                text_add_n(&t->text, line.name, line.name_len);
                table_end_cell(t);
                text_add_n(&t->text, line.value, line.value_len);
                table_end_cell(t);
            }
        }
        free(note);
    }
    if (!t->n)
        text_add(doc_text(d), "The store does not say.");
    return true;
}

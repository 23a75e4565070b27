/* From lines to sections to values. Each step complains about what it meets and goes on with the rest. */
#include "plan/grid.h"
#include "base/mem.h"
#include "data/dataset.h"
#include <stdio.h>
#include <string.h>

/* What kinds of sections there are, and where in the grid they go: one `struct section`, or a list of them. */
static const struct section_row {
    const char *name;
    enum key_section kind;
    const char *example; /* of a label; NULL: there is one such section, without */
    size_t at;           /* of the section, or of the pointer to the list */
    size_t n;            /* of the list's length */
} section_rows[] = {
#define ONE(name, kind)                                                                                        \
    { #name, SECTION_##kind, NULL, offsetof(struct grid, name), 0 }
#define LIST(name, kind, example)                                                                              \
    { #name, SECTION_##kind, example, offsetof(struct grid, name), offsetof(struct grid, n_##name##s) }
    ONE(sweep, SWEEP),
    {"data", SECTION_DATA, "text", offsetof(struct grid, data), offsetof(struct grid, n_data)},
    ONE(model, MODEL),
    LIST(optimizer, OPTIMIZER, "adam"),
    LIST(schedule, SCHEDULE, "cosine"),
    ONE(trace, TRACE),
    LIST(expect, EXPECT, "rmsprop-faster"),
    LIST(figure, FIGURE, "paths"),
#undef ONE
#undef LIST
};
enum { N_SECTION_ROWS = sizeof section_rows / sizeof *section_rows, LABEL_MAX = 64 };

static struct section **list_of(struct grid *g, const struct section_row *row) {
    return (struct section **)(void *)((char *)g + row->at);
}
static size_t *length_of(struct grid *g, const struct section_row *row) {
    return (size_t *)(void *)((char *)g + row->n);
}
static struct section *single_of(struct grid *g, const struct section_row *row) {
    return (struct section *)(void *)((char *)g + row->at);
}

/* ---- sections -------------------------------------------------------------------------------------------- */

static const struct section_row *section_row_find(const struct ini_section *from, struct diag *d) {
    const char *names[N_SECTION_ROWS];
    for (int k = 0; k < N_SECTION_ROWS; k++) {
        names[k] = section_rows[k].name;
        if (strcmp(names[k], from->kind) == 0)
            return &section_rows[k];
    }
    struct text why = {0};
    text_addf(&why, "unknown section [%.*s]: expected ", diag_quoted(from->kind, strlen(from->kind)),
              from->kind);
    for (int k = 0; k < N_SECTION_ROWS; k++)
        text_addf(&why, "%s[%s%s]",
                  k == 0                   ? ""
                  : k + 1 < N_SECTION_ROWS ? ", "
                                           : " or ",
                  names[k], section_rows[k].example ? " LABEL" : "");
    add_nearest(&why, from->kind, names, N_SECTION_ROWS);
    diag_add(d, from->line, "%s", why.s ? why.s : "unknown section");
    text_free(&why);
    return NULL;
}

static bool label_check(const struct ini_section *from, const struct section_row *row, struct diag *d) {
    size_t len = strlen(from->label);
    int n = diag_quoted(from->label, len);
    if (!row->example && len > 0)
        diag_add(d, from->line, "[%s %.*s]: [%s] has no label", row->name, n, from->label, row->name);
    else if (row->example && len == 0)
        diag_add(d, from->line, "[%s] needs a label, as in [%s %s]", row->name, row->name, row->example);
    else if (len > LABEL_MAX)
        diag_add(d, from->line, "the label '%.*s...' has %zu bytes: expected at most %d", n, from->label, len,
                 LABEL_MAX);
    else if (strchr(from->label, '\t'))
        diag_add(d, from->line, "the label '%.*s' holds a tab", n, from->label);
    else
        return true;
    return false;
}

/* Where the section goes; NULL and a complaint for one that is there already. */
static struct section *section_place(struct grid *g, const struct section_row *row,
                                     const struct ini_section *from, struct diag *d) {
    if (!row->example) {
        struct section *s = single_of(g, row);
        if (s->line == 0)
            return s;
        diag_add(d, from->line, "duplicate section [%s]: the first is on line %zu", row->name, s->line);
        return NULL;
    }
    struct section *list = *list_of(g, row);
    size_t *n = length_of(g, row);
    for (size_t i = 0; i < *n; i++)
        if (strcmp(list[i].label, from->label) == 0) {
            diag_add(d, from->line, "duplicate label: [%s %s] is on line %zu already", row->name, from->label,
                     list[i].line);
            return NULL;
        }
    return &list[(*n)++];
}

/* ---- keys ------------------------------------------------------------------------------------------------ */

/* What is no key of the section, but a section, or what a key of another section usually goes by. */
static void add_elsewhere(const char *word, struct text *why) {
    for (int k = 0; k < N_SECTION_ROWS; k++)
        if (strcmp(section_rows[k].name, word) == 0) {
            text_addf(why, "; [%s%s] is a section of its own", word, section_rows[k].example ? " LABEL" : "");
            return;
        }
    for (enum key k = 0; k < KEY_COUNT; k++)
        if (usual_name(word, &keys[k].name, 1)) {
            text_addf(why, "; did you mean '%s' of [%s]?", keys[k].name, key_section_names[keys[k].section]);
            return;
        }
}

/* Keys that the section's kind has go before those that only others have. */
static void complain_unknown_key(const struct ini_entry *entry, const struct section *s, struct diag *d) {
    const char *own[KEY_COUNT], *all[KEY_COUNT];
    size_t n_own = 0, n_all = 0;
    struct text why = {0};
    text_addf(&why, "unknown key '%.*s' in [%s]", diag_quoted(entry->key, strlen(entry->key)), entry->key,
              key_section_names[s->kind]);
    for (enum key_section k = 0; k < SECTION_COUNT; k++) {
        const enum key key = key_find(k, entry->key);
        if (key < KEY_COUNT) {
            diag_add(d, entry->line, "%s: it belongs in [%s]", why.s ? why.s : "unknown key",
                     key_section_names[keys[key].section]);
            text_free(&why);
            return;
        }
    }
    for (enum key k = 0; k < KEY_COUNT; k++)
        if (key_belongs(k, s->kind)) {
            all[n_all++] = keys[k].name;
            if (!s->kind_known || kind_takes(s, k))
                own[n_own++] = keys[k].name;
        }
    text_add(&why, ": expected ");
    for (size_t k = 0; k < n_own; k++)
        text_addf(&why, "%s%s", k ? ", " : "", own[k]);
    const char *near = add_nearest(&why, entry->key, own, n_own),
               *other = near ? NULL : add_nearest(&why, entry->key, all, n_all);
    if (other) {
        text_add(&why, " ");
        kind_add_others(s, key_find(s->kind, other), &why);
    } else if (!near) {
        add_elsewhere(entry->key, &why);
    }
    diag_add(d, entry->line, "%s", why.s ? why.s : "unknown key");
    text_free(&why);
}

static void take_keys(const struct ini *ini, const struct ini_section *from, struct section *s,
                      struct diag *d) {
    for (size_t i = from->first; i < from->first + from->n; i++) {
        const struct ini_entry *entry = &ini->entries[i];
        enum key key = key_find(s->kind, entry->key);
        if (key == KEY_COUNT)
            continue; /* complain_unknown_keys */
        if (s->given[key])
            diag_add(d, entry->line, "duplicate key '%s': the first is on line %zu", entry->key,
                     s->given[key]->line);
        else
            s->given[key] = entry;
    }
}

/* Once the kind is known. */
static void complain_unknown_keys(const struct ini *ini, const struct ini_section *from,
                                  const struct section *s, struct diag *d) {
    for (size_t i = from->first; i < from->first + from->n; i++)
        if (key_find(s->kind, ini->entries[i].key) == KEY_COUNT)
            complain_unknown_key(&ini->entries[i], s, d);
}

/* ---- values ---------------------------------------------------------------------------------------------- */

static void read_values(struct section *s, struct diag *d) {
    for (enum key k = 0; k < KEY_COUNT; k++) {
        const struct ini_entry *entry = s->given[k];
        if (k == KEY_DATA_kind || (!entry && !s->kind_known))
            continue;
        if (s->kind_known && !kind_takes(s, k)) {
            if (entry)
                kind_complain(s, k, d);
        } else if (!entry) {
            kind_default(s, k, d);
        } else if (keys[k].numbers != NUMBERS_TEXT) {
            axis_read(k, entry->value, entry->line, &s->list[k], d);
        } else if (!*entry->value) {
            diag_add(d, entry->line, "%s: a value is missing: expected %s", keys[k].name, keys[k].help);
        }
    }
}

static void read_start(struct section *s, struct diag *d) {
    const struct ini_entry *start = s->given[KEY_MODEL_start];
    if (!start || !*start->value)
        return;
    for (enum key k = KEY_MODEL_w0; k <= KEY_MODEL_b0; k++) {
        if (s->given[k])
            diag_add(d, s->given[k]->line, "%s and start (line %zu) are both given: expected one or the other",
                     keys[k].name, start->line);
        free(s->list[k].v);
        s->list[k] = (struct list){0};
    }
    s->paired = axis_read_pairs(start->value, start->line, &s->list[KEY_MODEL_w0], &s->list[KEY_MODEL_b0], d);
}

static void read_section(struct grid *g, const struct ini_section *from, struct diag *d) {
    const struct section_row *row = from->kind ? section_row_find(from, d) : NULL;
    if (!row || !label_check(from, row, d))
        return;
    struct section *s = section_place(g, row, from, d);
    if (!s)
        return;
    *s = (struct section){.kind = row->kind, .label = from->label, .line = from->line};
    take_keys(&g->ini, from, s, d);
    kind_find(s, d);
    complain_unknown_keys(&g->ini, from, s, d);
    read_values(s, d);
    read_start(s, d);
}

static void read_absent(struct section *s, enum key_section kind, struct diag *d) {
    if (s->line > 0)
        return;
    *s = (struct section){.kind = kind, .label = "", .kind_known = true};
    read_values(s, d);
}

static void replace_seeds(struct grid *g, const char *seeds, struct diag *d) {
    struct diag own = {.file = "--seeds"};
    struct list l;
    if (axis_read(KEY_SWEEP_seeds, seeds, 0, &l, &own)) {
        free(g->sweep.list[KEY_SWEEP_seeds].v);
        g->sweep.list[KEY_SWEEP_seeds] = l;
    }
    for (size_t i = 0; i < own.n; i++) { /* each begins with `seeds` */
        diag_add(d, 0, "--%s", own.messages[i].text);
        free(own.messages[i].text);
    }
    d->failed |= own.failed;
    free(own.messages);
}

void grid_read(struct grid *g, const char *file, const char *text, size_t len, const char *seeds,
               struct diag *d) {
    *g = (struct grid){.file = strdup(file)};
    ini_read(&g->ini, text, len, d);
    d->failed |= !g->file;
    for (int k = 0; k < N_SECTION_ROWS; k++)
        if (section_rows[k].example) {
            struct section **list = list_of(g, &section_rows[k]);
            *list = mem_zeroed(g->ini.n_sections + 1, sizeof **list, NULL);
            d->failed |= !*list;
        }
    if (d->failed)
        return;
    for (size_t i = 0; i < g->ini.n_sections; i++)
        read_section(g, &g->ini.sections[i], d);
    read_absent(&g->sweep, SECTION_SWEEP, d);
    read_absent(&g->model, SECTION_MODEL, d);
    if (seeds)
        replace_seeds(g, seeds, d);
    grid_check(g, d);
}

bool grid_paired(const struct grid *g, const struct section *data) {
    bool own = data->given[KEY_MODEL_w0] || data->given[KEY_MODEL_b0] || data->given[KEY_MODEL_start];
    return own ? data->paired : g->model.paired;
}

struct list grid_values(const struct grid *g, const struct section *data, enum key key) {
    static struct value zero = {.number = 0, .word = VALUE_NUMBER};
    const bool paired = grid_paired(g, data);
    if (data->kind_known && data->data_kind == DATA_SURFACE && key_is_of_rows(key))
        return (struct list){0};
    if (key == KEY_MODEL_start)
        return paired ? grid_values(g, data, KEY_MODEL_w0) : (struct list){0};
    if (key == KEY_MODEL_w0 || key == KEY_MODEL_b0) {
        if (data->list[key].n > 0)
            return data->list[key];
        if (g->model.paired && !paired) /* a pair's half alone says nothing: the default of the key */
            return (struct list){.v = &zero, .n = 1};
    }
    switch (keys[key].section) {
    case SECTION_SWEEP:
        return g->sweep.list[key];
    case SECTION_DATA:
        return data->list[key];
    case SECTION_MODEL:
        return g->model.list[key];
    default:
        return (struct list){0};
    }
}

static void free_section(struct section *s) {
    for (enum key k = 0; k < KEY_COUNT; k++)
        free(s->list[k].v);
    free(s->path);
    free(s->test_path);
    free(s->takes_data);
    free(s->takes_batch);
    free(s->takes_optimizer);
}

void grid_free(struct grid *g) {
    for (int k = 0; k < N_SECTION_ROWS; k++) {
        const struct section_row *row = &section_rows[k];
        for (size_t i = 0; i < (row->example ? *length_of(g, row) : 1); i++)
            free_section(row->example ? &(*list_of(g, row))[i] : single_of(g, row));
        if (row->example)
            free(*list_of(g, row));
    }
    free(g->claim);
    free(g->traced);
    free(g->file);
    free(g->name);
    ini_free(&g->ini);
    *g = (struct grid){0};
}

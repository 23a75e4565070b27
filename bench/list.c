/* `bench list`: what there is to choose from, as markdown tables made from the program's own tables. */
#include "command.h"
#include "data/dataset.h"
#include "plan/keys.h"
#include <string.h>

/* ---- rows: cells are added one by one, each with the bar before it ----------------------------------------
 */

/* A cell of text, with whatever markdown would take for markup escaped. */
static void add_cell(struct text *out, const char *s) {
    text_add(out, *s ? "| " : "|");
    for (; *s; s++) {
        if (strchr("\\`*{}[]<>#|~&$", *s))
            text_add(out, "\\");
        text_add_n(out, s, 1);
    }
    text_add(out, " ");
}

static void add_code(struct text *out, const char *s) {
    text_addf(out, "| `%s` ", s);
}

static void end_row(struct text *out) {
    text_add(out, "|\n");
}

/* heads: n of them. */
static void add_head(struct text *out, const char *const *heads, int n) {
    for (int i = 0; i < n; i++)
        add_cell(out, heads[i]);
    end_row(out);
    for (int i = 0; i < n; i++)
        text_add(out, "|---");
    end_row(out);
}
#define HEAD(out, ...)                                                                                         \
    add_head(out, (const char *const[]){__VA_ARGS__},                                                          \
             sizeof((const char *const[]){__VA_ARGS__}) / sizeof(char *))

/* `key` (default), ...: of a rule or a schedule, whose first key is `first`. */
static void add_keys(struct text *out, enum key first, int n, const double *defaults) {
    const char *comma = "";
    text_add(out, "| ");
    for (int k = 0; k < n; k++) {
        const enum key key = first + (enum key)k;
        const double x = defaults[k];
        if (isnan(x))
            continue;
        text_addf(out, "%s`%s` (", comma, keys[key].name);
        if (x == SCHEDULE_REQUIRED)
            text_add(out, "needed");
        else
            value_print(key, (struct value){.number = x, .word = *keys[key].words ? (int)x : VALUE_NUMBER},
                        out);
        text_add(out, ")");
        comma = ", ";
    }
    text_add(out, *comma ? " " : "");
}

/* ---- lists ----------------------------------------------------------------------------------------------- */

static void list_rules(struct text *out) {
    HEAD(out, "rule", "update", "keys (default)", "source");
    for (int i = 0; i < n_rules; i++) {
        add_code(out, rules[i]->name);
        add_cell(out, rules[i]->formula);
        add_keys(out, KEY_H, H_COUNT, rules[i]->defaults);
        add_cell(out, rules[i]->source);
        end_row(out);
    }
}

static void list_schedules(struct text *out) {
    HEAD(out, "schedule", "factor of eta0", "keys (default)", "source");
    for (int i = 0; i < n_schedules; i++) {
        add_code(out, schedules[i]->name);
        add_cell(out, schedules[i]->formula);
        add_keys(out, KEY_S, S_COUNT, schedules[i]->defaults);
        add_cell(out, schedules[i]->source);
        end_row(out);
    }
}

/* The kinds of data that take a key; whether one of them needs it. */
static bool add_kinds(struct text *out, const struct key_row *k) {
    const char *comma = "";
    int needed = 0;
    text_add(out, "| ");
    for (int kind = 0; kind < DATA_KIND_COUNT && k->section == SECTION_DATA; kind++) {
        if (k->flags & SYN << kind) {
            text_addf(out, "%s%s", comma, data_kind_names[kind]);
            comma = ", ";
        }
        needed |= k->flags & NEEDS << kind;
    }
    text_add(out, *comma ? " " : "");
    return needed;
}

static void list_keys(struct text *out) {
    HEAD(out, "section", "key", "kind of data", "takes", "default", "list", "what it is");
    for (int i = 0; i < SECTION_COUNT * KEY_COUNT; i++) { /* section by section */
        const enum key key = (enum key)(i % KEY_COUNT);
        const struct key_row *k = &keys[key];
        if ((int)k->section != i / KEY_COUNT)
            continue;
        add_code(out, key_section_names[k->section]);
        add_code(out, k->name);
        bool needed = add_kinds(out, k);
        text_add(out, "| ");
        key_describe(key, out);
        text_add(out, " ");
        add_cell(out, key >= KEY_S   ? "by schedule"
                      : key >= KEY_H ? "by rule"
                      : needed       ? "needed"
                                     : k->fallback);
        add_cell(out, k->flags & (AXIS | LADDER) ? "yes" : "");
        add_cell(out, k->help);
        end_row(out);
    }
}

static void list_functions(struct text *out) {
    HEAD(out, "function", "f(w, b)", "minima, all 0, at (w, b)");
    for (int i = 0; i < SURFACE_COUNT; i++) {
        add_code(out, surfaces[i].name);
        add_cell(out, surfaces[i].formula);
        add_cell(out, surfaces[i].minima);
        end_row(out);
    }
}

static void list_isa(struct text *out) {
    HEAD(out, "isa", "on this CPU");
    for (int i = 0; i < ISA_COUNT; i++) {
        add_code(out, isa_names[i]);
        add_cell(out, !isa_usable((enum isa)i) ? "no" : (enum isa)i == isa_best() ? "yes, the default" : "yes");
        end_row(out);
    }
}

static const struct {
    const char *name, *title;
    void (*list)(struct text *out);
} lists[] = {
    {"rules", "Update rules: kinds of [optimizer]", list_rules},
    {"schedules", "Schedules: kinds of [schedule]", list_schedules},
    {"keys", "Keys of a grid file", list_keys},
    {"functions", "Surfaces: functions of [data] with kind = surface", list_functions},
    {"isa", "Instruction sets", list_isa},
};
enum { N_LISTS = sizeof lists / sizeof *lists };

static void print_help(FILE *f) {
    fprintf(f, "bench list [NAME]: tables in markdown; all of them without a name\n\n");
    for (int i = 0; i < N_LISTS; i++)
        fprintf(f, "  %-12s%s\n", lists[i].name, lists[i].title);
}

static int refuse(const char *word) {
    const char *names[N_LISTS];
    struct text said = {0};
    for (int i = 0; i < N_LISTS; i++) {
        names[i] = lists[i].name;
        text_addf(&said, "%s%s", i ? ", " : "", names[i]);
    }
    const char *near = text_nearest(word, names, N_LISTS);
    fprintf(stderr, "bench list: '%s' is not a list: expected %s%s%s%s\n", word, said.s ? said.s : "",
            near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "");
    text_free(&said);
    return EXIT_USAGE;
}

int list_command(int argc, char **argv) {
    struct text out = {0};
    if (argc == 1 && (!strcmp(argv[0], "--help") || !strcmp(argv[0], "-h"))) {
        print_help(stdout);
        return EXIT_DONE;
    }
    if (argc > 1) {
        fprintf(stderr, "bench list: expected one list, or none for all of them; '%s' is one too many\n",
                argv[1]);
        return EXIT_USAGE;
    }
    int n = 0;
    for (int i = 0; i < N_LISTS; i++) {
        if (argc == 1 && strcmp(argv[0], lists[i].name) != 0)
            continue;
        if (argc == 0)
            text_addf(&out, "%s%s\n\n", i ? "\n" : "", lists[i].title);
        lists[i].list(&out);
        n++;
    }
    if (n == 0)
        return refuse(argv[0]);
    bool ok = !out.failed;
    if (ok)
        fwrite(out.s, 1, out.len, stdout);
    else
        fprintf(stderr, "bench list: out of memory\n");
    text_free(&out);
    return ok ? EXIT_DONE : EXIT_INCOMPLETE;
}

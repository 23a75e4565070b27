/* `bench refine`: log search. Prints the grid of a results folder again, with every numeric axis of an
 * optimizer drawn together around its best cell; what was one run there is none to compute again here. */
#include "base/math.h"
#include "base/mem.h"
#include "command.h"
#include "known.h"
#include "plan/ini.h"
#include "refine_axis.h"
#include "report/results.h"
#include <stdlib.h>
#include <string.h>

struct refine {
    struct results r;
    struct ini ini;   /* of the grid file */
    const char *text; /* the grid file itself */
    struct run *best; /* (n_optimizers): its best cell's first run; rule = NULL: nothing to go by */
    size_t n_optimizers;
    bool zipped[KEY_COUNT];
    struct text out;
};

/* ---- the best setting of each optimizer, over all its groups --------------------------------------------- */

struct score {
    size_t misses;
    double epochs, loss; /* sums over groups: log(1 + median epochs) of those that hit, median final loss */
};

static bool better(const struct score *a, const struct score *b) {
    if (a->misses != b->misses)
        return a->misses < b->misses;
    if (a->epochs != b->epochs)
        return a->epochs < b->epochs;
    return a->loss < b->loss;
}

/* Cells of a group are the optimizer's own settings in the order of the plan, the same in each of its groups.
 */
static struct score score_of(const struct refine *f, const struct group *g, size_t n, size_t optimizer,
                             size_t k) {
    struct score s = {0};
    for (size_t i = 0; i < n; i++) {
        if (g[i].optimizer_index != optimizer)
            continue;
        const struct cell *c = group_cell(&f->r, &g[i], k);
        bool hit = isfinite(c->epochs.median);
        s.misses += !hit;
        s.epochs += hit ? m_log1p(c->epochs.median) : 0;
        s.loss += c->final_loss.median;
    }
    return s;
}

static bool find_best(struct refine *f, struct err *e) {
    struct group *g = NULL;
    size_t n = 0;
    if (!results_groups(&f->r, &g, &n, e))
        return false;
    for (size_t i = 0; i < n; i++)
        f->n_optimizers = f->n_optimizers > g[i].optimizer_index ? f->n_optimizers : g[i].optimizer_index + 1;
    f->best = mem_zeroed(f->n_optimizers + 1, sizeof *f->best, e);
    for (size_t i = 0; f->best && i < n; i++) {
        struct run *best = &f->best[g[i].optimizer_index];
        if (best->rule) /* by an earlier group of the optimizer */
            continue;
        struct score least = {.misses = SIZE_MAX};
        size_t at = SIZE_MAX;
        for (size_t k = 0; k < g[i].n_cells; k++) {
            const struct score s = score_of(f, g, n, g[i].optimizer_index, k);
            if (isfinite(s.loss) && (at == SIZE_MAX || better(&s, &least))) {
                least = s;
                at = k;
            }
        }
        if (at != SIZE_MAX)
            plan_run(f->r.plan, g[i].cell[at], best);
    }
    results_groups_free(g, n);
    return f->best != NULL;
}

/* ---- printing -------------------------------------------------------------------------------------------- */

static int ascending(const void *a, const void *b) {
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* `key = ` and the finer list of a numeric key, or the best value of another; false if the key stays as it is
 * written. levels: those of the section that the best run is from. */
static bool add_values(const struct refine *f, const struct run *best, enum key key, const struct value *levels,
                       size_t n, struct text *out) {
    if (f->zipped[key] || n < 2)
        return false;
    text_addf(out, "%s = ", keys[key].name);
    double *x = best->v[key].word == VALUE_NUMBER ? malloc(2 * n * sizeof *x) : NULL;
    size_t n_numbers = 0;
    for (size_t i = 0; x && i < n; i++)
        if (levels[i].word == VALUE_NUMBER)
            x[n_numbers++] = levels[i].number;
    if (n_numbers < 2) {
        value_print(key, best->v[key], out);
    } else {
        qsort(x, n_numbers, sizeof *x, ascending);
        const bool f32 = key < KEY_S && best->v[KEY_SWEEP_precision].word == PRECISION_F32;
        const bool steps =
            key >= KEY_S && schedule_length[key - KEY_S] && best->v[KEY_S + S_unit].word == UNIT_STEPS;
        size_t m = refine_axis(key, x, n_numbers, best->v[key].number, f32, steps, x + n);
        for (size_t i = 0; i < m; i++) {
            text_add(out, i ? ", " : "");
            text_add_number(out, x[n + i]);
        }
    }
    out->failed |= best->v[key].word == VALUE_NUMBER && !x;
    free(x);
    text_add(out, "\n");
    return true;
}

/* A line of [optimizer], which may become another. */
static void add_entry(struct refine *f, size_t optimizer, const struct ini_entry *entry, const char *line,
                      size_t len) {
    const enum key key = key_find(SECTION_OPTIMIZER, entry->key);
    struct value *levels = NULL;
    size_t n = 0;
    if (key >= KEY_H && f->best[optimizer].rule)
        f->out.failed |= !plan_levels(f->r.plan, key, optimizer, &levels, &n, NULL);
    if (!add_values(f, &f->best[optimizer], key, levels, n, &f->out))
        text_add_n(&f->out, line, len);
    free(levels);
}

/* The values that a [schedule] section gives a key. */
static size_t schedule_levels(struct refine *f, size_t optimizer, const char *label, enum key key,
                              struct value **levels) {
    size_t n = 0, cap = 0;
    *levels = NULL;
    for (size_t i = 0; i < f->r.n; i += plan_n_seeds(f->r.plan)) {
        struct run r;
        plan_run(f->r.plan, i, &r);
        if (r.optimizer_index != optimizer || strcmp(r.schedule, label) != 0)
            continue;
        size_t k = 0;
        while (k < n && value_compare(&(*levels)[k], &r.v[key]) != 0)
            k++;
        if (k < n)
            continue;
        if (!mem_grow(levels, &cap, n + 1, sizeof **levels, NULL)) {
            f->out.failed = true;
            return n;
        }
        (*levels)[n++] = r.v[key];
    }
    return n;
}

/* Whether the schedule of an optimizer's best cell is one that needs a section. */
static bool has_schedule(const struct refine *f, size_t optimizer) {
    const struct run *best = &f->best[optimizer];
    return best->rule && (best->sched != schedule_find("constant") || strcmp(best->schedule, "constant") != 0);
}

/* The keys of that section. */
static void add_schedule_keys(struct refine *f, size_t optimizer, struct text *out) {
    const struct run *best = &f->best[optimizer];
    text_addf(out, "kind = %s\n", best->sched->name);
    for (enum key key = KEY_S; key < KEY_COUNT; key++) {
        if (best->v[key].word == VALUE_NONE)
            continue;
        struct value *levels;
        size_t n = schedule_levels(f, optimizer, best->schedule, key, &levels);
        if (!add_values(f, best, key, levels, n, out)) {
            text_addf(out, "%s = ", keys[key].name);
            value_print(key, best->v[key], out);
            text_add(out, "\n");
        }
        free(levels);
    }
}

/* The schedules of all best cells: a section for the optimizers that want the same of one, under its label
 * where all that have it do. */
static void add_schedules(struct refine *f) {
    struct text *section = mem_zeroed(f->n_optimizers, sizeof *section, NULL); /* s = NULL: none */
    f->out.failed |= !section;
    for (size_t o = 0; section && o < f->n_optimizers; o++)
        if (has_schedule(f, o)) {
            add_schedule_keys(f, o, &section[o]);
            f->out.failed |= section[o].failed;
        }
    for (size_t o = 0; !f->out.failed && o < f->n_optimizers; o++) {
        const char *label = f->best[o].schedule;
        struct text optimizers = {0};
        bool first = section[o].s, alone = true;
        for (size_t k = 0; section[o].s && k < f->n_optimizers; k++) {
            if (!section[k].s || strcmp(f->best[k].schedule, label) != 0)
                continue;
            const bool same = !strcmp(section[k].s, section[o].s);
            first &= !same || k >= o;
            alone &= same;
            if (same)
                text_addf(&optimizers, "%s%s", optimizers.len ? ", " : "", f->best[k].optimizer);
        }
        if (first) {
            if (alone)
                text_addf(&f->out, "\n[schedule %s", label);
            else
                text_addf(&f->out, "\n[schedule %.*s-%zu", diag_quoted(label, strlen(label)), label, o + 1);
            text_addf(&f->out, "]\noptimizers = %s\n%s", optimizers.s ? optimizers.s : "", section[o].s);
        }
        f->out.failed |= optimizers.failed;
        text_free(&optimizers);
    }
    for (size_t o = 0; section && o < f->n_optimizers; o++)
        text_free(&section[o]);
    free(section);
}

/* The number of an [optimizer] section among its kind, SIZE_MAX for another section or one without a best cell.
 */
static size_t optimizer_number(const struct refine *f, size_t section) {
    size_t number = 0;
    if (strcmp(f->ini.sections[section].kind, "optimizer") != 0)
        return SIZE_MAX;
    for (size_t i = 0; i < section; i++)
        number += !strcmp(f->ini.sections[i].kind, "optimizer");
    return number < f->n_optimizers ? number : SIZE_MAX;
}

/* Sections of schedules are written anew, and claims are about the settings of the first grid. */
static bool is_dropped(const struct refine *f, size_t section) {
    const char *kind = f->ini.sections[section].kind;
    return !strcmp(kind, "schedule") || !strcmp(kind, "expect");
}

/* The name of the first grid's results folder. */
static bool is_name(const struct refine *f, size_t section, const struct ini_entry *entry) {
    return !strcmp(f->ini.sections[section].kind, "sweep") && !strcmp(entry->key, "name");
}

/* The file line by line: entries of optimizers are renewed, what is not dropped is copied. Comments and empty
 * lines go with what follows them; those above the first section are about the first grid. */
static void add_grid(struct refine *f) {
    size_t line = 1, section = SIZE_MAX, entry = 0;
    const char *held = f->text; /* where the comments above this line begin */
    for (const char *s = f->text; *s; line++) {
        const char *newline = strchr(s, '\n'), *end = newline ? newline + 1 : s + strlen(s);
        const size_t next = section + 1; /* SIZE_MAX + 1 is 0 */
        const bool opens = next < f->ini.n_sections && f->ini.sections[next].line == line;
        const struct ini_entry *here =
            entry < f->ini.n_entries && f->ini.entries[entry].line == line ? &f->ini.entries[entry++] : NULL;
        if (opens) {
            section = next;
            held = section ? held : s;
        }
        if ((opens || here) && is_dropped(f, section)) {
            held = end;
        } else if (opens || here) {
            const size_t optimizer = here ? optimizer_number(f, section) : SIZE_MAX;
            text_add_n(&f->out, held, (size_t)(s - held));
            if (optimizer != SIZE_MAX)
                add_entry(f, optimizer, here, s, (size_t)(end - s));
            else if (!here || !is_name(f, section, here))
                text_add_n(&f->out, s, (size_t)(end - s));
            held = end;
        }
        s = end;
    }
    text_add(&f->out, is_dropped(f, section) ? "" : held);
    if (f->out.len && f->out.s[f->out.len - 1] != '\n')
        text_add(&f->out, "\n");
    add_schedules(f);
}

/* ---- the command ----------------------------------------------------------------------------------------- */

static void mark_zipped(struct refine *f) {
    for (size_t i = 0; i < f->ini.n_entries; i++) {
        if (strcmp(f->ini.entries[i].key, "zip") != 0)
            continue;
        for (enum key key = KEY_H; key < KEY_COUNT; key++) {
            const char *value = f->ini.entries[i].value, *at = strstr(value, keys[key].name);
            const size_t len = strlen(keys[key].name);
            for (; at; at = strstr(at + len, keys[key].name))
                f->zipped[key] |= (at == value || strchr(" \t,", at[-1])) && strchr(" \t,", at[len]);
        }
    }
}

/* From a store that is open and a plan that fits it. */
static bool refine(struct refine *f, const struct plan *p, struct store *s, const char *dir, struct err *e) {
    size_t len;
    struct diag d = {.file = dir};
    f->text = plan_text(p, &len);
    ini_read(&f->ini, f->text, len, &d); /* was read before: it has no errors */
    if (!diag_flush(&d, e) || !results_load(p, s, &f->r, e) || !find_best(f, e))
        return false;
    mark_zipped(f);
    size_t n_found = 0;
    for (size_t o = 0; o < f->n_optimizers; o++)
        n_found += f->best[o].rule != NULL;
    if (n_found == 0)
        return err_add(e, "%s: no run of the grid is there, or none ended at a finite loss", dir);
    text_addf(&f->out,
              "; The grid of %s, drawn together around the best cell of each optimizer, by bench refine.\n\n",
              dir);
    add_grid(f);
    return !f->out.failed || err_add(e, "out of memory");
}

static int refine_dir(const char *dir, struct err *e) {
    struct refine f = {0};
    struct store *s = store_open(dir, false, true, e);
    struct plan *p = s ? known_plan(s, e) : NULL;
    bool ok = p && refine(&f, p, s, dir, e);
    if (ok)
        fwrite(f.out.s, 1, f.out.len, stdout);
    free(f.best);
    text_free(&f.out);
    ini_free(&f.ini);
    results_free(&f.r);
    plan_free(p);
    store_close(s);
    return ok ? EXIT_DONE : EXIT_USAGE;
}

int refine_command(int argc, char **argv) {
    if (argc == 1 && (!strcmp(argv[0], "--help") || !strcmp(argv[0], "-h"))) {
        printf("bench refine DIR: prints a grid file of the same size at a third of the spacing around each\n"
               "optimizer's best cell in DIR, a results folder; data, model and sweep stay as they were. Left "
               "out\n"
               "are the name, so that results go to a folder of their own, and claims, which are about "
               "settings of\n"
               "the first grid. Save it beside that, so that its paths hold.\n");
        return EXIT_DONE;
    }
    if (argc != 1 || *argv[0] == '-') {
        fprintf(stderr, "bench refine: expected one results folder, as in: bench refine results/quick\n");
        return EXIT_USAGE;
    }
    struct err e = {0};
    int code = refine_dir(argv[0], &e);
    command_complain(&e);
    return code;
}

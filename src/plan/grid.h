/* A grid file, read: its sections, and for each key that applies to a section the list of its values. What the
 * file says, checked line by line and key against key; what runs follow from it is the plan's business
 * (plan.c). */
#pragma once
#include "plan/axis.h"
#include "plan/ini.h"

struct section {
    enum key_section kind;
    const char *label;       /* "" for [sweep] and [model] */
    size_t line;             /* of its header; 0: not in the file, every key at its default */
    bool kind_known;         /* the kind could be told: for labelled sections it decides which keys apply */
    int data_kind;           /* [data]: enum data_kind */
    const struct rule *rule; /* [optimizer] */
    const struct schedule *schedule;          /* [schedule] */
    const struct ini_entry *given[KEY_COUNT]; /* where a key was given, NULL where it was left out */
    struct list list[KEY_COUNT];              /* (n = 0: does not apply, or is TEXT, or could not be read) */
    bool paired; /* w0 and b0 come from `start`: list[KEY_MODEL_w0] and list[KEY_MODEL_b0] advance together */
    char *path, *test_path;         /* [data]: as from the working directory; NULL if not given */
    bool *takes_data, *takes_batch; /* [optimizer]: (n_data), (batch values) */
    bool *takes_optimizer;          /* [schedule], [trace]: (n_optimizers) */
};

enum { ZIP_MAX = 8 };

struct grid {
    struct ini ini;
    char *file, *name;
    struct section sweep, model, trace, *data, *optimizer, *schedule, *expect, *figure;
    size_t n_data, n_optimizers, n_schedules, n_expects, n_figures;
    uint32_t *traced;    /* (trace's features): as parameters are numbered (plan.h) */
    struct claim *claim; /* (n_expects): claim.h */
    enum key zip[ZIP_MAX];
    int n_zip;
};

/* Reads and checks text[0..len), the content of `file`. seeds: replaces the grid's, or NULL. Complaints go to
 * d; the grid is whole if there are none. grid_free() in any case. */
void grid_read(struct grid *g, const char *file, const char *text, size_t len, const char *seeds,
               struct diag *d);
void grid_free(struct grid *g);

/* The line to name in a complaint about a key of a section: its own, or the section's where it was left out. */
static inline size_t section_line(const struct section *s, enum key key) {
    return s->given[key] ? s->given[key]->line : s->line ? s->line : 1;
}
/* The values of a key of [data], [model] or [sweep] for the runs on a data section (n = 0: it does not apply):
 * w0, b0 and start of the section itself go before those of [model]. KEY_MODEL_start: as many values as there
 * are pairs. */
struct list grid_values(const struct grid *g, const struct section *data, enum key key);
/* Whether a key of [model] says how losses are made of rows: then it does not apply to a surface. */
static inline bool key_is_of_rows(enum key key) {
    return key == KEY_MODEL_loss || key == KEY_MODEL_reduction || key == KEY_MODEL_l2;
}
/* Whether w0 and b0 of the runs on a data section advance together. */
bool grid_paired(const struct grid *g, const struct section *data);
/* Whether two keys are both named by zip. */
bool grid_zipped(const struct grid *g, enum key a, enum key b);

/* Kinds of sections (kinds.c): tells the kind of a [data], [optimizer] or [schedule] section, whose keys are
 * given; whether a key applies to a section, its kind being known; complains of one that was given and does
 * not; adds the keys that apply to a list. */
void kind_find(struct section *s, struct diag *d);
bool kind_takes(const struct section *s, enum key key);
void kind_complain(const struct section *s, enum key key, struct diag *d);
/* Adds which kinds have a key: `kind = synthetic or surface has it`. */
void kind_add_others(const struct section *s, enum key key, struct text *out);
/* The value of a key that was left out, onto its list, where it has one; complains if it cannot do without. */
void kind_default(struct section *s, enum key key, struct diag *d);

/* Which axes advance together: of the outer axes (data, model, sweep), of an optimizer, or of a schedule. */
static inline enum key_section key_scope(enum key key) {
    return key >= KEY_S ? SECTION_SCHEDULE : key >= KEY_H ? SECTION_OPTIMIZER : SECTION_DATA;
}

/* Checks of key against key, once every section is read (check.c, restrict.c, zip.c). */
void grid_check(struct grid *g, struct diag *d);
/* What an optimizer runs on and with, and what a schedule applies to: fills takes_data, takes_batch and
 * takes_optimizer. */
void restrict_read(struct grid *g, struct diag *d);
/* The words of [trace]'s runs that are no labels; NULL: labels, in its takes_optimizer. */
extern const char *const trace_runs_words[];
/* What is traced, and whether there are such features: fills traced. */
void trace_check(struct grid *g, struct diag *d);
/* What each [figure] draws, and whether that can be drawn: fills takes_data and takes_optimizer. */
void figure_check(struct grid *g, struct diag *d);
/* Complains of the sweep's batches that some optimizer takes on a data section of that many rows and that are
 * larger. j: that batch only; SIZE_MAX: each. */
void restrict_check_rows(const struct grid *g, const struct section *data, size_t j, double rows,
                         struct diag *d);
void zip_read(struct grid *g, struct diag *d);
void zip_check(const struct grid *g, struct diag *d);

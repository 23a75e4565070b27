/* Every key of a grid file, one row each: parsing, ranges, defaults, help, `bench list keys`, the canonical
 * text of a run and the columns of runs.csv all follow from this table. Rules and schedules bring their own
 * keys (rule.h, schedule.h), appended here.
 *
 * A row: KEY(section, name, words, numbers, lo, hi, open, default, flags, help)
 *   section   SWEEP, DATA, MODEL, OPTIMIZER, SCHEDULE, TRACE, EXPECT, FIGURE
 *   words     words the value may be, separated by blanks: word k is k ("" = numbers only)
 *   numbers   besides the words: NONE, REAL, INTEGER; CALL: a number, or word(number) as in `normal(0.1)`;
 *             PHRASE: always a word and a number, as in `gap 0.01`; TEXT: kept as a string (paths, labels)
 *   lo, hi, open   range of the number
 *   default   as it would be written; "" = none: a key that is NEEDED must be given, any other may be left out
 *   flags     AXIS: may be a list or range. LADDER: likewise, but no axis of the product. ID: part of a run's
 *             canonical text. COLUMN: a column of runs.csv.
 *             SYN, SVM, LEC, SUR: a [data] key of that kind; NEEDED_SYN ...: one that kind cannot do without.
 */
#pragma once
#include "base/text.h"
#include "kern/schedule.h"
#include "kern/surface.h"

enum key_section {
    SECTION_SWEEP,
    SECTION_DATA,
    SECTION_MODEL,
    SECTION_OPTIMIZER,
    SECTION_SCHEDULE,
    SECTION_TRACE,
    SECTION_EXPECT,
    SECTION_FIGURE,
    SECTION_COUNT
};
enum key_numbers { NUMBERS_NONE, NUMBERS_REAL, NUMBERS_INTEGER, NUMBERS_CALL, NUMBERS_PHRASE, NUMBERS_TEXT };
enum key_flags {
    LADDER = 4,
    AXIS = 8,
    ID = 16,
    COLUMN = 32,
    SYN = 64, /* SYN << k: taken by kind k of enum data_kind */
    SVM = SYN << 1,
    LEC = SYN << 2,
    SUR = SYN << 3,
    NEEDS = 1024, /* NEEDS << k: needed by kind k */
    NEEDED_SYN = SYN | NEEDS,
    NEEDED_SVM = SVM | NEEDS << 1,
    NEEDED_SUR = SUR | NEEDS << 3
};

/* The names of the surfaces as a list of words. */
#define SURFACE_WORD(name, ...) #name " "
#define SURFACE_WORDS SURFACES(SURFACE_WORD)

/* clang-format off */
#define GRID_KEYS(X) \
    X(SWEEP, name, "", TEXT, 0, 0, 0, "", 0, "the sweep's name; results go to results/NAME") \
    X(SWEEP, seeds, "", INTEGER, 0, 9007199254740991, 0, "1", AXIS, "fixes data, held-out rows, row order and random starts, never a hyperparameter") \
    X(SWEEP, epochs, "", INTEGER, 1, 1e9, 0, "100", ID, "passes over the data") \
    X(SWEEP, batch, "full", INTEGER, 1, 4294967295, 0, "full", AXIS | ID | COLUMN, "rows per step") \
    X(SWEEP, order, "shuffled sequential", NONE, 0, 1, 0, "shuffled", ID | COLUMN, "of the rows within an epoch, where batch is a number") \
    X(SWEEP, sparse_updates, "exact lazy dense", NONE, 0, 2, 0, "exact", ID | COLUMN, "what a step does to a weight it does not touch, where batch is a number") \
    X(SWEEP, precision, "f32 f64", NONE, 0, 1, 0, "f32", ID | COLUMN, "of the training arithmetic") \
    X(SWEEP, target, "gap ratio loss", PHRASE, 0, INFINITY, 0, "gap 0.01", 0, "loss to reach: gap X, ratio X or loss X") \
    X(SWEEP, targets, "", REAL, 0, INFINITY, OPEN_HI, "0.5, 0.2, 0.1, 0.05, 0.02, 0.01, 0.001", LADDER, "ladder of losses to reach, of the same kind as target") \
    X(SWEEP, stop, "budget target", NONE, 0, 1, 0, "budget", 0, "whether a run ends at the first evaluation that meets the target") \
    X(SWEEP, evaluate, "", REAL, 0, 1e9, OPEN_LO, "1", ID, "epochs between evaluations of the whole loss") \
    X(SWEEP, zip, "", TEXT, 0, 0, 0, "", 0, "axes that advance together instead of crossing") \
    X(DATA, kind, "synthetic libsvm lecture surface", NONE, 0, 3, 0, "synthetic", SYN | SVM | LEC | SUR, "where the data come from") \
    X(DATA, function, SURFACE_WORDS, NONE, 0, SURFACE_COUNT - 1, 0, "", AXIS | COLUMN | NEEDED_SUR, "the surface") \
    X(DATA, rows, "", INTEGER, 1, 4294967295, 0, "", AXIS | COLUMN | NEEDED_SYN, "rows to draw") \
    X(DATA, features, "", INTEGER, 1, 4294967295, 0, "", AXIS | COLUMN | NEEDED_SYN | SVM, "number of features (libsvm: the largest index if left out)") \
    X(DATA, sparsity, "", REAL, 0, 1, OPEN_HI, "", AXIS | COLUMN | NEEDED_SYN | LEC, "share of entries that are zero (lecture: 0.8 or 0.5)") \
    X(DATA, popularity, "", REAL, 0, 100, 0, "1", AXIS | COLUMN | SYN, "feature j occurs with probability min(max_frequency, c / j^popularity)") \
    X(DATA, max_frequency, "", REAL, 0, 1, OPEN_LO, "0.5", AXIS | COLUMN | SYN, "the most frequent feature's share of rows at most") \
    X(DATA, rare_signal, "", REAL, -100, 100, 0, "0.5", AXIS | COLUMN | SYN, "true weights are proportional to frequency^-rare_signal") \
    X(DATA, signal, "", REAL, 0, 1e6, 0, "2", AXIS | COLUMN | SYN, "standard deviation of w*.x over the rows") \
    X(DATA, bias, "", REAL, -1e6, 1e6, 0, "0", AXIS | COLUMN | SYN, "mean of w*.x + b* over the rows") \
    X(DATA, noise, "", REAL, 0, 1e6, 0, "0", AXIS | COLUMN | SYN | SUR, "standard deviation of the noise on w*.x + b* (surface: on each gradient component)") \
    X(DATA, values, "binary gaussian student3", NONE, 0, 2, 0, "binary", AXIS | COLUMN | SYN, "the non-zero entries: 1, N(0,1), or Student's t with 3 degrees of freedom") \
    X(DATA, labels, "bernoulli soft", NONE, 0, 1, 0, "bernoulli", AXIS | COLUMN | SYN, "0/1 drawn with probability p*, or p* itself") \
    X(DATA, test, "", REAL, 0, 1, OPEN_HI, "0", AXIS | COLUMN | SYN | SVM, "share of rows held out") \
    X(DATA, data_seed, "seed", INTEGER, 0, 9007199254740991, 0, "seed", AXIS | COLUMN | SYN, "seed of the draw: the run's, or integers that pin it") \
    X(DATA, path, "", TEXT, 0, 0, 0, "", NEEDED_SVM, "LIBSVM file, relative to the grid file") \
    X(DATA, test_path, "", TEXT, 0, 0, 0, "", SVM, "LIBSVM file of held-out rows") \
    X(MODEL, loss, "logistic squared", NONE, 0, 1, 0, "logistic", AXIS | ID | COLUMN, "loss of a row") \
    X(MODEL, reduction, "mean sum", NONE, 0, 1, 0, "mean", AXIS | ID | COLUMN, "over the rows of a step") \
    X(MODEL, l2, "", REAL, 0, INFINITY, OPEN_HI, "0", AXIS | ID | COLUMN, "adds 1/2 l2 |w|^2 to the loss, never the bias") \
    X(MODEL, w0, "normal", CALL, -INFINITY, INFINITY, 3, "0", AXIS | ID | COLUMN, "start of every weight, or normal(sd)") \
    X(MODEL, b0, "normal", CALL, -INFINITY, INFINITY, 3, "0", AXIS | ID | COLUMN, "start of the bias, or normal(sd)") \
    X(MODEL, start, "", TEXT, 0, 0, 0, "", AXIS, "pairs w0:b0, instead of both") \
    X(OPTIMIZER, kind, "", TEXT, 0, 0, 0, "", 0, "the update rule; the section's label if left out") \
    X(OPTIMIZER, data, "", TEXT, 0, 0, 0, "", 0, "labels of the data sets it runs on") \
    X(OPTIMIZER, batch, "", TEXT, 0, 0, 0, "", 0, "batch sizes it runs with") \
    X(SCHEDULE, kind, "", TEXT, 0, 0, 0, "", 0, "the schedule; the section's label if left out") \
    X(SCHEDULE, optimizers, "", TEXT, 0, 0, 0, "", 0, "labels of the optimizers it applies to") \
    X(TRACE, features, "bias", INTEGER, 1, 4294967295, 0, "", LADDER, "which parameters: features by their numbers in LIBSVM files, and bias") \
    X(TRACE, runs, "", TEXT, 0, 0, 0, "best", 0, "best (cell of each optimizer), all, or labels of optimizers") \
    X(EXPECT, claim, "", TEXT, 0, 0, 0, "", 0, "SIDE < SIDE, or <=, >, >=") \
    X(EXPECT, outcome, "held failed undecided", NONE, 0, 2, 0, "held", 0, "the verdict that is expected") \
    X(FIGURE, kind, "contour trace schedules averages balls", NONE, 0, 4, 0, "", 0, "what is drawn") \
    X(FIGURE, optimizers, "", TEXT, 0, 0, 0, "", 0, "labels of the optimizers that are drawn; all if left out") \
    X(FIGURE, data, "", TEXT, 0, 0, 0, "", 0, "labels of the data sets; all if left out") \
    X(FIGURE, parameters, "bias", INTEGER, 1, 4294967295, 0, "", LADDER, "of those traced, which are drawn; all if left out")
/* clang-format on */

/* Ids: KEY_SWEEP_name, ..., KEY_MODEL_loss, then KEY_H + hyper (kern/rule.h) for the hyperparameters, then
 * KEY_S + schedule key (kern/schedule.h). */
enum key {
#define X(section, name, ...) KEY_##section##_##name,
    GRID_KEYS(X)
#undef X
        KEY_H,
    KEY_S = KEY_H + H_COUNT,
    KEY_COUNT = KEY_S + S_COUNT,
    KEY_ETA0 = KEY_H + H_eta0
};

extern const char *const key_section_names[SECTION_COUNT]; /* as written: sweep, data, ... */

struct key_row {
    enum key_section section;
    const char *name, *words;
    enum key_numbers numbers;
    double lo, hi;
    int open; /* OPEN_LO | OPEN_HI | NORMAL_NUMBER */
    const char *fallback;
    int flags;
    const char *help;
};
extern const struct key_row keys[KEY_COUNT];

/* A value of a key: a number, a word, or a word with a number. Not applicable: word = VALUE_NONE. */
struct value {
    double number;
    int word; /* index into the key's words, VALUE_NUMBER or VALUE_NONE */
};
enum { VALUE_NUMBER = -1, VALUE_NONE = -2 };

/* Appends the value as it would be written in a grid file ("" for VALUE_NONE). */
void value_print(enum key key, struct value v, struct text *out);
/* Orders two `struct value` of one key, for qsort: numbers ascending, then words as in the table. */
int value_compare(const void *a, const void *b);
static inline bool value_same(struct value a, struct value b) {
    return a.word == b.word && (a.word == VALUE_NONE || a.number == b.number);
}

/* Reads one value of a key that takes numbers or words (not TEXT) and checks its range. On failure v is
 * untouched and `why` gets a message: what was found, what was expected, the nearest known word. */
bool value_parse(enum key key, const char *s, size_t len, struct value *v, struct text *why);
/* Whether a number is in the key's range (and whole for INTEGER); else says so in why. */
bool value_check(enum key key, double number, struct text *why);
/* Adds what the key takes, for messages and help: "a number above 0", "full, or an integer in [1, 9]". */
void key_describe(enum key key, struct text *out);

/* The key of that name in a section, KEY_COUNT if there is none. [data] takes w0, b0, start of [model] too. */
enum key key_find(enum key_section section, const char *name);
bool key_belongs(enum key key, enum key_section section);
/* The k-th of a list of words separated by blanks: copies it to out and returns true, false past the end. */
enum { WORD_CHARS = 24 };
bool word_at(const char *words, int k, char out[WORD_CHARS]);
/* The one of names[0..n) that word usually goes by elsewhere; NULL: none. */
const char *usual_name(const char *word, const char *const *names, size_t n);
/* Adds "; did you mean 'NAME'?" if one of names[0..n) is what word usually goes by elsewhere, or near to it. */
/* Returns that name; NULL: there is none. */
const char *add_nearest(struct text *out, const char *word, const char *const *names, size_t n);
/* Adds how a number is written if s[0..len), no value, may be one otherwise: 5%, 1k, 1_000, 1e, 10^-3, 1/1000,
 * 1 epoch. before: what stands before the number where there is more to the value ("gap "). False: nothing. */
bool add_number_hint(struct text *out, const char *before, const char *s, size_t len);
/* Adds how a list of numbers or words[0..n) is written if s[0..len), no value, may be one otherwise: 1-3, [1, 1
 * 2 3. */
void add_list_hint(struct text *out, const char *s, size_t len, const char *const *words, size_t n);

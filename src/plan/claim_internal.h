/* Inside the reader of claims: claim.c has the grammar, claim_where.c KEY=VALUE, claim_words.c what both are
 * made of. A function that reads leaves the reader behind what it took, or complains and returns false. */
#pragma once
#include "plan/claim.h"
#include "plan/grid.h"

struct claim_reader {
    const struct grid *g;
    const char *text, *at; /* the claim, and how far it is read */
    struct text *why;      /* the complaint */
};

/* claim_words.c */
void claim_skip_blanks(struct claim_reader *p);
/* Past blanks and this character, if it is the next. */
bool claim_take(struct claim_reader *p, char c);
/* How many bytes at s belong to what a reader takes for one piece. */
size_t claim_piece(const char *s);
bool claim_is_word(const char *at, size_t len, const char *word);
bool claim_at_number(const char *s);
/* `column 7: 'xyz' WHAT`; what was expected may be added. Returns false. */
bool claim_complain(struct claim_reader *p, const char *at, size_t len, const char *what);
/* Adds the names that were expected, and the nearest. */
void claim_add_names(struct claim_reader *p, const char *at, size_t len, const char *const *names, size_t n);
/* The label of one of n sections, or the word `besides` (NULL: none): its number, n for the word. */
bool claim_read_label(struct claim_reader *p, const struct section *list, size_t n, const char *kind,
                      const char *besides, size_t *number);

/* claim_where.c */
enum { CLAIM_ARGUMENT_COUNT = 4 };
extern const struct claim_argument_row {
    const char *name;
    enum claim_argument bit;
} claim_arguments[CLAIM_ARGUMENT_COUNT];
/* KEY=VALUE, onto m; an argument of the metric is marked in *got. */
bool claim_read_where(struct claim_reader *p, struct claim_measure *m, int *got);
/* A key that may restrict cells of an optimizer, as spelled there; KEY_COUNT: no such. */
enum key claim_find_key(const struct section *optimizer, const char *at, size_t len);
/* Says which keys, and arguments of the metric (needs), were expected. */
void claim_complain_key(struct claim_reader *p, const struct section *optimizer, int needs, size_t len);
/* Whether two values are the same level: numbers to 1e-9 relative. */
bool claim_same(struct value a, struct value b);

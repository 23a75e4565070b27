/* Text: a growing string, numbers to and from decimals, the nearest known word, whole files. */
#pragma once
#include "base/err.h"
#include <stdint.h>

/* A growing string. Zero-initialise; `failed` is set, and s stays valid, when memory runs out. */
struct text {
    char *s; /* NUL-terminated once anything was added */
    size_t len, cap;
    bool failed;
};
void text_add(struct text *t, const char *s);
void text_add_n(struct text *t, const char *s, size_t n);
void text_addf(struct text *t, const char *format, ...) __attribute__((format(printf, 2, 3)));
void text_add_number(struct text *t, double x);
void text_free(struct text *t);

/* Makes '?' of what a terminal would obey rather than show: control characters but for newline and tab, C1 too.
 */
void text_disarm(char *s, size_t n);

/* The shortest decimal that reads back to the same bits ("nan", "inf", "-inf" for the rest), as std::to_chars:
 * locale-free. Writes at most NUMBER_CHARS bytes with the NUL; returns the length. */
enum { NUMBER_CHARS = 32 };
size_t number_format(double x, char out[NUMBER_CHARS]);

/* Reads one decimal from s[0..len), correctly rounded, locale-free (std::from_chars, and an optional leading
 * +). Returns the number of bytes read, 0 if there is no number. Reads inf and nan too: the caller decides. A
 * value too large or too small for a double reads as +-inf or +-0. */
size_t number_parse(const char *s, size_t len, double *x);

/* The entry of words[0..n) with the least edit distance to word (case-insensitive), or NULL when none is near
 * enough to be a likely slip (more than a third of the letters, at least 2, would have to change). */
const char *text_nearest(const char *word, const char *const *words, size_t n);

/* The whole file; *data is NUL-terminated after *len bytes, free() it. Messages name the path and the reason.
 */
bool file_read(const char *path, char **data, size_t *len, struct err *e);
/* Writes beside the file, syncs and renames: a reader sees the old file or the new one, whole. */
bool file_write(const char *path, const char *data, size_t len, struct err *e);
/* Makes a folder and the folders above it. */
bool dir_make(const char *path, struct err *e);
bool path_is_link(const char *path);
bool path_is_pipe(const char *path);
/* Removes what file_write and its like were writing in a folder (NAME.PID.tmp) when their process was killed.
 */
void dir_clean(const char *path);

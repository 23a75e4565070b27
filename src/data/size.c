/* Counting as libsvm_parse.c reads: empty lines at the end are no rows, nor are lines of nothing but a comment.
 */
#include "data/size.h"
#include "base/text.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

static bool is_space(char c) {
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

bool data_count_file(const char *path, struct data_size *whole, struct err *e) {
    char *text;
    size_t len;
    if (!file_read(path, &text, &len, e))
        return false;
    while (len && is_space(text[len - 1]))
        len--;
    uint64_t rows = 0, entries = 0;
    for (const char *s = text, *end = text + len, *next; s < end; s = next) {
        const char *newline = memchr(s, '\n', (size_t)(end - s)), *stop = newline ? newline : end;
        next = newline ? newline + 1 : end;
        const char *comment = memchr(s, '#', (size_t)(stop - s));
        if (comment)
            stop = comment;
        uint64_t n = 0;
        for (const char *at = s; at < stop; at++)
            n += *at == ':';
        while (s < stop && is_space(*s))
            s++;
        rows += s < stop;
        entries += n;
    }
    free(text);
    *whole = (struct data_size){.n_rows = rows, .nonzeros = (double)entries};
    return true;
}

struct data_size data_size_of(const struct data_params *p, const struct data_size *whole) {
    if (p->kind != DATA_LIBSVM)
        return (struct data_size){.n_rows = p->rows, .nonzeros = data_nonzeros_estimate(p)};
    const double n = (double)whole->n_rows, held = floor(p->test * n + 0.5); /* as libsvm.c holds out */
    return (struct data_size){.n_rows = (uint64_t)(n - held),
                              .nonzeros = n > 0 ? whole->nonzeros * ((n - held) / n) : 0};
}

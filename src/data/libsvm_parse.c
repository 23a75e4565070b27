/* The file is cut into chunks at line ends, parsed in parallel, and put together in order; neither rows nor
 * messages depend on the cuts. A chunk knows the number of its first line, so that every message names its own.
 */
#include "data/libsvm_parse.h"
#include "base/mem.h"
#include "base/text.h"
#include <stdio.h>
#include <string.h>

enum { CHUNK_BYTES = 1 << 20, SHOWN_CHARS = 40 };
static const uint64_t MAX_INDEX = UINT32_MAX - 1;

struct chunk {
    const char *path, *begin, *end;
    size_t first_line, n_lines;
    uint64_t features;
    bool f32;

    size_t n_rows, rows_cap, y_cap;
    uint64_t *row_end; /* (n_rows) within this chunk */
    double *y;
    size_t nnz, idx_cap, val_cap;
    uint32_t *idx;
    double *val;
    uint64_t max_index;
    bool only_ones, no_memory;
    /* The first line with label -1, and the first with one that cannot stand beside it; 0: none. */
    size_t minus_line, other_line;
    double other_label;
    struct err err;
};

static bool is_blank(char c) {
    return c == ' ' || c == '\t';
}

/* Text from the file as it is shown in a message: cut when long, bytes that are no printable ASCII as \xNN. */
static const char *shown(const char *s, size_t len, char out[4 * SHOWN_CHARS + 4]) {
    char *o = out;
    for (size_t i = 0; i < len && i < SHOWN_CHARS; i++)
        o += sprintf(o, (unsigned char)s[i] - 32u < 95u ? "%c" : "\\x%02x", (unsigned char)s[i]);
    strcpy(o, len > SHOWN_CHARS ? "..." : "");
    return out;
}

static bool bad(struct chunk *c, size_t line, const char *s, size_t len, const char *expected) {
    char text[4 * SHOWN_CHARS + 4];
    return err_add(&c->err, "%s:%zu: '%s': %s", c->path, line, shown(s, len, text), expected);
}

static bool parse_label(struct chunk *c, size_t line, const char *s, size_t len) {
    double y;
    if (number_parse(s, len, &y) != len || !(y == -1 || (y >= 0 && y <= 1)))
        return bad(c, line, s, len, "expected a label: -1 or +1, 0 or 1, or a number in [0, 1]");
    if (y == -1 && !c->minus_line)
        c->minus_line = line;
    if (y >= 0 && y < 1 && !c->other_line) {
        c->other_line = line;
        c->other_label = y;
    }
    c->y[c->n_rows] = y + 0.0; /* -0 is 0 */
    return true;
}

/* One index:value; *last is the row's index before it. */
static bool parse_pair(struct chunk *c, size_t line, const char *s, size_t len, uint64_t *last) {
    size_t i = 0;
    uint64_t index = 0;
    for (; i < len && s[i] >= '0' && s[i] <= '9'; i++)
        if (index <= MAX_INDEX)
            index = index * 10 + (uint64_t)(s[i] - '0');
    if (i == 0 || i == len || s[i] != ':')
        return bad(c, line, s, len, "expected index:value, the index a whole number");
    if (index == 0)
        return bad(c, line, s, len, "indices count from 1");
    if (index > MAX_INDEX)
        return bad(c, line, s, len, "the largest index possible is 4294967294");
    if (index <= *last)
        return bad(c, line, s, len, "expected indices that ascend within a row, each once");
    if (c->features && index > c->features) {
        char expected[64];
        snprintf(expected, sizeof expected, "expected an index of at most features = %llu",
                 (unsigned long long)c->features);
        return bad(c, line, s, len, expected);
    }
    *last = index;
    if (index > c->max_index)
        c->max_index = index;

    const char *number = s + i + 1;
    size_t number_len = len - i - 1;
    double x = 1;
    if (!(number_len == 1 && *number == '1') &&
        (!number_len || number_parse(number, number_len, &x) != number_len))
        return bad(c, line, s, len, "expected a number after the colon");
    if (!isfinite(x))
        return bad(c, line, s, len, "expected a finite value");
    if (c->f32 && !isfinite((float)x))
        return bad(c, line, s, len, "too large for precision = f32: expected at most 3.4e38 in size, or f64");
    if (x == 0)
        return true;
    if (!mem_grow(&c->idx, &c->idx_cap, c->nnz + 1, sizeof *c->idx, NULL) ||
        !mem_grow(&c->val, &c->val_cap, c->nnz + 1, sizeof *c->val, NULL)) {
        c->no_memory = true;
        return false;
    }
    c->idx[c->nnz] = (uint32_t)(index - 1);
    c->val[c->nnz++] = x;
    c->only_ones = c->only_ones && x == 1;
    return true;
}

/* One line without its end. A line of nothing but a comment is no row. */
static bool parse_line(struct chunk *c, size_t line, const char *s, const char *end) {
    const char *comment = memchr(s, '#', (size_t)(end - s));
    if (comment)
        end = comment;
    while (end > s && (is_blank(end[-1]) || end[-1] == '\r'))
        end--;
    while (s < end && is_blank(*s))
        s++;
    if (s == end)
        return comment || bad(c, line, "", 0, "empty line; expected: label index:value index:value ...");
    if (!mem_grow(&c->y, &c->y_cap, c->n_rows + 1, sizeof *c->y, NULL) ||
        !mem_grow(&c->row_end, &c->rows_cap, c->n_rows + 1, sizeof *c->row_end, NULL)) {
        c->no_memory = true;
        return false;
    }
    uint64_t last = 0;
    for (bool label = true; s < end; label = false) {
        const char *word = s;
        while (s < end && !is_blank(*s))
            s++;
        size_t len = (size_t)(s - word);
        if (!(label ? parse_label(c, line, word, len) : parse_pair(c, line, word, len, &last)))
            return false;
        while (s < end && is_blank(*s))
            s++;
    }
    c->row_end[c->n_rows++] = c->nnz;
    return true;
}

static void chunk_count_lines(struct chunk *c) {
    for (const char *s = c->begin; s < c->end; c->n_lines++) {
        const char *newline = memchr(s, '\n', (size_t)(c->end - s));
        s = newline ? newline + 1 : c->end;
    }
}

/* Goes on after a bad line, as long as messages are kept. */
static void chunk_parse(struct chunk *c) {
    size_t line = c->first_line;
    c->only_ones = true;
    for (const char *s = c->begin; s < c->end && !c->no_memory && c->err.count <= ERR_MAX; line++) {
        const char *newline = memchr(s, '\n', (size_t)(c->end - s)), *end = newline ? newline : c->end;
        parse_line(c, line, s, end);
        s = newline ? newline + 1 : c->end;
    }
}

/* Cuts data at line ends; the last chunk takes the unterminated line. */
static struct chunk *chunks_make(const char *path, const char *data, size_t len, uint64_t features, bool f32,
                                 size_t *n, struct err *e) {
    *n = len / CHUNK_BYTES + 1;
    struct chunk *chunks = mem_zeroed(*n, sizeof *chunks, e);
    const char *s = data, *end = data + len;
    for (size_t k = 0; chunks && k < *n; k++) {
        const char *cut = data + len / *n * (k + 1);
        const char *newline = k + 1 == *n || cut <= s ? NULL : memchr(cut - 1, '\n', (size_t)(end - cut) + 1);
        const char *stop = k + 1 == *n ? end : cut <= s ? s : newline ? newline + 1 : end;
        chunks[k] = (struct chunk){.path = path, .begin = s, .end = stop, .features = features, .f32 = f32};
        s = stop;
    }
    return chunks;
}

/* The messages of all chunks in order, and whether -1 stands beside labels that belong to another convention.
 */
static bool chunks_agree(const struct chunk *chunks, size_t n, bool *minus, struct err *e) {
    size_t minus_line = 0, other_line = 0;
    double other = 0;
    bool bad_lines = false;
    for (size_t k = 0; k < n; k++) {
        const struct chunk *c = &chunks[k];
        if (c->no_memory)
            return err_add(e, "%s: out of memory while reading", c->path);
        bad_lines = bad_lines || c->err.count;
        for (const char *m = c->err.text, *next; m && (next = strchr(m, '\n')); m = next + 1)
            err_add(e, "%.*s", (int)(next - m), m);
        if (!minus_line)
            minus_line = c->minus_line;
        if (!other_line) {
            other_line = c->other_line;
            other = c->other_label;
        }
    }
    *minus = minus_line;
    if (minus_line && other_line) {
        char number[NUMBER_CHARS];
        number_format(other, number);
        return err_add(e, "%s:%zu: '%s': expected -1 or +1, as line %zu has label -1", chunks->path, other_line,
                       number, minus_line);
    }
    return !bad_lines;
}

static bool chunks_join(const struct chunk *chunks, size_t n, bool minus, int threads, struct data_part *p,
                        struct err *e) {
    bool only_ones = true;
    for (size_t k = 0; k < n; k++) {
        p->n_rows += chunks[k].n_rows;
        p->nnz += chunks[k].nnz;
        only_ones = only_ones && chunks[k].only_ones;
    }
    p->row_ptr = mem_zeroed(p->n_rows + 1, sizeof *p->row_ptr, e);
    p->y = p->row_ptr ? mem_lines(p->n_rows, sizeof *p->y, e) : NULL;
    p->row_idx = p->y ? indices_new(p->nnz, e) : NULL;
    p->row_val = p->row_idx && !only_ones ? mem_lines(p->nnz, sizeof *p->row_val, e) : NULL;
    size_t *row0 = p->row_idx && (only_ones || p->row_val) ? mem_zeroed(2 * n, sizeof *row0, e) : NULL;
    if (!row0)
        return false;
    size_t *at0 = row0 + n;
    for (size_t k = 1; k < n; k++) {
        row0[k] = row0[k - 1] + chunks[k - 1].n_rows;
        at0[k] = at0[k - 1] + chunks[k - 1].nnz;
    }
#pragma omp parallel for schedule(dynamic) num_threads(threads)
    for (size_t k = 0; k < n; k++) {
        const struct chunk *c = &chunks[k];
        for (size_t i = 0; i < c->n_rows; i++) {
            p->row_ptr[row0[k] + i + 1] = at0[k] + c->row_end[i];
            p->y[row0[k] + i] = minus && c->y[i] < 0 ? 0 : c->y[i];
        }
        for (size_t i = 0; i < c->nnz; i++) {
            p->row_idx[at0[k] + i] = c->idx[i];
            if (!only_ones)
                p->row_val[at0[k] + i] = c->val[i];
        }
    }
    free(row0);
    return true;
}

bool libsvm_parse(const char *path, const char *data, size_t len, uint64_t features, bool f32, int threads,
                  struct data_part *p, uint64_t *max_index, struct err *e) {
    const char *nul = memchr(data, '\0', len);
    if (nul) {
        size_t line = 1;
        for (const char *s = data; (s = memchr(s, '\n', (size_t)(nul - s))); s++)
            line++;
        return err_add(
            e, "%s:%zu: NUL byte: this is not text; expected lines of label index:value index:value ...", path,
            line);
    }
    /* Empty lines at the end are no rows. */
    while (len && (is_blank(data[len - 1]) || data[len - 1] == '\n' || data[len - 1] == '\r'))
        len--;
    size_t n;
    struct chunk *chunks = chunks_make(path, data, len, features, f32, &n, e);
    if (!chunks)
        return false;
#pragma omp parallel for schedule(dynamic) num_threads(threads) if (n > 1)
    for (size_t k = 0; k < n; k++)
        chunk_count_lines(&chunks[k]);
    for (size_t k = 0, line = 1; k < n; line += chunks[k++].n_lines)
        chunks[k].first_line = line;
#pragma omp parallel for schedule(dynamic) num_threads(threads) if (n > 1)
    for (size_t k = 0; k < n; k++)
        chunk_parse(&chunks[k]);

    bool minus = false;
    bool ok = chunks_agree(chunks, n, &minus, e) && chunks_join(chunks, n, minus, threads, p, e);
    if (ok && !p->n_rows)
        ok = err_add(e, "%s:1: no rows: expected lines of label index:value index:value ...", path);
    *max_index = 0;
    for (size_t k = 0; k < n; k++) {
        if (chunks[k].max_index > *max_index)
            *max_index = chunks[k].max_index;
        free(chunks[k].row_end);
        free(chunks[k].y);
        free(chunks[k].idx);
        free(chunks[k].val);
        err_clear(&chunks[k].err);
    }
    free(chunks);
    return ok;
}

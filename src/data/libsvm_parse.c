/* The file is cut into chunks at line ends, and each is looked at twice: lines and colons are counted, which
 * bound its rows and entries, so that the second look can put every number where it belongs. Neither rows nor
 * messages depend on the cuts. A chunk knows the number of its first line, so that every message names its own.
 */
#include "data/libsvm_parse.h"
#include "base/mem.h"
#include "base/text.h"
#include <stdio.h>
#include <string.h>

enum { CHUNK_BYTES = 1 << 18, SHOWN_CHARS = 40 }; /* still in the second-level cache at the second look */
static const uint64_t MAX_INDEX = UINT32_MAX - 1;

struct chunk {
    const char *path, *begin, *end;
    size_t first_line, n_lines, n_colons;
    uint64_t features;
    bool f32, comments;

    size_t n_rows, nnz;
    uint64_t *row_end; /* (n_rows) within this chunk; this and the following: room for n_lines and n_colons */
    double *y;
    uint32_t *idx;
    double *val; /* not written while only_ones */
    uint64_t max_index;
    bool only_ones;
    /* The first line with label -1, and the first with one that cannot stand beside it; 0: none. */
    size_t minus_line, other_line;
    const char *other_label; /* as written */
    size_t other_len;
    struct err err;
};

static bool is_blank(char c) {
    return c == ' ' || c == '\t';
}

static bool is_digit(char c) {
    return (unsigned char)c - (unsigned)'0' < 10;
}

/* Text from the file as it is shown in a message: cut when long, bytes that are no printable ASCII as \xNN. */
static const char *shown(const char *s, size_t len, char out[4 * SHOWN_CHARS + 4]) {
    char *o = out;
    for (size_t i = 0; i < len && i < SHOWN_CHARS; i++)
        o += sprintf(o, (unsigned char)s[i] - 32u < 95u ? "%c" : "\\x%02x", (unsigned char)s[i]);
    snprintf(o, sizeof "...", "%s", len > SHOWN_CHARS ? "..." : "");
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
        c->other_label = s;
        c->other_len = len;
    }
    c->y[c->n_rows] = y + 0.0; /* -0 is 0 */
    return true;
}

/* A stored zero is left out. */
static inline void add_entry(struct chunk *c, uint64_t index, double x) {
    if (x == 0)
        return;
    c->idx[c->nnz] = (uint32_t)(index - 1);
    if (c->only_ones && x != 1) {
        c->only_ones = false;
        for (size_t i = 0; i < c->nnz; i++)
            c->val[i] = 1;
    }
    if (!c->only_ones)
        c->val[c->nnz] = x;
    c->nnz++;
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
    add_entry(c, index, x);
    return true;
}

/* index:value as nearly all are written: digits, colon, a decimal whose digits and power of ten are exact as
 * doubles, so that one multiplication or division rounds it correctly (Clinger, PLDI 1990). Where the word
 * ends, or NULL for parse_pair to look at it. */
static const char *parse_plain_pair(struct chunk *c, const char *s, const char *end, uint64_t *last) {
    static const double power[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
                                   1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
    enum { INDEX_DIGITS = 9, DIGITS = 19 };
    const char *begin = s;
    uint64_t index = 0, digits = 0;
    for (; s < end && is_digit(*s); s++)
        index = index * 10 + (uint64_t)(*s - '0');
    if (s - begin > INDEX_DIGITS || s == end || *s != ':' || index <= *last ||
        (c->features && index > c->features))
        return NULL;
    const bool negative = ++s < end && *s == '-';
    s += negative;
    begin = s;
    for (; s < end && is_digit(*s); s++)
        digits = digits * 10 + (uint64_t)(*s - '0');
    ptrdiff_t n = s - begin, after = 0;
    if (s < end && *s == '.') {
        begin = ++s;
        for (; s < end && is_digit(*s); s++)
            digits = digits * 10 + (uint64_t)(*s - '0');
        n += after = s - begin;
    }
    if (n < 1 || n > DIGITS || digits > 1ull << 53 || (s < end && !is_blank(*s)))
        return NULL;
    const double x = (double)digits / power[after];
    *last = index;
    if (index > c->max_index)
        c->max_index = index;
    add_entry(c, index, negative ? -x : x);
    return s;
}

/* One line without its end. A line of nothing but a comment is no row. */
static bool parse_line(struct chunk *c, size_t line, const char *s, const char *end) {
    const char *comment = c->comments ? memchr(s, '#', (size_t)(end - s)) : NULL;
    if (comment)
        end = comment;
    while (end > s && (is_blank(end[-1]) || end[-1] == '\r'))
        end--;
    while (s < end && is_blank(*s))
        s++;
    if (s == end)
        return comment || bad(c, line, "", 0, "empty line; expected: label index:value index:value ...");
    uint64_t last = 0;
    for (bool label = true; s < end; label = false) {
        const char *word = s;
        s = label ? NULL : parse_plain_pair(c, s, end, &last);
        if (!s) {
            for (s = word; s < end && !is_blank(*s); s++)
                ;
            const size_t len = (size_t)(s - word);
            if (!(label ? parse_label(c, line, word, len) : parse_pair(c, line, word, len, &last)))
                return false;
        }
        while (s < end && is_blank(*s))
            s++;
    }
    c->row_end[c->n_rows++] = c->nnz;
    return true;
}

static void chunk_count(struct chunk *c) {
    size_t newlines = 0, colons = 0, hashes = 0;
    const size_t n = (size_t)(c->end - c->begin);
    for (size_t i = 0; i < n;) {
        uint8_t a = 0, b = 0, h = 0; /* small counts: the loop becomes one over whole registers of bytes */
        for (const size_t stop = n - i < 255 ? n : i + 255; i < stop; i++) {
            a += c->begin[i] == '\n';
            b += c->begin[i] == ':';
            h |= c->begin[i] == '#';
        }
        newlines += a;
        colons += b;
        hashes |= h;
    }
    c->n_lines = newlines + (n && c->end[-1] != '\n');
    c->n_colons = colons;
    c->comments = hashes;
}

/* Goes on after a bad line, as long as messages are kept. */
static void chunk_parse(struct chunk *c) {
    size_t line = c->first_line;
    c->only_ones = true;
    for (const char *s = c->begin; s < c->end && c->err.count <= ERR_MAX; line++) {
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
    size_t minus_line = 0;
    const struct chunk *other = NULL;
    bool bad_lines = false;
    for (size_t k = 0; k < n; k++) {
        const struct chunk *c = &chunks[k];
        bad_lines = bad_lines || c->err.count;
        for (const char *m = c->err.text, *next; m && (next = strchr(m, '\n')); m = next + 1)
            err_add(e, "%.*s", (int)(next - m), m);
        if (!minus_line)
            minus_line = c->minus_line;
        if (!other && c->other_line)
            other = c;
    }
    *minus = minus_line;
    if (minus_line && other) {
        char text[4 * SHOWN_CHARS + 4];
        return err_add(e, "%s:%zu: '%s': expected -1 or +1, as line %zu has label -1", other->path,
                       other->other_line, shown(other->other_label, other->other_len, text), minus_line);
    }
    return !bad_lines;
}

/* Room for all rows and entries that there may be, each chunk's behind those of the one before. */
static bool chunks_place(struct chunk *chunks, size_t n, struct data_part *p, struct err *e) {
    size_t lines = 0, colons = 0;
    for (size_t k = 0; k < n; k++) {
        chunks[k].first_line = lines + 1;
        lines += chunks[k].n_lines;
        colons += chunks[k].n_colons;
    }
    p->row_ptr = mem_lines(lines + 1, sizeof *p->row_ptr, e);
    p->y = p->row_ptr ? mem_lines(lines, sizeof *p->y, e) : NULL;
    p->row_idx = p->y ? indices_new(colons, e) : NULL;
    p->row_val = p->row_idx ? mem_lines(colons, sizeof *p->row_val, e) : NULL;
    if (!p->row_val)
        return false;
    p->row_ptr[0] = 0;
    for (size_t k = 0, at = 0; k < n; at += chunks[k++].n_colons) {
        struct chunk *c = &chunks[k];
        c->row_end = p->row_ptr + c->first_line;
        c->y = p->y + c->first_line - 1;
        c->idx = p->row_idx + at;
        c->val = p->row_val + at;
    }
    return true;
}

/* One after the other: chunks move up to where those before them end, which is where they are but for comments
 * and stored zeros. */
static void chunks_join(const struct chunk *chunks, size_t n, bool minus, struct data_part *p) {
    bool only_ones = true;
    for (size_t k = 0; k < n; k++)
        only_ones = only_ones && chunks[k].only_ones;
    for (size_t k = 0; k < n; k++) {
        const struct chunk *c = &chunks[k];
        for (size_t i = 0; i < c->n_rows; i++) {
            p->row_ptr[p->n_rows + i + 1] = p->nnz + c->row_end[i];
            p->y[p->n_rows + i] = minus && c->y[i] < 0 ? 0 : c->y[i];
        }
        if (c->idx != p->row_idx + p->nnz)
            memmove(p->row_idx + p->nnz, c->idx, c->nnz * sizeof *c->idx);
        if (!only_ones && c->only_ones)
            for (size_t i = 0; i < c->nnz; i++)
                p->row_val[p->nnz + i] = 1;
        else if (!only_ones && c->val != p->row_val + p->nnz)
            memmove(p->row_val + p->nnz, c->val, c->nnz * sizeof *c->val);
        p->n_rows += c->n_rows;
        p->nnz += c->nnz;
    }
    memset(p->row_idx + p->nnz, 0, INDEX_PADDING * sizeof *p->row_idx);
    if (only_ones) {
        free(p->row_val);
        p->row_val = NULL;
    }
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
        chunk_count(&chunks[k]);
    bool minus = false, ok = chunks_place(chunks, n, p, e);
#pragma omp parallel for schedule(dynamic) num_threads(threads) if (n > 1)
    for (size_t k = 0; k < (ok ? n : 0); k++)
        chunk_parse(&chunks[k]);
    ok = ok && chunks_agree(chunks, n, &minus, e);
    if (ok)
        chunks_join(chunks, n, minus, p);
    if (ok && !p->n_rows)
        ok = err_add(e, "%s:1: no rows: expected lines of label index:value index:value ...", path);
    *max_index = 0;
    for (size_t k = 0; k < n; k++) {
        if (chunks[k].max_index > *max_index)
            *max_index = chunks[k].max_index;
        err_clear(&chunks[k].err);
    }
    free(chunks);
    return ok;
}

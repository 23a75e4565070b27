/* Data from LIBSVM files: the training file, and held-out rows from a file of their own or by lot. */
#include "base/mem.h"
#include "base/rng.h"
#include "base/text.h"
#include "data/libsvm_parse.h"
#include <string.h>

static bool has_test_file(const struct data_params *p) {
    return p->test_path && *p->test_path;
}

bool libsvm_check(const struct data_params *p, struct err *e) {
    if (!p->path || !*p->path)
        return err_add(e, "kind = libsvm: expected path = FILE");
    if (!(p->test >= 0 && p->test < 1))
        return err_add(e, "test = %.12g: expected a share of the rows, at least 0 and below 1", p->test);
    if (p->test > 0 && has_test_file(p))
        return err_add(e, "test = %.12g and test_path = %s: expected one of them", p->test, p->test_path);
    const char *const paths[] = {p->path, has_test_file(p) ? p->test_path : ""};
    for (int i = 0; i < 2; i++)
        if (path_is_pipe(paths[i]))
            return err_add(e, "%s: a pipe: expected a file, which can be read more than once", paths[i]);
    if (p->features > UINT32_MAX - 1)
        return err_add(e, "features = %llu: expected at most 4294967294", (unsigned long long)p->features);
    return true;
}

/* The rows of `all` whose mark is `held`, in their order. */
static bool part_select(const struct data_part *all, const bool *marks, bool held, struct data_part *p,
                        struct err *e) {
    for (size_t i = 0; i < all->n_rows; i++)
        if (marks[i] == held) {
            p->n_rows++;
            p->nnz += all->row_ptr[i + 1] - all->row_ptr[i];
        }
    p->row_ptr = mem_zeroed(p->n_rows + 1, sizeof *p->row_ptr, e);
    p->y = p->row_ptr ? mem_lines(p->n_rows, sizeof *p->y, e) : NULL;
    p->row_idx = p->y ? indices_new(p->nnz, e) : NULL;
    p->row_val = p->row_idx && all->row_val ? mem_lines(p->nnz, sizeof *p->row_val, e) : NULL;
    if (!p->row_idx || (all->row_val && !p->row_val))
        return false;
    size_t row = 0;
    for (size_t i = 0; i < all->n_rows; i++)
        if (marks[i] == held) {
            uint64_t begin = all->row_ptr[i], n = all->row_ptr[i + 1] - begin, at = p->row_ptr[row];
            if (n)
                memcpy(p->row_idx + at, all->row_idx + begin, n * sizeof *p->row_idx);
            if (n && p->row_val)
                memcpy(p->row_val + at, all->row_val + begin, n * sizeof *p->row_val);
            p->y[row] = all->y[i];
            p->row_ptr[++row] = at + n;
        }
    return true;
}

/* Draws n_held of the rows: the first steps of Fisher and Yates's shuffle. */
static bool hold_out(struct dataset *d, size_t n_held, struct err *e) {
    struct data_part all = d->train;
    uint32_t *order = mem_zeroed(all.n_rows, sizeof *order, e);
    bool *marks = order ? mem_zeroed(all.n_rows, sizeof *marks, e) : NULL;
    bool ok = marks;
    if (ok) {
        struct rng r = rng_for(d->params.seed, RNG_HOLD_OUT, 0);
        for (size_t i = 0; i < all.n_rows; i++)
            order[i] = (uint32_t)i;
        for (size_t i = 0; i < n_held; i++) {
            size_t k = i + rng_below(&r, (uint32_t)(all.n_rows - i));
            uint32_t drawn = order[k];
            order[k] = order[i];
            marks[drawn] = true;
        }
        d->train = (struct data_part){0};
        ok = part_select(&all, marks, false, &d->train, e) && part_select(&all, marks, true, &d->test, e);
        free(all.row_ptr);
        free(all.row_idx);
        free(all.row_val);
        free(all.y);
    }
    free(order);
    free(marks);
    return ok;
}

static bool read_parts(struct dataset *d, const char *train, size_t train_len, const char *test,
                       size_t test_len, int threads, struct err *e) {
    const struct data_params *p = &d->params;
    uint64_t max_index = 0, max_test_index = 0;
    bool ok = libsvm_parse(p->path, train, train_len, p->features, p->f32, threads, &d->train, &max_index, e);
    if (test &&
        !libsvm_parse(p->test_path, test, test_len, p->features, p->f32, threads, &d->test, &max_test_index, e))
        ok = false;
    if (!ok)
        return false;
    if (d->train.n_rows > UINT32_MAX || d->test.n_rows > UINT32_MAX)
        return err_add(e, "%s: more than %u rows", p->path, UINT32_MAX);
    d->n_features = p->features ? p->features : max_index > max_test_index ? max_index : max_test_index;
    if (!d->n_features)
        return err_add(e, "%s:1: no row has any index:value, and features = d is not given", p->path);
    if (p->test == 0)
        return true;
    const size_t n_held = (size_t)floor(p->test * (double)d->train.n_rows + 0.5);
    if (n_held == d->train.n_rows)
        return err_add(e, "test = %.12g: all %zu rows of %s would be held out", p->test, n_held, p->path);
    return hold_out(d, n_held, e);
}

bool libsvm_make(struct dataset *d, int threads, struct err *e) {
    const struct data_params *p = &d->params;
    if (!libsvm_check(p, e))
        return false;
    char *train = NULL, *test = NULL;
    size_t train_len = 0, test_len = 0;
    bool ok = file_read(p->path, &train, &train_len, e) &&
              (!has_test_file(p) || file_read(p->test_path, &test, &test_len, e)) &&
              fingerprint_libsvm(p, train, train_len, test, test_len, d->fingerprint, e) &&
              read_parts(d, train, train_len, test, test_len, threads, e);
    free(train);
    free(test);
    /* Arrays by feature, whose number a single large index decides: counts, ranks, where columns begin. */
    const double by_feature = 8 * 5 * ((double)d->n_features + 1);
    d->text_bytes = train_len + test_len;
    return ok && memory_fits(by_feature, d->train.n_rows, d->n_features, e);
}

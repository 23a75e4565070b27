/* What a data set is called: a hash of a text that says everything its content follows from, one `key value` a
 * line. */
#include "base/hash.h"
#include "base/text.h"
#include "data/make.h"
#include <stdlib.h>

/* Part of every fingerprint: to be raised whenever the same parameters give other bits. */
static const int GENERATOR_VERSION = 1, READER_VERSION = 1, LECTURE_VERSION = 1, SURFACE_VERSION = 1;

static void add_integer(struct text *t, const char *key, uint64_t x) {
    text_addf(t, "%s %llu\n", key, (unsigned long long)x);
}

static void add_real(struct text *t, const char *key, double x) {
    text_addf(t, "%s ", key);
    text_add_number(t, x + 0.0); /* -0 is 0 */
    text_add(t, "\n");
}

static bool finish(struct text *t, char out[33], struct err *e) {
    bool ok = !t->failed;
    if (ok)
        hash128_hex(t->s, t->len, out);
    else
        err_add(e, "out of memory");
    text_free(t);
    return ok;
}

static bool fingerprint_synthetic(const struct data_params *p, char out[33], struct err *e) {
    struct text t = {0};
    add_integer(&t, "synthetic", (uint64_t)GENERATOR_VERSION);
    add_integer(&t, "seed", p->seed);
    add_integer(&t, "rows", p->rows);
    add_integer(&t, "features", p->features);
    add_real(&t, "sparsity", p->sparsity);
    add_real(&t, "popularity", p->popularity);
    add_real(&t, "max_frequency", p->max_frequency);
    add_real(&t, "rare_signal", p->rare_signal);
    add_real(&t, "signal", p->signal);
    add_real(&t, "bias", p->bias);
    add_real(&t, "noise", p->noise);
    add_integer(&t, "values", p->values);
    add_integer(&t, "labels", p->labels);
    add_real(&t, "test", p->test);
    return finish(&t, out, e);
}

bool fingerprint_libsvm(const struct data_params *p, const char *train, size_t train_len, const char *test,
                        size_t test_len, char out[33], struct err *e) {
    struct text t = {0};
    char digest[33];
    add_integer(&t, "libsvm", (uint64_t)READER_VERSION);
    add_integer(&t, "features", p->features);
    add_real(&t, "test", p->test);
    if (p->test > 0)
        add_integer(&t, "seed", p->seed);
    hash128_hex(train, train_len, digest);
    text_addf(&t, "train %s\n", digest);
    if (test) {
        hash128_hex(test, test_len, digest);
        text_addf(&t, "test %s\n", digest);
    }
    return finish(&t, out, e);
}

static bool fingerprint_lecture(const struct data_params *p, char out[33], struct err *e) {
    struct text t = {0};
    add_integer(&t, "lecture", (uint64_t)LECTURE_VERSION);
    add_real(&t, "sparsity", p->sparsity);
    return finish(&t, out, e);
}

/* The seed works through the noise alone. */
static bool fingerprint_surface(const struct data_params *p, char out[33], struct err *e) {
    struct text t = {0};
    add_integer(&t, "surface", (uint64_t)SURFACE_VERSION);
    text_addf(&t, "function %s\n", surfaces[p->function].name);
    add_real(&t, "noise", p->noise);
    if (p->noise > 0)
        add_integer(&t, "seed", p->seed);
    return finish(&t, out, e);
}

bool data_fingerprint(const struct data_params *p, char out[33], struct err *e) {
    if (p->kind == DATA_SYNTHETIC)
        return fingerprint_synthetic(p, out, e);
    if (p->kind == DATA_LECTURE)
        return fingerprint_lecture(p, out, e);
    if (p->kind == DATA_SURFACE)
        return fingerprint_surface(p, out, e);
    if (!libsvm_check(p, e))
        return false;
    char *train = NULL, *test = NULL;
    size_t train_len = 0, test_len = 0;
    bool ok = file_read(p->path, &train, &train_len, e) &&
              (!p->test_path || !*p->test_path || file_read(p->test_path, &test, &test_len, e)) &&
              fingerprint_libsvm(p, train, train_len, test, test_len, out, e);
    free(train);
    free(test);
    return ok;
}

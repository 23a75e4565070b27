/* Which data sets a plan needs: each named once by its fingerprint, in order of first use. */
#include "base/mem.h"
#include "plan/plan_internal.h"
#include <errno.h>
#include <string.h>
#include <unistd.h>

/* A number of a data set for each fingerprint: open addressing, 1 + the number, 0 = free. */
struct index {
    uint32_t *slot;
    size_t size, n; /* size: a power of two */
};

static uint64_t digits(const char *hex) { /* 64 of the fingerprint's 128 bits */
    uint64_t h = 0;
    for (int i = 0; i < 16; i++)
        h = h << 4 | (uint64_t)(hex[i] <= '9' ? hex[i] - '0' : hex[i] - 'a' + 10);
    return h;
}

static uint32_t *find_slot(const struct plan *p, const struct index *x, const char *fingerprint) {
    size_t at = digits(fingerprint) & (x->size - 1);
    /* NOLINTNEXTLINE(clang-analyzer-core.NullDereference): dataset_number makes room first */
    while (x->slot[at] && strcmp(p->fingerprint[x->slot[at] - 1], fingerprint) != 0)
        at = (at + 1) & (x->size - 1);
    return &x->slot[at];
}

static bool index_grow(const struct plan *p, struct index *x) {
    struct index bigger = {.size = x->size ? 2 * x->size : 64};
    bigger.slot = mem_zeroed(bigger.size, sizeof *bigger.slot, NULL);
    if (!bigger.slot)
        return false;
    for (size_t k = 0; k < p->n_datasets; k++)
        *find_slot(p, &bigger, p->fingerprint[k]) = (uint32_t)k + 1;
    free(x->slot);
    *x = bigger;
    return true;
}

static bool dataset_number(struct plan *p, struct index *x, const struct data_params *params,
                           const char *fingerprint, struct data_size size, uint32_t *number) {
    if (2 * (p->n_datasets + 1) > x->size && !index_grow(p, x))
        return false;
    uint32_t *slot = find_slot(p, x, fingerprint);
    if (*slot == 0) {
        if (!mem_grow(&p->dataset, &p->cap_datasets, p->n_datasets + 1, sizeof *p->dataset, NULL) ||
            !mem_grow(&p->fingerprint, &p->cap_fingerprints, p->n_datasets + 1, sizeof *p->fingerprint, NULL) ||
            !mem_grow(&p->size, &p->cap_sizes, p->n_datasets + 1, sizeof *p->size, NULL))
            return false;
        p->dataset[p->n_datasets] = *params;
        p->size[p->n_datasets] = size;
        memcpy(p->fingerprint[p->n_datasets], fingerprint, sizeof *p->fingerprint);
        *slot = (uint32_t)++p->n_datasets;
    }
    *number = *slot - 1;
    return true;
}

static uint64_t whole(struct value v) {
    return v.word == VALUE_NUMBER ? (uint64_t)v.number : 0;
}

static struct data_params params_of(const struct section *s, const struct value *v, double seed) {
    struct data_params p = {.kind = (enum data_kind)s->data_kind, .features = whole(v[KEY_DATA_features])};
    if (p.kind == DATA_LECTURE) {
        p.rows = LECTURE_ROWS;
        p.features = 1;
        p.sparsity = v[KEY_DATA_sparsity].number;
        return p;
    }
    if (p.kind == DATA_SURFACE) {
        p.features = 1;
        p.function = (enum surface)v[KEY_DATA_function].word;
        p.noise = v[KEY_DATA_noise].number;
        p.seed = p.noise > 0 ? (uint64_t)seed : 0;
        return p;
    }
    p.test = v[KEY_DATA_test].number;
    if (p.kind == DATA_LIBSVM) {
        p.seed = p.test > 0 ? (uint64_t)seed : 0;
        p.path = s->path;
        p.test_path = s->test_path;
        p.f32 = v[KEY_SWEEP_precision].word == PRECISION_F32;
        return p;
    }
    p.seed = v[KEY_DATA_data_seed].word == VALUE_NUMBER ? whole(v[KEY_DATA_data_seed]) : (uint64_t)seed;
    p.rows = whole(v[KEY_DATA_rows]);
    p.sparsity = v[KEY_DATA_sparsity].number;
    p.popularity = v[KEY_DATA_popularity].number;
    p.max_frequency = v[KEY_DATA_max_frequency].number;
    p.rare_signal = v[KEY_DATA_rare_signal].number;
    p.signal = v[KEY_DATA_signal].number;
    p.bias = v[KEY_DATA_bias].number;
    p.noise = v[KEY_DATA_noise].number;
    p.values = (enum data_values)v[KEY_DATA_values].word;
    p.labels = (enum data_labels)v[KEY_DATA_labels].word;
    return p;
}

/* Where data sets get their names and sizes from: files are read, or what is known of them looked up. */
struct source {
    const struct plan_known *known; /* NULL: files are read */
    struct data_size whole;         /* of the file counted last */
    const char *counted;            /* its path */
};

static bool look_up(const struct section *s, const struct data_params *params, const struct plan_known *known,
                    char out[33], struct data_size *size, struct err *e) {
    const char *path = s->given[KEY_DATA_path]->value;
    return (known->fingerprint(known->ctx, path, params, out) &&
            (!known->size || known->size(known->ctx, out, size))) ||
           err_add(e, "%s is not in the store", path);
}

static bool read_file(struct source *from, const struct data_params *params, char out[33],
                      struct data_size *size, struct err *e) {
    if (!data_fingerprint(params, out, e))
        return false;
    if (params->kind == DATA_LIBSVM &&
        from->counted != params->path) { /* else: another seed, or share held out */
        if (!data_count_file(params->path, &from->whole, e))
            return false;
        from->counted = params->path;
    }
    *size = data_size_of(params, &from->whole);
    return true;
}

/* Why a file may not be there, or how to get it where the project knows: those of the grids in sweeps/. */
static const char *hint_for(const struct section *s, const char *path) {
    static const struct {
        const char *file, *hint;
    } made[] = {{"heart_scale", "; scripts/get-data heart makes it"},
                {"debian.svm", "; scripts/get-data debian makes it"},
                {"spam.svm", "; scripts/get-data spam makes it"}};
    if (!path || !access(path, F_OK) || errno != ENOENT)
        return "";
    const struct ini_entry *given = s->given[KEY_DATA_path];
    if (given && (*given->value == '"' || *given->value == '\''))
        return "; quotation marks are part of the name here";
    if (!given || *given->value == '/')
        return "";
    const char *slash = strrchr(path, '/');
    for (size_t i = 0; i < sizeof made / sizeof *made; i++)
        if (!strcmp(slash ? slash + 1 : path, made[i].file))
            return made[i].hint;
    return "; a path is relative to the grid file";
}

static bool identify(const struct section *s, const struct data_params *params, struct source *from,
                     char out[33], struct data_size *size, struct diag *d) {
    struct err e = {0};
    const bool stored = from->known && params->kind == DATA_LIBSVM;
    bool ok = stored ? look_up(s, params, from->known, out, size, &e) : read_file(from, params, out, size, &e);
    const char *hint = ok || stored ? "" : hint_for(s, params->path);
    for (char *at = e.text, *next; at && *at; at = next) {
        char *end = strchr(at, '\n');
        next = end ? end + 1 : at + strlen(at);
        diag_add(d, s->given[KEY_DATA_path] ? s->given[KEY_DATA_path]->line : s->line, "[data %s]: %.*s%s",
                 s->label, (int)(end ? end - at : next - at), at, hint);
    }
    err_clear(&e);
    return ok;
}

static bool may_be_seeded(const struct section *s) {
    struct list seed = s->list[KEY_DATA_data_seed], test = s->list[KEY_DATA_test],
                noise = s->list[KEY_DATA_noise];
    for (size_t i = 0; s->data_kind == DATA_SYNTHETIC && i < seed.n; i++)
        if (seed.v[i].word != VALUE_NUMBER)
            return true;
    for (size_t i = 0; s->data_kind == DATA_LIBSVM && i < test.n; i++)
        if (test.v[i].number > 0)
            return true;
    for (size_t i = 0; s->data_kind == DATA_SURFACE && i < noise.n; i++)
        if (noise.v[i].number > 0)
            return true;
    return false;
}

static bool name_block(struct plan *p, struct block *b, struct index *x, struct source *from, struct diag *d) {
    size_t settings = 1;
    for (int a = 0; a < b->n_data_axes; a++)
        settings *= b->outer.length[a];
    b->seeded = may_be_seeded(b->data);
    size_t n_seeds = b->seeded ? p->seeds.n : 1;
    b->dataset = mem_zeroed(settings * n_seeds, sizeof *b->dataset, NULL);
    if (!b->dataset) {
        d->failed = true;
        return false;
    }
    struct value v[KEY_COUNT];
    memcpy(v, b->outer.base, sizeof v);
    for (size_t i = 0; i < settings; i++) {
        size_t digit[KEY_COUNT];
        product_split(&b->outer, i, 0, b->n_data_axes, digit);
        product_fill(&b->outer, digit, b->n_data_axes, v);
        for (size_t k = 0; k < n_seeds; k++) {
            char name[33];
            struct data_params params = params_of(b->data, v, p->seeds.v[k].number);
            struct data_size size = {.n_rows = UINT64_MAX}; /* not known: taken to be enough for any batch */
            if (!identify(b->data, &params, from, name, &size, d))
                return false;
            if (!dataset_number(p, x, &params, name, size, &b->dataset[i * n_seeds + k])) {
                d->failed = true;
                return false;
            }
            if (params.kind == DATA_SYNTHETIC || params.kind == DATA_SURFACE) /* checked already (check.c) */
                continue;
            restrict_check_rows(&p->grid, b->data,
                                b->batch_axis < b->n_data_axes ? digit[b->batch_axis] : SIZE_MAX,
                                (double)size.n_rows, d);
            if (d->n > 0)
                return false;
        }
    }
    return true;
}

void plan_name_datasets(struct plan *p, const struct plan_known *known, struct diag *d) {
    struct index x = {0};
    struct source from = {.known = known};
    for (size_t k = 0; k < p->grid.n_data; k++)
        if (p->block[k].n > 0)
            name_block(p, &p->block[k], &x, &from, d);
    free(x.slot);
}

void plan_probe_files(const struct plan *p, const struct plan_known *known, struct diag *d) {
    for (size_t k = 0; k < p->grid.n_data && !known; k++) {
        const struct section *s = &p->grid.data[k];
        char name[33];
        if (s->kind_known && s->data_kind == DATA_LIBSVM && s->path) {
            struct data_params params = {.kind = DATA_LIBSVM, .path = s->path, .test_path = s->test_path};
            struct data_size size;
            struct source from = {0};
            identify(s, &params, &from, name, &size, d);
        }
    }
}

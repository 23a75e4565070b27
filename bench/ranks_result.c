#include "ranks_result.h"
#include "base/mem.h"
#include <string.h>

void result_put(struct parcel *p, uint64_t number, const struct task *t, const struct outcome *out, bool ok,
                int signal, const struct err *e) {
    p->n = 0;
    parcel_put_word(p, number);
    parcel_put_word(p, (uint64_t)signal);
    parcel_put_word(p, ok);
    if (!ok) {
        parcel_put_word(p, e->len);
        parcel_put(p, e->text, e->len);
        return;
    }
    for (int i = 0; i < t->n * LANES; i++) {
        if (i % LANES >= t->pack[i / LANES].n)
            continue;
        const struct outcome *o = &out[i];
        parcel_put(p, o, sizeof *o); /* its pointers mean nothing there */
        parcel_put(p, o->points, o->n_points * sizeof *o->points);
        parcel_put(p, o->trace.parameter, o->trace.n_parameters * sizeof *o->trace.parameter);
        parcel_put(p, o->trace.value, o->trace.n_rows * trace_width(&o->trace) * sizeof *o->trace.value);
    }
}

uint64_t result_head(struct parcel *p, int *signal) {
    p->at = 0;
    const uint64_t number = parcel_word(p);
    *signal = (int)parcel_word(p);
    return number;
}

static bool get_array(struct parcel *p, void *array_pointer, size_t n, size_t size, struct err *e) {
    void *array = NULL;
    if (n && !(array = mem_zeroed(n, size, e)))
        return false;
    parcel_get(p, array, n * size);
    memcpy(array_pointer, &array, sizeof array);
    return true;
}

bool result_get(struct parcel *p, const struct task *t, struct outcome *out, struct err *e) {
    if (!parcel_word(p)) {
        const size_t len = parcel_word(p);
        char *text = mem_zeroed(len + 1, 1, e);
        if (text) {
            parcel_get(p, text, len);
            err_add(e, "%.*s", len ? (int)len - 1 : 0, text);
        }
        free(text);
        return false;
    }
    bool ok = true;
    for (int i = 0; ok && i < t->n * LANES; i++) {
        struct outcome *o = &out[i];
        if (i % LANES >= t->pack[i / LANES].n)
            continue;
        parcel_get(p, o, sizeof *o);
        o->points = NULL;
        o->trace.parameter = NULL;
        o->trace.value = NULL;
        o->trace.cap = o->trace.n_rows;
        ok = get_array(p, &o->points, o->n_points, sizeof *o->points, e) &&
             get_array(p, &o->trace.parameter, o->trace.n_parameters, sizeof *o->trace.parameter, e) &&
             get_array(p, &o->trace.value, o->trace.n_rows * trace_width(&o->trace), sizeof *o->trace.value, e);
    }
    return ok;
}

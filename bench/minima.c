#include "minima.h"
#include "base/mem.h"

static size_t look_up(const struct minima *m, const struct run *r) {
    const struct minimum_key key = minimum_key_of(m->plan, r);
    size_t i = m->first[r->dataset];
    while (i != NEED_END && !minimum_key_same(m->need[i].key, key))
        i = m->need[i].next;
    return i;
}

static bool add(struct minima *m, size_t *cap, const struct run *r, struct store *s, struct err *e) {
    if (!mem_grow(&m->need, cap, m->n + 1, sizeof *m->need, e))
        return false;
    struct need *need = &m->need[m->n];
    *need = (struct need){.key = minimum_key_of(m->plan, r), .next = m->first[r->dataset]};
    struct minimum found;
    if (s && !store_get_minimum(s, need->key, &found, &need->known, e))
        return false;
    if (need->known)
        need->lstar = found.loss;
    m->first[r->dataset] = m->n++;
    return true;
}

bool minima_list(struct minima *m, const struct plan *p, const struct ids *wanted, struct store *s,
                 struct err *e) {
    *m = (struct minima){.plan = p, .first = mem_zeroed(plan_n_datasets(p), sizeof *m->first, e)};
    if (!m->first)
        return false;
    for (size_t k = 0; k < plan_n_datasets(p); k++)
        m->first[k] = NEED_END;
    if (plan_target(p)->word != TARGET_GAP)
        return true;
    size_t cap = 0;
    for (size_t i = 0; i < plan_n_runs(p); i++) {
        struct run r;
        plan_run(p, i, &r);
        if (look_up(m, &r) == NEED_END && (!wanted->id || ids_have(wanted, r.id)) && !add(m, &cap, &r, s, e))
            return false;
    }
    return true;
}

void minima_free(struct minima *m) {
    for (size_t i = 0; i < m->n; i++)
        free(m->need[i].w);
    free(m->need);
    free(m->first);
    *m = (struct minima){0};
}

size_t minima_missing(const struct minima *m, size_t dataset) {
    size_t n = 0;
    for (size_t i = m->first[dataset]; i != NEED_END; i = m->need[i].next)
        n += !m->need[i].known;
    return n;
}

/* Data that were drawn from known weights need no minimiser: what is learnt of them is judged by those. The
 * minimiser comes from the store where L* does; a store that has lost it is given it again. */
static bool find_one(struct need *need, const struct dataset *d, int threads, struct store *s, struct err *e) {
    const size_t n = d->n_features + 1;
    need->n_w = n;
    const bool point = !d->w_true && d->train.n_rows; /* a surface may have several */
    if (point && need->known && !store_get_minimiser(s, need->key, n, &need->w, e))
        return false;
    if (need->known && (need->w || !point))
        return true;
    struct minimum found;
    if (point && !(need->w = mem_zeroed(n, sizeof *need->w, e)))
        return false;
    if (!minimum_find(d, need->key.loss, need->key.mean, need->key.l2, threads, &found, need->w, e))
        return false;
    if (!store_read_only(s) && /* verify works with what a damaged store lacks, and leaves it as it is */
        (!store_put_minimum(s, need->key, &found, e) ||
         (point && !store_put_minimiser(s, need->key, need->w, n, e))))
        return false;
    need->lstar = found.loss;
    return need->known = true;
}

bool minima_find(struct minima *m, size_t k, const struct dataset *d, int threads, struct store *s,
                 struct err *e) {
    for (size_t i = m->first[k]; i != NEED_END; i = m->need[i].next)
        if (!find_one(&m->need[i], d, threads, s, e))
            return false;
    return true;
}

void minima_forget_points(struct minima *m, size_t k) {
    for (size_t i = m->first[k]; i != NEED_END; i = m->need[i].next) {
        free(m->need[i].w);
        m->need[i].w = NULL;
    }
}

double minima_of(const struct minima *m, const struct run *r) {
    size_t i = look_up(m, r);
    return i != NEED_END && m->need[i].known ? m->need[i].lstar : NAN;
}

const double *minima_point_of(const struct minima *m, const struct run *r) {
    size_t i = look_up(m, r);
    return i != NEED_END ? m->need[i].w : NULL;
}

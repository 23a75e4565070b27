/* Lanes that have ended compute along unheeded: where those that run fit into fewer packs, they move together.
 * No sum crosses lanes, so a lane is in its new pack what it would have been in the old one. */
#include "train/team.h"
#include <string.h>

/* Whether a lane of one is trained in the other as it is at home. */
static bool alike(const struct team *a, const struct team *b) {
    return a->rule == b->rule && a->variant_number == b->variant_number && a->loss == b->loss &&
           a->mode == b->mode && a->any_l2 == b->any_l2 && a->n_moving == b->n_moving && !a->tracer &&
           !b->tracer;
}

static void copy(const struct team *t, void *to, size_t to_lane, const void *from, size_t from_lane, size_t n) {
    char *out = (char *)to + to_lane * t->real;
    const char *in = (const char *)from + from_lane * t->real;
    for (size_t i = 0; i < n; i++)
        memcpy(out + i * t->line, in + i * t->line, t->real);
}

/* Into a lane that has ended, whose outcome changes places with what moves. */
static void move(struct team *to, size_t k, struct team *from, size_t i) {
    const struct lane ended = to->lane[k];
    to->lane[k] = from->lane[i];
    from->lane[i] = ended;
    to->n_running++;
    from->n_running--;
    const size_t d = to->data->n_features;
    copy(to, to->w, k, from->w, i, d);
    copy(to, to->b, k, from->b, i, 1);
    for (int s = 0; s < to->variant->n_state; s++) {
        copy(to, to->state[s], k, from->state[s], i, d);
        copy(to, to->b_state[s], k, from->b_state[s], i, 1);
    }
    copy(to, to->scale, k, from->scale, i, 1);
    copy(to, to->l2, k, from->l2, i, 1);
    copy(to, to->finite, k, from->finite, i, 1);
    copy(to, to->coefs, k, from->coefs, i, (size_t)to->variant->n_coefs);
    copy(to, to->b_coefs, k, from->b_coefs, i, (size_t)to->variant->n_coefs);
}

/* Lanes free in those teams that run and are like teams[i]. */
static int room_beside(const struct team *teams, int n, int i) {
    int room = 0;
    for (int k = 0; k < n; k++)
        if (k != i && teams[k].n_running && alike(&teams[k], &teams[i]))
            room += LANES - teams[k].n_running;
    return room;
}

static void empty(struct team *teams, int n, int i) {
    struct team *from = &teams[i];
    size_t lane = 0;
    for (int k = 0; k < n; k++) {
        struct team *to = &teams[k];
        if (k == i || !to->n_running || !alike(to, from))
            continue;
        for (size_t free = 0; free < LANES && from->n_running; free++) {
            if (to->lane[free].running)
                continue;
            while (!from->lane[lane].running)
                lane++;
            move(to, free, from, lane);
            to->repacked = true;
        }
    }
}

void team_repack(struct team *teams, int n) {
    for (;;) {
        int least = -1;
        for (int i = 0; i < n; i++)
            if (teams[i].n_running && teams[i].n_running <= room_beside(teams, n, i) &&
                (least < 0 || teams[i].n_running < teams[least].n_running))
                least = i;
        if (least < 0)
            return;
        empty(teams, n, least);
    }
}

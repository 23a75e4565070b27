#include "train/segment.h"
#include "base/math.h"
#include "base/mem.h"
#include <math.h>
#include <string.h>

/* A series is used where k (1 - q), its drift over what would still come, is at least this: else the difference
 * of the two would cancel, and k steps are quickly replayed. */
#define LEAST_SHARE (1.0 / 64)
#define SLOWEST 0.999  /* the slowest decay of the last term of `far` that is used */
#define NO_HORIZON 1e9 /* a drift that grows before it fades is replayed to its end */

struct limits {
    double forgotten;  /* powers below this are 0 */
    double irrelevant; /* what is left of a drift when epsilon's part in it no longer matters */
};
static struct limits limits_of(enum precision p) {
    return p == PRECISION_F32 ? (struct limits){1e-25, 1e-10} : (struct limits){1e-200, 1e-18};
}

/* By what the denominator shrinks from one power of v to the next: v^1/2 or v. */
static double half_or_whole(const struct rest *r, double beta2) {
    return r->traits & (REST_INSIDE | REST_LINEAR) ? beta2 : sqrt(beta2);
}

/* Decay of term i of a lane's drift per step: the first REST_TERMS of `far`, then of `near`. */
static void decays_of(const struct rest *r, const struct lane *a, double q[2 * REST_TERMS]) {
    const double *h = a->run.h;
    const double first = r->law == REST_VELOCITY ? h[H_beta] : h[H_beta1];
    for (int i = 0; i < 2 * REST_TERMS; i++)
        q[i] = i == 0 ? first : 0; /* one term, unless there is a second moment */
    if (r->law != REST_MOMENTS)
        return;
    const double step = half_or_whole(r, h[H_beta2]);
    const double root = r->traits & REST_LINEAR ? h[H_beta2] : sqrt(h[H_beta2]); /* of the leading 1 / D */
    q[0] = first / root;
    q[REST_TERMS] = first;
    for (int i = 1; i < REST_TERMS; i++) {
        q[i] = q[i - 1] / step;
        q[REST_TERMS + i] = q[REST_TERMS + i - 1] * step;
    }
}

/* Powers of the decays, and how far the closed forms reach, for rests of 0 .. cap steps. */
static void fill_powers(struct segment *s, const struct team *t, int lane) {
    const struct limits limit = limits_of(t->precision);
    const struct lane *a = &t->lane[lane];
    const double beta = isnan(a->run.h[H_beta]) ? a->run.h[H_beta1] : a->run.h[H_beta],
                 beta2 = a->run.h[H_beta2];
    double q[2 * REST_TERMS], p1 = 1, p2 = 1, growth = 1, left = 1, horizon = NO_HORIZON;
    decays_of(&s->rest, a, q);
    const bool moments = s->rest.law == REST_MOMENTS;
    const double slowest = moments ? q[REST_TERMS - 1] : q[0],
                 step = moments ? half_or_whole(&s->rest, beta2) : 1;
    for (uint32_t k = 0; k <= s->cap; k++) {
        const size_t at = (size_t)k * LANES + (size_t)lane;
        team_put(t, s->power1, at, p1);
        p1 = p1 * beta < limit.forgotten ? 0 : p1 * beta;
        if (s->power2) {
            team_put(t, s->power2, at, p2);
            p2 = p2 * beta2 < limit.forgotten ? 0 : p2 * beta2;
        }
        if (!s->reach)
            continue;
        const size_t reach_at = (size_t)k * 2 * LANES + (size_t)lane;
        const bool cancels = k * (1 - slowest) < LEAST_SHARE, cancels_near = k * (1 - beta) < LEAST_SHARE;
        team_put(t, s->reach, reach_at,
                 cancels || (moments && slowest > SLOWEST) ? INFINITY
                 : moments                                 ? growth
                                                           : 0);
        team_put(t, s->reach, reach_at + LANES, cancels_near ? INFINITY : 0);
        if (left > limit.irrelevant) {
            growth /= step;
            left *= q[0];
        } else if (horizon == NO_HORIZON) {
            horizon = k;
        }
    }
    if (!s->horizon)
        return;
    team_put(t, s->horizon, (size_t)lane, horizon);
    if (horizon > s->tables.horizon_most)
        s->tables.horizon_most = horizon < s->cap ? (uint32_t)horizon : s->cap;
}

static const size_t real_of[PRECISION_COUNT] = {sizeof(float), sizeof(double)};

struct room {
    char *base;
    size_t bytes;
};
static void *take(struct room *r, size_t rows, size_t line) {
    void *p = r->base ? r->base + r->bytes : NULL;
    r->bytes += rows * line + 5 * LINE_BYTES; /* staggered */
    return p;
}

static void lay_out(struct segment *s, struct room *r, size_t line) {
    const size_t rows = (size_t)s->cap + 1;
    const enum rest_law law = s->rest.law;
    const bool drifts = law == REST_VELOCITY || law == REST_MOMENTS || law == REST_CAPPED;
    s->power1 = take(r, rows, line);
    if (law != REST_DECAY) {
        s->coefs = take(r, rows * s->n_coefs, line);
        s->b_coefs = s->rest.traits & REST_SHRINKS ? take(r, rows * s->n_coefs, line) : s->coefs;
    }
    if (!drifts)
        return;
    s->drift = take(r, rows * 2 * REST_TERMS, line);
    s->reach = take(r, rows * 2, line);
    if (law != REST_VELOCITY)
        s->power2 = take(r, rows, line);
    if (law == REST_MOMENTS) {
        s->spread = take(r, rows, line);
        s->horizon = take(r, 1, line);
    }
    if (s->rest.traits & REST_SHRINKS)
        s->shrink = take(r, rows, line);
    s->alpha = take(r, rows, LANES * sizeof(double));
    s->c2 = take(r, rows, LANES * sizeof(double));
    s->unshrink = take(r, rows, LANES * sizeof(double));
}

size_t segment_bytes(const struct rest *rest, size_t n_coefs, uint32_t cap, size_t line) {
    struct segment s = {.rest = *rest, .cap = cap, .n_coefs = n_coefs};
    struct room r = {0};
    lay_out(&s, &r, line);
    return r.bytes;
}

bool segment_init(struct segment *s, const struct team *t, uint32_t cap, struct err *e) {
    const size_t line = LANES * real_of[t->precision];
    *s = (struct segment){.rest = t->rest, .cap = cap, .n_coefs = (size_t)t->variant->n_coefs};
    const size_t bytes = segment_bytes(&s->rest, s->n_coefs, cap, line);
    s->memory = mem_lines(bytes, 1, e);
    if (!s->memory)
        return false;
    struct room r = {.base = s->memory};
    lay_out(s, &r, line);
    s->tables = (struct rest_tables){.coefs = s->coefs,
                                     .drift = s->drift,
                                     .power1 = s->power1,
                                     .power2 = s->power2,
                                     .reach = s->reach,
                                     .spread = s->spread,
                                     .horizon = s->horizon,
                                     .shrink = s->shrink};
    segment_lanes(s, t);
    return true;
}

void segment_lanes(struct segment *s, const struct team *t) {
    s->tables.horizon_most = 0;
    for (int lane = 0; lane < LANES; lane++)
        fill_powers(s, t, lane);
}

void segment_free(struct segment *s) {
    free(s->memory);
}

/* alpha, c2 and decay of row j from the coefficients team_coefs has just formed. */
static void note_step(struct segment *s, const struct team *t, uint32_t j) {
    for (int lane = 0; lane < LANES; lane++) {
        const struct lane *a = &t->lane[lane];
        const size_t at = (size_t)j * LANES + (size_t)lane;
        const bool moments = s->rest.law != REST_VELOCITY;
        const double ahead = !(s->rest.traits & REST_AHEAD) ? 1
                             : moments                      ? a->run.h[H_beta1]
                                                            : a->run.h[H_beta];
        s->alpha[at] = ahead * (moments ? a->c[ADAM_alpha] : a->c[0]);
        s->c2[at] = s->rest.law == REST_MOMENTS && !(s->rest.traits & REST_LINEAR) ? a->c[ADAM_c2] : 1;
        s->unshrink[at] = s->rest.traits & REST_SHRINKS ? 1 / (1 - a->c[ADAM_COEFS]) : 1;
    }
}

/* The error of `near` from row j on, relative to the drift, where epsilon is nothing beside D: the mean over
 * what is still to come of (1 - D / D of the first step)^4, from the moments r of D, the first four those of
 * the drift. */
static double spread_of(const double r[REST_TERMS + 1], double first) {
    const double d = 1 / first;
    const double sum = r[0] - d * (4 * r[1] - d * (6 * r[2] - d * (4 * r[3] - d * r[4])));
    return r[0] > 0 ? fabs(sum) / r[0] + 1e-14 : 0;
}

/* What all later steps of the segment add per unit, term by term: R(t) = q (A(t+1) + R(t+1)), from the end. */
static void fill_drift(struct segment *s, const struct team *t, uint32_t n) {
    enum { FAR = 0, NEAR = REST_TERMS, TERMS = 2 * REST_TERMS + 1 }; /* one more moment, for the error */
    const bool moments = s->rest.law == REST_MOMENTS, linear = s->rest.traits & REST_LINEAR;
    double q[TERMS][LANES], r[TERMS][LANES] = {{0}};
    for (int lane = 0; lane < LANES; lane++) {
        double own[2 * REST_TERMS];
        decays_of(&s->rest, &t->lane[lane], own);
        for (int i = 0; i < 2 * REST_TERMS; i++)
            q[i][lane] = own[i];
        q[TERMS - 1][lane] = own[TERMS - 2] * half_or_whole(&s->rest, t->lane[lane].run.h[H_beta2]);
    }
    for (uint32_t j = n + 1; j-- > 0;) {
        for (int i = 0; i < (moments ? 2 * REST_TERMS : 1); i++)
            for (int lane = 0; lane < LANES; lane++)
                team_put(t, s->drift, ((size_t)j * 2 * REST_TERMS + (size_t)i) * LANES + (size_t)lane,
                         r[i][lane]);
        for (int lane = 0; moments && lane < LANES; lane++) {
            const double c2 = s->c2[(size_t)(j < n ? j + 1 : n) * LANES + (size_t)lane],
                         ratio = linear                         ? 1
                                 : s->rest.traits & REST_INSIDE ? c2
                                                                : sqrt(c2);
            const double near[] = {r[NEAR][lane], r[NEAR + 1][lane], r[NEAR + 2][lane], r[NEAR + 3][lane],
                                   r[NEAR + 4][lane]};
            team_put(t, s->spread, (size_t)j * LANES + (size_t)lane, spread_of(near, ratio));
        }
        if (j == 0)
            break;
        const double *alpha = s->alpha + (size_t)j * LANES, *c2 = s->c2 + (size_t)j * LANES;
        const double *unshrink = s->unshrink + (size_t)j * LANES;
        for (int lane = 0; lane < LANES; lane++) {
            const double root = sqrt(c2[lane]), ratio = linear                         ? 1
                                                        : s->rest.traits & REST_INSIDE ? c2[lane]
                                                                                       : root;
            double far = moments && !linear ? alpha[lane] / root : alpha[lane], near = alpha[lane];
            for (int i = FAR; i < (moments ? NEAR : 1); i++) {
                r[i][lane] = q[i][lane] * unshrink[lane] * (far + r[i][lane]);
                far /= ratio;
            }
            for (int i = NEAR; moments && i < TERMS; i++) {
                r[i][lane] = q[i][lane] * unshrink[lane] * (near + r[i][lane]);
                near *= ratio;
            }
        }
    }
}

void segment_build(struct segment *s, struct team *t, uint64_t first, uint32_t n) {
    const size_t row = s->n_coefs * t->line;
    double product[LANES];
    for (int lane = 0; lane < LANES; lane++)
        product[lane] = 1;
    for (uint32_t j = 0; j <= n; j++) {
        if (j > 0) {
            team_coefs(t, first + j - 1);
            memcpy((char *)s->coefs + j * row, t->coefs, row);
            if (s->b_coefs != s->coefs)
                memcpy((char *)s->b_coefs + j * row, t->b_coefs, row);
            if (s->alpha)
                note_step(s, t, j);
        }
        for (int lane = 0; s->shrink && lane < LANES; lane++) {
            if (j > 0)
                product[lane] /= s->unshrink[(size_t)j * LANES + (size_t)lane];
            team_put(t, s->shrink, (size_t)j * LANES + (size_t)lane, product[lane]);
        }
    }
    if (s->drift)
        fill_drift(s, t, n);
}

#include "refine_axis.h"
#include "base/math.h"
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* ---- scales: along each of them a step is an addition ---------------------------------------------------- */

static double linear(double x) {
    return x;
}
static double log_to(double x) {
    return m_log(x);
}
static double log_from(double u) {
    return m_exp(u);
}
static double gap_to(double x) { /* descends, so that x ascends */
    return -m_log(1 - x);
}
static double gap_from(double u) {
    return 1 - m_exp(-u);
}

static const struct scale {
    double (*to)(double x), (*from)(double u);
} scales[] = {{linear, linear}, {log_to, log_from}, {gap_to, gap_from}};
enum { LINEAR, LOG, GAP, N_SCALES };

static bool scale_fits(int scale, enum key key, const double *level, size_t n) {
    bool below_one = keys[key].hi == 1 && keys[key].open & OPEN_HI;
    return keys[key].numbers == NUMBERS_INTEGER ? scale == LINEAR
           : scale == LOG                       ? level[0] > 0
           : scale == GAP                       ? below_one && level[n - 1] < 1
                                                : true;
}

/* The widest step over the narrowest. */
static double unevenness(const struct scale *s, const double *level, size_t n) {
    double lo = INFINITY, hi = 0;
    for (size_t k = 1; k < n; k++) {
        const double step = s->to(level[k]) - s->to(level[k - 1]);
        lo = fmin(lo, step);
        hi = fmax(hi, step);
    }
    return hi / lo;
}

static const struct scale *choose_scale(enum key key, const double *level, size_t n) {
    if (n == 2) {
        bool gap = scale_fits(GAP, key, level, n) && 1 - level[0] >= 2 * (1 - level[1]);
        bool log = scale_fits(LOG, key, level, n) && level[1] >= 2 * level[0];
        return &scales[gap ? GAP : log ? LOG : LINEAR];
    }
    int best = LINEAR;
    for (int k = LINEAR + 1; k < N_SCALES; k++)
        if (scale_fits(k, key, level, n) &&
            unevenness(&scales[k], level, n) < unevenness(&scales[best], level, n) * (1 - 1e-9))
            best = k;
    return &scales[best];
}

/* ---- points ---------------------------------------------------------------------------------------------- */

/* Six significant digits of x, or of 1 - x where that is how it is spaced. */
static double rounded(const struct scale *s, double x) {
    char text[NUMBER_CHARS];
    double y = s == &scales[GAP] ? 1 - x : x;
    snprintf(text, sizeof text, "%.5e", y);
    number_parse(text, sizeof text, &y);
    if (s == &scales[GAP]) {
        snprintf(text, sizeof text, "%.12g", 1 - y);
        number_parse(text, sizeof text, &y);
    }
    return y;
}

static bool in_range(enum key key, double x, bool f32) {
    struct text why = {0};
    bool ok = isfinite(x) && value_check(key, x, &why);
    text_free(&why);
    const double y = f32 ? (double)(float)x : x;
    if (keys[key].open & OPEN_HI && isfinite(keys[key].hi) && y >= keys[key].hi)
        return false;
    if (keys[key].open & NORMAL_NUMBER && (y < (f32 ? (double)FLT_MIN : DBL_MIN) || !isfinite(y)))
        return false;
    return ok;
}

/* An axis about its best level. */
struct axis {
    const struct scale *scale;
    enum key key;
    double best;
    bool f32, whole;
};

/* The k-th point to one side of best (step < 0: below). Whole numbers are neighbours at the nearest. */
static double at(const struct axis *a, double step, size_t k) {
    if (k == 0)
        return a->best;
    const double x = rounded(a->scale, a->scale->from(a->scale->to(a->best) + (double)k * step));
    return !a->whole  ? x
           : step > 0 ? fmax(floor(x + 0.5), a->best + (double)k)
                      : fmin(floor(x + 0.5), a->best - (double)k);
}

/* How many there are, at most `most`, before the range ends or points fall together. */
static size_t count_points(const struct axis *a, double step, size_t most) {
    size_t n = 0;
    for (; n < most; n++) {
        const double x = at(a, step, n + 1), before = at(a, step, n);
        if (!in_range(a->key, x, a->f32) || !(step > 0 ? x > before : x < before))
            break;
    }
    return n;
}

size_t refine_axis(enum key key, const double *level, size_t n, double best, bool f32, bool steps,
                   double *out) {
    const struct scale *s = choose_scale(key, level, n);
    struct axis axis = {s, key, best, f32, keys[key].numbers == NUMBERS_INTEGER || steps};
    for (size_t k = 0; k < n; k++)
        axis.whole &= level[k] == floor(level[k]);
    size_t i = 0;
    while (i + 1 < n && level[i] < best)
        i++;
    const double u = s->to(best);
    const double lower = i > 0 ? u - s->to(level[i - 1]) : s->to(level[1]) - u;
    const double upper = i + 1 < n ? s->to(level[i + 1]) - u : lower;
    const bool even = axis.whole && s == &scales[LINEAR];
    const double down = even ? fmax(1, floor(lower / 3 + 0.5)) : lower / 3,
                 up = even ? fmax(1, floor(upper / 3 + 0.5)) : upper / 3;
    size_t n_up = count_points(&axis, up, n - 1), n_down = count_points(&axis, -down, n - 1);
    size_t want_down = (n - 1) / 2, want_up = n - 1 - want_down;
    if (n_up < want_up)
        want_down += want_up - n_up;
    if (n_down < want_down)
        want_up += want_down - n_down;
    n_down = n_down < want_down ? n_down : want_down;
    n_up = n_up < want_up ? n_up : want_up;
    size_t m = 0;
    for (size_t k = n_down; k > 0; k--)
        out[m++] = at(&axis, -down, k);
    out[m++] = best;
    for (size_t k = 1; k <= n_up; k++)
        out[m++] = at(&axis, up, k);
    return m;
}

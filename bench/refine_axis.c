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
static double rounded(const struct scale *s, enum key key, double x) {
    char text[NUMBER_CHARS];
    double y = s == &scales[GAP] ? 1 - x : x;
    snprintf(text, sizeof text, "%.5e", y);
    number_parse(text, sizeof text, &y);
    if (s == &scales[GAP]) {
        snprintf(text, sizeof text, "%.12g", 1 - y);
        number_parse(text, sizeof text, &y);
    }
    return keys[key].numbers == NUMBERS_INTEGER ? floor(y + 0.5) : y;
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

/* The k-th point to one side of best (step < 0: below); false past the range, or where points fall together. */
static bool point(const struct scale *s, enum key key, double best, double step, size_t k, bool f32,
                  double *out) {
    const double x = rounded(s, key, s->from(s->to(best) + (double)k * step));
    const double before = k > 1 ? rounded(s, key, s->from(s->to(best) + (double)(k - 1) * step)) : best;
    *out = x;
    return in_range(key, x, f32) && (step > 0 ? x > before : x < before);
}

static size_t count_points(const struct scale *s, enum key key, double best, double step, size_t most,
                           bool f32) {
    size_t n = 0;
    double x;
    while (n < most && point(s, key, best, step, n + 1, f32, &x))
        n++;
    return n;
}

size_t refine_axis(enum key key, const double *level, size_t n, double best, bool f32, double *out) {
    const struct scale *s = choose_scale(key, level, n);
    size_t i = 0;
    while (i + 1 < n && level[i] < best)
        i++;
    const double u = s->to(best);
    const double lower = i > 0 ? u - s->to(level[i - 1]) : s->to(level[1]) - u;
    const double upper = i + 1 < n ? s->to(level[i + 1]) - u : lower;
    const bool whole = keys[key].numbers == NUMBERS_INTEGER;
    const double down = whole ? fmax(1, floor(lower / 3 + 0.5)) : lower / 3,
                 up = whole ? fmax(1, floor(upper / 3 + 0.5)) : upper / 3;
    size_t n_up = count_points(s, key, best, up, n - 1, f32),
           n_down = count_points(s, key, best, -down, n - 1, f32);
    size_t want_down = (n - 1) / 2, want_up = n - 1 - want_down;
    if (n_up < want_up)
        want_down += want_up - n_up;
    if (n_down < want_down)
        want_up += want_down - n_down;
    n_down = n_down < want_down ? n_down : want_down;
    n_up = n_up < want_up ? n_up : want_up;
    size_t m = 0;
    for (size_t k = n_down; k > 0; k--)
        point(s, key, best, -down, k, f32, &out[m++]);
    out[m++] = best;
    for (size_t k = 1; k <= n_up; k++)
        point(s, key, best, up, k, f32, &out[m++]);
    return m;
}

/* Ranges, from their arguments to their points. */
#include "plan/range.h"
#include "base/math.h"
#include "base/mem.h"
#include <stdio.h>

bool range_push(struct range_out *r, struct value v) {
    if (r->out->n == LIST_MAX) {
        text_addf(r->why, "a list of more than %d values", LIST_MAX);
        return false;
    }
    if (!mem_grow(&r->out->v, &r->cap, r->out->n + 1, sizeof v, NULL)) {
        r->why->failed = true;
        return false;
    }
    r->out->v[r->out->n++] = v;
    return true;
}

static bool push_number(struct range_out *r, double x) {
    if (!value_check(r->key, x, r->why))
        return false;
    return range_push(r, (struct value){.number = x + 0.0, .word = VALUE_NUMBER}); /* + 0: -0 is 0 */
}

/* x to 12 significant decimal digits. glibc prints correctly rounded digits and number_parse reads them
 * likewise, so the result is a pure function of the bits of x. */
static double round12(double x) {
    char s[NUMBER_CHARS];
    double y = x;
    number_parse(s, (size_t)snprintf(s, sizeof s, "%.11e", x), &y);
    return y;
}

/* The point that is i / n of the way from a to b; what is zero but for the rounding of the ends is zero. */
static double between(double a, double b, double i, double n) {
    double x = a * ((n - i) / n) + b * (i / n), scale = fabs(a) > fabs(b) ? fabs(a) : fabs(b);
    return fabs(x) <= 0x1p-50 * scale ? 0 : x;
}

static double lin_point(double a, double b, double i, double n) {
    return i == 0 ? a : i == n ? b : round12(between(a, b, i, n));
}
static double log_point(double a, double b, double i, double n) {
    return i == 0 ? a : i == n ? b : round12(m_pow(a, (n - i) / n) * m_pow(b, i / n));
}
static double log2_point(double a, double b, double i, double n) {
    double x = m_exp2(i == 0 ? a : i == n ? b : between(a, b, i, n));
    return i == 0 || i == n ? x : round12(x);
}

static bool spaced(struct range_out *r, const double *arg, double (*point)(double, double, double, double)) {
    double n = arg[2];
    if (n != floor(n) || n > LIST_MAX) {
        text_addf(r->why, "the number of points is %.17g: expected an integer in [1, %d]", n, LIST_MAX);
        return false;
    }
    if (n < 1) {
        text_add(r->why, "an empty range: the number of points must be at least 1");
        return false;
    }
    if (n == 1 && arg[0] != arg[1]) {
        text_add(r->why, "one point cannot be both ends: give at least 2, or two equal ends");
        return false;
    }
    for (double i = 0; i < n; i++)
        if (!push_number(r, point(arg[0], arg[1], i, n > 1 ? n - 1 : 1)))
            return false;
    return true;
}

static bool linspace(struct range_out *r, const double *arg, int n_args) {
    (void)n_args;
    return spaced(r, arg, lin_point);
}

static bool logspace(struct range_out *r, const double *arg, int n_args) {
    (void)n_args;
    if (arg[0] > 0 && arg[1] > 0)
        return spaced(r, arg, log_point);
    text_add(r->why,
             "both ends must be above 0: logspace takes the end values themselves (numpy's takes exponents)");
    return false;
}

static bool log2space(struct range_out *r, const double *arg, int n_args) {
    (void)n_args;
    if (fabs(arg[0]) <= 1022 && fabs(arg[1]) <= 1022)
        return spaced(r, arg, log2_point);
    text_add(r->why,
             "log2space takes exponents of 2, within -1022 and 1022: log2space(-5, 15, 11) is 2^-5 to 2^15");
    return false;
}

bool range_integers(struct range_out *r, double first, double stop, double step) {
    for (double k = 0, x = first; step > 0 ? x < stop : x > stop; x = first + ++k * step)
        if (!push_number(r, x))
            return false;
    return true;
}

static bool range(struct range_out *r, const double *arg, int n_args) {
    double first = n_args == 1 ? 0 : arg[0], stop = n_args == 1 ? arg[0] : arg[1],
           step = n_args == 3 ? arg[2] : 1;
    for (int i = 0; i < n_args; i++)
        if (arg[i] != floor(arg[i]) || fabs(arg[i]) > 0x1p53) {
            text_add(
                r->why,
                "range takes integers, as in Python; for fractions there is linspace(first, last, points)");
            return false;
        }
    if (step == 0)
        text_add(r->why, "the step of a range must not be 0");
    else if (step > 0 ? first >= stop : first <= stop)
        text_add(r->why, "an empty range: the stop is excluded, as in Python");
    else
        return range_integers(r, first, stop, step);
    return false;
}

const struct range_row ranges[] = {
    {"linspace", "linspace(first, last, points)", 3, 3, linspace},
    {"logspace", "logspace(first, last, points)", 3, 3, logspace},
    {"log2space", "log2space(first exponent, last exponent, points)", 3, 3, log2space},
    {"range", "range(stop), range(start, stop) or range(start, stop, step)", 1, 3, range},
};
const int n_ranges = sizeof ranges / sizeof *ranges;
_Static_assert(sizeof ranges / sizeof *ranges <= RANGES_MAX, "raise RANGES_MAX");

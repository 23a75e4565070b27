/* Surfaces: functions of two parameters, w and b, whose least value is known to be 0. The classic places to see
 * where an optimizer goes. In double whatever the precision of a run, and of + - * alone, in one order: the
 * same bits on any machine. */
#pragma once
#include <stddef.h>

/* X(name, formula, where its minima are, the same to the last digit: w, b) */
/* clang-format off */
#define SURFACES(X) \
    X(saddle, "w^2/2 + b^4/4 - b^2/2 + 1/4", "(0, 1), (0, -1); saddle (0, 0)", {0, 1}, {0, -1}) \
    X(beale, "(1.5 - w + w b)^2 + (2.25 - w + w b^2)^2 + (2.625 - w + w b^3)^2", "(3, 0.5)", {3, 0.5}) \
    X(rosenbrock, "(1 - w)^2 + 100 (b - w^2)^2", "(1, 1)", {1, 1}) \
    X(himmelblau, "(w^2 + b - 11)^2 + (w + b^2 - 7)^2", "(3, 2), (-2.805118, 3.131313), (-3.77931, -3.283186), (3.584428, -1.848127)", \
      {3, 2}, {-2.805118086952745, 3.131312518250573}, {-3.779310253377747, -3.283185991286170}, {3.584428340330492, -1.848126526964404})
/* clang-format on */
enum { SURFACE_MINIMA = 4 }; /* at most */
enum surface {
#define X(name, ...) SURFACE_##name,
    SURFACES(X)
#undef X
        SURFACE_COUNT
};

/* What there is at a point: the value, and the first and second derivatives by w and by b. */
struct surface_point {
    double value, g[2], h[2];
};

struct surface_row {
    const char *name, *formula, *minima;
    size_t n_minima;
    double minimum[SURFACE_MINIMA][2];
    void (*at)(double w, double b, struct surface_point *p);
};
extern const struct surface_row surfaces[SURFACE_COUNT];

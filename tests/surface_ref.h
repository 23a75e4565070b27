/* The second oracle of the surfaces: as the formulas are written, in complex numbers, so that derivatives need
 * no formula of their own: f'(x) = Im f(x + ih) / h, to the last digits. */
#pragma once
#include <complex.h>
#include <string.h>

static inline double complex ref_surface(const char *name, double complex w, double complex b) {
    if (!strcmp(name, "saddle"))
        return w * w / 2 + b * b * b * b / 4 - b * b / 2 + 0.25;
    if (!strcmp(name, "beale")) {
        const double complex p = 1.5 - w + w * b, q = 2.25 - w + w * b * b, r = 2.625 - w + w * b * b * b;
        return p * p + q * q + r * r;
    }
    if (!strcmp(name, "rosenbrock"))
        return (1 - w) * (1 - w) + 100 * (b - w * w) * (b - w * w);
    if (!strcmp(name, "himmelblau"))
        return (w * w + b - 11) * (w * w + b - 11) + (w + b * b - 7) * (w + b * b - 7);
    return NAN;
}

static inline void ref_surface_gradient(const char *name, double w, double b, double g[2]) {
    const double h = 1e-150;
    g[0] = cimag(ref_surface(name, w + I * h, b)) / h;
    g[1] = cimag(ref_surface(name, w, b + I * h)) / h;
}

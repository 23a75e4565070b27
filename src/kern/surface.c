#include "kern/surface.h"

static void saddle(double w, double b, struct surface_point *p) {
    const double bb = b * b;
    p->value = w * w / 2 + (bb - 1) * (bb - 1) / 4; /* b^4/4 - b^2/2 + 1/4 without its cancellation */
    p->g[0] = w;
    p->g[1] = b * (bb - 1);
    p->h[0] = 1;
    p->h[1] = 3 * bb - 1;
}

/* The sum of the squares of c_k + w (b^k - 1), k = 1, 2, 3. */
static void beale(double w, double b, struct surface_point *p) {
    static const double c[] = {1.5, 2.25, 2.625};
    const double power[] = {b, b * b, b * b * b}, slope[] = {1, 2 * b, 3 * (b * b)}, bend[] = {0, 2, 6 * b};
    *p = (struct surface_point){0};
    for (int k = 0; k < 3; k++) {
        const double by_w = power[k] - 1, by_b = w * slope[k], r = c[k] + w * by_w;
        p->value += r * r;
        p->g[0] += 2 * r * by_w;
        p->g[1] += 2 * r * by_b;
        p->h[0] += 2 * (by_w * by_w);
        p->h[1] += 2 * (by_b * by_b + r * (w * bend[k]));
    }
}

static void rosenbrock(double w, double b, struct surface_point *p) {
    const double off = 1 - w, r = b - w * w;
    p->value = off * off + 100 * (r * r);
    p->g[0] = -2 * off - 400 * (w * r);
    p->g[1] = 200 * r;
    p->h[0] = 2 - 400 * (b - 3 * (w * w));
    p->h[1] = 200;
}

static void himmelblau(double w, double b, struct surface_point *p) {
    const double r = w * w + b - 11, q = w + b * b - 7;
    p->value = r * r + q * q;
    p->g[0] = 4 * (w * r) + 2 * q;
    p->g[1] = 2 * r + 4 * (b * q);
    p->h[0] = 4 * r + 8 * (w * w) + 2;
    p->h[1] = 2 + 4 * q + 8 * (b * b);
}

const struct surface_row surfaces[SURFACE_COUNT] = {
#define X(name, formula, minima, ...)                                                                          \
    {#name, formula, minima, sizeof(double[][2]){__VA_ARGS__} / sizeof(double[2]), {__VA_ARGS__}, name},
    SURFACES(X)
#undef X
};

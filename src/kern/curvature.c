#include "kern/curvature.h"
#include "base/math.h"

typedef double curvature(double p, double q, double y); /* p = sigmoid(z), q = p (1 - p) */

static double logistic(double p, double q, double y) {
    (void)p, (void)y;
    return q;
}

/* of (p - y) q */
static double squared(double p, double q, double y) {
    return q * q + (p - y) * (q * (1 - 2 * p));
}

static curvature *const curvatures[LOSS_COUNT] = {
#define X(name, ...) name,
    LOSSES(X)
#undef X
};

double loss_curvature(enum loss loss, double z, double y) {
    const double t = m_exp(-fabs(z)), of = 1 + t;
    return curvatures[loss]((z >= 0 ? 1 : t) / of, t / (of * of), y);
}

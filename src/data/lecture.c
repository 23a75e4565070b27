/* The toy set of a lecture on adaptive learning rates: one feature that is zero in most rows, targets by a
 * fixed law, no chance in it. docs/data.md states it. */
#include "base/math.h"
#include "base/mem.h"
#include "data/make.h"

static const double W_STAR = -0.843580, B_STAR = -0.774756;
enum { LEVELS = 100, STRIDE = 37 }; /* row k of those with a value takes level 37 k mod 100 */

/* The quantile of the standard normal distribution for p in [1e-10, 1 - 1e-10]: algorithm AS 241, PPND16
 * (M. J. Wichura, "The Percentage Points of the Normal Distribution", Applied Statistics 37, 1988), good to
 * about sixteen digits. In the middle only rational arithmetic, in the tails log and sqrt besides. */
static double normal_quantile(double p) {
    static const double a[] = {3.3871328727963666080e0,  1.3314166789178437745e+2, 1.9715909503065514427e+3,
                               1.3731693765509461125e+4, 4.5921953931549871457e+4, 6.7265770927008700853e+4,
                               3.3430575583588128105e+4, 2.5090809287301226727e+3};
    static const double b[] = {1,
                               4.2313330701600911252e+1,
                               6.8718700749205790830e+2,
                               5.3941960214247511077e+3,
                               2.1213794301586595867e+4,
                               3.9307895800092710610e+4,
                               2.8729085735721942674e+4,
                               5.2264952788528545610e+3};
    static const double c[] = {1.42343711074968357734e0,  4.63033784615654529590e0, 5.76949722146069140550e0,
                               3.64784832476320460504e0,  1.27045825245236838258e0, 2.41780725177450611770e-1,
                               2.27238449892691845833e-2, 7.74545014278341407640e-4};
    static const double d[] = {1,
                               2.05319162663775882187e0,
                               1.67638483018380384940e0,
                               6.89767334985100004550e-1,
                               1.48103976427480074590e-1,
                               1.51986665636164571966e-2,
                               5.47593808499534494600e-4,
                               1.05075007164441684324e-9};
    const double q = p - 0.5;
    const bool middle = fabs(q) <= 0.425;
    const double tail = q < 0 ? p : 1 - p;
    const double r = middle ? 0.180625 - q * q : sqrt(-m_log(tail)) - 1.6;
    double above = 0, below = 0;
    for (int k = 7; k >= 0; k--) {
        above = fma(above, r, middle ? a[k] : c[k]);
        below = fma(below, r, middle ? b[k] : d[k]);
    }
    const double x = above / below;
    return middle ? q * x : q < 0 ? -x : x;
}

static double sigmoid(double z) {
    const double t = m_exp(-fabs(z));
    return (z >= 0 ? 1 : t) / (1 + t);
}

bool lecture_make(struct dataset *d, int threads, struct err *e) {
    (void)threads;
    struct data_part *p = &d->train;
    const size_t every = lecture_every(d->params.sparsity);
    d->n_features = 1;
    p->n_rows = LECTURE_ROWS;
    p->nnz = LECTURE_ROWS / every;
    p->row_ptr = mem_zeroed(p->n_rows + 1, sizeof *p->row_ptr, e);
    p->row_idx = p->row_ptr ? indices_new(p->nnz, e) : NULL;
    p->row_val = p->row_idx ? mem_lines(p->nnz, sizeof *p->row_val, e) : NULL;
    p->y = p->row_val ? mem_lines(p->n_rows, sizeof *p->y, e) : NULL;
    if (!p->y)
        return false;
    size_t n = 0;
    for (size_t i = 1; i <= p->n_rows; i++) {
        double x = 0;
        if (i % every == 0) {
            const size_t k = i / every;
            x = normal_quantile(((double)(STRIDE * k % LEVELS) + 0.5) / LEVELS);
            p->row_idx[n] = 0;
            p->row_val[n++] = x;
        }
        p->row_ptr[i] = n;
        p->y[i - 1] = sigmoid(fma(W_STAR, x, B_STAR));
    }
    return true;
}

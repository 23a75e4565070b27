/* Shares of what there is to learn, band by band; bands.h says how to use them. */
#include "data/bands.h"
#include <math.h>

enum { AHEAD = 128 };

size_t bands_start(size_t n_features, int band) {
    const size_t k = (size_t)band, more = n_features % N_BANDS;
    return n_features / N_BANDS * k + (k < more ? k : more);
}

/* The i-th feature in the order of frequency. A law's frequencies descend with the feature's number. */
static size_t rank_at(const struct dataset *d, size_t i) {
    return d->frequency ? d->rank_of[i] : d->by_count[i];
}

static double frequency_at(const struct dataset *d, size_t i) {
    return d->frequency ? d->frequency[i] : (double)d->column_nnz[i] / (double)d->train.n_rows;
}

void bands_frequency(const struct dataset *d, double mean[N_BANDS]) {
    for (int band = 0; band < N_BANDS; band++) {
        const size_t from = bands_start(d->n_features, band), to = bands_start(d->n_features, band + 1);
        double sum = 0;
        for (size_t i = from; i < to; i++)
            sum += frequency_at(d, i);
        mean[band] = to > from ? sum / (double)(to - from) : NAN;
    }
}

static inline __attribute__((always_inline)) void
band_unlearnt(const struct dataset *d, const double *const w_star[LANES], bool one_star, const void *w,
              enum precision p, size_t from, size_t to, double unlearnt[LANES]) {
    double left[LANES] = {0}, all[LANES] = {0};
    for (size_t i = from; i < to; i++) {
        const size_t rank = rank_at(d, i), feature = d->frequency ? i : d->feature_of[rank];
        const double f = frequency_at(d, i);
        if (i + AHEAD < to) /* of lines by rank, hardware foresees none */
            __builtin_prefetch((const char *)w + rank_at(d, i + AHEAD) * LANES *
                                                     (p == PRECISION_F32 ? sizeof(float) : sizeof(double)));
        for (int lane = 0; lane < LANES; lane++) {
            const size_t at = rank * LANES + (size_t)lane;
            const double got = p == PRECISION_F32 ? ((const float *)w)[at] : ((const double *)w)[at],
                         wanted = w_star[one_star ? 0 : lane][feature];
            left[lane] += f * ((got - wanted) * (got - wanted));
            all[lane] += f * (wanted * wanted);
        }
    }
    for (int lane = 0; lane < LANES; lane++)
        unlearnt[lane] = all[lane] > 0 ? left[lane] / all[lane] : NAN;
}

void bands_unlearnt(const struct dataset *d, const double *const w_star[LANES], const void *w, enum precision p,
                    double unlearnt[LANES][N_BANDS]) {
    const double *star[LANES], *some = NULL;
    bool one_star = true;
    for (int lane = 0; lane < LANES; lane++)
        some = w_star[lane] ? w_star[lane] : some;
    for (int lane = 0; lane < LANES;
         lane++) { /* all lanes are summed, and those without a w* then left alone */
        star[lane] = w_star[lane] ? w_star[lane] : some;
        one_star &= star[lane] == some;
    }
    for (int band = 0; some && band < N_BANDS; band++) {
        const size_t from = bands_start(d->n_features, band), to = bands_start(d->n_features, band + 1);
        double of[LANES];
        if (p == PRECISION_F32 && one_star) /* the usual case, in vectors */
            band_unlearnt(d, star, true, w, PRECISION_F32, from, to, of);
        else
            band_unlearnt(d, star, false, w, p, from, to, of);
        for (int lane = 0; lane < LANES; lane++)
            if (w_star[lane])
                unlearnt[lane][band] = of[lane];
    }
}

/* Features in five bands of equal size, the most frequent first: how much of each a run has learnt. What
 * adaptive rates are for shows in the last bands.
 *
 * Frequency is the law's for synthetic data, the share of the training rows for other data. Where the number of
 * features is no multiple of five the first bands hold one more. */
#pragma once
#include "data/dataset.h"

enum { N_BANDS = 5 };

/* The place, in the order of frequency, at which a band begins; that of N_BANDS is n_features. */
size_t bands_start(size_t n_features, int band);
/* The mean frequency of each band's features, NAN for a band without any. */
void bands_frequency(const struct dataset *d, double mean[N_BANDS]);
/* sum f (w - w*)^2 / sum f w*^2 of each band, sums in double in the order of frequency; NAN where there is
 * nothing to learn. w: (n_features, LANES) by rank. w_star[lane]: by feature; NULL: that lane is left alone.
 * One pass for all lanes: w may be large. */
void bands_unlearnt(const struct dataset *d, const double *const w_star[LANES], const void *w, enum precision p,
                    double unlearnt[LANES][N_BANDS]);

#include "facts.h"
#include <math.h>
#include <string.h>

struct data_facts facts_of(const struct dataset *d) {
    struct data_facts f = {.n_rows = d->train.n_rows,
                           .n_features = d->n_features,
                           .nnz = d->train.nnz,
                           .n_test = d->test.n_rows,
                           .min_frequency = 1};
    if (!f.n_rows) /* a surface */
        f.min_frequency = f.max_frequency = NAN;
    memcpy(f.fingerprint, d->fingerprint, sizeof f.fingerprint);
    bands_frequency(d, f.band_frequency);
    for (size_t j = 0; f.n_rows && j < d->n_features; j++) {
        const double share = (double)d->column_nnz[j] / (double)d->train.n_rows;
        f.max_frequency = share > f.max_frequency ? share : f.max_frequency;
        f.min_frequency = share < f.min_frequency ? share : f.min_frequency;
    }
    for (size_t i = 0; i < d->train.n_rows; i++)
        f.mean_label += d->train.y[i];
    f.mean_label /= (double)d->train.n_rows;
    return f;
}

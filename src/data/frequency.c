/* Solves for c by the number K of features at the cap: with the tail T_K = sum_{j>K} ((K+1)/j)^a, the first
 * feature below the cap has f_{K+1} = (n mean - K cap) / T_K, and K is the least for which that does not exceed
 * the cap. Powers are taken of ratios only, so nothing overflows for any popularity. */
#include "data/frequency.h"
#include "data/batch.h"
#include <math.h>

/* f[k] = (k+1 over k+2, or `first` over k+1)^a from k = `from` on. */
static void powers(double *f, uint64_t from, uint64_t n, uint64_t first, double a, int threads) {
    enum { CHUNK = 512 };
    const struct batch *batch = batch_best();
#pragma omp parallel for num_threads(threads) if (n > 10000)
    for (uint64_t chunk = from; chunk < n; chunk += CHUNK) {
        const uint64_t end = chunk + CHUNK < n ? chunk + CHUNK : n;
        for (uint64_t k = chunk; k < end; k++)
            f[k] = (double)(first ? first : k + 1) / (double)(first ? k + 1 : k + 2);
        batch->pow(end - chunk, f + chunk, a);
    }
}

bool frequency_fill(double *f, uint64_t n, double mean, double popularity, double max_frequency, int threads,
                    struct err *e) {
    if (!(mean > 0 && mean <= max_frequency * (1 + 1e-12)))
        return err_add(
            e,
            "1 - sparsity = %.12g is the mean frequency of the features: it must be above 0 and at most "
            "max_frequency = %.12g",
            mean, max_frequency);
    /* The tails, from the last feature back: T_K = 1 + ((K+1)/(K+2))^a T_{K+1}. f[K] holds T_K. */
    powers(f, 0, n, 0, popularity, threads);
    f[n - 1] = 1;
    for (uint64_t k = n - 1; k-- > 0;)
        f[k] = fma(f[k], f[k + 1], 1);

    double total = (double)n * mean;
    uint64_t capped = 0;
    while (capped < n && total - (double)capped * max_frequency > max_frequency * f[capped])
        capped++;

    /* The shape of the tail once more by direct powers, so that no error piles up along the recurrence, summed
     * from the smallest. */
    powers(f, capped, n, capped + 1, popularity, threads);
    double tail = 0;
    for (uint64_t k = n; k-- > capped;)
        tail += f[k];
    double first = (total - (double)capped * max_frequency) / tail;
    for (uint64_t k = 0; k < n; k++) {
        const double below = first * f[k];
        f[k] = k < capped || below > max_frequency ? max_frequency : below;
    }
    return true;
}

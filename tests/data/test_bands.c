/* Bands of frequency, against sums worked by hand. */
#include "data/bands.h"
#include "data_help.h"
#include <math.h>

static void bands_are_of_equal_size_the_first_hold_what_is_left_over(void **state) {
    (void)state;
    static const struct {
        size_t n, start[N_BANDS + 1];
    } cases[] = {
        {0, {0, 0, 0, 0, 0, 0}},   {1, {0, 1, 1, 1, 1, 1}},    {4, {0, 1, 2, 3, 4, 4}},
        {10, {0, 2, 4, 6, 8, 10}}, {13, {0, 3, 6, 9, 11, 13}},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        for (int band = 0; band <= N_BANDS; band++)
            if (bands_start(cases[i].n, band) != cases[i].start[band])
                fail_msg("%zu features: band %d begins at %zu", cases[i].n, band,
                         bands_start(cases[i].n, band));
}

/* Six features; ranks 5, 4 ... 0 for features 0, 1 ... 5, so that order by law and order by rank differ. */
static uint32_t reversed[] = {5, 4, 3, 2, 1, 0};
static double law[] = {0.5, 0.25, 0.125, 0.0625, 0.0625, 0};
static double w_true[] = {1, 2, -1, 0, 3, 1};

/* Of one lane, the others left alone. */
static void unlearnt_by(const struct dataset *d, const double *w_star, const void *w, enum precision p,
                        int lane, double got[N_BANDS]) {
    const double *of[LANES] = {[0] = NULL};
    double all[LANES][N_BANDS];
    for (int i = 0; i < LANES; i++)
        for (int band = 0; band < N_BANDS; band++)
            all[i][band] = -1;
    of[lane] = w_star;
    bands_unlearnt(d, of, w, p, all);
    memcpy(got, all[lane], sizeof all[lane]);
    for (int i = 0; i < LANES; i++)
        for (int band = 0; i != lane && band < N_BANDS; band++)
            assert_true(all[i][band] == -1);
}

static void drawn_data_are_judged_by_their_law(void **state) {
    (void)state;
    struct dataset d = {.n_features = 6, .feature_of = reversed, .rank_of = reversed, .frequency = law};
    float w32[6 * LANES] = {0};
    double w64[6 * LANES] = {0}, got[N_BANDS];
    static const double w[] = {0, 1, -1, 5, 1.5, 9}; /* by feature */
    for (int j = 0; j < 6; j++)
        w32[reversed[j] * LANES + 3] = (float)(w64[reversed[j] * LANES + 3] = w[j]);
    /* Bands: features 0 and 1, then one each. (0.5 + 0.25) / (0.5 + 1); 0; no true weight; half left; never
     * seen */
    static const double wanted[] = {0.5, 0, NAN, 0.25, NAN};
    for (int p = 0; p < 2; p++) {
        unlearnt_by(&d, w_true, p == 0 ? (void *)w32 : (void *)w64, p == 0 ? PRECISION_F32 : PRECISION_F64, 3,
                    got);
        for (int band = 0; band < N_BANDS; band++)
            if (!(got[band] == wanted[band] || (isnan(got[band]) && isnan(wanted[band]))))
                fail_msg("precision %d, band %d: %g of it is not learnt", p, band, got[band]);
    }
    unlearnt_by(&d, w_true, w64, PRECISION_F64, 0, got); /* another lane: nothing learnt */
    assert_true(got[0] == 1 && got[1] == 1 && got[3] == 1);
    static const double mean[] = {0.375, 0.125, 0.0625, 0.0625, 0};
    bands_frequency(&d, got);
    for (int band = 0; band < N_BANDS; band++)
        if (got[band] != mean[band])
            fail_msg("band %d: mean frequency %g", band, got[band]);
}

static void other_data_are_judged_by_their_rows(void **state) {
    (void)state;
    /* Columns by rank with 4, 3, 2, 2, 1 and 0 non-zeros of 4 rows; of equal ones that of rank 3 comes first.
     */
    uint64_t nnz[] = {4, 3, 2, 2, 1, 0};
    uint32_t by_count[] = {0, 1, 3, 2, 4, 5};
    struct dataset d = {.n_features = 6,
                        .feature_of = reversed,
                        .rank_of = reversed,
                        .by_count = by_count,
                        .column_nnz = nnz,
                        .train = {.n_rows = 4}};
    static const double mean[] = {0.875, 0.5, 0.5, 0.25, 0};
    double got[N_BANDS], w[6 * LANES] = {0};
    bands_frequency(&d, got);
    for (int band = 0; band < N_BANDS; band++)
        if (got[band] != mean[band])
            fail_msg("band %d: mean frequency %g", band, got[band]);
    /* Rank 0 is feature 5, w* = 1; rank 1 feature 4, w* = 3: (1 x 1 + 0.75 x 1) / (1 x 1 + 0.75 x 9). */
    w[1 * LANES] = 2;
    unlearnt_by(&d, w_true, w, PRECISION_F64, 0, got);
    assert_true(got[0] == 1.75 / 7.75);
    assert_true(got[1] == 1 && isnan(got[2]) && got[3] == 1 && isnan(got[4]));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bands_are_of_equal_size_the_first_hold_what_is_left_over),
        cmocka_unit_test(drawn_data_are_judged_by_their_law),
        cmocka_unit_test(other_data_are_judged_by_their_rows),
    };
    return cmocka_run_group_tests_name("bands", tests, NULL, NULL);
}

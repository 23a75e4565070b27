/* How large a data set is, told without making it: for checks, estimates and schedules in epochs. */
#pragma once
#include "data/dataset.h"

struct data_size {
    uint64_t n_rows; /* to train on, exactly: held-out rows not counted */
    double nonzeros; /* in them, nearly: expected of synthetic data, entries as written for libsvm */
};

/* The rows and entries of a whole libsvm file. Of a file that cannot be read as one the figures mean nothing;
 * data_make says what is wrong with it. */
bool data_count_file(const char *path, struct data_size *whole, struct err *e);
/* Of the data set with these parameters; whole: as counted (libsvm only). */
struct data_size data_size_of(const struct data_params *p, const struct data_size *whole);

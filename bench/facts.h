/* What tables say of a data set. */
#pragma once
#include "store/store.h"

/* Shares of rows, over columns of the training rows. */
struct data_facts facts_of(const struct dataset *d);

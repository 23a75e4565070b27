/* Full-batch training, internal to train/. */
#pragma once
#include "data/dataset.h"

/* Lines of gradient that train_full needs for these data. */
size_t full_gradient_lines(const struct dataset *d);

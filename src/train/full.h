/* Full-batch training, internal to train/. */
#pragma once
#include "data/dataset.h"

/* Lines of gradient that train_full needs for these data; a line search keeps all of them. */
size_t full_gradient_lines(const struct dataset *d, bool line_search);

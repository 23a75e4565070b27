/* Text in the LIBSVM format, read into rows: `label index:value index:value ... # comment`. */
#pragma once
#include "data/make.h"

/* Parses a whole file (data[len] is NUL) into p: row_ptr, row_idx, row_val (NULL when every value is 1), y.
 * Stored zeros are left out but count for *max_index, the largest index seen, from 1; 0 when there is none.
 * features: the largest index allowed, 0 for any; f32: values that single precision cannot hold are refused. On
 * errors, messages `path:line: ...`, at most ERR_MAX of them. */
bool libsvm_parse(const char *path, const char *data, size_t len, uint64_t features, bool f32, int threads,
                  struct data_part *p, uint64_t *max_index, struct err *e);

/* What a fuzz target is: it reads any bytes, and aborts where something that must hold does not. libFuzzer
 * calls it with bytes it makes up, replay.c with those of the files it is given. */
#pragma once
#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

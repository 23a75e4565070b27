/* Time since some fixed moment, in seconds, monotonic. */
#pragma once
double clock_s(void);

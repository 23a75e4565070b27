#include "show.h"
#include <stdio.h>

const char *show_count(uint64_t n, char out[SHOW_CHARS]) {
    char digits[SHOW_CHARS];
    int len = snprintf(digits, sizeof digits, "%llu", (unsigned long long)n), at = 0;
    for (int i = 0; i < len; i++) {
        if (i && (len - i) % 3 == 0)
            out[at++] = ',';
        out[at++] = digits[i];
    }
    out[at] = '\0';
    return out;
}

const char *show_bytes(double bytes, char out[SHOW_CHARS]) {
    static const char *const units[] = {"bytes", "KiB", "MiB", "GiB", "TiB", "PiB"};
    size_t k = 0;
    for (; bytes >= 1024 && k + 1 < sizeof units / sizeof *units; k++)
        bytes /= 1024;
    snprintf(out, SHOW_CHARS, k && bytes < 10 ? "%.1f %s" : "%.0f %s", bytes, units[k]);
    return out;
}

const char *show_duration(double seconds, char out[SHOW_CHARS]) {
    double most = 1e9; /* thirty years is long enough; NaN too */
    unsigned s = (unsigned)(seconds >= 0 && seconds < most ? seconds + 0.5 : most);
    if (s < 60)
        snprintf(out, SHOW_CHARS, "%u s", s);
    else if (s < 3600)
        snprintf(out, SHOW_CHARS, "%u min %02u s", s / 60, s % 60);
    else if (s < 86400)
        snprintf(out, SHOW_CHARS, "%u h %02u min", s / 3600, s / 60 % 60);
    else
        snprintf(out, SHOW_CHARS, "%u d %02u h", s / 86400, s / 3600 % 24);
    return out;
}

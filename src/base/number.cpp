/* Numbers to and from decimals: the C++17 library's shortest and correctly rounded conversions, which no C
 * library offers, behind a C interface. The one C++ file; nothing of C++ leaves it. */
#include <charconv>
#include <cmath>
#include <cstring>
#include <limits>

extern "C" {
#include "base/text.h"
}

extern "C" size_t number_format(double x, char out[NUMBER_CHARS]) {
    if (std::isnan(x)) { /* one word, whatever its sign and payload */
        std::memcpy(out, "nan", 4);
        return 3;
    }
    auto end = std::to_chars(out, out + NUMBER_CHARS - 1, x).ptr; /* the longest takes 24 */
    *end = '\0';
    return static_cast<size_t>(end - out);
}

/* from_chars says "out of range" for too large and too small alike: the decimal exponent of the first
 * significant digit tells them apart. */
static bool is_large(const char *s, const char *end) {
    long point = 0, first = 0, i = 0;
    bool seen_point = false, seen_digit = false;
    for (; s < end && *s != 'e' && *s != 'E'; s++) {
        if (*s == '.') {
            seen_point = true;
            point = i;
        } else if (*s >= '0' && *s <= '9') {
            if (*s != '0' && !seen_digit) {
                seen_digit = true;
                first = i;
            }
            i++;
        }
    }
    if (!seen_point)
        point = i;
    long exponent = 0;
    const long enough = std::numeric_limits<long>::max() / 32;
    if (s < end) {
        bool negative = *++s == '-';
        s += *s == '-' || *s == '+';
        for (; s < end && exponent < enough; s++)
            exponent = exponent * 10 + (*s - '0');
        if (negative)
            exponent = -exponent;
    }
    return point - first + exponent > 0;
}

extern "C" size_t number_parse(const char *s, size_t len, double *x) {
    const char *begin = s, *end = s + len;
    if (begin < end && *begin == '+') {
        begin++;
        if (begin < end && *begin == '-')
            return 0;
    }
    auto [stop, error] = std::from_chars(begin, end, *x);
    if (error == std::errc::invalid_argument)
        return 0;
    if (error == std::errc::result_out_of_range) {
        double magnitude = is_large(begin, stop) ? std::numeric_limits<double>::infinity() : 0.0;
        *x = *begin == '-' ? -magnitude : magnitude;
    }
    return static_cast<size_t>(stop - s);
}

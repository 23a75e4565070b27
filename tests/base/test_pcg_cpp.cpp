// PCG32 bit for bit against O'Neill's own C++ library (Debian: libpcg-cpp-dev), jumps included. A plain
// program: exits 0 or says what differs. Where the library is missing, it is not built and ctest shows it as
// skipped.
extern "C" {
#include "base/rng.h"
}
#include <cstdio>
#include <pcg_random.hpp>

int main() {
    static const uint64_t seeds[] = {0, 1, 42, 0x9e3779b97f4a7c15u, ~uint64_t{0}};
    static const uint64_t jumps[] = {0,           1, 2, 1000, uint64_t{1} << 32, (uint64_t{1} << 63) + 12345,
                                     ~uint64_t{0}};
    int failures = 0;
    for (uint64_t seed : seeds)
        for (uint64_t stream : seeds)
            for (uint64_t jump : jumps) {
                pcg_engines::setseq_xsh_rr_64_32 theirs(seed, stream);
                rng ours = rng_make(seed, stream);
                theirs.advance(jump);
                rng_advance(&ours, jump);
                for (int i = 0; i < 100; i++) {
                    uint32_t expected = theirs(), got = rng_u32(&ours);
                    if (expected != got && failures++ < 10)
                        std::printf("seed %llu, stream %llu, draw %llu + %d: 0x%08x, expected 0x%08x\n",
                                    (unsigned long long)seed, (unsigned long long)stream,
                                    (unsigned long long)jump, i, got, expected);
                }
            }
    return failures != 0;
}

// SPDX-License-Identifier: MIT
// Ranges of bits in 64-bit words, a word at a time. Pure.
#ifndef MM_BITS_H
#define MM_BITS_H

#include "base/types.h"

// The range's bits in the word of `at`. *next: where the range continues after
// that word.
static inline uint64_t bits_mask(uint64_t at, uint64_t end, uint64_t *next)
{
    const uint64_t word_end = round_down(at, 64) + 64;
    const uint64_t stop = end < word_end ? end : word_end;

    *next = stop;
    return UINT64_MAX << (at % 64) & UINT64_MAX >> (-stop % 64);
}

// The first set bit at or after `first`; `end` if there is none.
static inline uint64_t bits_next(const uint64_t *bits, uint64_t first,
                                 uint64_t end)
{
    for (uint64_t at = first, next; at < end; at = next) {
        const uint64_t set = bits[at / 64] & bits_mask(at, end, &next);

        if (set) {
            return round_down(at, 64) + (uint64_t)__builtin_ctzll(set);
        }
    }
    return end;
}

// Length of the run of set bits that starts at `first`, at most `most`.
static inline uint64_t bits_run(const uint64_t *bits, uint64_t first,
                                uint64_t most)
{
    for (uint64_t at = first, next; at < first + most; at = next) {
        const uint64_t clear =
            ~bits[at / 64] & bits_mask(at, first + most, &next);

        if (clear) {
            return round_down(at, 64) + (uint64_t)__builtin_ctzll(clear) -
                   first;
        }
    }
    return most;
}

#endif

// SPDX-License-Identifier: MIT
// A walk up the frame pointers. Each frame begins with the caller's RBP and
// the return address:
//
//   rbp -> | caller's rbp   |  higher addresses: the caller's own frame
//          | return address |
#include "base/backtrace.h"

#include "base/log.h"
#include "base/symbols.h"

enum {
    DEPTH_MAX = 16,
};

static uintptr_t stacks_low;
static uintptr_t stacks_high;

void backtrace_stacks(uintptr_t low, uintptr_t high)
{
    stacks_low = low;
    stacks_high = high;
}

void backtrace_address(uint64_t address)
{
    uint64_t offset;
    const char *name = symbols_find(address, &offset);

    if (name) {
        log_line("  at 0x%016llx %s+%llu", (unsigned long long)address, name,
                 (unsigned long long)offset);
    } else {
        log_line("  at 0x%016llx", (unsigned long long)address);
    }
}

static bool is_valid_frame(uintptr_t frame)
{
    return frame % 8 == 0 && frame >= stacks_low && frame < stacks_high &&
           stacks_high - frame >= 2 * sizeof(uint64_t);
}

void backtrace_return(uintptr_t place)
{
    if (is_valid_frame(place)) {
        backtrace_address(*(const uint64_t *)place);
    }
}

void backtrace_print(uintptr_t frame)
{
    for (int depth = 0; depth < DEPTH_MAX && is_valid_frame(frame); depth++) {
        const uint64_t *words = (const uint64_t *)frame;

        if (words[1] == 0) { // the entry pushed zeros as the outermost frame
            return;
        }
        backtrace_address(words[1]);
        if (words[0] <= frame) { // a caller's frame lies higher; else a loop
            return;
        }
        frame = words[0];
    }
}

// SPDX-License-Identifier: MIT
// Frames and one more set for the suites about frames that a device has.
#ifndef UNIT_MM_FRAMES_TEST_H
#define UNIT_MM_FRAMES_TEST_H

#include <stdlib.h>

#include "mm/frames.h"
#include "unit/guest_panic.h"

#define BLOCK FRAMES_BLOCK

static char *memory;
static struct frames frames;

// Of `all` frames, [first, first + count) belong to the guest and are free.
// Returns memory for another set of this capacity; finish frees it.
static inline void *frames_test_start(uint64_t all, uint64_t first,
                                      uint64_t count)
{
    const size_t bytes = frame_set_bytes(all);

    memory = malloc(2 * bytes);
    assert_non_null(memory);
    memset(memory, 0xa5, 2 * bytes);
    frames_start(&frames, memory, all);
    frames_add(&frames, paddr_of(first * PAGE_SIZE), count * PAGE_SIZE);
    return memory + bytes;
}

static inline void finish(void)
{
    free(memory);
}

#endif

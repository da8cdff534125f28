// SPDX-License-Identifier: MIT
// Memory shared by a fake device and the code under test. The device's
// addresses differ from the CPU's, so that an address of the wrong kind is
// noticed; the device reads byte by byte, little-endian. Freed memory is never
// handed out again within a test.
#ifndef FAKES_FAKE_MEMORY_H
#define FAKES_FAKE_MEMORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/types.h"

// The device address of the first byte: above 4 GiB, below 16 TiB.
#define FAKE_MEMORY_DEVICE_BASE UINT64_C(0x0000012345600000)

// Removes all blocks, limits and watchers.
void fake_memory_reset(void);

// A page-aligned block, zeroed unless fake_memory_dirty. False: none left.
bool fake_memory_alloc(size_t bytes, struct dma_block *out);
void fake_memory_free(struct dma_block block);

// Blocks handed out and not freed.
unsigned fake_memory_live(void);
// Only `blocks` more allocations succeed.
void fake_memory_limit(unsigned blocks);
// Hands out memory full of 0xff, as a careless allocator would.
void fake_memory_dirty(bool dirty);
// Called for every page that is freed, to check that no device still uses it.
void fake_memory_watch(void (*watch)(void *ctx, uint64_t page), void *ctx);

// The device's accesses, `width` bytes. Outside a live block: a violation.
uint64_t fake_peek(uint64_t address, unsigned width);
void fake_poke(uint64_t address, unsigned width, uint64_t value);
// A checksum over memory, to detect changes.
uint32_t fake_sum(uint64_t address, uint32_t bytes);

#endif

// SPDX-License-Identifier: MIT
// Shared memory from one arena, by whole pages, never reused within a test.
#include "fakes/fake_memory.h"

#include <string.h>

#include "fakes/fake_report.h"

#define PAGES 8192u

enum page_state {
    UNTOUCHED = 0,
    LIVE,
    FREED,
};

static _Alignas(4096) unsigned char arena[PAGES * 4096];
static enum page_state states[PAGES];
static unsigned next_page;
static unsigned live_blocks;
static unsigned allowed;
static bool dirty_memory;
static void (*watcher)(void *ctx, uint64_t page);
static void *watcher_ctx;

void fake_memory_reset(void)
{
    memset(states, 0, sizeof(states));
    next_page = 0;
    live_blocks = 0;
    allowed = UINT32_MAX;
    dirty_memory = false;
    watcher = NULL;
}

bool fake_memory_alloc(size_t bytes, struct dma_block *out)
{
    const unsigned pages = (unsigned)((bytes + 4095) / 4096);

    if (pages == 0 || pages > PAGES - next_page || allowed == 0) {
        return false;
    }
    allowed--;
    *out = (struct dma_block){
        .cpu = arena + (size_t)next_page * 4096,
        .device = {FAKE_MEMORY_DEVICE_BASE + (uint64_t)next_page * 4096},
        .bytes = bytes,
    };
    memset(out->cpu, dirty_memory ? 0xff : 0, (size_t)pages * 4096);
    for (unsigned i = 0; i < pages; i++) {
        states[next_page + i] = LIVE;
    }
    next_page += pages;
    live_blocks++;
    return true;
}

void fake_memory_free(struct dma_block block)
{
    const uint64_t at = block.device.value - FAKE_MEMORY_DEVICE_BASE;
    const unsigned first = (unsigned)(at / 4096);

    for (unsigned i = 0; i < (block.bytes + 4095) / 4096; i++) {
        if (first + i >= PAGES || states[first + i] != LIVE) {
            fake_violation("memory: freed twice, or never allocated");
            return;
        }
        if (watcher != NULL) {
            watcher(watcher_ctx, block.device.value + i * UINT64_C(4096));
        }
        states[first + i] = FREED;
        memset(arena + (size_t)(first + i) * 4096, 0xdd, 4096);
    }
    live_blocks--;
}

unsigned fake_memory_live(void)
{
    return live_blocks;
}

void fake_memory_limit(unsigned blocks)
{
    allowed = blocks;
}

void fake_memory_dirty(bool dirty)
{
    dirty_memory = dirty;
}

void fake_memory_watch(void (*watch)(void *ctx, uint64_t page), void *ctx)
{
    watcher = watch;
    watcher_ctx = ctx;
}

// The byte at a device address; NULL, and a violation, outside live blocks.
static unsigned char *byte_at(uint64_t address)
{
    const uint64_t at = address - FAKE_MEMORY_DEVICE_BASE;

    if (address < FAKE_MEMORY_DEVICE_BASE || at >= sizeof(arena) ||
        states[at / 4096] != LIVE) {
        fake_violation("memory: device access to 0x%llx",
                       (unsigned long long)address);
        return NULL;
    }
    return &arena[at];
}

uint64_t fake_peek(uint64_t address, unsigned width)
{
    uint64_t value = 0;

    for (unsigned i = 0; i < width; i++) {
        const unsigned char *byte = byte_at(address + i);

        if (byte == NULL) {
            return 0;
        }
        value |= (uint64_t)*byte << (8 * i);
    }
    return value;
}

void fake_poke(uint64_t address, unsigned width, uint64_t value)
{
    for (unsigned i = 0; i < width; i++) {
        unsigned char *byte = byte_at(address + i);

        if (byte == NULL) {
            return;
        }
        *byte = (unsigned char)(value >> (8 * i));
    }
}

uint32_t fake_sum(uint64_t address, uint32_t bytes)
{
    uint32_t sum = 2166136261u; // FNV-1a

    for (uint32_t i = 0; i < bytes; i++) {
        sum = (sum ^ (uint32_t)fake_peek(address + i, 1)) * 16777619u;
    }
    return sum;
}

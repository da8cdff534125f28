// SPDX-License-Identifier: MIT
// The pool of huge pages: whole, aligned blocks of 512 frames, one large page
// each. Nothing is reclaimed or moved for it, so fragmentation stays visible.
// docs/memory.md, "Huge pages".
#include "arch/x86_64/paging.h"
#include "base/panic.h"
#include "vm/internal.h"

#define BLOCK_FRAMES 512u
#define BLOCK_BYTES (UINT64_C(1) * BLOCK_FRAMES * PAGE_SIZE)
#define BLOCK_WORDS (BLOCK_BYTES / sizeof(uint64_t))

uint64_t vm_pool_blocks(void)
{
    return vm.pool.blocks;
}

// Page tables of the two levels above large pages.
static uint64_t tables_for(uint64_t count)
{
    return (count + 511) / 512 + 1;
}

static uintptr_t address_of(uint64_t block)
{
    return POOL_BASE + block * BLOCK_BYTES;
}

// No two words of the pool are alike.
static uint64_t word_of(uint64_t block, uint64_t word)
{
    return ~(block * BLOCK_WORDS + word);
}

static void write_block(uint64_t block)
{
    volatile uint64_t *words = paging_memory(address_of(block));

    for (uint64_t i = 0; i < BLOCK_WORDS; i++) {
        words[i] = word_of(block, i);
    }
}

static bool block_is_right(uint64_t block)
{
    const volatile uint64_t *words = paging_memory(address_of(block));
    uint64_t wrong = 0;

    for (uint64_t i = 0; i < BLOCK_WORDS; i++) {
        wrong |= words[i] ^ word_of(block, i);
    }
    return wrong == 0;
}

enum error vm_pool_grow(void)
{
    struct vm_pool *pool = &vm.pool;
    const uint64_t wanted = tables_for(pool->blocks + 1);
    const uint64_t more = wanted > pool->tables ? wanted - pool->tables : 0;
    paddr block;

    if (mm_room() < MM_MARK_MIN + BLOCK_FRAMES + more ||
        mm_block_take(&block) != OK) {
        vm_counters.htlb_pgfail++;
        return ERR_NO_MEMORY;
    }
    const enum error error =
        paging_map(address_of(pool->blocks), block, BLOCK_BYTES, PAGING_WRITE);

    assert_that(error == OK, "vm: no frames for the pool's tables");
    pool->tables += more;
    write_block(pool->blocks);
    pool->blocks++;
    vm_counters.htlb_pgalloc++;
    return OK;
}

enum error vm_pool_shrink(void)
{
    const bool right = block_is_right(vm.pool.blocks - 1);

    vm.pool.blocks--;
    mm_block_give(paging_unmap_large(address_of(vm.pool.blocks)));
    paging_flush_tlb();
    return right ? OK : ERR_DEVICE;
}

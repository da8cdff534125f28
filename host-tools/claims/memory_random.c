// SPDX-License-Identifier: MIT
// Claims about random scripts.
#include "claims/memory.h"
#include "claims/registry.h"
#include <stdio.h>

static const struct fixture_disks disks = {
    .swap_pages = SCRIPT_SWAP_PAGES,
    .file_pages = SCRIPT_FILE_PAGES,
};

static bool run_script(struct memory *memory, const struct memory_script *script)
{
    bool ok = true;
    for (size_t i = 0; ok && i < script->count; i++) {
        ok = memory_do(memory, script->words[i]);
    }
    return ok;
}

static bool check_random(struct fixture *fixture)
{
    struct memory memory = {0};
    bool ok = memory_boot(fixture, &(struct memory_wish){.disks = &disks}, &memory);
    for (uint64_t seed = 1; ok && seed <= 50; seed++) {
        struct memory_script script;
        memory_script_make(seed, &script);
        ok = (seed == 1 || memory_reset(&memory)) && run_script(&memory, &script) && memory_poll(&memory) && memory_compare_frames(&memory);
        struct model_numbers n = {0};
        if (memory.model) n = memory_numbers(&memory);
        fprintf(stderr, "seed %d ok=%d kills=%d swapin=%d swapout=%d stalls=%d\n", (int)seed, ok, (int)n.value[MODEL_OOM_KILLS], (int)n.value[0]/4096, (int)n.value[1]/4096, (int)n.value[MODEL_ALLOC_STALLS]);
    }
    return memory_end(&memory, ok);
}

static const struct claim claims[] = {
    {
        .id = "memory.random",
        .place = "beyond",
        .statement = "x.",
        .check = check_random,
    },
};

const struct claim_list claims_memory_random = {claims, sizeof claims / sizeof *claims};

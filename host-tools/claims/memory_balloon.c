// SPDX-License-Identifier: MIT
// Claims about the sixteen where the balloon, reports and hints meet the memory
// manager. docs/memory.md, "The balloon".
#include <inttypes.h>

#include "base/text.h"
#include "claims/memory.h"
#include "claims/registry.h"

#define P INT64_C(4096)

static const struct fixture_disks disks = {.swap_pages = 257, .file_pages = 64};

// Boots, does the words, and compares all at the end.
static bool expect_equal(struct fixture *fixture,
                         const struct memory_wish *wish, const char *words)
{
    struct memory memory = {0};
    bool ok = memory_boot(fixture, wish, &memory) && memory_do(&memory, words);

    return memory_end(&memory, ok);
}

// The target is all of RAM: the background drops the file and writes tasks to
// swap until no slot is left. Then the tasks get their memory back, and read.
static bool check_inflate(struct fixture *fixture)
{
    struct memory memory = {0};
    bool ok =
        memory_boot(fixture, &(struct memory_wish){.disks = &disks}, &memory) &&
        memory_do(&memory, "swapon map=2M write=400:1 load=64 "
                           "balloon=4095 poll");

    if (ok && memory_numbers(&memory).value[MODEL_OOM_KILLS] != 0) {
        ok = fixture_fail(fixture, "inflation has killed");
    }
    ok = ok && memory_do(&memory, "balloon=0 read=400 load=64");
    return memory_end(&memory, ok);
}

// Of the 1152 frames of room the balloon gets 1024.
static bool check_low(struct fixture *fixture)
{
    struct memory memory = {0};
    bool ok =
        memory_boot(fixture, &(struct memory_wish){.disks = &disks}, &memory) &&
        memory_do(&memory, "map=1M write=100:1 room=1152 balloon=1088");

    if (ok && model_room(memory.model) != 128) {
        ok = fixture_fail(fixture, "room: expected 128, got %" PRId64,
                          model_room(memory.model));
    }
    ok = ok && memory_do(&memory, "poll write=1@100:2 balloon=512 read=101");
    return memory_end(&memory, ok);
}

// 64 pages of the balloon serve 64 touches; the 65th kills task 2, which has
// 300 pages.
static bool check_before_kill(struct fixture *fixture)
{
    static const int64_t moved[MODEL_NUMBERS] = {
        [MODEL_MINOR_FAULTS] = 100,         [MODEL_FREE_MEMORY] = 264 * P,
        [MODEL_AVAILABLE_MEMORY] = 264 * P, [MODEL_OOM_KILLS] = 1,
        [MODEL_ALLOC_STALLS] = 3,
    };
    struct memory memory = {0};
    struct model_numbers before = {{0}};
    bool ok = memory_boot(fixture,
                          &(struct memory_wish){
                              .property = "deflate-on-oom=on",
                              .deflate_on_oom = true,
                          },
                          &memory) &&
              memory_do(&memory, "room=64 free task=2 map=1200K write=300:1 "
                                 "task=1 map=400K balloon=64 room=64");

    if (ok) {
        before = memory_numbers(&memory);
    }
    ok = ok && memory_do(&memory, "write=100:2") &&
         memory_expect_moved(&memory, &before, moved);
    return memory_end(&memory, ok);
}

// With swap on `alloc` of available-memory leaves the tasks where they are.
static bool check_granted(struct fixture *fixture)
{
    struct memory memory = {0};
    char word[SCRIPT_WORD];
    bool ok =
        memory_boot(fixture, &(struct memory_wish){.disks = &disks}, &memory) &&
        memory_do(&memory, "map=1M write=200:1 load=40");
    const uint64_t available =
        ok ? memory_numbers(&memory).value[MODEL_AVAILABLE_MEMORY] : 0;

    text_format(word, sizeof word, "alloc=%" PRIu64, available + MEMORY_PAGE);
    ok = ok && memory_do(&memory, word);
    if (ok && memory_numbers(&memory).value[MODEL_AVAILABLE_MEMORY] == 0) {
        ok = fixture_fail(fixture, "a page more than available was granted");
    }
    text_format(word, sizeof word, "alloc=%" PRIu64,
                ok ? memory_numbers(&memory).value[MODEL_AVAILABLE_MEMORY] : 0);
    ok = ok && memory_do(&memory, word);
    if (ok && memory_numbers(&memory).value[MODEL_AVAILABLE_MEMORY] != 0) {
        ok = fixture_fail(fixture, "available-memory was not granted");
    }
    ok = ok && memory_do(&memory, "read=200");
    return memory_end(&memory, ok);
}

// Room counts pages that are reported at this moment: they come back.
static bool check_reports(struct fixture *fixture)
{
    return expect_equal(fixture,
                        &(struct memory_wish){
                            .disks = &disks,
                            .property = "free-page-reporting=on",
                            .lends_frames = true,
                        },
                        "swapon room=400 map=2M write=500:1! load=64! poll "
                        "read=500! unmap free room=300 map=1M write=256:2 poll "
                        "balloon=1024 poll balloon=0 free drop read=256!");
}

// Hints are out during the migration; the machine that stays goes on.
static bool check_hints(struct fixture *fixture)
{
    static const char *const thread[] = {"-object", "iothread,id=hints", NULL};
    struct memory memory = {0};
    bool ok = memory_boot(fixture,
                          &(struct memory_wish){
                              .disks = &disks,
                              .property = "free-page-hint=on,iothread=hints",
                              .extra = thread,
                              .lends_frames = true,
                          },
                          &memory) &&
              memory_do(&memory, "swapon room=300 map=2M write=400:1 poll") &&
              memory_save_stream(&memory, "balloon hint id=") &&
              memory_do(&memory, "poll read=400! load=64 free poll");

    return memory_end(&memory, ok);
}

static const struct claim claims[] = {
    {
        .id = "memory.inflate",
        .place = "beyond",
        .statement = "A target out of reach has the driver's system reclaim "
                     "what it can: pages go to swap, no task is killed, and "
                     "every page is there again later.",
        .check = check_inflate,
    },
    {
        .id = "memory.inflate-low",
        .place = "beyond",
        .statement = "Where nothing can be reclaimed, inflation leaves the low "
                     "mark of 128 frames.",
        .check = check_low,
    },
    {
        .id = "memory.deflate-on-oom",
        .place = "beyond",
        .statement = "With DEFLATE_ON_OOM a stall takes 32 pages of the "
                     "balloon; a task is killed only once the balloon is "
                     "empty.",
        .check = check_before_kill,
    },
    {
        .id = "memory.granted",
        .place = "beyond",
        .statement = "An allocation of all that available-memory says is "
                     "granted; one page more is refused.",
        .check = check_granted,
    },
    {
        .id = "memory.reports",
        .place = "beyond",
        .statement = "With free page reporting every statistic stays exact: "
                     "reported pages count as free.",
        .check = check_reports,
    },
    {
        .id = "memory.hints",
        .place = "beyond",
        .statement = "After a migration with free page hints every statistic "
                     "is exact again.",
        .check = check_hints,
    },
};

const struct claim_list claims_memory_balloon = {
    claims,
    sizeof claims / sizeof *claims,
};

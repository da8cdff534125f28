// SPDX-License-Identifier: MIT
// Claims that the model finds the wrong statistics that real guests send.
#include "claims/memory.h"
#include "claims/registry.h"

static const struct fixture_disks disks = {.swap_pages = 257, .file_pages = 64};

// All that the guest sent until sample 1 was true. After the words, sample 2 is
// wrong in exactly these statistics, a bit each.
static bool expect_found(struct fixture *fixture, const char *behave,
                         const char *words, unsigned expected)
{
    struct memory memory = {0};
    bool ok = memory_boot(fixture,
                          &(struct memory_wish){
                              .disks = &disks,
                              .behave = behave,
                          },
                          &memory) &&
              memory_do(&memory, words);

    if (ok && (memory_poll(&memory) || memory.different != expected)) {
        ok = fixture_fail(fixture,
                          "%s: expected differences in the statistics %#x, got "
                          "%#x; %s",
                          behave, expected, memory.different,
                          buffer_string(&memory.difference));
    }
    buffer_free(&memory.difference);
    memory_forget(&memory);
    return ok;
}

static unsigned bit(unsigned number)
{
    return 1u << number;
}

static bool check_major_twice(struct fixture *fixture)
{
    return expect_found(fixture, "behave=major-twice",
                        "map=40K write=10 load=1", bit(MODEL_MINOR_FAULTS));
}

static bool check_pages(struct fixture *fixture)
{
    return expect_found(fixture, "behave=pages",
                        "swapon map=1M room=200 write=200:1 free read=8 load=8",
                        bit(MODEL_SWAP_IN) | bit(MODEL_SWAP_OUT) |
                            bit(MODEL_DISK_CACHES));
}

static bool check_stale(struct fixture *fixture)
{
    return expect_found(fixture, "behave=stale:2", "load=1",
                        bit(MODEL_MAJOR_FAULTS) | bit(MODEL_FREE_MEMORY) |
                            bit(MODEL_AVAILABLE_MEMORY) |
                            bit(MODEL_DISK_CACHES));
}

static bool check_recount(struct fixture *fixture)
{
    return expect_found(fixture, "behave=recount:2", "map=40K write=10 huge=1",
                        bit(MODEL_MINOR_FAULTS) | bit(MODEL_HTLB_PGALLOC));
}

static const struct claim claims[] = {
    {
        .id = "memory.lie-major-twice",
        .place = "beyond",
        .statement = "Major faults that are counted as minor ones too, as "
                     "Linux does, differ from the model in minor-faults alone.",
        .check = check_major_twice,
    },
    {
        .id = "memory.lie-pages",
        .place = "beyond",
        .statement = "Pages sent for bytes differ from the model in swap-in, "
                     "swap-out and disk-caches.",
        .check = check_pages,
    },
    {
        .id = "memory.lie-stale",
        .place = "beyond",
        .statement = "A sample with the values of the one before differs from "
                     "the model in each statistic that has moved since then.",
        .check = check_stale,
    },
    {
        .id = "memory.lie-recount",
        .place = "beyond",
        .statement = "Counters that begin again without a new boot differ from "
                     "the model, each one that was not 0.",
        .check = check_recount,
    },
};

const struct claim_list claims_memory_lies = {
    claims,
    sizeof claims / sizeof *claims,
};

// SPDX-License-Identifier: MIT
// Claims about the sixteen where the machine is stopped, saved, migrated or
// reset, and in the midst of an order.
#include "claims/memory.h"
#include "claims/registry.h"

enum {
    TRIES = 20, // until a sample comes inside an order
    STOPS = 5,
};

static const struct fixture_disks disks = {.swap_pages = 257, .file_pages = 64};
static const struct memory_wish with_disks = {.disks = &disks};

// Tasks 1 and 2 are partly in swap, the file partly in memory.
#define WORK                                                                   \
    "swapon room=200 map=1M write=200:1 task=2 map=1M write=200:2 load=24 "    \
    "huge=1 poll "
// All of it is as it was.
#define ALL_READ "read=200 task=1 read=200 load=64 poll"

// With one touch a step the order has many moments for a sample.
static bool check_inside(struct fixture *fixture)
{
    struct memory memory = {0};
    unsigned inside = 0;
    bool ok = memory_boot(fixture, &with_disks, &memory) &&
              memory_do(&memory, WORK "pace=1");

    for (unsigned i = 0; ok && inside == 0 && i < TRIES; i++) {
        ok = memory_do_polled(&memory, "walk=400:3", &inside);
    }
    if (ok && inside == 0) {
        ok = fixture_fail(fixture, "no sample came inside an order");
    }
    ok = ok && memory_do(&memory, "read=200! load=64!");
    return memory_end(&memory, ok);
}

static bool check_stop(struct fixture *fixture)
{
    static const char order[] = "walk=300:3";
    struct memory memory = {0};
    bool ok = memory_boot(fixture, &with_disks, &memory) &&
              memory_do(&memory, WORK) && memory_send(&memory, order);

    for (unsigned i = 0; ok && i < STOPS; i++) {
        ok = fixture_stop(memory.vm) && fixture_cont(memory.vm);
    }
    ok = ok && memory_finish(&memory, order) && memory_do(&memory, ALL_READ);
    return memory_end(&memory, ok);
}

static bool check_snapshot(struct fixture *fixture)
{
    struct memory memory = {0};
    struct memory_snapshot snapshot = {.model = NULL};
    bool ok = memory_boot(fixture, &with_disks, &memory) &&
              memory_do(&memory, WORK "balloon=512") &&
              memory_save(&memory, &snapshot) &&
              memory_do(&memory, "poll write=200:9 unmap task=1 write=200:8 "
                                 "task=3 map=1M write=256 load=64 huge=0 "
                                 "poll") &&
              memory_load(&memory, &snapshot) &&
              memory_do(&memory, ALL_READ " balloon=0");

    model_end(snapshot.model);
    return memory_end(&memory, ok);
}

static bool check_migrated(struct fixture *fixture)
{
    struct memory memory = {0};
    bool ok = memory_boot(fixture, &with_disks, &memory) &&
              memory_do(&memory, WORK "balloon=512") &&
              memory_migrate(&memory) &&
              memory_do(&memory, ALL_READ " balloon=0");

    return memory_end(&memory, ok);
}

// Behind the reset all counters are zero, and all tasks and slots are gone.
static bool check_reset(struct fixture *fixture)
{
    struct memory memory = {0};
    bool ok = memory_boot(fixture, &with_disks, &memory) &&
              memory_do(&memory, WORK "balloon=512") && memory_reset(&memory);

    for (unsigned i = 0; ok && i < MODEL_NUMBERS; i++) {
        ok = (i >= MODEL_FREE_MEMORY && i <= MODEL_AVAILABLE_MEMORY) ||
             fixture_expect_u64(fixture, model_key(i), 0,
                                memory_numbers(&memory).value[i]);
    }
    ok = ok && memory_poll(&memory) && memory_do(&memory, WORK ALL_READ);
    return memory_end(&memory, ok);
}

static const struct claim claims[] = {
    {
        .id = "memory.inside",
        .place = "beyond",
        .statement = "A sample that is taken in the midst of an order is "
                     "exact: the line `work` says how far the order has come.",
        .check = check_inside,
    },
    {
        .id = "memory.stop",
        .place = "beyond",
        .statement = "stop and cont in the midst of an order change no "
                     "statistic.",
        .check = check_stop,
    },
    {
        .id = "memory.snapshot",
        .place = "beyond",
        .statement = "After loadvm, with the disk of that time, the sixteen go "
                     "on from the values of the snapshot, and each page has "
                     "the contents of that time.",
        .check = check_snapshot,
    },
    {
        .id = "memory.migrated",
        .place = "beyond",
        .statement = "After a migration with a shared disk the sixteen go on "
                     "from their values, and each page of the tasks is there.",
        .check = check_migrated,
    },
    {
        .id = "memory.reset",
        .place = "beyond",
        .statement = "system_reset begins all counters of the guest again at "
                     "0.",
        .check = check_reset,
    },
};

const struct claim_list claims_memory_state = {
    claims,
    sizeof claims / sizeof *claims,
};

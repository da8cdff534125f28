// SPDX-License-Identifier: MIT
// Claims about the size of the machine: query-balloon, balloon, and the event.
// QEMU, qapi/machine.json. Limits: this guest, which follows its target.
#include "base/deadline.h"
#include "claims/registry.h"
#include "fixture/balloon_size.h"
#include "fixture/fixture.h"
#include "qmp/json.h"

enum {
    NS_PER_S = 1000000000,
    MANY = 20,       // changes of the size
    EVENT_MS = 1200, // after this time QEMU sends the next event at once
};

static bool check_query(struct fixture *fixture)
{
    struct fixture_vm *vm = balloon_size_boot(fixture, "behave=no-driver");
    AUTO_JSON struct json_object *answer = NULL;
    uint64_t ram = 0;

    if (!vm || !fixture_qmp(vm, "query-memory-size-summary", NULL, &answer)) {
        return false;
    }
    return (json_uint64(json_member(answer, "base-memory"), &ram) ==
                JSON_INTEGER_OK ||
            fixture_fail(fixture, "no base-memory")) &&
           fixture_expect_u64(fixture, "base-memory", BALLOON_SIZE_RAM, ram) &&
           balloon_size_expect(vm, "without a driver", BALLOON_SIZE_RAM) &&
           balloon_size_set(vm, 64 * MIB_BYTES) && fixture_stop(vm) &&
           balloon_size_expect(vm, "after a target without a driver",
                               BALLOON_SIZE_RAM);
}

static bool check_followed(struct fixture *fixture)
{
    struct fixture_vm *vm = balloon_size_boot(fixture, NULL);

    return vm && balloon_size_set_and_await(vm, 64 * MIB_BYTES) &&
           balloon_size_set_and_await(vm, 200 * MIB_BYTES) &&
           balloon_size_set_and_await(vm, 48 * MIB_BYTES) &&
           balloon_size_set_and_await(vm, BALLOON_SIZE_RAM);
}

static bool check_pages(struct fixture *fixture)
{
    const int64_t size = 64 * MIB_BYTES;
    struct fixture_vm *vm = balloon_size_boot(fixture, NULL);

    return vm && balloon_size_set(vm, size + 1) &&
           balloon_size_await(vm, size + BALLOON_PAGE_BYTES) &&
           balloon_size_expect(vm, "a byte above a page",
                               size + BALLOON_PAGE_BYTES) &&
           balloon_size_set(vm, size - BALLOON_PAGE_BYTES + 1) &&
           balloon_size_await(vm, size) &&
           balloon_size_expect(vm, "a page less a byte below it", size);
}

static bool check_hidden(struct fixture *fixture)
{
    struct fixture_vm *vm = balloon_size_boot(fixture, "behave=no-driver");
    AUTO_JSON struct json_object *answer = NULL;

    return vm && balloon_size_set(vm, 64 * MIB_BYTES) &&
           fixture_qmp(vm, "query-balloon", NULL, &answer) &&
           fixture_expect_u64(fixture, "members of query-balloon's answer", 1,
                              (uint64_t)json_object_object_length(answer)) &&
           balloon_size_expect(vm, "after a target without a driver",
                               BALLOON_SIZE_RAM);
}

static bool check_early(struct fixture *fixture)
{
    static const char *const paused[] = {"-S", NULL};
    struct fixture_vm *vm =
        fixture_boot(fixture, &(struct fixture_machine){.extra = paused});

    return vm && balloon_size_set(vm, 64 * MIB_BYTES) &&
           balloon_size_expect(vm, "before the start", BALLOON_SIZE_RAM) &&
           fixture_cont(vm) && balloon_size_await(vm, 64 * MIB_BYTES) &&
           balloon_size_expect(vm, "after the start", 64 * MIB_BYTES);
}

static bool check_stopped(struct fixture *fixture)
{
    struct fixture_vm *vm = balloon_size_boot(fixture, NULL);

    return vm && balloon_size_set_and_await(vm, 128 * MIB_BYTES) &&
           fixture_stop(vm) && balloon_size_set(vm, 64 * MIB_BYTES) &&
           balloon_size_set(vm, 96 * MIB_BYTES) &&
           balloon_size_expect(vm, "while the machine is stopped",
                               128 * MIB_BYTES) &&
           fixture_cont(vm) && balloon_size_await(vm, 96 * MIB_BYTES) &&
           balloon_size_expect(vm, "after cont", 96 * MIB_BYTES);
}

// Each event's size lies between the previous size and the target.
static bool check_event(struct fixture *fixture)
{
    const int64_t size = 64 * MIB_BYTES;
    struct fixture_vm *vm = balloon_size_boot(fixture, NULL);
    int64_t seen = BALLOON_SIZE_RAM;

    if (!vm || !balloon_size_set_and_await(vm, size)) {
        return false;
    }
    while (seen != size) {
        const int64_t before = seen;
        if (!balloon_size_event(vm, &seen)) {
            return false;
        }
        if (seen >= before || seen < size) {
            return fixture_fail(
                fixture, "BALLOON_CHANGE: expected %lld..%lld, got %lld",
                (long long)size, (long long)before - 1, (long long)seen);
        }
    }
    return balloon_size_expect(vm, "after the last event", size);
}

// Waits EVENT_MS first: if QEMU held back an event for the size that is reached
// already, the event for the next size would replace it.
static bool check_event_same(struct fixture *fixture)
{
    struct fixture_vm *vm = balloon_size_boot(fixture, NULL);
    uint64_t count;
    int64_t next;

    return vm && balloon_size_set_and_await(vm, 128 * MIB_BYTES) &&
           balloon_size_events_until(vm, 128 * MIB_BYTES, &count) &&
           fixture_sleep(fixture, EVENT_MS) &&
           balloon_size_set(vm, 128 * MIB_BYTES) &&
           balloon_size_set(vm, 128 * MIB_BYTES) &&
           balloon_size_set_and_await(vm, 96 * MIB_BYTES) &&
           balloon_size_event(vm, &next) &&
           (next < 128 * MIB_BYTES ||
            fixture_fail(fixture,
                         "the next BALLOON_CHANGE: expected less than 128 "
                         "MiB, got %lld",
                         (long long)next));
}

// Makes many changes; the last size occurs only once.
static bool change_often(struct fixture_vm *vm, int64_t last)
{
    for (int i = 0; i < MANY; i++) {
        if (!balloon_size_set_and_await(vm, (64 + 2 * i) * MIB_BYTES)) {
            return false;
        }
    }
    return balloon_size_set_and_await(vm, last);
}

// The limit is an upper one, from the time passed: a slow host raises it.
static bool check_event_rate(struct fixture *fixture)
{
    const int64_t last = 48 * MIB_BYTES;
    struct fixture_vm *vm = balloon_size_boot(fixture, NULL);
    const int64_t begin = clock_now();
    uint64_t count;

    if (!vm || !change_often(vm, last) ||
        !balloon_size_events_until(vm, last, &count)) {
        return false;
    }
    const uint64_t limit = (uint64_t)(clock_now() - begin) / NS_PER_S + 2;
    return count <= limit ||
           fixture_fail(fixture,
                        "BALLOON_CHANGE: expected at most %llu, got %llu",
                        (unsigned long long)limit, (unsigned long long)count);
}

static const struct claim claims[] = {
    {
        .id = "size.query",
        .place = "beyond",
        .statement = "query-balloon shows the machine's RAM as long as no "
                     "driver has taken anything, whatever the target is.",
        .check = check_query,
    },
    {
        .id = "size.followed",
        .place = "beyond",
        .statement = "The command balloon sets a target, a driver follows it "
                     "down and up, and query-balloon then shows it to the "
                     "byte.",
        .check = check_followed,
    },
    {
        .id = "size.pages",
        .place = "beyond",
        .statement = "A target is rounded up to whole pages of 4096 bytes.",
        .forms = FORMS_ONCE,
        .check = check_pages,
    },
    {
        .id = "size.hidden",
        .place = "beyond",
        .statement = "query-balloon has one member, the size that the guest "
                     "has come to: nothing tells the target.",
        .forms = FORMS_ONCE,
        .check = check_hidden,
    },
    {
        .id = "size.early",
        .place = "beyond",
        .statement = "A target from before the driver is there is kept, and "
                     "followed once it is.",
        .check = check_early,
    },
    {
        .id = "size.stopped",
        .place = "beyond",
        .statement = "A stopped machine takes targets; after cont the last of "
                     "them is followed.",
        .check = check_stopped,
    },
    {
        .id = "size.event",
        .place = "beyond",
        .statement = "BALLOON_CHANGE tells sizes on the way to the target, and "
                     "at last the one that query-balloon shows.",
        .check = check_event,
    },
    {
        .id = "size.event-same",
        .place = "beyond",
        .statement = "A target that is reached already brings no "
                     "BALLOON_CHANGE.",
        .forms = FORMS_ONCE,
        .check = check_event_same,
    },
    {
        .id = "size.event-rate",
        .place = "beyond",
        .statement = "BALLOON_CHANGE comes at most once a second, and of what "
                     "was held back the last comes.",
        .forms = FORMS_ONCE,
        .check = check_event_rate,
    },
};

const struct claim_list claims_size = {claims, sizeof claims / sizeof *claims};

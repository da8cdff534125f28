// SPDX-License-Identifier: MIT
// Claims about guests that break the specification or use its rare cases:
// buffer layouts, their number, a wrong `actual`, a panic during a request.
// Limits: the guest's behaviours are behave=KIND, docs/guest.md.
#include <inttypes.h>
#include <string.h>

#include "claims/registry.h"
#include "fixture/steps.h"
#include "qmp/json.h"

// Three samples of a guest with this behaviour arrive with the values that it
// printed.
static bool expect_samples_equal(struct fixture *fixture, const char *append)
{
    struct fixture_vm *vm = steps_boot(fixture, append);

    for (uint64_t seq = 1; vm && seq <= 3; seq++) {
        if ((seq > 1 && !steps_next_sample(vm, seq)) ||
            !fixture_expect_sample_equal(vm) ||
            !steps_expect_present(vm, "free-memory") ||
            !steps_expect_present(vm, "total-memory")) {
            return false;
        }
    }
    return vm;
}

static bool check_duplicate(struct fixture *fixture)
{
    return expect_samples_equal(fixture, "behave=duplicate");
}

static bool check_reversed(struct fixture *fixture)
{
    return expect_samples_equal(fixture, "behave=reversed");
}

static bool check_split(struct fixture *fixture)
{
    return expect_samples_equal(fixture, "behave=split");
}

static bool check_indirect(struct fixture *fixture)
{
    return expect_samples_equal(fixture, "behave=indirect");
}

static bool check_unknown_tags(struct fixture *fixture)
{
    return expect_samples_equal(fixture, "behave=unknown-tags");
}

// Of these four statistics only the first keeps its key.
static bool check_entry16(struct fixture *fixture)
{
    struct fixture_vm *vm =
        steps_boot(fixture, "behave=entry16 stats=minor-faults,free-memory,"
                            "total-memory,available-memory");

    return vm && fixture_expect_sample_equal(vm) &&
           steps_expect_absent(vm, "free-memory") &&
           steps_expect_absent(vm, "total-memory") &&
           steps_expect_present(vm, "swap-in") && steps_next_sample(vm, 2) &&
           fixture_expect_sample_equal(vm) &&
           steps_expect_absent(vm, "total-memory");
}

static bool check_short(struct fixture *fixture)
{
    struct fixture_vm *vm = steps_boot(fixture, "behave=prime-short");

    return vm && steps_expect_no_values(vm, STEPS_UPDATED) &&
           steps_next_sample(vm, 2) &&
           steps_expect_present(vm, "free-memory") &&
           fixture_expect_sample_equal(vm);
}

static bool check_zero_length(struct fixture *fixture)
{
    struct fixture_vm *vm = steps_boot(fixture, "behave=zero-length");
    uint64_t requests = 0;
    uint32_t interval = 0;

    return vm && steps_expect_no_values(vm, STEPS_NEVER_UPDATED) &&
           steps_request_sample(vm) && fixture_get_interval(vm, &interval) &&
           fixture_expect_u64(fixture, "interval", STEPS_INTERVAL, interval) &&
           steps_count_requests(vm, &requests) &&
           fixture_expect_u64(fixture, "requests", 0, requests) &&
           steps_expect_no_values(vm, STEPS_NEVER_UPDATED);
}

// Repeats the command of the human monitor until its answer has the words.
static bool await_monitor_text(struct fixture_vm *vm, const char *arguments,
                               const char *words)
{
    bool found = false;

    while (!found) {
        AUTO_JSON struct json_object *text = NULL;
        if (!fixture_qmp(vm, "human-monitor-command", arguments, &text)) {
            return false;
        }
        found = strstr(json_object_get_string(text), words);
    }
    return true;
}

// Waits until the guest has handled its interrupts. The order matters: a guest
// with a pending interrupt can still be halted.
static bool await_idle(struct fixture_vm *vm)
{
    return await_monitor_text(vm, "{\"command-line\": \"info lapic\"}",
                              "IRR\t (none)") &&
           await_monitor_text(vm, "{\"command-line\": \"info registers\"}",
                              "HLT=1");
}

// Two buffers at once: the device returns sample 1's buffer without a request,
// and guest-stats shows sample 2.
static bool check_two_buffers(struct fixture *fixture)
{
    struct fixture_vm *vm = fixture_boot(
        fixture, &(struct fixture_machine){.append = "behave=two-buffers"});
    uint64_t returned = 0;

    return vm && fixture_await_sample(vm, 2) && fixture_stop(vm) &&
           steps_count_requests(vm, &returned) &&
           fixture_expect_u64(fixture, "buffers given back", 1, returned) &&
           fixture_expect_sample_equal(vm) &&
           fixture_expect_u64(fixture, "newest sample", 2,
                              fixture_truth(vm)->seq) &&
           fixture_cont(vm) && await_idle(vm) && fixture_stop(vm) &&
           steps_next_sample(vm, 4) && steps_count_requests(vm, &returned) &&
           fixture_expect_u64(fixture, "buffers given back", 3, returned) &&
           fixture_expect_sample_equal(vm);
}

// The machine's RAM, 256 MiB, less (2^32 - 1) pages of 4 KiB.
static bool check_actual(struct fixture *fixture)
{
    const int64_t expected =
        INT64_C(0x10000000) - INT64_C(0xffffffff) * INT64_C(4096);
    struct fixture_vm *vm = steps_boot(fixture, "behave=bad-actual");
    AUTO_JSON struct json_object *balloon = NULL;

    if (!vm || !fixture_cont(vm) ||
        !fixture_await_event(vm, "BALLOON_CHANGE", NULL) ||
        !fixture_qmp(vm, "query-balloon", NULL, &balloon)) {
        return false;
    }
    const int64_t actual =
        json_object_get_int64(json_member(balloon, "actual"));
    return (actual == expected ||
            fixture_fail(fixture, "actual: expected %" PRId64 ", got %" PRId64,
                         expected, actual)) &&
           fixture_expect_sample_equal(vm) &&
           steps_expect_present(vm, "free-memory");
}

// QEMU ends with the guest, and the request may reach the guest before QEMU
// sends the answer to qom-set.
static bool check_panic(struct fixture *fixture)
{
    struct fixture_vm *vm = steps_boot(fixture, "behave=panic:3");
    int status = 0;

    return vm && steps_next_sample(vm, 2) && fixture_expect_sample_equal(vm) &&
           fixture_cont(vm) && fixture_set_interval(vm, 0) &&
           fixture_qmp_last(vm, "qom-set",
                            "{\"path\": \"/machine/peripheral/balloon0\", "
                            "\"property\": \"guest-stats-polling-interval\", "
                            "\"value\": 1}") &&
           fixture_await_end(vm, &status) &&
           fixture_expect_u64(fixture, "QEMU's exit status", 13,
                              (uint64_t)status);
}

static const struct claim claims[] = {
    {
        .id = "odd.duplicate",
        .place = "beyond",
        .statement = "Of a statistic that a sample has twice the last value "
                     "counts.",
        .check = check_duplicate,
    },
    {
        .id = "odd.reversed",
        .place = "beyond",
        .statement = "The order of the statistics in a sample means nothing.",
        .check = check_reversed,
    },
    {
        .id = "odd.split",
        .place = "beyond",
        .statement = "A sample may lie in several descriptors, and an entry "
                     "across two of them.",
        .check = check_split,
    },
    {
        .id = "odd.indirect",
        .place = "beyond",
        .statement = "The same goes for an indirect table of descriptors.",
        .check = check_indirect,
    },
    {
        .id = "odd.unknown-tags",
        .place = "beyond",
        .statement = "Tags that no device knows are passed over, before the "
                     "others and after them.",
        .check = check_unknown_tags,
    },
    {
        .id = "odd.entry16",
        .place = "beyond",
        .statement = "An entry has ten bytes: padded to sixteen they are read "
                     "as other statistics, and no error says so.",
        .check = check_entry16,
    },
    {
        .id = "odd.short-buffer",
        .place = "47-49",
        .statement = "After a buffer too short for one entry the next sample "
                     "is taken like any other.",
        .check = check_short,
    },
    {
        .id = "odd.zero-length",
        .place = "beyond",
        .statement = "A buffer of no length breaks the device: polling can be "
                     "enabled, and nothing ever comes of it.",
        .check = check_zero_length,
    },
    {
        .id = "odd.two-buffers",
        .place = "beyond",
        .statement = "A second buffer replaces the first, which is given back "
                     "at once and unasked.",
        .check = check_two_buffers,
    },
    {
        .id = "odd.actual",
        .place = "beyond",
        .statement = "query-balloon subtracts whatever the guest says it has "
                     "given away, below zero too, and the statistics do not "
                     "care.",
        .check = check_actual,
    },
    {
        .id = "odd.panic",
        .place = "beyond",
        .statement = "A guest that panics over a request gave its last sample "
                     "with the answer before.",
        .check = check_panic,
    },
};

const struct claim_list claims_odd = {claims, sizeof claims / sizeof *claims};

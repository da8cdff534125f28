// SPDX-License-Identifier: MIT
// Claims about guests that break the specification or use its rare cases:
// buffer layouts, their number, a wrong `actual`, a panic during a request.
// Limits: the guest's behaviours are behave=KIND, docs/guest.md.
#include <inttypes.h>
#include <string.h>

#include "claims/registry.h"
#include "fixture/steps.h"
#include "qmp/json.h"

// Three samples of such a guest arrive with the values that it printed.
static bool taken_as_sent(struct lab *lab, const char *append)
{
    struct lab_vm *vm = steps_boot(lab, append);

    for (uint64_t seq = 1; vm && seq <= 3; seq++) {
        if ((seq > 1 && !steps_next(vm, seq)) || !lab_equal(vm) ||
            !steps_present(lab, vm, "free-memory") ||
            !steps_present(lab, vm, "total-memory")) {
            return false;
        }
    }
    return vm;
}

static bool check_duplicate(struct lab *lab)
{
    return taken_as_sent(lab, "behave=duplicate");
}

static bool check_reversed(struct lab *lab)
{
    return taken_as_sent(lab, "behave=reversed");
}

static bool check_split(struct lab *lab)
{
    return taken_as_sent(lab, "behave=split");
}

static bool check_indirect(struct lab *lab)
{
    return taken_as_sent(lab, "behave=indirect");
}

static bool check_unknown_tags(struct lab *lab)
{
    return taken_as_sent(lab, "behave=unknown-tags");
}

// Of the guest's statistics only the first keeps its key.
static bool check_entry16(struct lab *lab)
{
    struct lab_vm *vm = steps_boot(lab, "behave=entry16");

    return vm && lab_equal(vm) && steps_absent(vm, "free-memory") &&
           steps_absent(vm, "total-memory") &&
           steps_present(lab, vm, "swap-in") && steps_next(vm, 2) &&
           lab_equal(vm) && steps_absent(vm, "total-memory");
}

static bool check_short(struct lab *lab)
{
    struct lab_vm *vm = steps_boot(lab, "behave=prime-short");

    return vm && steps_nothing(lab, vm, STEPS_UPDATED) && steps_next(vm, 2) &&
           steps_present(lab, vm, "free-memory") && lab_equal(vm);
}

static bool check_zero_length(struct lab *lab)
{
    struct lab_vm *vm = steps_boot(lab, "behave=zero-length");
    uint64_t requests = 0;
    uint32_t interval = 0;

    return vm && steps_nothing(lab, vm, STEPS_NEVER_UPDATED) && steps_ask(vm) &&
           lab_interval(vm, &interval) &&
           lab_same(lab, "interval", STEPS_INTERVAL, interval) &&
           steps_requests(lab, vm, &requests) &&
           lab_same(lab, "requests", 0, requests) &&
           steps_nothing(lab, vm, STEPS_NEVER_UPDATED);
}

// Repeats the command of the human monitor until its answer has the words.
static bool is_told(struct lab_vm *vm, const char *arguments, const char *words)
{
    bool told = false;

    while (!told) {
        struct json_object *text = NULL;
        if (!lab_qmp(vm, "human-monitor-command", arguments, &text)) {
            return false;
        }
        told = strstr(json_object_get_string(text), words);
        json_object_put(text);
    }
    return true;
}

// Waits until the guest has handled its interrupts. The order matters: a guest
// with a pending interrupt can still be halted.
static bool is_idle(struct lab_vm *vm)
{
    return is_told(vm, "{\"command-line\": \"info lapic\"}", "IRR\t (none)") &&
           is_told(vm, "{\"command-line\": \"info registers\"}", "HLT=1");
}

// Two buffers at once: the device returns sample 1's buffer without a request,
// and guest-stats shows sample 2.
static bool check_two_buffers(struct lab *lab)
{
    struct lab_vm *vm =
        lab_boot(lab, &(struct lab_machine){.append = "behave=two-buffers"});
    uint64_t returned = 0;

    return vm && lab_await_sample(vm, 2) && lab_stop(vm) &&
           steps_requests(lab, vm, &returned) &&
           lab_same(lab, "buffers given back", 1, returned) && lab_equal(vm) &&
           lab_same(lab, "newest sample", 2, lab_truth(vm)->seq) &&
           lab_cont(vm) && is_idle(vm) && lab_stop(vm) && steps_next(vm, 4) &&
           steps_requests(lab, vm, &returned) &&
           lab_same(lab, "buffers given back", 3, returned) && lab_equal(vm);
}

// The machine's RAM, 256 MiB, less (2^32 - 1) pages of 4 KiB.
static bool check_actual(struct lab *lab)
{
    const int64_t expected =
        INT64_C(0x10000000) - INT64_C(0xffffffff) * INT64_C(4096);
    struct lab_vm *vm = steps_boot(lab, "behave=bad-actual");
    struct json_object *balloon = NULL;

    if (!vm || !lab_cont(vm) || !lab_await_event(vm, "BALLOON_CHANGE", NULL) ||
        !lab_qmp(vm, "query-balloon", NULL, &balloon)) {
        return false;
    }
    const int64_t actual =
        json_object_get_int64(json_member(balloon, "actual"));
    json_object_put(balloon);
    return (actual == expected ||
            lab_fail(lab, "actual: expected %" PRId64 ", got %" PRId64,
                     expected, actual)) &&
           lab_equal(vm) && steps_present(lab, vm, "free-memory");
}

// QEMU ends with the guest, and the request may reach the guest before QEMU
// sends the answer to qom-set.
static bool check_panic(struct lab *lab)
{
    struct lab_vm *vm = steps_boot(lab, "behave=panic:3");
    int status = 0;

    return vm && steps_next(vm, 2) && lab_equal(vm) && lab_cont(vm) &&
           lab_set_interval(vm, 0) &&
           lab_qmp_last(vm, "qom-set",
                        "{\"path\": \"/machine/peripheral/balloon0\", "
                        "\"property\": \"guest-stats-polling-interval\", "
                        "\"value\": 1}") &&
           lab_await_end(vm, &status) &&
           lab_same(lab, "QEMU's exit status", 13, (uint64_t)status);
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

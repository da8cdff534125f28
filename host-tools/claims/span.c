// SPDX-License-Identifier: MIT
// Spans of virtual time: an ISA watchdog ends them, the RTC makes them exact.
// Limits: both are programmed through the monitor's port writes; a guest that
// programs either device breaks the span (this guest does not).
#include "claims/span.h"

#include "base/text.h"

enum {
    LONGEST = 28,      // seconds of one watchdog run, whose maximum is 30
    TICK = 0x2c,       // RTC register A: 32 kHz time base, 16 ticks a second
    SHORT_TICK = 0x26, // 1024 ticks a second
    WATCHDOG_ON = 0x443,
    WATCHDOG_OFF = 0x441,
    CLOCK_STEP = 1, // seconds: lab_clock drops the fraction
    FIRMWARE = 2,   // seconds, at most; pc and q35 need less than one
};

static bool out_port(struct lab_vm *vm, unsigned port, unsigned value)
{
    struct json_object *arguments = json_object_new_object();
    char line[32];

    text_format(line, sizeof line, "o /b 0x%x 0x%x", port, value);
    json_object_object_add(arguments, "command-line",
                           json_object_new_string(line));
    return lab_qmp_with(vm, "human-monitor-command", arguments, NULL);
}

// An idle machine's clock jumps to the next timer, which can be a day away, and
// keeps jumping until the main loop has handled the timer that fired. The RTC's
// periodic interrupt, which the guest has masked, keeps a timer near.
static bool tick(struct lab_vm *vm, unsigned rate)
{
    return out_port(vm, 0x70, 0x0a) && out_port(vm, 0x71, rate) &&
           out_port(vm, 0x70, 0x0b) && out_port(vm, 0x71, 0x42);
}

// Waits for STOP: QEMU sends it at once, but WATCHDOG at most once a wall-clock
// second. The ib700 counts from 30 seconds downward in steps of two.
static bool run_piece(struct lab_vm *vm, unsigned seconds, unsigned rate)
{
    return tick(vm, rate) && out_port(vm, WATCHDOG_ON, (30 - seconds) / 2) &&
           lab_cont(vm) && lab_await_event(vm, "STOP", NULL) &&
           out_port(vm, WATCHDOG_OFF, 0) && lab_stop(vm);
}

static bool run(struct lab_vm *vm, unsigned seconds, unsigned rate)
{
    while (seconds > LONGEST) {
        if (!run_piece(vm, LONGEST, rate)) {
            return false;
        }
        seconds -= LONGEST;
    }
    return run_piece(vm, seconds, rate);
}

bool span_run(struct lab_vm *vm, unsigned seconds)
{
    return run(vm, seconds, TICK);
}

bool span_run_slowly(struct lab_vm *vm, unsigned seconds)
{
    return run(vm, seconds, SHORT_TICK);
}

bool span_until_sample(struct lab_vm *vm, uint64_t seq)
{
    return out_port(vm, 0x70, 0x0b) && out_port(vm, 0x71, 0x02) && // no tick
           lab_cont(vm) && lab_await_sample(vm, seq) && lab_stop(vm) &&
           lab_await_event(vm, "STOP", NULL);
}

// In QEMU 7.2 a balloon on PCI has neither ioeventfd nor the property; the mmio
// property is set instead, which has no effect there.
static const char *kick_property(const struct lab *lab, bool kicked)
{
    if (lab_is_pci(lab) && lab_version(lab)->major >= 10) {
        return kicked ? "virtio-balloon-pci.ioeventfd=on"
                      : "virtio-balloon-pci.ioeventfd=off";
    }
    return kicked ? "virtio-mmio.ioeventfd=on" : "virtio-mmio.ioeventfd=off";
}

struct lab_vm *span_boot(struct lab *lab, const struct span_machine *machine)
{
    const char *const extra[] = {
        "-device",
        "ib700",
        "-action",
        "watchdog=pause",
        "-global",
        kick_property(lab, machine->kicked),
        machine->incoming ? "-incoming" : "-S",
        machine->incoming ? "defer" : NULL,
        NULL,
    };
    const struct lab_machine options = {
        .append = machine->append,
        .property = machine->property,
        .extra = extra,
        .virtual_time = true,
        .quiet = machine->quiet,
    };
    struct lab_vm *vm = lab_boot(lab, &options);

    if (!vm || machine->incoming || machine->standing) {
        return vm;
    }
    return span_run(vm, 2) && lab_await_sample(vm, 1) ? vm : NULL;
}

bool span_gives(struct lab *lab, struct lab_vm *vm, unsigned seconds,
                const char *what, uint64_t sent)
{
    return span_run(vm, seconds) && lab_same(lab, what, sent, lab_sent(vm));
}

bool span_is_paced(struct lab *lab, struct lab_vm *vm, uint64_t start,
                   unsigned each, uint64_t seq)
{
    uint64_t end;

    if (!span_until_sample(vm, seq) || !lab_clock(vm, &end)) {
        return false;
    }
    const uint64_t passed = end - start;
    const uint64_t polls = lab_sent(vm) - 1;
    return (passed + CLOCK_STEP >= polls * each &&
            passed <= (polls + 1) * each + FIRMWARE) ||
           lab_fail(lab,
                    "expected %llu requests, each %u s after the sample "
                    "before, to take %llu to %llu s, got %llu s",
                    (unsigned long long)polls, each,
                    (unsigned long long)polls * each,
                    (unsigned long long)(polls + 1) * each + FIRMWARE,
                    (unsigned long long)passed);
}

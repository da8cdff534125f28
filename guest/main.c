// SPDX-License-Identifier: MIT
// The contents page: from the entry to the idle loop, one call a line. Each
// folder's README explains its part; docs/guest.md has the command line, the
// lines on COM1 and the verdicts.
#include "app/cmdline.h"
#include "app/misbehave.h"
#include "app/statistics.h"
#include "app/work.h"
#include "arch/x86_64/cpu.h"
#include "arch/x86_64/paging.h"
#include "arch/x86_64/segments.h"
#include "arch/x86_64/stacks.h"
#include "arch/x86_64/trap.h"
#include "balloon_hotplug.h"
#include "base/backtrace.h"
#include "base/boot_info.h"
#include "base/exit.h"
#include "base/log.h"
#include "base/print.h"
#include "disks.h"
#include "mm/mm.h"
#include "platform/console.h"
#include "platform/debug_exit.h"
#include "platform/hotplug/hotplug.h"
#include "platform/irq.h"
#include "platform/machine.h"
#include "platform/pci/config.h"
#include "platform/power.h"
#include "platform/serial.h"
#include "virtio/probe.h"
#include "vm/vm.h"

_Noreturn void guest_main(struct boot_info *boot);

static struct cmdline cmdline;
static struct machine machine;
static struct balloon_hotplug hotplug;

// Every error that is neither a trap nor a panic ends here.
static void exit_unless_ok(enum error error, const char *what,
                           enum verdict verdict)
{
    if (error != OK) {
        log_line("error what=\"%s\" error=%s", what, error_name(error));
        machine_exit(verdict);
    }
}

static void start_cpu(const struct boot_info *boot)
{
    serial_start();
    print_to(serial_write);
    print_hold();
    if (boot->console_used) {
        print_bytes("\n", 1);
    }
    debug_exit_start();
    segments_start();
    trap_start();
    backtrace_stacks((uintptr_t)stacks_start, (uintptr_t)stacks_end);
}

static void check_entry(const struct boot_info *boot)
{
    static const struct {
        enum error error;
        const char *what;
        enum verdict verdict;
    } problems[BOOT_PROBLEMS] = {
        [BOOT_OK] = {OK, "", VERDICT_DONE},
        [BOOT_CMDLINE_LONG] = {ERR_RANGE, "command line too long",
                               VERDICT_BAD_CMDLINE},
        // QEMU's option ROM copies the whole text to a place with room for
        // 4 KiB; the rest overwrites the start info behind it.
        [BOOT_START_INFO_INVALID] = {ERR_INVALID,
                                     "no start info: command line too long?",
                                     VERDICT_BAD_CMDLINE},
        [BOOT_CMDLINE_NOT_UCS2] = {ERR_INVALID, "load options are not UCS-2",
                                   VERDICT_BAD_CMDLINE},
        [BOOT_CMDLINE_NOT_ASCII] = {ERR_INVALID, "load options are not ASCII",
                                    VERDICT_BAD_CMDLINE},
        [BOOT_MAP_INVALID] = {ERR_INVALID, "memory map's descriptors",
                              VERDICT_NO_MEMORY},
        [BOOT_SERVICES_NOT_EXITED] = {ERR_TIMEOUT, "ExitBootServices failed",
                                      VERDICT_BAD_DEVICE},
    };

    exit_unless_ok(problems[boot->problem].error, problems[boot->problem].what,
                   problems[boot->problem].verdict);
}

static void read_cmdline(const struct boot_info *boot)
{
    struct cmdline_problem problem;

    if (cmdline_parse(boot->cmdline, &cmdline, &problem) != OK) {
        log_line("error what=\"command line: %s\" word=\"%s\"", problem.what,
                 problem.word);
        machine_exit(VERDICT_BAD_CMDLINE);
    }
}

static void start_memory(const struct boot_info *boot)
{
    const char *what;
    struct mm_counters counters;
    enum error error = mm_start(boot, &what);

    exit_unless_ok(error, what, VERDICT_NO_MEMORY);
    mm_count(&counters);
    log_line("mm ready entry=%s total=%llu free=%llu image=%llu", boot->entry,
             (unsigned long long)counters.total,
             (unsigned long long)counters.free,
             (unsigned long long)boot->image_bytes);
    if (!paging_forbids_execution()) {
        log_line("cpu lacks=nx effect=\"data can be executed\"");
    }
}

static void start_machine(const struct boot_info *boot)
{
    const char *what = "";
    enum error error = machine_find(boot->rsdp, mm_map_firmware, cmdline.slots,
                                    cmdline.slot_count, &machine, &what);

    exit_unless_ok(error, what, VERDICT_BAD_DEVICE);
    exit_unless_ok(irq_start(&machine.acpi), "interrupt controllers",
                   VERDICT_BAD_DEVICE);
    exit_unless_ok(pci_config_start(&machine.acpi), "PCI configuration space",
                   VERDICT_BAD_DEVICE);
}

static void probe_balloon(void)
{
    struct virtio_search search;
    enum error error =
        virtio_probe(&machine, VIRTIO_ID_BALLOON, &hotplug.device, &search);

    if (error == ERR_EMPTY) {
        log_line(
            "error what=\"no balloon device\" slots=%u functions=%u pci=%s",
            search.slots, search.functions, pci_config_name());
        machine_exit(VERDICT_NO_BALLOON);
    }
    exit_unless_ok(error, search.what, VERDICT_BAD_DEVICE);
}

// A machine without a button, or without ACPI, is no error.
static void start_power(void)
{
    const enum error error = power_start(&machine.acpi);

    if (error != OK && error != ERR_EMPTY) {
        log_line("error what=power error=%s", error_name(error));
    }
}

// The device is reset before the end, as an operating system does it.
static void exit_if_button_pressed(void)
{
    if (power_pressed()) {
        log_line("power button");
        balloon_hotplug_stop(&hotplug);
        disks_stop();
        machine_exit(VERDICT_BUTTON);
    }
}

// behave=no-driver: the device is probed and then left alone.
static _Noreturn void idle_without_driver(void)
{
    start_power();
    print_release();
    for (;;) {
        exit_if_button_pressed();
        cpu_wait_for_interrupt();
        irq_log();
    }
}

static bool relieve(uint64_t pages)
{
    return balloon_relieve(&hotplug.balloon, pages);
}

static uint64_t deflate(uint64_t most)
{
    return balloon_deflate_some(&hotplug.balloon, (uint32_t)most);
}

static void start_balloon(void)
{
    const struct balloon_env env = statistics_env(&cmdline);

    vm_start(
        &(const struct mm_sources){.relieve = relieve, .deflate = deflate});
    exit_unless_ok(balloon_hotplug_start(&hotplug, &env),
                   "balloon can't be started", VERDICT_BAD_DEVICE);
}

// A machine without hot-plug is no error.
static void start_hotplug(void)
{
    const enum error error = hotplug_start(&machine.acpi);

    if (error != OK && error != ERR_EMPTY) {
        log_line("error what=hotplug error=%s", error_name(error));
    }
}

static void start_disks(void)
{
    disks_start(&machine);
}

static void start_console(void)
{
    static const struct work_env env = {start_disks, statistics_log};

    exit_unless_ok(console_start(), "console", VERDICT_BAD_DEVICE);
    work_start(&env, cmdline.orders, cmdline.order_count);
}

// The next line is taken when the orders of the last one are done.
static void serve_console(void)
{
    char line[LINE_INPUT_MAX + 1];

    if (console_escaped()) {
        work_stop();
    }
    const enum error error = work_is_due() ? ERR_EMPTY : console_take(line);

    if (error == OK) {
        work_take_line(line);
    } else if (error != ERR_EMPTY) {
        log_line("error what=\"order: a line that can't be read\" error=%s",
                 error_name(error));
    }
}

// A request to remove a device names no single one, so each user of devices
// lets go of what may be meant, and takes back what is still there.
static void serve_hotplug(void)
{
    if (hotplug_announced()) {
        hotplug_read();
        balloon_hotplug_before_eject(&hotplug);
        disks_before_eject();
        hotplug_eject();
        balloon_hotplug_after_eject(&hotplug);
        disks_after_eject();
    }
}

static bool something_is_due(void)
{
    return work_is_due() || vm_background_is_due() || console_has_line() ||
           balloon_hotplug_is_due(&hotplug);
}

// Interrupts are on only while the CPU is halted, here or for a disk, and at
// one place in this loop. All events are therefore handled here, in order. With
// nothing to do, no instruction runs.
static _Noreturn void serve(void)
{
    for (;;) {
        exit_if_button_pressed();
        if (something_is_due()) {
            cpu_take_interrupts();
        } else {
            cpu_wait_for_interrupt();
        }
        irq_log();
        serve_console();
        work_step();
        vm_background();
        exit_unless_ok(balloon_hotplug_serve(&hotplug), "balloon given up",
                       VERDICT_BAD_DEVICE);
        disks_serve();
        serve_hotplug();
    }
}

_Noreturn void guest_main(struct boot_info *boot)
{
    start_cpu(boot);
    check_entry(boot);
    read_cmdline(boot);
    start_memory(boot);
    start_machine(boot);
    probe_balloon();
    misbehave_log(&cmdline.misbehave);
    if (misbehave_without_driver(&cmdline.misbehave)) {
        idle_without_driver();
    }
    start_balloon();
    print_release();
    start_hotplug();
    start_power();
    start_console();
    serve();
}

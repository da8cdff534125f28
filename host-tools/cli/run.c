// SPDX-License-Identifier: MIT
// `aerostat run`: starts the guest, shows and judges its statistics, ends it.
// Limits: the exit code is the verdict; nothing is left behind.
#include "cli/command.h"

#include <stdlib.h>
#include <string.h>

#include "balloon/interval.h"
#include "base/output.h"
#include "base/text.h"
#include "cli/accelerator.h"
#include "cli/conflicts.h"
#include "cli/run_disks.h"
#include "cli/run_samples.h"

enum {
    DEFAULT_SAMPLES = 3,
    DEFAULT_INTERVAL = 1,
    DEFAULT_TIMEOUT = 30000, // milliseconds, as the next
    UEFI_TIMEOUT = 120000    // its firmware alone takes seconds on an idle host
};

static const struct option options[] = {
    {"samples", "N", "end after N samples, 0: run until Ctrl-C (default 3)"},
    {"interval", "TIME", "of polling after the first sample (default 1s)"},
    {"timeout", "TIME", "that a wait may take (default 30s, by UEFI 120s)"},
    {"machine", "TYPE", "QEMU's -M (default microvm)"},
    {"boot", "HOW", "pvh, uefi or esp (default pvh)"},
    {"firmware", "PATH", "an image, or its code half (UEFI: Debian's OVMF)"},
    {"transport", "NAME", "of the balloon, see below"},
    {"ring", "FORMAT", "split or packed (default split)"},
    {"memory", "SIZE", "QEMU's -m (default 256M; a bare number is MiB)"},
    {"accel", "NAME", "tcg, kvm, or auto: kvm if a boot with it works (tcg)"},
    {"device", "SPEC", "QEMU's -device for the balloon, or none"},
    {"qemu", "PATH", "default: $QEMU, else qemu-system-x86_64 in PATH"},
    {"guest", "PATH", "default: aerostat.elf, .efi or .img beside this"},
    {"append", "TEXT", "the guest's command line"},
    {"plain", NULL, "a bare guest, without the tool's two disks and script"},
    {"script", "FILE", "orders for the guest, - is stdin (default: built in)"},
    {"json", NULL, "one JSON object a line; absent statistics are null"},
    {"verbose", NULL, "-v: the QMP traffic and the console, on stderr"},
    {NULL, NULL, NULL},
};

static const char *const examples[] = {
    "aerostat run",
    "aerostat run --samples 0 --interval 5",
    "aerostat run --transport mmio --ring packed --json",
    "aerostat run --machine q35 --transport pci --boot uefi",
    "aerostat run --append 'touch=100' -- -d guest_errors",
    "aerostat run --plain",
    "aerostat run --script work.txt",
    NULL,
};

struct run {
    struct parsed parsed;
    struct form form;
    struct machine_options machine;
    struct run_samples samples;
    struct run_disks disks;
    struct buffer append; // the guest's command line beside a script
    struct accelerator_wish wish;
    char memory[128]; // QEMU's -m; empty: its default here
    char *qemu;
    struct firmware firmware;
    char *guest;
    bool verbose;
    int64_t started;
};

static const char *value(const struct run *run, const char *name)
{
    return options_value(options, &run->parsed, name);
}

static bool read_form(struct run *run, struct failure *failure)
{
    const struct form_wish wish = {
        .machine = value(run, "machine"),
        .transport = value(run, "transport"),
        .ring = value(run, "ring"),
        .boot = value(run, "boot"),
    };

    if (!form_read(&wish, &run->form, failure)) {
        return false;
    }
    if (run->form.boot == BOOT_ESP && value(run, "append")) {
        return failure_set(failure, CODE_USAGE,
                           "--append has no way to a guest that firmware "
                           "starts from a disk (--boot esp)");
    }
    return true;
}

static uint64_t default_timeout(const struct run *run)
{
    return run->form.boot == BOOT_PVH ? DEFAULT_TIMEOUT : UEFI_TIMEOUT;
}

static bool read_interval(struct run *run, struct failure *failure)
{
    const char *text = value(run, "interval");

    run->samples.interval = DEFAULT_INTERVAL;
    return !text || interval_parse(text, "--interval", 1,
                                   &run->samples.interval, failure);
}

// QEMU takes its options with one dash or two.
static bool check_words(const struct parsed *parsed, struct failure *failure)
{
    for (int i = 0; i < parsed->rest_count; i++) {
        const char *word = parsed->rest[i];

        word += strncmp(word, "--", 2) == 0;
        if (strcmp(word, "-daemonize") == 0) {
            return failure_set(failure, CODE_USAGE,
                               "-daemonize is not allowed: the tool ends "
                               "each process that it starts");
        }
    }
    return true;
}

static bool read_options(struct run *run, struct failure *failure)
{
    if (!options_number(options, &run->parsed, "samples", 0, UINT64_MAX,
                        DEFAULT_SAMPLES, &run->samples.count, failure) ||
        !read_interval(run, failure) || !read_form(run, failure) ||
        !options_duration(options, &run->parsed, "timeout",
                          default_timeout(run), &run->samples.timeout,
                          failure) ||
        !options_memory(options, &run->parsed, "memory", run->memory,
                        sizeof run->memory, failure)) {
        return false;
    }
    if (run->parsed.operand_count) {
        return failure_set(failure, CODE_USAGE,
                           "run takes no operands; QEMU's arguments follow --");
    }
    if (!check_words(&run->parsed, failure)) {
        return false;
    }
    run->samples.json = value(run, "json");
    run->verbose = value(run, "verbose");
    run->machine = (struct machine_options){
        .machine = value(run, "machine"),
        .form = run->form,
        .memory = *run->memory ? run->memory : NULL,
        .append = value(run, "append"),
        .device = value(run, "device"),
        // The balloon is searched for before the guest can end without one.
        .paused = true,
        .extra = (const char *const *)run->parsed.rest,
        .extra_count = (size_t)run->parsed.rest_count,
    };
    run->wish.asked = value(run, "accel");
    return accelerator_check(&run->wish, failure);
}

// "[   0.123] " before a line: seconds since the start of the tool.
static void say(const struct run *run, const char *who, const char *text,
                size_t length, bool cut)
{
    char shown[8192];
    int64_t ms = (clock_now() - run->started) / 1000000;

    size_t written = text_escape(shown, sizeof shown, text, length);
    // An escape takes 4 characters, so this is the only way to be cut here.
    cut = cut || written + 4 >= sizeof shown;
    message("[%4lld.%03lld] %s %s%s", (long long)ms / 1000,
            (long long)ms % 1000, who, shown, cut ? "..." : "");
}

static void on_console(void *context, const struct line *line)
{
    struct run *run = context;
    bool whole = !line->cut && strlen(line->text) == line->length;

    truth_feed_line(&run->samples.feed, line->text, !whole);
    if (run->samples.script.wanted && whole) {
        follow_line(&run->samples.script.follow, line->text);
    }
    if (run->verbose) {
        say(run, "guest:", line->text, line->length, line->cut);
    }
}

static void on_output(void *context, const struct line *line)
{
    say(context, "qemu:", line->text, line->length, line->cut);
}

static void on_transcript(void *context, enum session_direction direction,
                          int64_t when, const char *text, size_t length)
{
    static const char *const who[] = {
        [SESSION_SENT] = "-->",
        [SESSION_RECEIVED] = "<--",
        [SESSION_NOTE] = "qmp:",
    };

    (void)when; // one clock for all lines
    say(context, who[direction], text, length, false);
}

static void on_command(void *context, const char *line)
{
    (void)context;
    message("%s", line);
}

static void on_no_sandbox(void *context, const char *words)
{
    (void)context;
    message("note: QEMU is started without -sandbox: %s", words);
}

static bool find_files(struct run *run, struct failure *failure)
{
    enum boot boot = run->form.boot;

    if (!machine_find_qemu(value(run, "qemu"), &run->qemu, failure) ||
        !machine_find_guest(value(run, "guest"), boot, &run->guest, failure) ||
        !firmware_find(value(run, "firmware"), boot, &run->firmware, failure)) {
        return false;
    }
    run->machine.qemu = run->qemu;
    run->machine.guest = run->guest;
    run->machine.firmware = run->firmware;
    return true;
}

// Sample 1 has no script before it. Another guest may not know the orders, so
// it gets a script only if the user gives one.
static bool wants_script(const struct run *run)
{
    return run->samples.count != 1 &&
           (value(run, "script") || !value(run, "guest"));
}

static bool add_script(struct run *run, struct failure *failure)
{
    struct run_script *script = &run->samples.script;
    const char *why = NULL;

    if (!wants_script(run)) {
        return true;
    }
    if (!run_script_read(script, value(run, "script"), failure)) {
        return false;
    }
    if (run->form.boot == BOOT_ESP) {
        why = "the guest has touch=1, and the model needs touch=0";
    } else {
        why = run_script_unpredicted(run->machine.append, run->machine.device);
        run_script_append(run->machine.append, &run->append);
        run->machine.append = buffer_string(&run->append);
    }
    script->follow.predicts = !why;
    if (why) {
        message("note: no prediction: %s", why);
    }
    return true;
}

// COM1 takes orders then, since orders are what needs the disks.
static bool add_disks(struct run *run, struct failure *failure)
{
    const char *why = NULL;

    if (value(run, "plain")) {
        return true;
    }
    why = run_disks_conflict(&run->machine);
    if (why && value(run, "script")) {
        return failure_set(failure, CODE_USAGE,
                           "--script needs the tool's disks, and %s", why);
    }
    if (why) {
        message("note: a bare guest, as by --plain: %s", why);
        return true;
    }
    run->machine.orders = true;
    if (!run_disks_make(&run->disks, &run->machine, failure)) {
        return failure_add(failure, "; run --plain has no disks");
    }
    return add_script(run, failure);
}

static bool start(struct run *run, struct loop *loop, struct failure *failure)
{
    struct accelerator accelerator;
    struct machine_hooks hooks = {
        .context = run,
        .console = on_console,
        .output = on_output,
        .transcript = run->verbose ? on_transcript : NULL,
        .command = on_command,
        .no_sandbox = on_no_sandbox,
    };

    if (!find_files(run, failure) || !add_disks(run, failure) ||
        !accelerator_choose(loop, &run->wish, &run->machine, &accelerator,
                            failure)) {
        return false;
    }
    message("accel: %s (%s)", accelerator.name, accelerator.why);
    run->machine.accel = accelerator.name;
    run->samples.machine =
        machine_start(loop, &run->machine, &hooks,
                      deadline_in_ms(run->samples.timeout), failure);
    return run->samples.machine;
}

// A verdict against the run is more important than how the run came to its end.
static bool judge(const struct summary *summary, struct failure *failure)
{
    switch (summary_judge(summary)) {
    case COMPARED_DIFFERENT:
    case COMPARED_NOT_TAKEN:
        return failure_set(failure, CODE_DIFFERENT, "%s", "");
    case COMPARED_NOTHING:
        return summary->interrupted ||
               failure_set(failure, CODE_NO_STATISTICS,
                           "nothing was compared: equal takes a value on both "
                           "sides, a last update and an answered request");
    case COMPARED_EQUAL:
        break;
    }
    return true;
}

// The closing line, and the exit code when samples were taken.
static bool conclude(struct run *run, bool ok, struct failure *failure)
{
    struct summary *summary = &run->samples.summary;

    summary->interrupted = !ok && exit_code_is_signal(failure->code);
    if (ok || summary->interrupted) {
        show_summary(summary, run->samples.json);
        if (!output_flush(failure) || !judge(summary, failure)) {
            return false;
        }
    }
    if (summary->interrupted && run->samples.count == 0) {
        failure->text[0] = '\0'; // that was the agreed end
    }
    return ok;
}

static bool run_machine(struct run *run, struct failure *failure)
{
    struct loop *loop = loop_create(failure);

    if (!loop) {
        return false;
    }
    bool ok = start(run, loop, failure);
    if (ok) {
        ok = run_samples_take(&run->samples, failure);
        machine_stop(run->samples.machine);
        ok = conclude(run, ok, failure);
    }
    loop_destroy(loop);
    run_disks_free(&run->disks);
    run_script_free(&run->samples.script);
    buffer_free(&run->append);
    free(run->qemu);
    firmware_free(&run->firmware);
    free(run->guest);
    return ok;
}

static bool run_command(int argc, char **argv, struct failure *failure)
{
    struct run run = {.started = clock_now(), .disks = RUN_DISKS_NONE};

    if (!options_parse(options, argc, argv, &run.parsed, failure) ||
        !conflicts_check(argv[0], options, &run.parsed, failure)) {
        return false;
    }
    if (run.parsed.help) {
        help_command(&command_run);
        return true;
    }
    return read_options(&run, failure) && run_machine(&run, failure);
}

const struct command command_run = {
    .name = "run",
    .summary = "start a guest in QEMU and compare its statistics with QEMU's",
    .examples = examples,
    .arguments = "[-- QEMU'S OWN ARGUMENTS]",
    .options = options,
    .details =
        "The first sample is the one that the driver provides without a "
        "request; polling is\nset after it. For each sample the machine is "
        "stopped, QEMU's values are compared\nwith the line that the guest "
        "wrote on COM1, every key in both directions, and the\nmachine "
        "continues.\n\n"
        "Transports: mmio-legacy, mmio (microvm alone; mmio-legacy is its "
        "default), pci,\npci-transitional, pci-legacy (q35 and pc; "
        "pci-transitional is their default).\nBoots: pvh takes aerostat.elf "
        "by -kernel; uefi (q35 and pc) aerostat.efi; esp\nthe disk image that "
        "`make esp` builds. --device replaces --ring, and every\ntransport "
        "but mmio.\n\nFirmware is QEMU's -bios. Half an image "
        "(OVMF_CODE*.fd) goes into flash, with\nthe store beside it "
        "(OVMF_VARS*.fd), which is not changed.\n\nQEMU runs in its "
        "-sandbox, which starts no programs; -- -sandbox off, or any other\n"
        "-sandbox after --, replaces it.\n\nThe machine has two disks, "
        "files in memory that end with it: a swap disk of\n32 MiB with "
        "mkswap's mark, and a read-only disk of 8 MiB with known content. "
        "They\nare left out by --plain, on machines other than microvm, q35 "
        "and pc and on\ntheir types before 2.5, and beside disks, -incoming or "
        "record/replay after --; "
        "COM1 then has no input either.\n\nBetween samples the guest "
        "does a script, which moves each of the sixteen\nstatistics within "
        "three samples. A script has the words of `aerostat predict`;\nan "
        "empty line ends a part, and before each sample but the first a part "
        "is done.\nSamples in the middle of a part are shown too, and not "
        "counted by --samples.\n`aerostat predict`'s model follows the guest, "
        "and each sample then has what the\nmodel says, what the guest sent, "
        "and what QEMU reports. The guest has touch=0.\nThere is no "
        "prediction beside touch=N and orders in --append,\n"
        "free-page-reporting=on in --device, and --boot esp; no script with "
        "--plain,\n--samples 1, and a --guest without --script.\n\n"
        "The exit code is the verdict: 0 all equal, and a request was "
        "answered; 1 a\ndifference between any two of the three, or a sample "
        "that the device has not\ntaken; 6 nothing was compared; 2 a script "
        "with a word that is no order.\n",
    .run = run_command,
};

// SPDX-License-Identifier: MIT
// The files in a case's folder: command, qmp.log, console.log, stderr.log,
// trace.log and guest_errors; a second machine's names contain "-2".
// Limits: a file that cannot be written only makes the outcome incomplete, and
// turns a verdict of "broken" into a failure of the host.
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/shortage.h"
#include "base/text.h"
#include "claims/lab_internal.h"
#include "claims/lab_keep.h"

enum {
    CONSOLE_KEPT = 1 << 20, // bytes of earlier lines for lab_await_line
    SHOWN = 8192            // bytes of one message
};

// "trace.log"; "trace-2.log" for a second machine.
static char *name_of(const char *stem, size_t number, const char *suffix)
{
    struct buffer name = {0};

    buffer_text(&name, stem);
    if (number) {
        buffer_format(&name, "-%zu", number + 1);
    }
    buffer_text(&name, suffix);
    return name.data;
}

// Records the result of a write; if it failed, errno is that write's.
static void wrote(struct lab *lab, bool ok)
{
    if (!ok) {
        lab->outcome->incomplete = true;
        lab_host_failed(lab, strerror(errno));
    }
}

bool lab_free_name(struct lab *lab, const char *name)
{
    struct failure failure;
    struct stat status;

    if (lstat(name, &status) < 0 ||
        (S_ISREG(status.st_mode) && unlink(name) == 0)) {
        return true;
    }
    failure_set(&failure, CODE_HOST,
                "cannot write %s: what has this name is no file of an earlier "
                "run",
                name);
    return lab_gave_up(lab, &failure);
}

static FILE *create(struct lab_vm *vm, char *name)
{
    bool free_name = lab_free_name(vm->lab, name);
    FILE *file = free_name ? fopen(name, "wex") : NULL;

    wrote(vm->lab, file || !free_name);
    free(name);
    return file;
}

static void finish(struct lab_vm *vm, FILE *file)
{
    if (file) {
        wrote(vm->lab, fclose(file) == 0);
    }
}

// QEMU does not report a trace that it could not write.
void lab_try_folder(struct lab *lab)
{
    static const char name[] = "room";
    static const char block[4096]; // one file system block; less may still fit
    if (!lab_free_name(lab, name)) {
        return;
    }
    FILE *file = fopen(name, "wex");
    wrote(lab, file && fwrite(block, sizeof block, 1, file) == 1 &&
                   fflush(file) == 0);
    if (file) {
        fclose(file);
        unlink(name);
    }
}

bool lab_open_files(struct lab_vm *vm, size_t number)
{
    vm->qmp_log = create(vm, name_of("qmp", number, ".log"));
    vm->console_log = create(vm, name_of("console", number, ".log"));
    vm->stderr_log = create(vm, name_of("stderr", number, ".log"));
    vm->trace_log = name_of("trace", number, ".log");
    vm->errors_log = name_of("guest_errors", number, "");
    // QEMU creates the trace log itself.
    if (!lab_free_name(vm->lab, vm->trace_log)) {
        free(vm->trace_log);
        vm->trace_log = NULL;
    }
    return !vm->lab->failed;
}

// "virtio_notify ..." or, with a time, "123@456.789:virtio_notify ...".
static bool is_trace(const char *line)
{
    const char *at = strchr(line, '@');
    const char *colon = at ? strchr(at, ':') : NULL;

    return strncmp(colon ? colon + 1 : line, "virtio", 6) == 0;
}

// QEMU writes traces and -d guest_errors into one file; this copies the errors
// to their own file.
static void part_errors(struct lab_vm *vm)
{
    char line[1024];
    FILE *from = vm->trace_log ? fopen(vm->trace_log, "re") : NULL;
    FILE *to = from ? create(vm, memory_text(vm->errors_log)) : NULL;

    while (to && fgets(line, sizeof line, from)) {
        if (!is_trace(line)) {
            wrote(vm->lab, fputs(line, to) >= 0);
        }
    }
    finish(vm, to);
    if (from) {
        fclose(from);
    }
}

void lab_close_files(struct lab_vm *vm)
{
    finish(vm, vm->qmp_log);
    finish(vm, vm->console_log);
    finish(vm, vm->stderr_log);
    part_errors(vm);
    free(vm->trace_log);
    free(vm->errors_log);
}

static void log_line(struct lab *lab, FILE *file, const char *who,
                     const char *text, size_t length)
{
    char shown[SHOWN];
    int64_t us = (clock_now() - lab->started) / 1000;

    if (file) {
        text_escape(shown, sizeof shown, text, length);
        wrote(lab,
              fprintf(file, "[%3lld.%06lld] %s%s\n", (long long)us / 1000000,
                      (long long)us % 1000000, who, shown) >= 0);
    }
}

static void on_transcript(void *context, enum session_direction direction,
                          int64_t when, const char *text, size_t length)
{
    static const char *const who[] = {
        [SESSION_SENT] = "--> ",
        [SESSION_RECEIVED] = "<-- ",
        [SESSION_NOTE] = "note: ",
    };
    struct lab_vm *vm = context;

    (void)when; // one clock for all files
    log_line(vm->lab, vm->qmp_log, who[direction], text, length);
}

static void on_said(void *context, const struct line *line)
{
    struct lab_vm *vm = context;

    log_line(vm->lab, vm->stderr_log, "", line->text, line->length);
    if (shortage_in(line->text)) {
        lab_host_failed(vm->lab, line->text);
    }
}

static void on_command(void *context, const char *line)
{
    struct lab_vm *vm = context;
    size_t number = (size_t)(vm - vm->lab->vms);
    FILE *file = create(vm, name_of("command", number, ""));

    if (file) {
        wrote(vm->lab, fprintf(file, "%s\n", line) >= 0);
    }
    finish(vm, file);
}

static void on_no_sandbox(void *context, const char *words)
{
    struct lab_vm *vm = context;

    (void)words; // stderr.log has them
    vm->lab->outcome->no_sandbox = true;
}

// After lab_forget the feed begins with the guest's present sequence number.
static void feed(struct lab_vm *vm, const struct line *line)
{
    bool whole = !line->cut && strlen(line->text) == line->length;
    struct truth truth;
    char reason[TRUTH_REASON];

    if (vm->fresh && whole) {
        enum truth_kind kind = truth_parse(line->text, &truth, reason);
        if (kind == TRUTH_SENT) {
            return; // of an earlier sample
        }
        if (kind == TRUTH_STATS) {
            vm->fresh = false;
            vm->feed.newest.seq = truth.seq - 1;
            vm->feed.sent = truth.seq - 1;
        }
    }
    truth_feed_line(&vm->feed, line->text, !whole);
}

static void on_console(void *context, const struct line *line)
{
    struct lab_vm *vm = context;

    log_line(vm->lab, vm->console_log, "", line->text, line->length);
    feed(vm, line);
    lab_check_form(vm, line->text);
    if (vm->awaited) {
        if (!vm->came) {
            vm->came = strstr(line->text, vm->awaited);
            return; // the lines up to this one are consumed
        }
    }
    if (vm->console.length > CONSOLE_KEPT) {
        buffer_drop(&vm->console, vm->console.length);
    }
    buffer_add(&vm->console, line->text, strlen(line->text));
    buffer_text(&vm->console, "\n");
}

struct machine_hooks lab_hooks(struct lab_vm *vm)
{
    return (struct machine_hooks){
        .context = vm,
        .console = on_console,
        .said = on_said,
        .said_repeated = true,
        .transcript = on_transcript,
        .command = on_command,
        .no_sandbox = on_no_sandbox,
    };
}

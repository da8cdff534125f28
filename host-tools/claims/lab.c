// SPDX-License-Identifier: MIT
// Runs one case and decides its verdict.
// Limits: a check that never calls the lab is ended by the runner, not here.
#include "claims/lab.h"

#include <assert.h>
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/shortage.h"
#include "base/text.h"
#include "claims/lab_internal.h"

static void set_text(struct lab *lab, const char *format, va_list values)
    __attribute__((__format__(__printf__, 2, 0)));

static void set_text(struct lab *lab, const char *format, va_list values)
{
    vsnprintf(lab->outcome->text, sizeof lab->outcome->text, format, values);
}

bool lab_find(struct lab *lab, enum finding finding, const char *format, ...)
{
    va_list values;

    assert(!lab->found);
    if (!lab->failed) {
        lab->found = true;
        lab->outcome->finding = finding;
        va_start(values, format);
        set_text(lab, format, values);
        va_end(values);
    }
    return true;
}

bool lab_fail(struct lab *lab, const char *format, ...)
{
    va_list values;

    if (!lab->failed) {
        lab->failed = true;
        va_start(values, format);
        set_text(lab, format, values);
        va_end(values);
    }
    return false;
}

bool lab_gave_up(struct lab *lab, const struct failure *failure)
{
    if (!lab->failed) {
        lab->outcome->code = failure->code;
        lab_fail(lab, "%s", failure->text);
    }
    return false;
}

void lab_host_failed(struct lab *lab, const char *text)
{
    if (!lab->shortage[0]) {
        text_escape(lab->shortage, sizeof lab->shortage, text, strlen(text));
    }
}

bool lab_same(struct lab *lab, const char *what, uint64_t expected,
              uint64_t got)
{
    return !lab->failed &&
           (expected == got ||
            lab_fail(lab, "%s: expected %llu, got %llu", what,
                     (unsigned long long)expected, (unsigned long long)got));
}

const struct qemu_version *lab_version(const struct lab *lab)
{
    return &lab->version;
}

bool lab_is_pci(const struct lab *lab)
{
    return transport_is_pci(lab->job->form->form.transport);
}

bool lab_is_packed(const struct lab *lab)
{
    return lab->job->form->form.ring == RING_PACKED;
}

static void end_vm(struct lab_vm *vm)
{
    machine_stop(vm->machine);
    lab_close_files(vm);
    buffer_free(&vm->console);
}

static void end(struct lab *lab)
{
    lab_stream_free(lab);
    for (size_t i = 0; i < lab->vm_count; i++) {
        end_vm(&lab->vms[i]);
    }
    loop_destroy(lab->loop);
}

// After chdir QEMU and the lab name files without a path, so the folder's path,
// whatever its characters and length, reaches no parser of QEMU.
static bool begin(struct lab *lab)
{
    struct failure failure;

    lab->loop = loop_create(&failure);
    if (lab->loop && chdir(lab->job->folder) < 0) {
        failure_set(&failure, CODE_HOST, "cannot work in %s: %s",
                    lab->job->folder, strerror(errno));
    } else if (lab->loop) {
        return true;
    }
    return lab_gave_up(lab, &failure);
}

// A failure on a host without disk space or memory says nothing about QEMU.
static void blame_host(const struct lab *lab)
{
    struct lab_outcome *outcome = lab->outcome;
    const char *shortage =
        lab->shortage[0] ? lab->shortage : shortage_in(outcome->text);
    struct buffer text = {0};

    if (!lab->failed || !shortage || outcome->code == CODE_INTERRUPTED ||
        outcome->code == CODE_TERMINATED) {
        return;
    }
    outcome->code = CODE_HOST;
    buffer_format(&text, "the host failed: %s\n%s", shortage, outcome->text);
    text_format(outcome->text, sizeof outcome->text, "%s",
                buffer_string(&text));
    buffer_free(&text);
}

void lab_run(const struct lab_case *job, struct lab_outcome *outcome)
{
    struct lab *lab = memory_get(sizeof *lab);

    *outcome = (struct lab_outcome){.finding = FINDING_HOLDS};
    lab->job = job;
    lab->outcome = outcome;
    lab->stream.fd = -1;
    lab->started = clock_now();
    lab->deadline = deadline_in_ms(job->timeout);
    lab->version = version_of(job->version);
    bool ok = begin(lab) && job->claim->check(lab);
    if (ok) {
        lab_check_told(lab);
    } else if (!lab->failed) {
        lab_fail(lab, "the check says no more than that it failed");
    }
    if (lab->failed) {
        outcome->finding = FINDING_BROKEN;
    }
    end(lab);
    lab_try_folder(lab);
    blame_host(lab);
    free(lab);
}

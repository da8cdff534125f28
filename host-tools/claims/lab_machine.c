// SPDX-License-Identifier: MIT
// A check's machines: their command lines, stop, cont, reset, end.
// Limits: LAB_EXTRA arguments of the check's own.
#include <assert.h>
#include <string.h>

#include "base/text.h"
#include "claims/lab_internal.h"

struct words {
    const char *items[LAB_EXTRA + 16];
    size_t count;
};

static void add(struct words *words, const char *word)
{
    assert(words->count < sizeof words->items / sizeof *words->items);
    words->items[words->count++] = word;
}

static void add_pair(struct words *words, const char *option, const char *value)
{
    add(words, option);
    add(words, value);
}

// The first day is over before a guest without timers is asked anything: the
// RTC's own timer lies there. Differences of the clock are what counts.
static void add_time(struct words *words)
{
    add_pair(words, "-icount", "shift=0,sleep=off");
    add_pair(words, "-rtc", "clock=vm,base=2000-01-01T00:00:00");
}

static void collect(const struct lab_vm *vm, const struct lab_machine *wanted,
                    struct words *words)
{
    if (wanted->virtual_time) {
        add_time(words);
    }
    if (!wanted->quiet) {
        add_pair(words, "-trace", "virtio_*");
        add_pair(words, "-d", "guest_errors");
        add_pair(words, "-D", vm->trace_log);
    }
    for (size_t i = 0; wanted->extra && wanted->extra[i]; i++) {
        add(words, wanted->extra[i]);
    }
}

// Whether nobody but the lab has a say in when the machine begins to run.
static bool starts_by_itself(const struct lab_machine *wanted)
{
    for (size_t i = 0; wanted->extra && wanted->extra[i]; i++) {
        if (strcmp(wanted->extra[i], "-S") == 0 ||
            strcmp(wanted->extra[i], "-incoming") == 0) {
            return false;
        }
    }
    return true;
}

struct machine_options lab_options(const struct lab *lab,
                                   const struct lab_machine *wanted,
                                   const char **properties)
{
    const struct lab_form *form = lab->job->form;
    bool own = wanted->machine; // with no port of the form's to plug into
    size_t count = 0;

    if (!own && form->bus) {
        properties[count++] = form->bus;
    }
    properties[count++] = wanted->property;
    properties[count] = NULL;
    return (struct machine_options){
        .qemu = lab->job->qemu,
        .machine = own ? wanted->machine : form->machine,
        .form = form->form,
        .accel = wanted->virtual_time ? NULL : lab->job->accel,
        .port = own ? NULL : form->port,
        .device = wanted->device,
        .id = wanted->id,
        .properties = properties,
        .defaults = wanted->defaults,
        .no_sandbox = lab->job->no_sandbox,
    };
}

static bool start(struct lab_vm *vm, const struct lab_machine *wanted)
{
    struct lab *lab = vm->lab;
    struct failure failure;
    struct words words = {.count = 0};
    const char *properties[LAB_PROPERTIES] = {NULL};
    struct machine_hooks hooks = lab_hooks(vm);

    collect(vm, wanted, &words);
    struct machine_options options = lab_options(lab, wanted, properties);
    options.guest = wanted->no_guest ? NULL : lab->job->guest;
    options.append = wanted->append;
    options.paused = starts_by_itself(wanted);
    options.extra = words.items;
    options.extra_count = words.count;
    vm->machine =
        machine_start(lab->loop, &options, &hooks, lab->deadline, &failure);
    return vm->machine ? !options.paused || lab_qmp(vm, "cont", NULL, NULL)
                       : lab_gave_up(lab, &failure);
}

struct lab_vm *lab_new_vm(struct lab *lab)
{
    assert(lab->vm_count < LAB_VMS);
    struct lab_vm *vm = &lab->vms[lab->vm_count];

    vm->lab = lab;
    return lab_open_files(vm, lab->vm_count++) ? vm : NULL;
}

struct lab_vm *lab_boot(struct lab *lab, const struct lab_machine *machine)
{
    if (lab->failed) {
        return NULL;
    }
    struct lab_vm *vm = lab_new_vm(lab);
    if (!vm) {
        return NULL;
    }
    vm->own_machine = machine->machine || machine->device;
    vm->append = machine->append;
    if (!start(vm, machine)) {
        return NULL;
    }
    const char *version = session_qemu_version(machine_session(vm->machine));
    text_format(lab->outcome->version, sizeof lab->outcome->version, "%s",
                version);
    lab->version = version_of(version);
    if (!machine->device && !machine->machine && !machine->id) {
        text_format(vm->device.path, sizeof vm->device.path,
                    "/machine/peripheral/balloon0");
    }
    return vm;
}

bool lab_stop(struct lab_vm *vm)
{
    vm->stopped = true;
    if (!lab_qmp(vm, "stop", NULL, NULL)) {
        return false;
    }
    machine_drain(vm->machine);
    return true;
}

bool lab_cont(struct lab_vm *vm)
{
    vm->stopped = false;
    return lab_qmp(vm, "cont", NULL, NULL);
}

static bool line_is_whole(void *context)
{
    const struct lab_vm *vm = context;

    return !lines_unfinished(machine_console(vm->machine));
}

// Stops the machine where no line is half written.
static bool stop_between_lines(struct lab_vm *vm)
{
    if (!lab_stop(vm)) {
        return false;
    }
    while (!line_is_whole(vm)) {
        if (!lab_cont(vm) ||
            !lab_wait(vm, line_is_whole, "the end of a console line") ||
            !lab_stop(vm)) {
            return false;
        }
    }
    return true;
}

bool lab_reset(struct lab_vm *vm)
{
    // -no-reboot would make it the machine's end.
    if (!stop_between_lines(vm) ||
        !lab_qmp(vm, "set-action", "{\"reboot\": \"reset\"}", NULL) ||
        !lab_qmp(vm, "system_reset", NULL, NULL) ||
        !lab_await_event(vm, "RESET", NULL)) {
        return false;
    }
    machine_drain(vm->machine);
    vm->feed = (struct truth_feed){0};
    vm->fresh = false;
    return lab_cont(vm);
}

void lab_forget(struct lab_vm *vm)
{
    machine_drain(vm->machine);
    vm->feed = (struct truth_feed){0};
    vm->fresh = true;
    vm->form_told = true; // on the machine, or in the boot, before this one
}

static bool has_ended(void *context)
{
    const struct lab_vm *vm = context;

    return machine_exit_status(vm->machine) >= 0;
}

bool lab_await_end(struct lab_vm *vm, int *status)
{
    struct failure failure;

    if (vm->lab->failed) {
        return false;
    }
    if (!machine_await(vm->machine, has_ended, vm, vm->lab->deadline,
                       "QEMU's end", &failure) &&
        failure.code != CODE_QEMU_DIED) {
        return lab_broke(vm, &failure);
    }
    machine_drain(vm->machine);
    *status = machine_exit_status(vm->machine);
    return true;
}

// SPDX-License-Identifier: MIT
// Command lines that QEMU must refuse at the start.
// Limits: only QEMU's last lines are searched for the text.
#include "claims/lab_refused.h"

#include <string.h>

#include "claims/lab_internal.h"

static size_t count(const char *const *words)
{
    size_t number = 0;

    while (words && words[number]) {
        number++;
    }
    return number;
}

static bool judge(struct lab *lab, const struct failure *failure,
                  const char *text)
{
    if (failure->code != CODE_QEMU_DIED) {
        return lab_gave_up(lab, failure);
    }
    return strstr(failure->text, text) ||
           lab_fail(lab, "expected QEMU to end with '%s', got: %s", text,
                    failure->text);
}

bool lab_boot_refused(struct lab *lab, const struct lab_machine *machine,
                      const char *text)
{
    const char *properties[LAB_PROPERTIES] = {NULL};
    struct machine_options options = lab_options(lab, machine, properties);
    struct failure failure;

    options.extra = machine->extra;
    options.extra_count = count(machine->extra);
    if (lab->failed) {
        return false;
    }
    struct lab_vm *vm = lab_new_vm(lab);
    if (!vm) {
        return false;
    }
    const struct machine_hooks hooks = lab_hooks(vm);
    vm->machine =
        machine_start(lab->loop, &options, &hooks, lab->deadline, &failure);
    return vm->machine ? lab_fail(lab,
                                  "expected QEMU to end with '%s', but "
                                  "it started",
                                  text)
                       : judge(lab, &failure, text);
}

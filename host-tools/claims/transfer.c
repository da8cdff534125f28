// SPDX-License-Identifier: MIT
// Migration through a file, by a shell's cat.
// Limits: as transfer.h says. QEMU, qapi/migration.json.
#include "claims/transfer.h"

#include <string.h>

#include "base/text.h"
#include "qmp/json.h"

enum {
    URI = 1024
};

// A command with an argument "uri": the file, written or read by a shell.
static bool with_uri(struct lab *lab, struct lab_vm *vm, const char *command,
                     const char *program)
{
    char arguments[URI];

    text_format(arguments, sizeof arguments, "{\"uri\": \"exec:%s '%s'\"}",
                program, lab_file(lab, "migration"));
    return lab_qmp(vm, command, arguments, NULL);
}

static bool want_events(struct lab_vm *vm)
{
    return lab_qmp(vm, "migrate-set-capabilities",
                   "{\"capabilities\": [{\"capability\": \"events\", "
                   "\"state\": true}]}",
                   NULL);
}

static bool await_completed(struct lab *lab, struct lab_vm *vm)
{
    struct json_object *event;
    bool completed = false;

    while (!completed) {
        if (!lab_await_event(vm, "MIGRATION", &event)) {
            return false;
        }
        const char *status =
            json_member_string(json_member(event, "data"), "status");
        bool failed = status && strcmp(status, "failed") == 0;
        completed = status && strcmp(status, "completed") == 0;
        json_object_put(event);
        if (failed) {
            return lab_fail(lab, "the migration failed");
        }
    }
    return true;
}

bool transfer_out(struct lab *lab, struct lab_vm *vm)
{
    return want_events(vm) && with_uri(lab, vm, "migrate", "cat >") &&
           await_completed(lab, vm);
}

bool transfer_in(struct lab *lab, struct lab_vm *vm)
{
    if (!want_events(vm) || !with_uri(lab, vm, "migrate-incoming", "cat") ||
        !await_completed(lab, vm)) {
        return false;
    }
    lab_forget(vm);
    return true;
}

// SPDX-License-Identifier: MIT
// Migration over the lab's socket; the lab keeps the bytes in between.
// QEMU, qapi/migration.json.
#include "claims/transfer.h"

#include <string.h>

#include "claims/lab_keep.h"
#include "qmp/json.h"

#define STREAM "{\"uri\": \"fd:stream\"}"

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
    return want_events(vm) && lab_take_stream(vm) &&
           lab_qmp(vm, "migrate", STREAM, NULL) && await_completed(lab, vm) &&
           lab_await_stream(vm);
}

bool transfer_in(struct lab *lab, struct lab_vm *vm)
{
    if (!want_events(vm) || !lab_give_stream(vm) ||
        !lab_qmp(vm, "migrate-incoming", STREAM, NULL) ||
        !await_completed(lab, vm)) {
        return false;
    }
    lab_forget(vm);
    return true;
}

// SPDX-License-Identifier: MIT
// Migration through a file, by a shell's cat.
// Limits: as transfer.h says. QEMU, qapi/migration.json.
#include "claims/transfer.h"

#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "qmp/json.h"

enum {
    URI = 2048,
    LOOK_MS = 10
};

// A command with an argument "uri": what a shell is to do with the bytes.
static bool with_shell(struct lab_vm *vm, const char *command,
                       const char *words)
{
    char arguments[URI];

    text_format(arguments, sizeof arguments, "{\"uri\": \"exec:%s\"}", words);
    return lab_qmp(vm, command, arguments, NULL);
}

// QEMU is done when the shell's pipe has everything, the shell only later: so
// the file gets its name last.
static bool write_file(struct lab *lab, struct lab_vm *vm, const char *path)
{
    const char *part = lab_file(lab, "migration.part");
    char words[URI / 2];

    text_format(words, sizeof words, "cat > '%s' && mv '%s' '%s'", part, part,
                path);
    return with_shell(vm, "migrate", words);
}

static bool await_file(struct lab *lab, const char *path)
{
    while (access(path, F_OK) != 0) {
        if (!lab_pass(lab, LOOK_MS)) {
            return false;
        }
    }
    return true;
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
    const char *path = lab_file(lab, "migration");

    return want_events(vm) && write_file(lab, vm, path) &&
           await_completed(lab, vm) && await_file(lab, path);
}

bool transfer_in(struct lab *lab, struct lab_vm *vm)
{
    char words[URI / 2];

    text_format(words, sizeof words, "cat '%s'", lab_file(lab, "migration"));
    if (!want_events(vm) || !with_shell(vm, "migrate-incoming", words) ||
        !await_completed(lab, vm)) {
        return false;
    }
    lab_forget(vm);
    return true;
}

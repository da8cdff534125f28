// SPDX-License-Identifier: MIT
// A check's commands to QEMU, accepted or refused.
// Limits: arguments are the check's own JSON text: invalid text is an error in
// the check and fails the case.
#include <string.h>
#include <time.h>

#include "base/text.h"
#include "claims/lab_internal.h"
#include "qmp/json.h"
#include "qmp/qom.h"

// JSON text to an object; NULL text to NULL.
static bool parse(struct lab *lab, const char *text, struct json_object **value)
{
    const char *reason = NULL;

    *value = text ? json_parse(text, strlen(text), &reason) : NULL;
    return !reason ||
           lab_fail(lab, "the check's own JSON is wrong: %s: %s", reason, text);
}

bool lab_command(struct lab_vm *vm, const char *command,
                 struct json_object *arguments, struct json_object **result,
                 struct failure *refused)
{
    struct failure failure;

    if (vm->lab->failed) {
        json_object_put(arguments);
        return false;
    }
    if (session_execute(machine_session(vm->machine), command, arguments,
                        vm->lab->deadline, result, &failure)) {
        return true;
    }
    if (refused && failure.error_class[0]) {
        *refused = failure;
        return true;
    }
    return lab_broke(vm, &failure);
}

bool lab_qmp(struct lab_vm *vm, const char *command, const char *arguments,
             struct json_object **result)
{
    struct json_object *parsed;

    return parse(vm->lab, arguments, &parsed) &&
           lab_command(vm, command, parsed, result, NULL);
}

bool lab_qmp_with(struct lab_vm *vm, const char *command,
                  struct json_object *arguments, struct json_object **result)
{
    return lab_command(vm, command, arguments, result, NULL);
}

struct json_object *lab_property(const char *path, const char *property)
{
    struct json_object *arguments = json_object_new_object();

    json_object_object_add(arguments, "path", json_object_new_string(path));
    json_object_object_add(arguments, "property",
                           json_object_new_string(property));
    return arguments;
}

bool lab_qmp_last(struct lab_vm *vm, const char *command, const char *arguments)
{
    struct json_object *parsed;
    struct failure failure;

    if (vm->lab->failed || !parse(vm->lab, arguments, &parsed)) {
        return false;
    }
    return session_execute(machine_session(vm->machine), command, parsed,
                           vm->lab->deadline, NULL, &failure) ||
           failure.code == CODE_QEMU_DIED || lab_broke(vm, &failure);
}

// Checks QEMU's answer to a command that it must refuse.
static bool judge_refusal(struct lab_vm *vm, const char *what,
                          const struct failure *refused, const char *desc)
{
    if (!refused->error_class[0]) {
        return lab_fail(vm->lab, "%s: expected a refusal%s%s, got none", what,
                        desc ? ": " : "", desc ? desc : "");
    }
    return !desc || strstr(refused->text, desc) ||
           lab_fail(vm->lab, "%s: expected the refusal '%s', got: %s", what,
                    desc, refused->text);
}

bool lab_qmp_refused(struct lab_vm *vm, const char *command,
                     const char *arguments, const char *desc)
{
    struct json_object *parsed;

    return parse(vm->lab, arguments, &parsed) &&
           lab_qmp_with_refused(vm, command, parsed, desc);
}

bool lab_qmp_with_refused(struct lab_vm *vm, const char *command,
                          struct json_object *arguments, const char *desc)
{
    struct failure refused = {.code = CODE_OK};
    struct json_object *result = NULL;

    if (!lab_command(vm, command, arguments, &result, &refused)) {
        return false;
    }
    json_object_put(result);
    return judge_refusal(vm, command, &refused, desc);
}

const char *lab_path(struct lab_vm *vm)
{
    struct failure failure;

    if (vm->lab->failed) {
        return NULL;
    }
    if (!vm->device.path[0] &&
        !balloon_find(machine_session(vm->machine), vm->lab->deadline,
                      &vm->device, &failure)) {
        lab_broke(vm, &failure);
        return NULL;
    }
    return vm->device.path;
}

const char *lab_backend(struct lab_vm *vm)
{
    const char *path = lab_path(vm);

    if (!path) {
        return NULL;
    }
    text_format(vm->backend, sizeof vm->backend, "%s%s", path,
                lab_is_pci(vm->lab) ? "/virtio-backend" : "");
    return vm->backend;
}

bool lab_get(struct lab_vm *vm, const char *property,
             struct json_object **value)
{
    struct failure failure;
    const char *path = lab_path(vm);

    return path && (qom_get(machine_session(vm->machine), path, property,
                            vm->lab->deadline, value, &failure) ||
                    lab_broke(vm, &failure));
}

// A notification of the guest may still be pending in an eventfd. QEMU's main
// loop handles it before it answers another command, so after the answer to
// lab_interval the device has the guest's buffer. A request that finds no
// buffer would only be repeated after a whole interval.
bool lab_set_interval(struct lab_vm *vm, uint32_t seconds)
{
    struct failure failure;
    uint32_t before;

    return (vm->stopped || lab_interval(vm, &before)) && lab_path(vm) &&
           (qom_set(machine_session(vm->machine), vm->device.path,
                    "guest-stats-polling-interval",
                    json_object_new_uint64(seconds), vm->lab->deadline,
                    &failure) ||
            lab_broke(vm, &failure));
}

bool lab_interval(struct lab_vm *vm, uint32_t *seconds)
{
    struct failure failure;

    return lab_path(vm) &&
           (balloon_get_interval(machine_session(vm->machine), &vm->device,
                                 vm->lab->deadline, seconds, &failure) ||
            lab_broke(vm, &failure));
}

bool lab_interval_refused(struct lab_vm *vm, const char *json, const char *desc)
{
    struct failure refused = {.code = CODE_OK};
    struct json_object *arguments;
    const char *path = lab_path(vm);
    char text[96];
    char what[96];

    // The check's own JSON text: json-c cannot make every value that QEMU must
    // refuse.
    text_format(text, sizeof text, "{\"value\": %s}", json);
    text_format(what, sizeof what, "interval %s", json);
    if (!path || !parse(vm->lab, text, &arguments)) {
        return false;
    }
    json_object_object_add(arguments, "path", json_object_new_string(path));
    json_object_object_add(
        arguments, "property",
        json_object_new_string("guest-stats-polling-interval"));
    return lab_command(vm, "qom-set", arguments, NULL, &refused) &&
           judge_refusal(vm, what, &refused, desc);
}

static int member(struct json_object *tm, const char *name)
{
    return json_object_get_int(json_member(tm, name));
}

bool lab_clock(struct lab_vm *vm, uint64_t *seconds)
{
    static const int64_t base = 946684800; // 2000-01-01, as in -rtc
    struct json_object *tm;

    if (!lab_qmp(vm, "qom-get",
                 "{\"path\": \"/machine\", \"property\": \"rtc-time\"}", &tm)) {
        return false;
    }
    struct tm parts = {
        .tm_year = member(tm, "tm_year"),
        .tm_mon = member(tm, "tm_mon"),
        .tm_mday = member(tm, "tm_mday"),
        .tm_hour = member(tm, "tm_hour"),
        .tm_min = member(tm, "tm_min"),
        .tm_sec = member(tm, "tm_sec"),
    };
    json_object_put(tm);
    *seconds = (uint64_t)(timegm(&parts) - base);
    return true;
}

// SPDX-License-Identifier: MIT
// A check's waits: for samples, lines, events, and time.
// Limits: every wait ends at the case's deadline at the latest.
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/text.h"
#include "claims/lab_internal.h"
#include "qmp/json.h"

bool lab_broke(struct lab_vm *vm, struct failure *failure)
{
    if (!vm->lab->failed) {
        machine_explain(vm->machine, failure);
    }
    return lab_gave_up(vm->lab, failure);
}

bool lab_wait(struct lab_vm *vm, machine_condition *condition,
              const char *awaited)
{
    struct failure failure;

    return !vm->lab->failed &&
           (machine_await(vm->machine, condition, vm, vm->lab->deadline,
                          awaited, &failure) ||
            lab_broke(vm, &failure));
}

struct numbered {
    struct lab_vm *vm;
    uint64_t seq;
};

static bool is_sent(void *context)
{
    const struct numbered *wanted = context;

    return wanted->vm->feed.malformed || wanted->vm->feed.sent >= wanted->seq;
}

bool lab_await_sample(struct lab_vm *vm, uint64_t seq)
{
    struct numbered wanted = {vm, seq};
    struct failure failure;
    char awaited[80];

    if (vm->lab->failed) {
        return false;
    }
    text_format(awaited, sizeof awaited, "the guest's line 'sent seq=%llu'",
                (unsigned long long)seq);
    if (!machine_await(vm->machine, is_sent, &wanted, vm->lab->deadline,
                       awaited, &failure)) {
        return lab_broke(vm, &failure);
    }
    return !vm->feed.malformed ||
           lab_fail(vm->lab, "the guest's own words cannot be believed: %s",
                    vm->feed.reason);
}

// Searches the lines that have arrived, and drops those up to the match.
static bool has_come(struct lab_vm *vm, const char *text)
{
    const char *lines = buffer_string(&vm->console);
    const char *at = strstr(lines, text);
    const char *end = at ? strchr(at, '\n') : NULL;

    buffer_drop(&vm->console,
                end ? (size_t)(end + 1 - lines) : vm->console.length);
    return end;
}

static bool line_came(void *context)
{
    const struct lab_vm *vm = context;

    return vm->came;
}

bool lab_await_line(struct lab_vm *vm, const char *text)
{
    char awaited[128];

    machine_drain(vm->machine);
    if (vm->lab->failed || has_come(vm, text)) {
        return !vm->lab->failed;
    }
    vm->awaited = text;
    vm->came = false;
    text_format(awaited, sizeof awaited, "a console line with '%s'", text);
    bool ok = lab_wait(vm, line_came, awaited);
    vm->awaited = NULL;
    return ok;
}

struct named {
    struct lab_vm *vm;
    const char *name;
    struct json_object *event;
};

static bool event_came(void *context)
{
    struct named *wanted = context;
    struct session *session = machine_session(wanted->vm->machine);

    wanted->event = events_take_named(session_events(session), wanted->name);
    return wanted->event;
}

bool lab_await_event(struct lab_vm *vm, const char *name,
                     struct json_object **event)
{
    struct named wanted = {vm, name, NULL};
    struct failure failure;
    char awaited[96];

    if (vm->lab->failed) {
        return false;
    }
    text_format(awaited, sizeof awaited, "QEMU's event %s", name);
    if (!machine_await(vm->machine, event_came, &wanted, vm->lab->deadline,
                       awaited, &failure)) {
        return lab_broke(vm, &failure);
    }
    if (event) {
        *event = wanted.event;
    } else {
        json_object_put(wanted.event);
    }
    return true;
}

bool lab_pass(struct lab *lab, unsigned milliseconds)
{
    struct failure failure;
    struct deadline end = deadline_in_ms(milliseconds);
    enum loop_result result = LOOP_EVENT;

    while (!lab->failed && result == LOOP_EVENT) {
        result = loop_step(lab->loop, deadline_sooner(end, lab->deadline));
    }
    if (lab->failed || (result == LOOP_TIMEOUT && deadline_passed(end))) {
        return !lab->failed;
    }
    loop_failure(lab->loop, result, "time to pass", &failure);
    return lab_gave_up(lab, &failure);
}

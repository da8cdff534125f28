// SPDX-License-Identifier: MIT
// Steps of the "size" checks.
#include "claims/sizes.h"

#include "base/text.h"
#include "qmp/json.h"

struct lab_vm *sizes_boot(struct lab *lab, const char *append)
{
    struct lab_vm *vm = lab_boot(lab, &(struct lab_machine){.append = append});

    return vm && lab_await_line(vm, "balloon ") ? vm : NULL;
}

bool sizes_ask(struct lab_vm *vm, int64_t bytes)
{
    struct json_object *arguments = json_object_new_object();

    json_object_object_add(arguments, "value", json_object_new_int64(bytes));
    return lab_qmp_with(vm, "balloon", arguments, NULL);
}

bool sizes_come(struct lab_vm *vm, int64_t bytes)
{
    char line[64];

    text_format(line, sizeof line, "balloon reached actual=%lld",
                (long long)((SIZES_RAM - bytes) / SIZES_PAGE));
    return lab_await_line(vm, line);
}

bool sizes_reach(struct lab *lab, struct lab_vm *vm, int64_t bytes)
{
    return sizes_ask(vm, bytes) && sizes_come(vm, bytes) &&
           sizes_is(lab, vm, "once the guest is there", bytes);
}

static bool number_of(struct lab *lab, struct json_object *object,
                      int64_t *bytes)
{
    struct json_object *actual = json_member(object, "actual");
    const bool ok = json_object_is_type(actual, json_type_int);

    *bytes = ok ? json_object_get_int64(actual) : 0;
    return ok || lab_fail(lab, "no number under 'actual'");
}

bool sizes_actual(struct lab *lab, struct lab_vm *vm, int64_t *bytes)
{
    struct json_object *answer;

    if (!lab_qmp(vm, "query-balloon", NULL, &answer)) {
        return false;
    }
    bool ok = number_of(lab, answer, bytes);
    json_object_put(answer);
    return ok;
}

bool sizes_same(struct lab *lab, const char *what, int64_t expected,
                int64_t got)
{
    return expected == got || lab_fail(lab, "%s: expected %lld, got %lld", what,
                                       (long long)expected, (long long)got);
}

bool sizes_is(struct lab *lab, struct lab_vm *vm, const char *when,
              int64_t bytes)
{
    int64_t actual;
    char what[96];

    text_format(what, sizeof what, "query-balloon %s", when);
    return sizes_actual(lab, vm, &actual) &&
           sizes_same(lab, what, bytes, actual);
}

bool sizes_event(struct lab *lab, struct lab_vm *vm, int64_t *bytes)
{
    struct json_object *event;

    if (!lab_await_event(vm, "BALLOON_CHANGE", &event)) {
        return false;
    }
    bool ok = number_of(lab, json_member(event, "data"), bytes);
    json_object_put(event);
    return ok;
}

bool sizes_events_until(struct lab *lab, struct lab_vm *vm, int64_t bytes,
                        uint64_t *count)
{
    int64_t seen;

    *count = 0;
    do {
        if (!sizes_event(lab, vm, &seen)) {
            return false;
        }
        ++*count;
    } while (seen != bytes);
    return true;
}

// SPDX-License-Identifier: MIT
// Claims about savevm and loadvm: what of the statistics is in a snapshot.
// Limits: a qcow2 file made through QMP holds the snapshot, and nothing else.
#include <string.h>

#include "base/text.h"
#include "claims/claim.h"
#include "claims/lab.h"
#include "claims/registry.h"
#include "claims/samples.h"
#include "qmp/json.h"

#define NODES                                                                  \
    "\"tag\": \"then\", \"vmstate\": \"disk\", \"devices\": [\"disk\"]"

// "error" of the one job that is left; true when it has none.
static bool job_went_well(struct lab *lab, struct json_object *jobs)
{
    struct json_object *job = json_object_array_get_idx(jobs, 0);
    const char *error = json_member_string(job, "error");

    return !error ||
           lab_fail(lab, "job %s: %s", json_member_string(job, "type"), error);
}

// Starts the job "job", waits for its end, and takes it away.
static bool run_job(struct lab *lab, struct lab_vm *vm, const char *command,
                    const char *arguments)
{
    struct json_object *event;
    struct json_object *jobs;
    bool concluded = false;

    if (!lab_qmp(vm, command, arguments, NULL)) {
        return false;
    }
    while (!concluded) {
        if (!lab_await_event(vm, "JOB_STATUS_CHANGE", &event)) {
            return false;
        }
        const char *status =
            json_member_string(json_member(event, "data"), "status");
        concluded = status && strcmp(status, "concluded") == 0;
        json_object_put(event);
    }
    if (!lab_qmp(vm, "query-jobs", NULL, &jobs)) {
        return false;
    }
    bool good = job_went_well(lab, jobs);
    json_object_put(jobs);
    return lab_qmp(vm, "job-dismiss", "{\"id\": \"job\"}", NULL) &&
           lab_await_event(vm, "JOB_STATUS_CHANGE", NULL) && good;
}

static bool make_file(struct lab *lab, struct lab_vm *vm)
{
    char text[1024];
    const char *file = lab_file(lab, "snapshot.qcow2");

    text_format(text, sizeof text,
                "{\"job-id\": \"job\", \"options\": {\"driver\": \"file\", "
                "\"filename\": \"%s\", \"size\": 0}}",
                file);
    if (!run_job(lab, vm, "blockdev-create", text)) {
        return false;
    }
    text_format(text, sizeof text,
                "{\"driver\": \"file\", \"filename\": \"%s\", "
                "\"node-name\": \"file\"}",
                file);
    return lab_qmp(vm, "blockdev-add", text, NULL);
}

static bool make_disk(struct lab *lab, struct lab_vm *vm)
{
    return make_file(lab, vm) &&
           run_job(lab, vm, "blockdev-create",
                   "{\"job-id\": \"job\", \"options\": {\"driver\": \"qcow2\", "
                   "\"file\": \"file\", \"size\": 1048576}}") &&
           lab_qmp(vm, "blockdev-add",
                   "{\"driver\": \"qcow2\", \"file\": \"file\", "
                   "\"node-name\": \"disk\"}",
                   NULL);
}

static bool save(struct lab *lab, struct lab_vm *vm)
{
    return run_job(lab, vm, "snapshot-save",
                   "{\"job-id\": \"job\", " NODES "}");
}

// The machine that stands still is another one then.
static bool load(struct lab *lab, struct lab_vm *vm)
{
    if (!run_job(lab, vm, "snapshot-load",
                 "{\"job-id\": \"job\", " NODES "}")) {
        return false;
    }
    lab_forget(vm);
    return true;
}

// Asks the guest now, and not again for a long time.
static bool poll_once(struct lab_vm *vm, uint64_t seq)
{
    return lab_set_interval(vm, 0) && lab_set_interval(vm, 1000) &&
           lab_await_sample(vm, seq);
}

// A snapshot of sample 2, and then sample 3, with other values; the machine
// stands still. *saved is what the guest had said when it was saved.
static struct lab_vm *save_and_go_on(struct lab *lab, struct truth *saved)
{
    static const struct lab_machine machine = {0};
    struct lab_vm *vm = lab_boot(lab, &machine);

    if (!vm || !lab_await_sample(vm, 1) || !make_disk(lab, vm) ||
        !poll_once(vm, 2) || !lab_stop(vm) || !lab_equal(vm)) {
        return NULL;
    }
    *saved = *lab_truth(vm);
    return save(lab, vm) && lab_cont(vm) && poll_once(vm, 3) && lab_stop(vm) &&
                   lab_equal(vm)
               ? vm
               : NULL;
}

static bool check_loaded(struct lab *lab)
{
    struct truth saved;
    struct lab_vm *vm = save_and_go_on(lab, &saved);
    struct sample before;
    struct sample after;

    if (!vm || !lab_read(vm, &before) || !load(lab, vm) ||
        !lab_read(vm, &after)) {
        return false;
    }
    if (samples_never(&after)) {
        return true;
    }
    return samples_unchanged(lab, vm, "after loadvm, or none", &before) &&
           lab_find(lab, FINDING_CAVEAT,
                    "what was there before loadvm stays readable until cont");
}

static bool check_values(struct lab *lab)
{
    struct truth saved;
    struct lab_vm *vm = save_and_go_on(lab, &saved);

    return vm && load(lab, vm) && lab_cont(vm) && lab_stop(vm) &&
           lab_same(lab, "number of the saved sample", 2, saved.seq) &&
           lab_matches(vm, &saved);
}

static bool check_last_update(struct lab *lab)
{
    struct truth saved;
    struct lab_vm *vm = save_and_go_on(lab, &saved);
    struct sample before;
    struct sample after;

    return vm && lab_read(vm, &before) && lab_pass(lab, 1100) &&
           load(lab, vm) && lab_cont(vm) && lab_read(vm, &after) &&
           (after.last_update > before.last_update ||
            lab_fail(lab, "expected a last-update after %llu, got %llu",
                     (unsigned long long)before.last_update,
                     (unsigned long long)after.last_update));
}

static bool check_interval(struct lab *lab)
{
    struct truth saved;
    struct lab_vm *vm = save_and_go_on(lab, &saved);
    uint32_t seconds;

    return vm && lab_set_interval(vm, 77) && load(lab, vm) &&
           lab_interval(vm, &seconds) &&
           lab_same(lab, "interval after loadvm", 77, seconds) &&
           lab_cont(vm) && lab_interval(vm, &seconds) &&
           lab_same(lab, "interval after cont", 77, seconds);
}

static bool check_polling(struct lab *lab)
{
    struct truth saved;
    struct lab_vm *vm = save_and_go_on(lab, &saved);

    return vm && load(lab, vm) && lab_cont(vm) && poll_once(vm, 3) &&
           lab_same(lab, "first sample after loadvm", 3, lab_sent(vm)) &&
           lab_equal(vm) && poll_once(vm, 4) && lab_equal(vm);
}

static const struct claim claims[] = {
    {
        .id = "snapshot.loaded",
        .place = "beyond",
        .statement = "The statistics are not in a snapshot: after loadvm, "
                     "before cont, every one is absent and last-update is 0.",
        .expected = FINDING_CAVEAT,
        .since = 10,
        .then = FINDING_HOLDS,
        .check = check_loaded,
    },
    {
        .id = "snapshot.values",
        .place = "beyond",
        .statement = "At the first cont after loadvm QEMU reads the buffer in "
                     "the guest's memory again, so the values are those of "
                     "the time of the snapshot.",
        .check = check_values,
    },
    {
        .id = "snapshot.last-update",
        .place = "36-38",
        .statement = "last-update then is the time of that reading, not the "
                     "time when the guest gave the values.",
        .forms = FORMS_ONCE,
        .check = check_last_update,
    },
    {
        .id = "snapshot.interval",
        .place = "beyond",
        .statement = "The interval is not in a snapshot: loadvm keeps the one "
                     "that is set now.",
        .check = check_interval,
    },
    {
        .id = "snapshot.polling",
        .place = "beyond",
        .statement = "After loadvm and cont polling works, with the sample "
                     "that follows the saved one.",
        .check = check_polling,
    },
};

const struct claim_list claims_snapshot = {claims,
                                           sizeof claims / sizeof *claims};

// SPDX-License-Identifier: MIT
// A qcow2 file for snapshots, made and used through QMP jobs.
// QEMU, qapi/job.json, qapi/migration.json.
#include "claims/disk.h"

#include <string.h>

#include "claims/lab_keep.h"
#include "qmp/json.h"

#define FILE_NAME "snapshot.qcow2" // in the case's folder
#define NODES                                                                  \
    "\"tag\": \"then\", \"vmstate\": \"disk\", \"devices\": [\"disk\"]"

// True when the one remaining job has no "error".
static bool job_went_well(struct lab *lab, struct json_object *jobs)
{
    struct json_object *job = json_object_array_get_idx(jobs, 0);
    const char *error = json_member_string(job, "error");

    return !error ||
           lab_fail(lab, "job %s: %s", json_member_string(job, "type"), error);
}

// Starts the job "job", waits for its end, and dismisses it.
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
    return lab_free_name(lab, FILE_NAME) &&
           run_job(lab, vm, "blockdev-create",
                   "{\"job-id\": \"job\", \"options\": {\"driver\": \"file\", "
                   "\"filename\": \"" FILE_NAME "\", \"size\": 0}}") &&
           lab_qmp(vm, "blockdev-add",
                   "{\"driver\": \"file\", \"filename\": \"" FILE_NAME "\", "
                   "\"node-name\": \"file\"}",
                   NULL);
}

bool disk_make(struct lab *lab, struct lab_vm *vm)
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

bool disk_save(struct lab *lab, struct lab_vm *vm)
{
    return run_job(lab, vm, "snapshot-save",
                   "{\"job-id\": \"job\", " NODES "}");
}

bool disk_load(struct lab *lab, struct lab_vm *vm)
{
    if (!run_job(lab, vm, "snapshot-load",
                 "{\"job-id\": \"job\", " NODES "}")) {
        return false;
    }
    lab_forget(vm);
    return true;
}

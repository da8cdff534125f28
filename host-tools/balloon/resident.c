// SPDX-License-Identifier: MIT
// The peer of a unix socket, verified to be QEMU, and its resident memory.
// Linux, proc(5).
#include "balloon/resident.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "qmp/json.h"

enum {
    FILE_TEXT = 4096,
    DIGITS = 16 // with a NUL: small enough that units and sums do not overflow
};

static void unknown(struct resident *resident, const char *reason)
{
    text_format(resident->reason, sizeof resident->reason, "%s", reason);
}

// The value of a line "NAME:   N kB" in a file of /proc, in bytes.
static bool field(const char *text, const char *name, uint64_t *bytes)
{
    char begin[32];
    char digits[DIGITS];
    uint64_t kilobytes;

    text_format(begin, sizeof begin, "\n%s:", name);
    const char *at = strstr(text, begin);
    if (!at) {
        return false;
    }
    at += strlen(begin);
    at += strspn(at, " \t");
    const size_t length = strspn(at, "0123456789");
    if (length >= sizeof digits || strncmp(at + length, " kB\n", 4) != 0) {
        return false;
    }
    text_format(digits, sizeof digits, "%.*s", (int)length, at);
    if (text_to_uint64(digits, &kilobytes) != NUMBER_OK) {
        return false;
    }
    *bytes = kilobytes * 1024;
    return true;
}

bool resident_rollup(const char *text, uint64_t *bytes)
{
    uint64_t rss;
    uint64_t shared;
    uint64_t private;

    if (!field(text, "Rss", &rss) || !field(text, "Shared_Hugetlb", &shared) ||
        !field(text, "Private_Hugetlb", &private)) {
        return false;
    }
    *bytes = rss + shared + private;
    return true;
}

// A kernel without hugetlbfs has no line for huge pages.
bool resident_status(const char *text, uint64_t *bytes)
{
    uint64_t rss;
    uint64_t huge = 0;

    if (!field(text, "VmRSS", &rss)) {
        return false;
    }
    *bytes = rss + (field(text, "HugetlbPages", &huge) ? huge : 0);
    return true;
}

// Reads a small file of /proc, cut at FILE_TEXT.
static bool read_proc(pid_t process, const char *name, char *text)
{
    char path[64];

    text_format(path, sizeof path, "/proc/%d/%s", (int)process, name);
    FILE *file = fopen(path, "re");
    if (!file) {
        return false;
    }
    text[fread(text, 1, FILE_TEXT - 1, file)] = '\0';
    fclose(file);
    return true;
}

// The thread of the first virtual CPU, as QEMU reports it.
static bool vcpu_thread(const struct balloon *balloon, uint64_t *thread)
{
    AUTO_JSON struct json_object *cpus = NULL;
    struct failure ignored;

    if (!session_execute(balloon->session, "query-cpus-fast", NULL,
                         balloon->deadline, &cpus, &ignored)) {
        return false;
    }
    return json_object_is_type(cpus, json_type_array) &&
           json_uint64(
               json_member(json_object_array_get_idx(cpus, 0), "thread-id"),
               thread) == JSON_INTEGER_OK;
}

static bool has_thread(pid_t process, uint64_t thread)
{
    char path[80];

    text_format(path, sizeof path, "/proc/%d/task/%llu", (int)process,
                (unsigned long long)thread);
    return access(path, F_OK) == 0;
}

void resident_read(const struct balloon *balloon, struct resident *resident)
{
    char text[FILE_TEXT];
    uint64_t thread = 0;

    *resident = (struct resident){.process = session_peer(balloon->session)};
    if (resident->process <= 0) {
        unknown(resident, "the monitor is no unix socket of this host");
    } else if (!vcpu_thread(balloon, &thread)) {
        unknown(resident, "QEMU does not list its threads");
    } else if (!has_thread(resident->process, thread)) {
        text_format(resident->reason, sizeof resident->reason,
                    "process %d, which listens there, is not that QEMU",
                    (int)resident->process);
    } else if ((read_proc(resident->process, "smaps_rollup", text) &&
                resident_rollup(text, &resident->bytes)) ||
               (read_proc(resident->process, "status", text) &&
                resident_status(text, &resident->bytes))) {
        resident->known = true;
    } else {
        unknown(resident, "this host does not show that process's memory");
    }
}

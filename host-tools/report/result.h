// SPDX-License-Identifier: MIT
// One result model for every report: cases down, QEMUs across.
// Limits: holds what happened; nothing here runs or prints anything.
#ifndef REPORT_RESULT_H
#define REPORT_RESULT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/exit_code.h"
#include "report/finding.h"

// What was to be verified.
struct subject {
    const char *name;  // of the case, "polling.enable/pci"
    const char *claim; // "polling.enable"
    const char *form;  // "pci"; "once": the transport makes no difference
    const char *place;
    const char *statement;
};

// A form of cases, in the words of `aerostat run`.
struct form_row {
    const char *name; // "pci-packed"
    const char *machine;
    const char *transport;
    const char *ring;
};

// A QEMU.
struct column {
    const char *qemu;        // its path, printable
    char version[64];        // from its greeting, "" when there was none
    bool known;              // the expectations were made with this version
    const char *accelerator; // -accel; NULL: tcg
    const char *program;     // its path, as exec wants it
    bool no_sandbox;         // it has no -sandbox, and is started without
};

enum status {
    STATUS_SKIPPED, // not run, or not observable as expected; the text says why
    STATUS_PASSED,  // the finding is the expected one
    STATUS_NEWS,    // another one, of a QEMU that nothing is known about
    STATUS_FAILED,  // another one
    STATUS_ERROR,   // no finding: the check hung or crashed, or the host failed
};

struct result {
    enum status status;
    enum finding finding; // not for SKIPPED (unless observed so) and ERROR
    enum finding expected;
    enum exit_code code; // of an ERROR
    bool done;           // false: it never came to an end
    char *text;          // printable, with line ends; NULL: nothing to say
    char *folder;        // what the case left, printable; NULL: nothing
    bool incomplete;     // not all of that could be written
    int64_t nanoseconds;
};

struct verification {
    struct subject *subjects;
    size_t subject_count;
    const struct form_row *forms; // all that there are, used or not
    size_t form_count;
    struct column *columns;
    size_t column_count;
    struct result *results; // subject_count rows of column_count
    bool interrupted;
};

struct counts {
    size_t passed; // NEWS included
    size_t failed; // ERROR included
    size_t skipped;
    size_t news;
    size_t errors;
    size_t findings[FINDINGS]; // of all that are neither skipped nor ERROR
};

struct result *verification_result(const struct verification *verification,
                                   size_t subject, size_t column);

// Of one column, or of all with column_count.
struct counts verification_counts(const struct verification *verification,
                                  size_t column);

// What follows from a finding.
enum status result_judge(enum finding finding, enum finding expected,
                         bool version_known);

// "passed", "news", "failed", "error", "skipped".
const char *status_name(enum status status);

// "polling.enable/pci", and " [7.2.22]" where there are several QEMUs.
void result_title(const struct verification *verification, size_t subject,
                  size_t column, char *out, size_t size);

// "QEMU 7.2.22", "QEMU of /path" without a version.
void column_title(const struct column *column, char *out, size_t size);

#endif

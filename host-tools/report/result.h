// SPDX-License-Identifier: MIT
// One table of results for every report: a row for each case, a column for each
// QEMU. Data only: nothing here runs or prints.
#ifndef REPORT_RESULT_H
#define REPORT_RESULT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/exit_code.h"
#include "report/finding.h"

// A case: a claim, tried in a form.
struct subject {
    const char *name;  // "polling.enable/pci"
    const char *claim; // "polling.enable"
    const char *form;  // "pci"; "once": the transport makes no difference
    const char *place; // line numbers in the document, or "beyond"
    const char *statement;
};

// A form of cases, in the option words of `aerostat run`.
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
    bool known;              // expectations exist for this version
    const char *accelerator; // -accel; NULL: tcg
    const char *program;     // its path for exec
    bool no_sandbox;         // it has no -sandbox, and is started without
};

enum status {
    STATUS_SKIPPED, // not run, or not observable as expected; text: the reason
    STATUS_PASSED,  // the expected finding
    STATUS_NEWS,    // an unexpected one, of a version without expectations
    STATUS_FAILED,  // an unexpected finding
    STATUS_ERROR,   // no finding: the check hung or crashed, or the host failed
};

struct result {
    enum status status;
    enum finding finding; // not for SKIPPED (unless observed so) and ERROR
    enum finding expected;
    enum exit_code code; // of an ERROR
    bool done;           // false: the case did not run to its end
    char *text;          // printable, with line ends; NULL: none
    char *folder;        // path of the files that were kept; NULL: none
    bool incomplete;     // some of these files could not be written
    int64_t nanoseconds;
};

struct verification {
    struct subject *subjects;
    size_t subject_count;
    const struct form_row *forms; // all known forms, used or not
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
    size_t findings[FINDINGS]; // of results other than SKIPPED and ERROR
};

struct result *verification_result(const struct verification *verification,
                                   size_t subject, size_t column);

// The counts of one column; of all columns, if `column` is column_count.
struct counts verification_counts(const struct verification *verification,
                                  size_t column);

// The status that follows from a finding.
enum status result_judge(enum finding finding, enum finding expected,
                         bool version_known);

// "passed", "news", "failed", "error", "skipped".
const char *status_name(enum status status);

// "polling.enable/pci", with " [7.2.22]" appended for several QEMUs.
void result_title(const struct verification *verification, size_t subject,
                  size_t column, char *out, size_t size);

// "QEMU 7.2.22", "QEMU of /path" without a version.
void column_title(const struct column *column, char *out, size_t size);

#endif

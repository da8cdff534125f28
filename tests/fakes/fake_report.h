// SPDX-License-Identifier: MIT
// Violations found by the fakes, the guest's log, and a panic that a test can
// expect. Host tests only.
#ifndef FAKES_FAKE_REPORT_H
#define FAKES_FAKE_REPORT_H

// Clears violations and log lines, and receives the log from here on; every
// test starts with it.
void fake_report_clear(void);

// Records a violation of the specification. Also printed in the test's output.
void fake_violation(const char *format, ...)
    __attribute__((format(printf, 1, 2)));

// All violations, one a line; "" if there are none.
const char *fake_violations(void);

// Number of log lines that contain the text, and the whole log.
unsigned fake_log_count(const char *text);
const char *fake_log(void);

#endif

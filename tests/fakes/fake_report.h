// SPDX-License-Identifier: MIT
// What the fakes found wrong with the code under test, what it logged, and a
// panic that a test can expect. Host tests only; the log is the guest's.
#ifndef FAKES_FAKE_REPORT_H
#define FAKES_FAKE_REPORT_H

// Forgets violations and log lines, and takes what the log writes from here on;
// every test starts with it.
void fake_report_clear(void);

// Notes a breach of the specification. Also printed, to be seen in the run.
void fake_violation(const char *format, ...)
    __attribute__((format(printf, 1, 2)));

// All violations, one a line; "" if there are none.
const char *fake_violations(void);

// How many lines of the log contain the text, and the whole log.
unsigned fake_log_count(const char *text);
const char *fake_log(void);

#endif

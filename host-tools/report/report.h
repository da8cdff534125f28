// SPDX-License-Identifier: MIT
// The reports, all made from the same results (result.h), into a buffer.
#ifndef REPORT_REPORT_H
#define REPORT_REPORT_H

#include "base/buffer.h"
#include "report/result.h"

// Plain text: a heading (only with several QEMUs), each case when its results
// are known, the closing lines. The last line is "N passed, N failed, N
// skipped".
void report_text_heading(const struct verification *verification,
                         struct buffer *out);
void report_text_case(const struct verification *verification, size_t subject,
                      struct buffer *out);
void report_text_end(const struct verification *verification,
                     struct buffer *out);

// TAP 13, in the same three pieces.
void report_tap_heading(const struct verification *verification,
                        struct buffer *out);
void report_tap_case(const struct verification *verification, size_t subject,
                     struct buffer *out);
void report_tap_end(const struct verification *verification,
                    struct buffer *out);

// JUnit's XML: the elements common to junit-10.xsd and the programs that read
// it.
void report_junit(const struct verification *verification, struct buffer *out);

// JSON, described by docs/verify-schema.json.
void report_json_document(const struct verification *verification,
                          struct buffer *out);

// The claims as a Markdown document with the verdicts of this run, without any
// time or path.
void report_document(const struct verification *verification,
                     struct buffer *out);

#endif

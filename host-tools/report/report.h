// SPDX-License-Identifier: MIT
// The reports, all made from the one result model.
// Limits: text into a buffer; files are report/file.h's.
#ifndef REPORT_REPORT_H
#define REPORT_REPORT_H

#include "base/buffer.h"
#include "report/result.h"

// For people: a heading (only where there are several QEMUs), each case as it
// is known, the closing lines; the last one is "N passed, N failed, N skipped".
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

// JUnit's XML as far as junit-10.xsd and its many readers agree.
void report_junit(const struct verification *verification, struct buffer *out);

// docs/verify-schema.json describes it.
void report_json_document(const struct verification *verification,
                          struct buffer *out);

// The claims as a document, with the verdicts of this run: Markdown without a
// time or a path in it.
void report_document(const struct verification *verification,
                     struct buffer *out);

#endif

// SPDX-License-Identifier: MIT
// TAP 13, the version that Debian's prove reads: one test for each case and
// QEMU. testanything.org/tap-version-13-specification.
// Limits: no YAML blocks; texts are diagnostic lines.
#include "report/report.h"

#include <string.h>

enum {
    TITLE = 256
};

// Escapes "#", which begins a directive, and "\", which escapes it.
static void add_description(struct buffer *out, const char *text)
{
    for (; *text; text++) {
        if (*text == '#' || *text == '\\') {
            buffer_text(out, "\\");
        }
        buffer_add(out, text, 1);
    }
}

static void add_lines(struct buffer *out, const char *text)
{
    while (*text) {
        size_t length = strcspn(text, "\n");
        buffer_format(out, "#   %.*s\n", (int)length, text);
        text += length + (text[length] == '\n');
    }
}

// Adds the first line of the text: a directive has only one line.
static void add_reason(struct buffer *out, const char *text)
{
    buffer_format(out, " # SKIP %.*s", (int)strcspn(text, "\n"), text);
}

static void add_result(const struct verification *verification, size_t subject,
                       size_t column, struct buffer *out)
{
    const struct result *result =
        verification_result(verification, subject, column);
    bool bad =
        result->status == STATUS_FAILED || result->status == STATUS_ERROR;
    char title[TITLE];

    result_title(verification, subject, column, title, sizeof title);
    buffer_format(out, "%sok %zu - ", bad ? "not " : "",
                  subject * verification->column_count + column + 1);
    add_description(out, title);
    if (result->status == STATUS_SKIPPED) {
        add_reason(out, result->text ? result->text : "");
        buffer_text(out, "\n");
        return;
    }
    buffer_text(out, "\n");
    if (result->status != STATUS_PASSED || result->finding != FINDING_HOLDS) {
        buffer_format(
            out, "# %s%s\n", result->status == STATUS_NEWS ? "news: " : "",
            result->status == STATUS_ERROR ? "no verdict"
                                           : finding_text(result->finding));
    }
    if (result->text) {
        add_lines(out, result->text);
    }
    if (bad && result->folder) {
        buffer_format(out, "#   see %s\n", result->folder);
    }
}

void report_tap_heading(const struct verification *verification,
                        struct buffer *out)
{
    buffer_format(out, "TAP version 13\n1..%zu\n",
                  verification->subject_count * verification->column_count);
}

void report_tap_case(const struct verification *verification, size_t subject,
                     struct buffer *out)
{
    for (size_t i = 0; i < verification->column_count; i++) {
        add_result(verification, subject, i, out);
    }
}

void report_tap_end(const struct verification *verification, struct buffer *out)
{
    struct counts counts =
        verification_counts(verification, verification->column_count);

    buffer_format(out, "# %zu passed, %zu failed, %zu skipped\n", counts.passed,
                  counts.failed, counts.skipped);
    if (verification->interrupted) {
        buffer_text(out, "Bail out! interrupted\n");
    }
}

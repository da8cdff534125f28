// SPDX-License-Identifier: MIT
// The plain text report: one line a case, with details below it.
// Limits: names are padded to NAME columns; a longer name shifts its line.
#include "report/report.h"

#include <string.h>

#include "base/text.h"
#include "base/wrap.h"

enum {
    NAME = 44,
    CELL = 24,
    INDENT = 4
};

// "holds", "FAILED: broken", "skipped".
static void cell(const struct result *result, char *out, size_t size)
{
    const char *finding = finding_text(result->finding);

    switch (result->status) {
    case STATUS_PASSED:
        text_format(out, size, "%s", finding);
        break;
    case STATUS_NEWS:
        text_format(out, size, "NEWS: %s", finding);
        break;
    case STATUS_FAILED:
        text_format(out, size, "FAILED: %s", finding);
        break;
    case STATUS_ERROR:
        text_format(out, size, "FAILED: no verdict");
        break;
    case STATUS_SKIPPED:
        text_format(out, size, "%s", result->done ? finding : "skipped");
        break;
    }
}

// Wraps the lines, except those that are indented already, as QEMU's last
// output is.
static void add_indented(struct buffer *out, const char *text)
{
    while (*text) {
        size_t length = strcspn(text, "\n");
        if (*text == ' ') {
            buffer_format(out, "%*s%.*s\n", INDENT, "", (int)length, text);
        } else {
            wrap_text(out, INDENT, text, length);
        }
        text += length + (text[length] == '\n');
    }
}

static bool is_bad(const struct result *result)
{
    return result->status == STATUS_FAILED || result->status == STATUS_ERROR;
}

static void add_details(const struct verification *verification, size_t subject,
                        size_t column, struct buffer *out)
{
    const struct result *result =
        verification_result(verification, subject, column);
    char title[96];

    if (!result->done) {
        return; // the canary or the closing lines give the reason
    }
    if (verification->column_count > 1 && result->text) {
        column_title(&verification->columns[column], title, sizeof title);
        buffer_format(out, "    %s:\n", title);
    }
    if (is_bad(result)) {
        add_indented(out, verification->subjects[subject].statement);
    }
    if (result->text) {
        add_indented(out, result->text);
    }
    if (result->status == STATUS_FAILED || result->status == STATUS_NEWS) {
        buffer_format(out, "    expected: %s\n",
                      finding_text(result->expected));
    }
    if (is_bad(result) && result->folder) {
        buffer_format(out, "    see %s%s\n", result->folder,
                      result->incomplete ? " (not all could be written)" : "");
    }
}

void report_text_heading(const struct verification *verification,
                         struct buffer *out)
{
    if (verification->column_count == 1) {
        return;
    }
    for (size_t i = 0; i < verification->column_count; i++) {
        buffer_format(out, "column %zu: %s\n", i + 1,
                      verification->columns[i].qemu);
    }
}

void report_text_case(const struct verification *verification, size_t subject,
                      struct buffer *out)
{
    char text[64];

    buffer_format(out, "%-*s", NAME, verification->subjects[subject].name);
    for (size_t i = 0; i < verification->column_count; i++) {
        cell(verification_result(verification, subject, i), text, sizeof text);
        bool last = i + 1 == verification->column_count;
        buffer_format(out, "  %-*s", last ? 0 : CELL, text);
    }
    buffer_text(out, "\n");
    for (size_t i = 0; i < verification->column_count; i++) {
        add_details(verification, subject, i, out);
    }
}

static void add_column_summary(const struct verification *verification,
                               size_t column, struct buffer *out)
{
    struct counts counts = verification_counts(verification, column);
    char title[96];
    const char *separator = ": ";

    column_title(&verification->columns[column], title, sizeof title);
    bool strange = verification->columns[column].version[0] &&
                   !verification->columns[column].known;
    buffer_format(out, "%s%s", title,
                  strange ? " (nothing is expected of this version)" : "");
    for (int i = 0; i < FINDINGS; i++) {
        if (counts.findings[i]) {
            buffer_format(out, "%s%zu %s", separator, counts.findings[i],
                          finding_text((enum finding)i));
            separator = ", ";
        }
    }
    if (counts.news) {
        buffer_format(out, "%s%zu news", separator, counts.news);
    }
    buffer_text(out, "\n");
}

void report_text_end(const struct verification *verification,
                     struct buffer *out)
{
    struct counts counts =
        verification_counts(verification, verification->column_count);

    buffer_text(out, "\n");
    for (size_t i = 0; i < verification->column_count; i++) {
        add_column_summary(verification, i, out);
    }
    if (verification->interrupted) {
        buffer_text(out, "interrupted: what had not ended was skipped\n");
    }
    buffer_format(out, "%zu passed, %zu failed, %zu skipped\n", counts.passed,
                  counts.failed, counts.skipped);
}

// SPDX-License-Identifier: MIT
// Access to the results, their judgement, counts and titles. Pure.
#include "report/result.h"

#include "base/text.h"

struct result *verification_result(const struct verification *verification,
                                   size_t subject, size_t column)
{
    return &verification
                ->results[subject * verification->column_count + column];
}

static void count(struct counts *counts, const struct result *result)
{
    counts->passed +=
        result->status == STATUS_PASSED || result->status == STATUS_NEWS;
    counts->news += result->status == STATUS_NEWS;
    counts->failed +=
        result->status == STATUS_FAILED || result->status == STATUS_ERROR;
    counts->errors += result->status == STATUS_ERROR;
    counts->skipped += result->status == STATUS_SKIPPED;
    if (result->status != STATUS_SKIPPED && result->status != STATUS_ERROR) {
        counts->findings[result->finding]++;
    }
}

struct counts verification_counts(const struct verification *verification,
                                  size_t column)
{
    struct counts counts = {0};

    for (size_t i = 0; i < verification->subject_count; i++) {
        for (size_t j = 0; j < verification->column_count; j++) {
            if (column == verification->column_count || column == j) {
                count(&counts, verification_result(verification, i, j));
            }
        }
    }
    return counts;
}

enum status result_judge(enum finding finding, enum finding expected,
                         bool version_known)
{
    if (finding != expected) {
        return version_known ? STATUS_FAILED : STATUS_NEWS;
    }
    return finding == FINDING_NOT_OBSERVABLE ? STATUS_SKIPPED : STATUS_PASSED;
}

const char *status_name(enum status status)
{
    static const char *const names[] = {
        [STATUS_SKIPPED] = "skipped", [STATUS_PASSED] = "passed",
        [STATUS_NEWS] = "news",       [STATUS_FAILED] = "failed",
        [STATUS_ERROR] = "error",
    };

    return names[status];
}

void column_title(const struct column *column, char *out, size_t size)
{
    if (column->version[0]) {
        text_format(out, size, "QEMU %s", column->version);
    } else {
        text_format(out, size, "QEMU of %s", column->qemu);
    }
}

void result_title(const struct verification *verification, size_t subject,
                  size_t column, char *out, size_t size)
{
    const struct column *qemu = &verification->columns[column];
    const char *name = verification->subjects[subject].name;

    if (verification->column_count == 1) {
        text_format(out, size, "%s", name);
    } else {
        text_format(out, size, "%s [%s]", name,
                    qemu->version[0] ? qemu->version : qemu->qemu);
    }
}

// SPDX-License-Identifier: MIT
// A verification with one result of each kind, and with texts that are hard to
// quote in the report formats.
// Limits: the texts are constants and must not be freed.
#ifndef UNIT_HOST_VERIFICATION_H
#define UNIT_HOST_VERIFICATION_H

#include "report/result.h"

enum {
    EXAMPLE_SUBJECTS = 7,
    EXAMPLE_COLUMNS = 2
};

struct example {
    struct subject subjects[EXAMPLE_SUBJECTS];
    struct column columns[EXAMPLE_COLUMNS];
    struct result results[EXAMPLE_SUBJECTS * EXAMPLE_COLUMNS];
    struct verification verification;
};

// All cases passed, on QEMU 7.2.22 and on 99.1.0.
static inline struct verification *example_good(struct example *example)
{
    static const char *const names[EXAMPLE_SUBJECTS] = {
        "canary",           "polling.enable/mmio-legacy", "polling.enable/mmio",
        "path.document",    "shape.keys/mmio-legacy",     "shape.keys/mmio",
        "absent.minus-one",
    };
    static const char *const claims[EXAMPLE_SUBJECTS] = {
        "canary",     "polling.enable", "polling.enable",   "path.document",
        "shape.keys", "shape.keys",     "absent.minus-one",
    };
    static const char *const forms[EXAMPLE_SUBJECTS] = {
        "once", "mmio-legacy", "mmio", "once", "mmio-legacy", "mmio", "once",
    };

    static const struct form_row rows[] = {
        {"mmio-legacy", "microvm", "mmio-legacy", "split"},
        {"mmio", "microvm", "mmio", "split"},
    };

    *example = (struct example){
        .columns = {{"/usr/bin/qemu-system-x86_64", "7.2.22", true, NULL},
                    {"/opt/q & \"a\"/qemu", "99.1.0", false, "kvm"}},
    };
    for (int i = 0; i < EXAMPLE_SUBJECTS; i++) {
        example->subjects[i] = (struct subject){
            names[i],
            claims[i],
            forms[i],
            i ? "12-13" : "beyond",
            "It <is> \"so\" & not else.",
        };
    }
    for (int i = 0; i < EXAMPLE_SUBJECTS * EXAMPLE_COLUMNS; i++) {
        example->results[i] = (struct result){
            .status = STATUS_PASSED,
            .done = true,
            .nanoseconds = 1234567890,
        };
    }
    example->verification = (struct verification){
        .subjects = example->subjects,
        .subject_count = EXAMPLE_SUBJECTS,
        .forms = rows,
        .form_count = sizeof rows / sizeof *rows,
        .columns = example->columns,
        .column_count = EXAMPLE_COLUMNS,
        .results = example->results,
    };
    return &example->verification;
}

// The first column has a result of each kind.
static inline struct verification *example_mixed(struct example *example)
{
    struct verification *verification = example_good(example);
    struct result *first = example->results;

    first[1 * EXAMPLE_COLUMNS] = (struct result){
        .status = STATUS_FAILED,
        .finding = FINDING_BROKEN,
        .done = true,
        .text = (char *)"expected 2 & 3 # got <\x01\xff>\nin \\ line two ]]>",
        .folder = (char *)"/tmp/a&b/polling.enable/mmio-legacy",
    };
    first[2 * EXAMPLE_COLUMNS] = (struct result){
        .status = STATUS_ERROR,
        .code = CODE_HOST,
        .done = true,
        .text = (char *)"the check crashed: signal 11",
        .folder = (char *)"/tmp/a/polling.enable/mmio",
    };
    first[3 * EXAMPLE_COLUMNS] = (struct result){
        .status = STATUS_SKIPPED,
        .text = (char *)"not run: interrupted",
    };
    first[4 * EXAMPLE_COLUMNS] = (struct result){
        .status = STATUS_SKIPPED,
        .finding = FINDING_NOT_OBSERVABLE,
        .expected = FINDING_NOT_OBSERVABLE,
        .done = true,
        .text = (char *)"nothing # shows it",
    };
    first[5 * EXAMPLE_COLUMNS] = (struct result){
        .status = STATUS_NEWS,
        .finding = FINDING_CAVEAT,
        .done = true,
        .text = (char *)"but for \xc3\xa4 and \xef\xbf\xbe",
        .nanoseconds = INT64_C(9007199254740993),
    };
    first[6 * EXAMPLE_COLUMNS] = (struct result){
        .status = STATUS_PASSED,
        .finding = FINDING_DOC_WRONG,
        .expected = FINDING_DOC_WRONG,
        .done = true,
        .text = (char *)"It is 18446744073709551615.",
    };
    return verification;
}

#endif

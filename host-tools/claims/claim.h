// SPDX-License-Identifier: MIT
// A claim: one statement about QEMU's balloon statistics, and its check.
// Limits: places are lines of QEMU's docs/virtio-balloon-stats.txt.
#ifndef CLAIMS_CLAIM_H
#define CLAIMS_CLAIM_H

#include <stdbool.h>
#include <stddef.h>

#include "report/finding.h"

struct lab;

// Each form is one case: "polling.enable/pci-packed". A claim for which the
// transport makes no difference has one case, "path.document".
enum claim_forms {
    FORMS_ALL,  // claims/forms.h
    FORMS_ONCE, // on virtio-mmio, version 1: QEMU's default
};

struct claim {
    const char *id;        // "polling.enable": a group, a dot, a name; a-z0-9-
    const char *place;     // "12-13", or "beyond" what the document says
    const char *statement; // one sentence with its full stop
    enum claim_forms forms;
    // The finding expected of QEMU 7.2, 10.x and 11.x: `expected`, or `then`
    // from major version `since` on (0: no change). All zero: holds everywhere.
    // Another finding fails the case; on any other QEMU it counts as news.
    enum finding expected;
    unsigned since;
    enum finding then;
    // True: the statement holds, unless lab_find has set another finding.
    // False, after lab_fail or a failed lab function: BROKEN.
    bool (*check)(struct lab *lab);
};

// The claims of one file.
struct claim_list {
    const struct claim *claims;
    size_t count;
};

struct qemu_version {
    unsigned major, minor, micro;
};

// From the greeting's "7.2.22"; zeroes where there is no number.
struct qemu_version version_of(const char *text);
// True for the versions with recorded expectations: 7.2, 10.x, 11.x.
bool version_known(const struct qemu_version *version);
// The claim's expected finding for this version, known or not.
enum finding claim_expected(const struct claim *claim,
                            const struct qemu_version *version);

#endif

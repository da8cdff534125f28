// SPDX-License-Identifier: MIT
// What a check can find out about a statement.
// Limits: names only; what follows from a finding is decided in result.h.
#ifndef REPORT_FINDING_H
#define REPORT_FINDING_H

#include <stdbool.h>

enum finding {
    FINDING_HOLDS,          // as the statement says
    FINDING_CAVEAT,         // holds, but for what the text names
    FINDING_DOC_WRONG,      // the document errs; the text says what is true
    FINDING_NOT_OBSERVABLE, // cannot be seen here; the text says why
    FINDING_BROKEN,         // not even that: the text has expected and got
    FINDINGS
};

// One word, for machines: "holds", "caveat", "doc-wrong", "not-observable",
// "broken".
const char *finding_name(enum finding finding);

// For people: "holds", "holds with a caveat", "documentation wrong", "not
// observable here", "broken".
const char *finding_text(enum finding finding);

#endif

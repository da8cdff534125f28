// SPDX-License-Identifier: MIT
// The possible findings of a check about a statement. result_judge (result.h)
// decides whether a finding is a success.
#ifndef REPORT_FINDING_H
#define REPORT_FINDING_H

#include <stdbool.h>

enum finding {
    FINDING_HOLDS,          // the statement is true
    FINDING_CAVEAT,         // true with an exception, which the text names
    FINDING_DOC_WRONG,      // the document is wrong; the text has the truth
    FINDING_NOT_OBSERVABLE, // not visible here; the text has the reason
    FINDING_BROKEN,         // none of these; the text has expected and actual
    FINDINGS
};

// One word, for machines: "holds", "caveat", "doc-wrong", "not-observable",
// "broken".
const char *finding_name(enum finding finding);

// For readers: "holds", "holds with a caveat", "documentation wrong", "not
// observable here", "broken".
const char *finding_text(enum finding finding);

#endif

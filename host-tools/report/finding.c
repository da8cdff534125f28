// SPDX-License-Identifier: MIT
// The names of the findings.
#include "report/finding.h"

static const struct {
    const char *name;
    const char *text;
} table[FINDINGS] = {
    [FINDING_HOLDS] = {"holds", "holds"},
    [FINDING_CAVEAT] = {"caveat", "holds with a caveat"},
    [FINDING_DOC_WRONG] = {"doc-wrong", "documentation wrong"},
    [FINDING_NOT_OBSERVABLE] = {"not-observable", "not observable here"},
    [FINDING_BROKEN] = {"broken", "broken"},
};

const char *finding_name(enum finding finding)
{
    return table[finding].name;
}

const char *finding_text(enum finding finding)
{
    return table[finding].text;
}

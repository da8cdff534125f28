// SPDX-License-Identifier: MIT
// Parsing of a polling interval. Pure.
#include "balloon/interval.h"

#include <string.h>

#include "base/deadline.h"
#include "base/text.h"
#include "base/units.h"

static const char *wrong(const char *text, uint32_t low, uint32_t *seconds)
{
    uint64_t milliseconds = 0;
    const enum units_result result = units_duration(text, &milliseconds);

    if (result != UNITS_OK) {
        return units_reason(result);
    }
    if (milliseconds % MS_PER_S) {
        return "has a fraction of a second";
    }
    if (milliseconds / MS_PER_S > UINT32_MAX) {
        return units_reason(UNITS_OVERFLOW);
    }
    *seconds = (uint32_t)(milliseconds / MS_PER_S);
    return *seconds < low ? "is less" : NULL;
}

bool interval_parse(const char *text, const char *what, uint32_t low,
                    uint32_t *seconds, struct failure *failure)
{
    char shown[64];
    const char *reason = wrong(text, low, seconds);

    if (!reason) {
        return true;
    }
    text_escape(shown, sizeof shown, text, strlen(text));
    return failure_set(failure, CODE_USAGE,
                       "%s must be whole seconds %lu..4294967295, as 2, 2s or "
                       "5m: '%s' %s",
                       what, (unsigned long)low, shown, reason);
}

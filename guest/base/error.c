// SPDX-License-Identifier: MIT
// Names of errors, for log lines.
#include "base/error.h"

const char *error_name(enum error error)
{
    static const char *const names[ERR_COUNT] = {
        [OK] = "ok",
        [ERR_EMPTY] = "empty",
        [ERR_FULL] = "full",
        [ERR_NO_MEMORY] = "no_memory",
        [ERR_INVALID] = "invalid",
        [ERR_RANGE] = "range",
        [ERR_UNSUPPORTED] = "unsupported",
        [ERR_DEVICE] = "device",
        [ERR_TIMEOUT] = "timeout",
    };

    return error < ERR_COUNT ? names[error] : "unknown";
}

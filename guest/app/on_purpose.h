// SPDX-License-Identifier: MIT
// Traps on purpose, to show what the guest does with them.
#ifndef APP_ON_PURPOSE_H
#define APP_ON_PURPOSE_H

#include "platform/cmdline.h"

// Does the wrong thing that the kind names. Returns only for FAULT_NONE.
void fault_on_purpose(enum fault_kind kind);

#endif

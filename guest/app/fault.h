// SPDX-License-Identifier: MIT
// Deliberate faults (`fault=`), to show the guest's trap and panic reports.
#ifndef APP_FAULT_H
#define APP_FAULT_H

#include "app/cmdline.h"

// Causes the fault. Returns only for FAULT_NONE.
void fault_on_purpose(enum fault_kind kind);

#endif

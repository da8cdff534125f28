// SPDX-License-Identifier: MIT
// What this guest is to the balloon driver: where its memory comes from, what
// it measures, and what it does around each sample.
#ifndef APP_REPORTER_H
#define APP_REPORTER_H

#include "drivers/balloon.h"
#include "platform/cmdline.h"

// The cmdline must stay where it is; it says how much the workload touches
// before each sample and when the guest ends.
struct balloon_env reporter_env(const struct cmdline *cmdline);

#endif

// SPDX-License-Identifier: MIT
// The balloon driver's environment in this guest: memory for queues, measured
// statistics, and the actions before and after each sample.
#ifndef APP_REPORTER_H
#define APP_REPORTER_H

#include "drivers/balloon/balloon.h"
#include "app/cmdline.h"

// The env keeps the pointer to cmdline, which must stay valid. It sets how
// many pages are touched before each sample and when the guest ends.
struct balloon_env reporter_env(const struct cmdline *cmdline);

#endif

// SPDX-License-Identifier: MIT
// What the balloon driver gets from this guest: measured statistics, and the
// actions before and after each sample, among them the lines on COM1 that are
// the contract with the host (docs/guest.md).
#ifndef APP_STATISTICS_H
#define APP_STATISTICS_H

#include "app/cmdline.h"
#include "drivers/balloon/balloon.h"

// The env keeps the pointer to cmdline, which must stay valid. It sets how
// many pages are touched before each sample and when the guest ends.
struct balloon_env statistics_env(const struct cmdline *cmdline);

// Writes the statistics as they are now, without the device: the answer of
// `count`.
void statistics_log(void);

#endif

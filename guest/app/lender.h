// SPDX-License-Identifier: MIT
// Pages between mm, which counts in frames, and the balloon driver, which
// counts as the device does.
#ifndef APP_LENDER_H
#define APP_LENDER_H

#include "drivers/balloon.h"

// Fills in the env's functions for pages. The balloon is the one that is asked
// for relief, where that was agreed on.
void lender_env(struct balloon *balloon, struct balloon_env *env);

#endif

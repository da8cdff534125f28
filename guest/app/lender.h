// SPDX-License-Identifier: MIT
// Connects the balloon driver to mm: converts the device's page numbers to
// mm's frames and back.
#ifndef APP_LENDER_H
#define APP_LENDER_H

#include "drivers/balloon/balloon.h"

// Fills in the env's page functions, and makes `balloon` the one that mm asks
// for pages when memory is short (it deflates if DEFLATE_ON_OOM was
// negotiated).
void lender_env(struct balloon *balloon, struct balloon_env *env);

#endif

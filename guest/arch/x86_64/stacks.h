// SPDX-License-Identifier: MIT
// Addresses of the stacks in stacks.S. The names are addresses, not variables.
#ifndef ARCH_STACKS_H
#define ARCH_STACKS_H

#include "arch/x86_64/layout.h"
#include "base/types.h"

extern char stacks_start[];
extern char boot_stack_top[];
extern char double_fault_stack_top[];
extern char nmi_stack_top[];
extern char machine_check_stack_top[];
extern char stacks_end[];

// The unmapped page below a stack.
static inline uintptr_t stack_guard(const char *top, size_t bytes)
{
    return (uintptr_t)top - bytes - PAGE_SIZE;
}

#endif

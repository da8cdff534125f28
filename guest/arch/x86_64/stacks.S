// SPDX-License-Identifier: MIT
// The stacks, lowest first. The final tables leave a page below each unmapped:
// a stack overflow faults instead of writing over the next stack.
//
//   | guard | boot_stack | guard | double fault | guard | NMI | guard | MC |
#include "arch/x86_64/layout.h"

    .section .stacks, "aw", @nobits
    .balign 4096
    .globl stacks_start
stacks_start:
    .skip 4096
    .skip STACK_BYTES
    .globl boot_stack_top
boot_stack_top:
    .skip 4096
    .skip TRAP_STACK_BYTES
    .globl double_fault_stack_top
double_fault_stack_top:
    .skip 4096
    .skip TRAP_STACK_BYTES
    .globl nmi_stack_top
nmi_stack_top:
    .skip 4096
    .skip TRAP_STACK_BYTES
    .globl machine_check_stack_top
machine_check_stack_top:
    .globl stacks_end
stacks_end:

    .section .note.GNU-stack, "", @progbits

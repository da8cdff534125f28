// SPDX-License-Identifier: MIT
// The GDT and the TSS: one code segment, and a separate stack for each trap
// that cannot trust the interrupted one. Intel SDM volume 3, 3.4 and 7.7.
#ifndef ARCH_SEGMENTS_H
#define ARCH_SEGMENTS_H

#define SEGMENT_CODE 0x08
#define SEGMENT_TSS 0x10

// Interrupt stack table indices, 1 to 7; 0 keeps the current stack.
enum trap_stack {
    TRAP_STACK_NONE = 0,
    TRAP_STACK_DOUBLE_FAULT = 1,
    TRAP_STACK_NMI = 2,
    TRAP_STACK_MACHINE_CHECK = 3,
};

// Loads the guest's GDT and TSS. Called once, before trap_start.
void segments_start(void);

#endif

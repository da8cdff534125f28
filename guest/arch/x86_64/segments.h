// SPDX-License-Identifier: MIT
// The GDT and the TSS: one code segment, and a stack of its own for each trap
// that must not trust the one it came from. Intel SDM volume 3, 3.4 and 7.7.
#ifndef ARCH_SEGMENTS_H
#define ARCH_SEGMENTS_H

#define SEGMENT_CODE 0x08
#define SEGMENT_TSS 0x10

// Interrupt stack table indices, 1 to 7; 0 stays on the running stack.
enum trap_stack {
    TRAP_STACK_NONE = 0,
    TRAP_STACK_DOUBLE_FAULT = 1,
    TRAP_STACK_NMI = 2,
    TRAP_STACK_MACHINE_CHECK = 3,
};

// Loads our own GDT and TSS. Called once, before traps are set up.
void segments_start(void);

#endif

// SPDX-License-Identifier: MIT
// Deliberate faults (`fault=`), to show what the guest writes at a trap or a
// panic.
#ifndef APP_FAULT_H
#define APP_FAULT_H

enum fault_kind {
    FAULT_NONE = 0,
    FAULT_UD,         // an undefined instruction
    FAULT_NULL_READ,  // a load from address 0
    FAULT_TEXT_WRITE, // a store to code
    FAULT_DATA_EXEC,  // a jump to data
    FAULT_STACK,      // endless recursion
    FAULT_DIVIDE,     // a division by zero
    FAULT_PANIC,      // no trap: a panic
};

// Causes the fault. Returns only for FAULT_NONE.
void fault_inject(enum fault_kind kind);

#endif

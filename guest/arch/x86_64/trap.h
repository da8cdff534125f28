// SPDX-License-Identifier: MIT
// Traps: each of the 256 vectors has an entry. An unexpected exception ends the
// machine with a dump; a device's vector goes to its handler. Intel SDM
// volume 3, 6.
#ifndef ARCH_TRAP_H
#define ARCH_TRAP_H

#include "base/types.h"

#define TRAP_VECTORS 256
#define TRAP_PAGE_FAULT 14
// Bits of a page fault's error code (SDM volume 3, 4.7).
#define TRAP_FAULT_PRESENT (1u << 0) // page present: not allowed or reserved
#define TRAP_FAULT_FETCH (1u << 4)   // instruction fetch

#define TRAP_FIRST_FREE 32 // lower vectors belong to the CPU

// The stack in trap_dispatch, lowest address first.
struct trap_frame {
    // pushed by trap_common in trap_entry.S
    uint64_t r15, r14, r13, r12, r11, r10, r9, r8;
    uint64_t rbp, rdi, rsi, rdx, rcx, rbx, rax;
    // pushed by the vector's entry; the CPU pushes some error codes itself
    uint64_t vector;
    uint64_t error_code;
    // pushed by the CPU
    uint64_t rip, cs, rflags, rsp, ss;
};

typedef void trap_handler(void *context);

// Called for an interrupt at a vector without a handler.
typedef void stray_handler(uint8_t vector);

// True: the access at the address is possible now and shall be repeated.
typedef bool page_fault_handler(uintptr_t address, uint64_t error_code);

// Loads the IDT. Called once, after segments_start.
void trap_start(void);

// Sets the vector's handler, which is called with interrupts disabled.
void trap_connect(uint8_t vector, trap_handler *handler, void *context);

// Set by the platform. Without it a stray interrupt is unexpected.
void trap_on_stray(stray_handler *handler);

// Set by the memory manager. Without it every page fault is unexpected.
void trap_on_page_fault(page_fault_handler *handler);

#endif

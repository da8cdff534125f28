// SPDX-License-Identifier: MIT
// Traps: every one of the 256 vectors has an entry. Exceptions that nobody
// expects end the machine with a report; device vectors go to their handler.
// Intel SDM volume 3, 6.
#ifndef ARCH_TRAP_H
#define ARCH_TRAP_H

#include "base/types.h"

#define TRAP_VECTORS 256
#define TRAP_PAGE_FAULT 14
// Bits of a page fault's error code (SDM volume 3, 4.7).
#define TRAP_FAULT_PRESENT (1u << 0) // the page was there: a permission's fault
#define TRAP_FAULT_FETCH (1u << 4)   // an instruction was to be read

#define TRAP_FIRST_FREE 32 // below it vectors belong to the CPU

// What lies on the stack in a handler, lowest address first.
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

// An interrupt at a vector that no handler is connected to.
typedef void stray_handler(uint8_t vector);

// Says whether the access at the address was put right and may be repeated.
typedef bool page_fault_handler(uintptr_t address, uint64_t error_code);

// Loads the IDT. Called once, after segments_start.
void trap_start(void);

// Asks for calls, with interrupts off, whenever the vector arrives.
void trap_connect(uint8_t vector, trap_handler *handler, void *context);

// The platform's hook; without one such an interrupt is unexpected.
void trap_on_stray(stray_handler *handler);

// The memory manager's hook; without one every page fault is unexpected.
void trap_on_page_fault(page_fault_handler *handler);

#endif

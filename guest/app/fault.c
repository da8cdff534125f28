// SPDX-License-Identifier: MIT
// One deliberate fault per function. Addresses are hidden from the compiler,
// which would otherwise warn or optimise the faults away.
#include "app/fault.h"

#include "base/panic.h"
#include "base/types.h"

// Not inlined, so that the backtrace shows the name.
#define NAMED __attribute__((noinline))

static uintptr_t hidden(uintptr_t address)
{
    __asm__ volatile("" : "+r"(address));
    return address;
}

NAMED static void read_null(void)
{
    (void)*(volatile uint64_t *)hidden(0);
}

NAMED static void write_text(void)
{
    *(volatile uint8_t *)hidden((uintptr_t)read_null) = 0x90;
}

NAMED static void execute_data(void)
{
    static uint8_t data[] = {0xc3}; // a return, if it could run

    ((void (*)(void))hidden((uintptr_t)data))();
}

// Each call needs more than 512 bytes of stack.
// NOLINTNEXTLINE(misc-no-recursion): running over the stack is the purpose
NAMED static void recurse(uint64_t depth)
{
    volatile uint64_t frame[64];

    frame[depth % 64] = depth;
    if (hidden(1) == 1) { // always, but the compiler can't know
        recurse(frame[depth % 64] + 1);
    }
    frame[0] = depth; // work after the call, so that it is no tail call
}

NAMED static void divide(void)
{
    uint64_t quotient = 1;
    uint64_t remainder = 0;

    __asm__ volatile("divq %2"
                     : "+a"(quotient), "+d"(remainder)
                     : "r"((uint64_t)hidden(0)));
}

NAMED static void undefined_instruction(void)
{
    __asm__ volatile("ud2");
}

void fault_inject(enum fault_kind kind)
{
    switch (kind) {
    case FAULT_NONE:
        return;
    case FAULT_UD:
        undefined_instruction();
        break;
    case FAULT_NULL_READ:
        read_null();
        break;
    case FAULT_TEXT_WRITE:
        write_text();
        break;
    case FAULT_DATA_EXEC:
        execute_data();
        break;
    case FAULT_STACK:
        recurse(0);
        break;
    case FAULT_DIVIDE:
        divide();
        break;
    case FAULT_PANIC:
        panic("requested by fault=panic");
    }
    panic("the injected fault did not trap");
}

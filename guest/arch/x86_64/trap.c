// SPDX-License-Identifier: MIT
// The IDT, the dispatch of traps, and the dump of an unexpected one.
// Intel SDM volume 3: gate descriptors 6.14.1, exceptions 6.15.
#include "arch/x86_64/trap.h"

#include "arch/x86_64/cpu.h"
#include "arch/x86_64/segments.h"
#include "base/backtrace.h"
#include "base/exit.h"
#include "base/log.h"
#include "base/print.h"

// The distance of two entries in trap_entry.S.
enum {
    ENTRY_BYTES = 16,
};
extern const char trap_entries[];

void trap_dispatch(struct trap_frame *frame);

struct gate {
    uint16_t offset_low;
    uint16_t segment;
    uint8_t stack; // interrupt stack table index
    uint8_t type;
    uint16_t offset_middle;
    uint32_t offset_high;
    uint32_t reserved;
};

_Static_assert(sizeof(struct gate) == 16, "SDM figure 6-8");

static struct gate idt[TRAP_VECTORS];

static struct {
    trap_handler *call;
    void *context;
} handlers[TRAP_VECTORS];

static page_fault_handler *on_page_fault;
static stray_handler *on_stray;

static const char *vector_name(uint64_t vector)
{
    static const char *const names[TRAP_FIRST_FREE] = {
        [0] = "divide",
        [1] = "debug",
        [2] = "nmi",
        [3] = "breakpoint",
        [4] = "overflow",
        [5] = "bound",
        [6] = "invalid-opcode",
        [7] = "no-fpu",
        [8] = "double-fault",
        [10] = "invalid-tss",
        [11] = "no-segment",
        [12] = "stack-segment",
        [13] = "protection",
        [14] = "page-fault",
        [16] = "x87",
        [17] = "alignment",
        [18] = "machine-check",
        [19] = "simd",
        [20] = "virtualization",
        [21] = "control-protection",
    };

    if (vector >= TRAP_FIRST_FREE) {
        return "interrupt";
    }
    return names[vector] ? names[vector] : "reserved";
}

static void print_registers(const struct trap_frame *f)
{
    const struct {
        const char *name;
        unsigned long long value;
    } registers[] = {
        {"rax", f->rax}, {"rbx", f->rbx}, {"rcx", f->rcx}, {"rdx", f->rdx},
        {"rsi", f->rsi}, {"rdi", f->rdi}, {"rbp", f->rbp}, {"rsp", f->rsp},
        {"r8", f->r8},   {"r9", f->r9},   {"r10", f->r10}, {"r11", f->r11},
        {"r12", f->r12}, {"r13", f->r13}, {"r14", f->r14}, {"r15", f->r15},
    };

    for (size_t i = 0; i < sizeof registers / sizeof registers[0]; i += 4) {
        log_line("  regs %s=0x%016llx %s=0x%016llx %s=0x%016llx %s=0x%016llx",
                 registers[i].name, registers[i].value, registers[i + 1].name,
                 registers[i + 1].value, registers[i + 2].name,
                 registers[i + 2].value, registers[i + 3].name,
                 registers[i + 3].value);
    }
}

// A failed instruction fetch, as after a call of a bad pointer: the return
// address is on top of the stack, and the callee has no frame yet.
static bool is_wild_jump(const struct trap_frame *frame)
{
    return frame->vector == TRAP_PAGE_FAULT &&
           (frame->error_code & TRAP_FAULT_FETCH) != 0;
}

static _Noreturn void die(const struct trap_frame *frame)
{
    static bool dying;

    if (dying) { // the dump itself trapped
        machine_exit(VERDICT_TRAP);
    }
    dying = true;
    print_release();
    print_bytes("\n", 1);
    log_line("trap vector=%u name=%s error=0x%016llx rip=0x%016llx "
             "cr2=0x%016llx cr3=0x%016llx rflags=0x%016llx",
             (unsigned)frame->vector, vector_name(frame->vector),
             (unsigned long long)frame->error_code,
             (unsigned long long)frame->rip, (unsigned long long)read_cr2(),
             (unsigned long long)read_cr3(), (unsigned long long)frame->rflags);
    print_registers(frame);
    backtrace_address(frame->rip);
    if (is_wild_jump(frame)) {
        backtrace_return(frame->rsp);
    }
    backtrace_print(frame->rbp);
    machine_exit(VERDICT_TRAP);
}

void trap_dispatch(struct trap_frame *frame)
{
    uint64_t vector = frame->vector;

    if (vector == TRAP_PAGE_FAULT && on_page_fault &&
        on_page_fault(read_cr2(), frame->error_code)) {
        return;
    }
    if (vector < TRAP_FIRST_FREE || (!handlers[vector].call && !on_stray)) {
        die(frame);
    }
    if (handlers[vector].call) {
        handlers[vector].call(handlers[vector].context);
    } else {
        on_stray((uint8_t)vector);
    }
}

void trap_connect(uint8_t vector, trap_handler *handler, void *context)
{
    handlers[vector].context = context;
    handlers[vector].call = handler;
}

void trap_on_stray(stray_handler *handler)
{
    on_stray = handler;
}

void trap_on_page_fault(page_fault_handler *handler)
{
    on_page_fault = handler;
}

void trap_start(void)
{
    for (uint64_t vector = 0; vector < TRAP_VECTORS; vector++) {
        const uint64_t entry = (uint64_t)trap_entries + vector * ENTRY_BYTES;

        idt[vector].offset_low = (uint16_t)entry;
        idt[vector].segment = SEGMENT_CODE;
        idt[vector].type = 0x8e; // present, ring 0, interrupts disabled
        idt[vector].offset_middle = (uint16_t)(entry >> 16);
        idt[vector].offset_high = (uint32_t)(entry >> 32);
    }
    idt[2].stack = TRAP_STACK_NMI;
    idt[8].stack = TRAP_STACK_DOUBLE_FAULT;
    idt[18].stack = TRAP_STACK_MACHINE_CHECK;

    struct {
        uint16_t limit;
        uint64_t base;
    } __attribute__((packed)) pointer = {sizeof idt - 1, (uint64_t)idt};

    __asm__ volatile("lidt %0" : : "m"(pointer));
}

// SPDX-License-Identifier: MIT
// GDT and TSS. One CPU, ring 0 only, so one of each and no user segments.
// Intel SDM volume 3: segment descriptors 3.4.5, 64-bit TSS 7.7.
#include "arch/x86_64/segments.h"

#include "arch/x86_64/stacks.h"

struct task_state {
    uint32_t reserved0;
    uint64_t rsp[3]; // stacks for a change of ring; unused
    uint64_t reserved1;
    uint64_t ist[7]; // interrupt stacks; ist[0] is number 1
    uint64_t reserved2;
    uint16_t reserved3;
    uint16_t io_map; // past the end: no I/O permission map
} __attribute__((packed));

_Static_assert(sizeof(struct task_state) == 104, "SDM figure 7-11");

struct table_pointer {
    uint16_t limit;
    uint64_t base;
} __attribute__((packed));

static struct task_state the_tss;

// Null, code, and the two halves of the TSS descriptor.
static uint64_t gdt[4] = {
    [SEGMENT_CODE / 8] = 0x00af9a000000ffff, // present, execute, 64-bit
};

static void describe_tss(void)
{
    uint64_t base = (uint64_t)&the_tss;
    uint64_t limit = sizeof the_tss - 1;

    gdt[SEGMENT_TSS / 8] = limit | (base & 0xffffff) << 16 |
                           (uint64_t)0x89 << 40 | // present, available TSS
                           (base >> 24 & 0xff) << 56;
    gdt[SEGMENT_TSS / 8 + 1] = base >> 32;
}

void segments_start(void)
{
    the_tss.ist[TRAP_STACK_DOUBLE_FAULT - 1] = (uint64_t)double_fault_stack_top;
    the_tss.ist[TRAP_STACK_NMI - 1] = (uint64_t)nmi_stack_top;
    the_tss.ist[TRAP_STACK_MACHINE_CHECK - 1] =
        (uint64_t)machine_check_stack_top;
    the_tss.io_map = sizeof the_tss;
    describe_tss();

    struct table_pointer pointer = {sizeof gdt - 1, (uint64_t)gdt};

    // The far return reloads CS from the new table.
    __asm__ volatile("lgdt %0\n\t"
                     "pushq %1\n\t"
                     "leaq 1f(%%rip), %%rax\n\t"
                     "pushq %%rax\n\t"
                     "lretq\n"
                     "1:\n\t"
                     "ltr %w2"
                     :
                     : "m"(pointer), "i"(SEGMENT_CODE), "r"(SEGMENT_TSS)
                     : "rax", "memory");
}

// SPDX-License-Identifier: MIT
// The PVH entry: from 32-bit protected mode without paging to 64-bit C.
// The x86/HVM direct boot ABI (Xen's docs/misc/pvh.pandoc); QEMU finds the
// entry through the ELF note and knows nothing else of this file.
//
// Entry: ebx = physical address of hvm_start_info; flat 32-bit segments;
//        paging and interrupts off; all else undefined.
// Exit:  64-bit mode at the image's linked address, rdi = that address,
//        on boot_stack, frame pointers ended by zeros; calls pvh_main.
//
// The tables built here map the first GiB three times: where it is (for the
// few instructions until the jump), at DIRECT_BASE and at IMAGE_BASE. mm
// replaces them by final ones with permissions; see arch/x86_64/paging.h.

#include "arch/x86_64/layout.h"

#define PHYS(symbol) (symbol - IMAGE_BASE)

// Page table entry bits (Intel SDM volume 3, 4.5).
#define PRESENT 0x001
#define WRITABLE 0x002
#define LARGE 0x080

#define CR4_PAE 0x020
#define CR4_OSFXSR 0x200     // newlib's code may use SSE registers
#define CR4_OSXMMEXCPT 0x400
#define MSR_EFER 0xc0000080
#define EFER_LME 0x100
#define EFER_NXE 0x800
#define CR0_MP 0x00000002
#define CR0_EM 0x00000004
#define CR0_WP 0x00010000    // read-only pages bind the kernel too
#define CR0_PG 0x80000000

#define CODE64 0x08

#define PATTERN 0x5aa5c33c
#define COM1 0x3f8
#define EXIT_PORT 0x501
#define VERDICT_NO_MEMORY 4

    .section .note.pvh, "a", @note
    .balign 4
    .long 4                         // name size
    .long 4                         // descriptor size
    .long 18                        // XEN_ELFNOTE_PHYS32_ENTRY
    .asciz "Xen"
    .long PHYS(pvh_entry)

    .section .text.entry, "ax"
    .code32
    .globl pvh_entry
    .type pvh_entry, @function
pvh_entry:
    cld

    // With hardly more than 1 MiB of RAM the end of the image is not there,
    // and nothing below could work. Words that don't stick tell.
    movl $PHYS(image_end) - 4, %edi
    movl $PATTERN, (%edi)
    cmpl $PATTERN, (%edi)
    jne .Lno_memory
    movl $0, (%edi)
    cmpl $0, (%edi)
    jne .Lno_memory
    movl $PHYS(boot_stack_top), %esp

    // One directory of 512 entries of 2 MiB: the first GiB.
    movl $PHYS(boot_pd), %edi
    movl $(PRESENT | WRITABLE | LARGE), %eax
    movl $512, %ecx
1:  movl %eax, (%edi)
    addl $0x200000, %eax
    addl $8, %edi
    loop 1b

    // Entry 0 serves the identity and the direct map, entry 510 the image:
    // IMAGE_BASE is 2 GiB below the top, two of 512 GiB below in this table.
    movl $(PHYS(boot_pd) + PRESENT + WRITABLE), %eax
    movl %eax, PHYS(boot_pdpt)
    movl %eax, PHYS(boot_pdpt) + 510 * 8
    movl $(PHYS(boot_pdpt) + PRESENT + WRITABLE), %eax
    movl %eax, PHYS(boot_pml4)
    movl %eax, PHYS(boot_pml4) + 256 * 8
    movl %eax, PHYS(boot_pml4) + 511 * 8

    movl %cr4, %eax
    orl $(CR4_PAE | CR4_OSFXSR | CR4_OSXMMEXCPT), %eax
    movl %eax, %cr4
    movl $PHYS(boot_pml4), %eax
    movl %eax, %cr3
    movl $MSR_EFER, %ecx
    rdmsr
    orl $(EFER_LME | EFER_NXE), %eax
    wrmsr
    movl %cr0, %eax
    andl $~CR0_EM, %eax
    orl $(CR0_PG | CR0_WP | CR0_MP), %eax
    movl %eax, %cr0                 // compatibility mode from here on

    lgdt PHYS(boot_gdt_pointer)
    ljmp $CODE64, $PHYS(.Lin_long_mode)

// Says so on COM1 without memory, and ends as base/ending.h documents.
.Lno_memory:
    movl $PHYS(no_memory_text), %esi
    movl $(no_memory_end - no_memory_text), %ecx
    movw $COM1, %dx
    rep outsb
    movw $EXIT_PORT, %dx
    movb $VERDICT_NO_MEMORY, %al
    outb %al, %dx
1:  hlt
    jmp 1b

    .code64
.Lin_long_mode:
    movq $.Lin_image, %rax            // leave the identity map
    jmp *%rax
.Lin_image:
    xorl %eax, %eax
    movl %eax, %ds                  // null selectors: 64-bit data needs none
    movl %eax, %es
    movl %eax, %ss
    movl %eax, %fs
    movl %eax, %gs
    movq $boot_stack_top, %rsp
    movl %ebx, %edi                 // the upper half of rbx is undefined
    xorl %ebp, %ebp
    pushq $0                        // no return address: traces end here
    pushq $0
    movq %rsp, %rbp
    call pvh_main
    ud2                             // pvh_main does not return
    .size pvh_entry, . - pvh_entry

    .section .rodata
no_memory_text:
    .ascii "error what=\"too little memory for the image\"\n"
no_memory_end:
    .balign 8
boot_gdt:
    .quad 0
    .quad 0x00af9a000000ffff        // CODE64: present, ring 0, execute, L
boot_gdt_end:
boot_gdt_pointer:
    .word boot_gdt_end - boot_gdt - 1
    .long PHYS(boot_gdt)

    .bss
    .balign 4096
boot_pml4:
    .skip 4096
boot_pdpt:
    .skip 4096
boot_pd:
    .skip 4096

    .section .note.GNU-stack, "", @progbits

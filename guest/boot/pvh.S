// SPDX-License-Identifier: MIT
// The PVH entry: from 32-bit protected mode without paging to 64-bit C.
// The x86/HVM direct boot ABI (Xen's docs/misc/pvh.pandoc); QEMU finds the
// entry through the ELF note and knows nothing else of this file.
//
// Entry: ebx = physical address of hvm_start_info; flat 32-bit segments;
//        paging and interrupts off; all else undefined.
// Exit:  64-bit mode at the image's linked address, rdi = that address,
//        on boot_stack, frame pointers ended by zeros; calls pvh_main.

#include "boot/long_mode.inc"

#define CODE64 0x08

#define PATTERN 0x5aa5c33c

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

    xorl %ebp, %ebp                 // a loader puts it where it is linked
    pushl %ebx
    CHECK_CPU .Llacks
    popl %ebx
    BUILD_BOOT_TABLES
    SWITCH_TO_BOOT_TABLES %eax      // compatibility mode from here on

    lgdt PHYS(boot_gdt_pointer)
    ljmp $CODE64, $PHYS(.Lin_long_mode)

// The text stands beside this code: what is there of the image may end here.
.Lno_memory:
    movl $PHYS(.Lno_memory_text), %esi
    movl $(.Lno_memory_end - .Lno_memory_text), %ecx
    movb $VERDICT_NO_MEMORY, %al
    jmp .Lend
.Llacks:
    CPU_LACKS
.Lend:
    SAY_AND_END

.Lno_memory_text:
    .ascii "error what=\"too little memory for the image\"\n"
.Lno_memory_end:

    .code64
.Lin_long_mode:
    movl %ebx, %edi                 // the upper half of rbx is undefined
    ENTER_C pvh_main
    .size pvh_entry, . - pvh_entry

    .section .rodata
    .balign 8
boot_gdt:
    .quad 0
    .quad 0x00af9a000000ffff        // CODE64: present, ring 0, execute, L
boot_gdt_end:
boot_gdt_pointer:
    .word boot_gdt_end - boot_gdt - 1
    .long PHYS(boot_gdt)

    .section .note.GNU-stack, "", @progbits

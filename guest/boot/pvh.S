// SPDX-License-Identifier: MIT
// The PVH entry: from 32-bit protected mode without paging to 64-bit C.
// The x86/HVM direct boot ABI (Xen's docs/misc/pvh.pandoc); QEMU finds the
// entry through the ELF note and uses nothing else of this file.
//
// Entry: ebx = physical address of hvm_start_info; flat 32-bit segments;
//        paging and interrupts off; all else undefined.
// Exit:  64-bit mode at the image's linked address, rdi = address of
//        hvm_start_info, on boot_stack, the chain of frame pointers ended by
//        zeros; calls pvh_main.

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

// The first code of the image, so that it is intact on a machine with little
// more than 1 MiB of RAM: there the end of the image is missing, and SeaBIOS
// uses the last of RAM and overwrites a part of the image.
    .section .text.first, "ax"
    .code32
    .globl pvh_entry
    .type pvh_entry, @function
pvh_entry:
    cld

    // The code below needs the image's end. Missing RAM does not keep a value.
    movl $PHYS(image_end) - 4, %edi
    movl $PATTERN, (%edi)
    cmpl $PATTERN, (%edi)
    jne 1f
    movl $0, (%edi)
    cmpl $0, (%edi)
    je .Lenough_memory
1:  movl $PHYS(.Lno_memory_text), %esi
    movl $(.Lno_memory_end - .Lno_memory_text), %ecx
    movb $VERDICT_NO_MEMORY, %al
    PRINT_AND_EXIT
    .size pvh_entry, . - pvh_entry

.Lno_memory_text:
    .ascii "error what=\"too little memory for the image\"\n"
.Lno_memory_end:

    .section .text.entry, "ax"
.Lenough_memory:
    movl $PHYS(boot_stack_top), %esp

    xorl %ebp, %ebp                 // PVH loads at the linked address
    pushl %ebx
    CHECK_CPU .Llacks
    popl %ebx
    BUILD_BOOT_TABLES
    SWITCH_TO_BOOT_TABLES %eax      // compatibility mode from here on

    lgdt PHYS(boot_gdt_pointer)
    ljmp $CODE64, $PHYS(.Lin_long_mode)

.Llacks:
    CPU_LACKS
    PRINT_AND_EXIT

    .code64
.Lin_long_mode:
    movl %ebx, %edi                 // the upper half of rbx is undefined
    ENTER_C pvh_main

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

// SPDX-License-Identifier: MIT
// The entry for loaders that run in 64-bit mode, at the image's ELF entry.
// Position-independent until the jump; the contract is boot/handover.h.
//
// Entry: rdi = struct boot_info, anywhere; memory identity-mapped; four levels
//        of page tables; the image at its linked physical address or a multiple
//        of HANDOVER_STEP above it, below HANDOVER_REACH, its .bss zero.
// Exit:  interrupts off, the boot tables in use; calls guest_main with the
//        copy of boot_info.

#include "boot/handover.h"
#include "boot/long_mode.inc"

    .section .text.entry, "ax"
    .code64
    .globl handover
    .type handover, @function
handover:
    cli
    cld
    movq %rdi, %rsi
    leaq the_boot_info(%rip), %rdi
    movl $BOOT_INFO_BYTES, %ecx
    rep movsb

    leaq handover(%rip), %rbp
    subq $PHYS(handover), %rbp
    CHECK_CPU .Llacks
    BUILD_BOOT_TABLES
    SWITCH_TO_BOOT_TABLES %rax      // the old stack may be unmapped now

    movq $the_boot_info, %rdi
    ENTER_C guest_main

.Llacks:
    movw $COM1, %dx
    movb $'\n', %al                 // the firmware may have left a partial line
    outb %al, %dx
    CPU_LACKS
    PRINT_AND_EXIT
    .size handover, . - handover

    .section .note.GNU-stack, "", @progbits

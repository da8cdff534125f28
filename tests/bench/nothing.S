// SPDX-License-Identifier: MIT
// The benchmark's baseline: a guest that only ends. QEMU's time to reach and
// leave it is QEMU's own, which no guest can beat.
//
// Entry: 32-bit protected mode, by the PVH note. Exit: verdict 1 on
// isa-debug-exit's default port, which QEMU turns into status 3.

    .section .note.pvh, "a", @note
    .balign 4
    .long 4                     // name size
    .long 4                     // descriptor size
    .long 18                    // XEN_ELFNOTE_PHYS32_ENTRY
    .asciz "Xen"
    .long nothing

    .text
    .code32
    .globl nothing
nothing:
    movw $0x501, %dx
    movb $1, %al
    outb %al, %dx
1:  hlt
    jmp 1b

    .section .note.GNU-stack, "", @progbits

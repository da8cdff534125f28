// SPDX-License-Identifier: MIT
// A guest without a driver that prints the lines of one. Its command line goes
// to COM1, each ';' as the end of a line; without one it claims a sample with
// no statistics. Then it halts.
//
// Entry: 32-bit protected mode, by the PVH note; ebx: hvm_start_info, in which
// the command line's address is at offset 24. Never exits.

    .section .note.pvh, "a", @note
    .balign 4
    .long 4                     // name size
    .long 4                     // descriptor size
    .long 18                    // XEN_ELFNOTE_PHYS32_ENTRY
    .asciz "Xen"
    .long hollow

    .text
    .code32
    .globl hollow
hollow:
    movl 24(%ebx), %esi
    testl %esi, %esi
    jz 1f
    cmpb $0, (%esi)
    jne 2f
1:  movl $claim, %esi
2:  movw $0x3f8, %dx
    cld
3:  lodsb
    testb %al, %al
    jz 5f
    cmpb $';', %al
    jne 4f
    movb $'\n', %al
4:  outb %al, %dx
    jmp 3b
5:  hlt
    jmp 5b

claim:
    .asciz "stats seq=1;sent seq=1;"

    .section .note.GNU-stack, "", @progbits

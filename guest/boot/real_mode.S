// SPDX-License-Identifier: MIT
// The image's own PVH loader in real mode, for QEMU's machine types before
// 4.0, which ignore the ELF note.
//
// Such a machine takes the file for a Linux kernel of the oldest boot protocol
// (Linux, Documentation/arch/x86/boot.rst; there is no "HdrS" at 0x202). One of
// QEMU's option ROMs copies the file's first sectors to SETUP and the rest to
// REST, both below 1 MiB, and runs the code at byte 0x200 of the file, where
// linker/guest.ld puts this. Other loaders use the note and never run it.
//
// Entry: real mode, ds = es = ss = SETUP / 16, 16 bytes of stack below the
//        command line, BIOS calls work.
// Exit:  the image at its linked physical address, its .bss zero; enters
//        pvh_entry by its contract, with a start_info made from BIOS data.
// Limits: a command line of about 32 KiB overlaps the start_info made here.

#include "boot/long_mode.inc"
#include "boot/start_info.h"

#define SETUP 0x90000
#define SETUP_BYTES 0xa00       // 5 sectors: byte 0x1f1 of the file is 0
#define REST 0x10000
#define ENTRY_OFFSET 0x200      // of real_mode_entry, in the file

// Behind the sectors at SETUP.
#define INFO 0xa00              // struct start_info
#define MAP 0xa80               // struct start_info_memory, one after another
#define MAP_ENTRIES_MAX 65      // one more than boot_info keeps

#define E820 0xe820
#define SMAP 0x534d4150         // "SMAP"
#define RSDP_LOW 0x20445352     // "RSD "
#define RSDP_HIGH 0x20525450    // "PTR "

#define CODE32 0x08
#define DATA32 0x10

    .macro HERE name            // defines it as the distance from SETUP
    .set \name, . - real_mode_entry + ENTRY_OFFSET
    .endm

    .section .real_mode, "ax"
    .code16
    .globl real_mode_entry
    .type real_mode_entry, @function
real_mode_entry:
    jmp 1f
    .skip 0x30 - 2              // later protocols' fields; loaders write some

1:  cld
    movw $INFO, %di
    movw $START_INFO_BYTES, %cx
    xorl %eax, %eax
    rep stosb
    movl $START_INFO_MAGIC, INFO
    movl $1, INFO + START_INFO_VERSION
    movzwl %sp, %eax
    addl $(SETUP + 16), %eax
    movl %eax, INFO + START_INFO_CMDLINE
    movl $(SETUP + MAP), INFO + START_INFO_MEMORY_MAP

    xorl %ebx, %ebx             // e820's entry: 0 is the first, and the end
    movw $MAP, %di
2:  movl $E820, %eax
    movl $SMAP, %edx
    movl $20, %ecx
    int $0x15
    jc 3f
    incl INFO + START_INFO_MEMORY_MAP_ENTRIES
    addw $START_INFO_MEMORY_BYTES, %di
    cmpl $MAP_ENTRIES_MAX, INFO + START_INFO_MEMORY_MAP_ENTRIES
    je 3f
    testl %ebx, %ebx
    jnz 2b

3:  cli
    lgdtl gdt_pointer_at
    movl %cr0, %eax
    orl $CR0_PE, %eax
    movl %eax, %cr0
    ljmpl $CODE32, $(SETUP + protected_at)

    .code32
    HERE protected_at
    movl $DATA32, %eax
    movl %eax, %ds
    movl %eax, %es
    movl %eax, %ss

    movl $PHYS(image_start), %edi
    movl $SETUP, %esi
    movl $SETUP_BYTES, %ecx
    rep movsb
    movl $REST, %esi
    movl $image_file_bytes - SETUP_BYTES, %ecx
    rep movsb
    movl $image_zero_bytes, %ecx
    xorl %eax, %eax
    rep stosb

    movl $0xe0000, %eax         // ACPI 6.4, 5.2.5.1: on a 16-byte boundary
4:  cmpl $RSDP_LOW, (%eax)
    jne 5f
    cmpl $RSDP_HIGH, 4(%eax)
    je 6f
5:  addl $16, %eax
    cmpl $0x100000, %eax
    jb 4b
    xorl %eax, %eax
6:  movl %eax, SETUP + INFO + START_INFO_RSDP

    movl $(SETUP + INFO), %ebx
    movl $PHYS(pvh_entry), %eax
    jmp *%eax
    .size real_mode_entry, . - real_mode_entry

    .balign 8
    HERE gdt_at
    .quad 0
    .quad 0x00cf9a000000ffff    // CODE32: all 4 GiB, execute
    .quad 0x00cf92000000ffff    // DATA32: all 4 GiB, write
    HERE gdt_pointer_at
    .word gdt_pointer_at - gdt_at - 1
    .long SETUP + gdt_at

    .section .note.GNU-stack, "", @progbits

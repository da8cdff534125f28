// SPDX-License-Identifier: MIT
// Features that the guest requires and that an x86 CPU, real or virtual, may
// lack. Intel SDM volume 2, CPUID. Each is a bit of edx; CHECK_CPU in
// long_mode.inc checks the rows in this order on every entry.
//
// scripts/check-guest refuses instructions that need other features. Optional
// features are checked in arch/x86_64/features.c.

    .macro NEED leaf, bit, flag, name
    .long \leaf
    .byte \bit
    .byte 2f - 1f               // bytes of the text
1:  .ascii "error what=\"this CPU has no \name\" flag=\flag\n"
2:
    .endm

    .section .rodata.cpu_needs, "a"
    .globl cpu_needs
cpu_needs:
    NEED 0x80000001, 29, lm, "64-bit mode"
    NEED 1, 6, pae, "physical address extension" // the tables of 64-bit mode
    NEED 1, 5, msr, "model-specific registers"   // EFER, the APIC's base
    NEED 1, 9, apic, "local APIC"                // every interrupt
    NEED 1, 15, cmov, "conditional moves"        // used by the compiler
    NEED 1, 25, sse, "SSE"    // newlib's memcpy and memset: SFENCE
    NEED 1, 26, sse2, "SSE2"  // MOVNTI there, MFENCE by clang; no register
    .long 0

    .section .note.GNU-stack, "", @progbits

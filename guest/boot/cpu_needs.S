// SPDX-License-Identifier: MIT
// What the guest relies on and an x86 CPU, or a hypervisor's idea of one, may
// be without. Intel SDM volume 2, CPUID. Each is a bit of edx; CHECK_CPU in
// long_mode.inc knows the rows and asks in this order, on every entry.
//
// scripts/check-guest refuses instructions that need anything else. What the
// guest does without is asked for in arch/x86_64/features.c.

    .macro NEED leaf, bit, flag, name
    .long \leaf
    .byte \bit
    .byte 2f - 1f               // bytes of text behind
1:  .ascii "error what=\"this CPU has no \name\" flag=\flag\n"
2:
    .endm

    .section .rodata.cpu_needs, "a"
    .globl cpu_needs
cpu_needs:
    NEED 0x80000001, 29, lm, "64-bit mode"
    NEED 1, 6, pae, "physical address extension" // the tables of 64-bit mode
    NEED 1, 5, msr, "model-specific registers"   // EFER, the APIC's place
    NEED 1, 9, apic, "local APIC"                // every interrupt
    NEED 1, 15, cmov, "conditional moves"        // the compiler's choice
    NEED 1, 25, sse, "SSE"    // newlib's memcpy and memset: SFENCE
    NEED 1, 26, sse2, "SSE2"  // MOVNTI there, MFENCE by clang; no register
    .long 0

    .section .note.GNU-stack, "", @progbits

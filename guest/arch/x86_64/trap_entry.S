// SPDX-License-Identifier: MIT
// The 256 trap entries, and the call into C. Intel SDM volume 3, 6.14.
//
// Entry: from the CPU, which has pushed ss, rsp, rflags, cs, rip and, for the
//        vectors listed below, an error code. Interrupts are off.
// Exit:  iretq to the interrupted code, every register unchanged. The handlers
//        are compiled without SSE, so SSE registers are not saved.

    .text
    .altmacro

    // The vectors for which the CPU pushes an error code (SDM volume 3, 6.15),
    // as bits; the other entries push 0, so that all frames have one layout.
    .set with_error_code, 1 << 8 | 31 << 10 | 1 << 17 | 1 << 21 | 3 << 29

    .macro trap_vector number
    .balign 16
    .if \number > 31
    pushq $0
    .elseif !((with_error_code >> \number) & 1)
    pushq $0
    .endif
    pushq $\number
    jmp trap_common
    .endm

    .balign 16
    .globl trap_entries
    .type trap_entries, @function
trap_entries:
    .set vector, 0
    .rept 256
    trap_vector %vector
    .set vector, vector + 1
    .endr
    .size trap_entries, . - trap_entries

    .globl trap_common
    .type trap_common, @function
trap_common:
    pushq %rax
    pushq %rbx
    pushq %rcx
    pushq %rdx
    pushq %rsi
    pushq %rdi
    pushq %rbp
    pushq %r8
    pushq %r9
    pushq %r10
    pushq %r11
    pushq %r12
    pushq %r13
    pushq %r14
    pushq %r15
    cld
    movq %rsp, %rdi                 // struct trap_frame *
    movq %rsp, %rbx                 // preserved by the call
    andq $-16, %rsp                 // alignment of the C ABI
    call trap_dispatch
    movq %rbx, %rsp
    popq %r15
    popq %r14
    popq %r13
    popq %r12
    popq %r11
    popq %r10
    popq %r9
    popq %r8
    popq %rbp
    popq %rdi
    popq %rsi
    popq %rdx
    popq %rcx
    popq %rbx
    popq %rax
    addq $16, %rsp                  // vector and error code
    iretq
    .size trap_common, . - trap_common

    .section .note.GNU-stack, "", @progbits

// SPDX-License-Identifier: MIT
// Single CPU instructions that C cannot express. Mechanism only. Intel SDM
// volume 2 describes them.
#ifndef ARCH_CPU_H
#define ARCH_CPU_H

#include "base/types.h"

static inline void outb(uint16_t port, uint8_t value)
{
    __asm__ volatile("outb %0, %1" : : "a"(value), "Nd"(port) : "memory");
}

// Writes many bytes to one port. One instruction, but KVM exits to QEMU for
// each byte.
static inline void outb_string(uint16_t port, const char *text, size_t bytes)
{
    __asm__ volatile("rep outsb"
                     : "+S"(text), "+c"(bytes)
                     : "d"(port)
                     : "memory");
}

static inline uint8_t inb(uint16_t port)
{
    uint8_t value;

    __asm__ volatile("inb %1, %0" : "=a"(value) : "Nd"(port) : "memory");
    return value;
}

static inline void outw(uint16_t port, uint16_t value)
{
    __asm__ volatile("outw %0, %1" : : "a"(value), "Nd"(port) : "memory");
}

static inline uint16_t inw(uint16_t port)
{
    uint16_t value;

    __asm__ volatile("inw %1, %0" : "=a"(value) : "Nd"(port) : "memory");
    return value;
}

static inline void outl(uint16_t port, uint32_t value)
{
    __asm__ volatile("outl %0, %1" : : "a"(value), "Nd"(port) : "memory");
}

static inline uint32_t inl(uint16_t port)
{
    uint32_t value;

    __asm__ volatile("inl %1, %0" : "=a"(value) : "Nd"(port) : "memory");
    return value;
}

static inline uint64_t read_cr2(void)
{
    uint64_t value;

    __asm__ volatile("mov %%cr2, %0" : "=r"(value));
    return value;
}

static inline uint64_t read_cr3(void)
{
    uint64_t value;

    __asm__ volatile("mov %%cr3, %0" : "=r"(value));
    return value;
}

static inline void write_cr3(uint64_t value)
{
    __asm__ volatile("mov %0, %%cr3" : : "r"(value) : "memory");
}

static inline uint32_t cpuid_edx(uint32_t leaf)
{
    uint32_t edx;

    __asm__ volatile("cpuid" : "+a"(leaf), "=d"(edx) : : "ebx", "ecx");
    return edx;
}

static inline uint64_t read_msr(uint32_t msr)
{
    uint32_t low;
    uint32_t high;

    __asm__ volatile("rdmsr" : "=a"(low), "=d"(high) : "c"(msr));
    return (uint64_t)high << 32 | low;
}

static inline void write_msr(uint32_t msr, uint64_t value)
{
    __asm__ volatile("wrmsr"
                     :
                     : "c"(msr), "a"((uint32_t)value),
                       "d"((uint32_t)(value >> 32))
                     : "memory");
}

// Sleeps until an interrupt and handles it. Called with interrupts disabled,
// returns with them disabled. STI takes effect one instruction late, so an
// interrupt that is already pending wakes the HLT and is not lost before it.
static inline void cpu_wait_for_interrupt(void)
{
    __asm__ volatile("sti\n\thlt\n\tcli" : : : "memory");
}

// Handles pending interrupts without sleeping. STI takes effect after the NOP.
static inline void cpu_take_interrupts(void)
{
    __asm__ volatile("sti\n\tnop\n\tcli" : : : "memory");
}

static inline _Noreturn void cpu_stop(void)
{
    for (;;) {
        __asm__ volatile("cli\n\thlt" : : : "memory");
    }
}

#endif

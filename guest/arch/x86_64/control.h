// SPDX-License-Identifier: MIT
// Control register 4, for the paging mode in which the loader left the CPU.
// Intel SDM volume 3, 2.5.
#ifndef ARCH_CONTROL_H
#define ARCH_CONTROL_H

#include "base/types.h"

#define CR4_LA57 0x1000u // linear addresses of 57 bits: five levels of tables

static inline uint64_t read_cr4(void)
{
    uint64_t value;

    __asm__ volatile("mov %%cr4, %0" : "=r"(value));
    return value;
}

#endif

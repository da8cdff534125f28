// SPDX-License-Identifier: MIT
// CPUID leaf 80000001h, EFER. Intel SDM volume 3, 2.2.1 and 4.1.4.
#include "arch/x86_64/features.h"

#include "arch/x86_64/cpu.h"

#define CPUID_EXTENDED 0x80000001u
#define EXTENDED_EDX_NX (1u << 20)

#define MSR_EFER 0xc0000080
#define EFER_NXE (1u << 11)

bool features_forbid_execution(void)
{
    // The leaf exists: the entry has read the long mode bit from it.
    if (!(cpuid_edx(CPUID_EXTENDED) & EXTENDED_EDX_NX)) {
        return false;
    }
    write_msr(MSR_EFER, read_msr(MSR_EFER) | EFER_NXE);
    return true;
}

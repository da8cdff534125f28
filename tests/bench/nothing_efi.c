// SPDX-License-Identifier: MIT
// The benchmark's baseline for UEFI: the time that firmware and QEMU need to
// reach and leave this application is one that no guest can beat. Ends as
// nothing.S does.
#include "arch/x86_64/cpu.h"
#include "base/exit.h"

#include <efi.h>

EFI_STATUS efi_main(EFI_HANDLE handle, EFI_SYSTEM_TABLE *table);

EFI_STATUS efi_main(EFI_HANDLE handle, EFI_SYSTEM_TABLE *table)
{
    (void)handle;
    (void)table;
    outb(0x501, VERDICT_DONE);
    cpu_stop();
}

// SPDX-License-Identifier: MIT
// From load options to a command line. Pure. UEFI 2.10, 9.1.1
// (EFI_LOADED_IMAGE_PROTOCOL.LoadOptions), which leaves their form to the
// application: ours are text in UCS-2, as boot managers and shells give it.
#ifndef BOOT_UEFI_OPTIONS_H
#define BOOT_UEFI_OPTIONS_H

#include "base/boot_info.h"

// Fills cmdline, with a NUL at its end, also when there is a problem. The
// text ends at its first NUL or with the options' bytes. Left out is a first
// word that is this application's name: named says that whoever started it
// puts one there (the UEFI shell); otherwise a word that ends in ".efi" is
// taken for one. BOOT_CMDLINE_NOT_UCS2, BOOT_CMDLINE_NOT_ASCII,
// BOOT_CMDLINE_LONG: what the rest is.
enum boot_problem uefi_options_read(const void *options, size_t bytes,
                                    bool named, char cmdline[BOOT_CMDLINE_MAX]);

#endif

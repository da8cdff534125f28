// SPDX-License-Identifier: MIT
// Converts load options to a command line. Pure. UEFI 2.10, 9.1.1
// (EFI_LOADED_IMAGE_PROTOCOL.LoadOptions), which leaves their format to the
// application: here UCS-2 text, as boot managers and shells pass it.
#ifndef BOOT_UEFI_OPTIONS_H
#define BOOT_UEFI_OPTIONS_H

#include "base/boot_info.h"

// Fills cmdline, with a NUL at its end, even when it returns a problem. The
// text ends at its first NUL or with the options. The application's name is
// left out: the first word if `has_name` (the UEFI shell always passes the
// name), otherwise only a first word that ends in ".efi". Problems:
// BOOT_CMDLINE_NOT_UCS2, BOOT_CMDLINE_NOT_ASCII, BOOT_CMDLINE_LONG.
enum boot_problem uefi_options_read(const void *options, size_t bytes,
                                    bool has_name,
                                    char cmdline[BOOT_CMDLINE_MAX]);

#endif

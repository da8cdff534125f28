// SPDX-License-Identifier: MIT
// Firmware images: the kind of a file, the variable store for it, and whether
// the firmware failed to start the guest. UEFI Platform Initialization 1.7,
// volume 3, 3.2.1 (firmware volume header).
// Limits: raw images of up to FIRMWARE_MAX bytes; only EDK II's messages.
#ifndef MACHINE_FIRMWARE_H
#define MACHINE_FIRMWARE_H

#include <stdbool.h>

#include "base/attributes.h"
#include "base/failure.h"
#include "machine/form.h"
#include "machine/lines.h"

enum {
    FIRMWARE_MAX = 64 << 20
};

struct firmware {
    char *path;      // NULL: the machine's default
    bool is_code;    // code without variable store: for QEMU's flash drives
    char *variables; // the variable store; NULL: none
};

// Chooses the firmware: `asked`; else, for UEFI, Debian's OVMF (CODE_HOST with
// the package's name if it is not installed); else the machine's default. For
// code without a variable store, the store is searched beside it, by its name.
// CODE_USAGE for firmware that does not fit `boot`, and for a variable store.
// QEMU searches for a name without "/" that is no file here.
MUST_USE bool firmware_find(const char *asked, enum boot boot,
                            struct firmware *firmware, struct failure *failure);
void firmware_free(struct firmware *firmware);

// Whether UEFI firmware reports that it found nothing to start, or waits at the
// prompt of its shell. Then `failure` (CODE_TIMEOUT) is filled, with the reason
// if the console shows it: Secure Boot.
bool firmware_gave_up(const struct lines *console, struct failure *failure);

#endif

// SPDX-License-Identifier: MIT
// Firmware images: what a file is, which files go together, and when firmware
// has given up on the guest. UEFI Platform Initialization 1.7, volume 3, 3.2.1
// (firmware volume header).
// Limits: raw images of FIRMWARE_MAX bytes; of UEFI's words those of EDK II.
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
    char *path;      // NULL: the machine's own
    bool is_code;    // half an image, without its variable store: QEMU's flash
    char *variables; // the other half; NULL: none
};

// Which firmware: `asked`; else, for a boot by UEFI, Debian's OVMF, CODE_HOST
// with the name of its package when that is not there; else the machine's own.
// The variable store of half an image is looked for beside it, by its name.
// CODE_USAGE for firmware that can't start what `boot` starts, and for a
// variable store. A name without "/" that is no file is QEMU's to find.
MUST_USE bool firmware_find(const char *asked, enum boot boot,
                            struct firmware *firmware, struct failure *failure);
void firmware_free(struct firmware *firmware);

// Whether UEFI firmware says that it found nothing to start, or waits at the
// prompt of its shell. Then `failure` (CODE_TIMEOUT) says so, and why where the
// console tells: Secure Boot.
bool firmware_gave_up(const struct lines *console, struct failure *failure);

#endif

// SPDX-License-Identifier: MIT
// The image that the UEFI loader carries: its ELF headers, read and checked,
// and its segments put into memory. Pure. System V ABI, chapters 4 and 5.
#ifndef BOOT_UEFI_ELF_H
#define BOOT_UEFI_ELF_H

#include "base/error.h"
#include "base/types.h"

struct elf_image {
    const char *file;
    uint64_t start; // physical address that it is linked for, page-aligned
    uint64_t bytes; // from there to the end of the last segment, whole pages
    uint64_t entry; // distance from the start
};

// ERR_INVALID: no 64-bit x86 ELF executable; headers or segments outside the
// file, out of order or over each other; segments that don't keep one
// distance between virtual and physical address; an entry in none of them.
MUST_USE enum error elf_read(const void *file, size_t bytes,
                             struct elf_image *image);

// Puts the segments at `to`, which has image->bytes, and zeros elsewhere.
// Only for an image that elf_read has taken.
void elf_place(const struct elf_image *image, void *to);

#endif

// SPDX-License-Identifier: MIT
// Checks the ELF headers of the embedded image and loads its segments. Pure.
// System V ABI, chapters 4 and 5.
#ifndef BOOT_UEFI_ELF_H
#define BOOT_UEFI_ELF_H

#include "base/error.h"
#include "base/types.h"

struct elf_image {
    const char *file;
    uint64_t start; // linked physical address, page-aligned
    uint64_t bytes; // from start to the end of the last segment, whole pages
    uint64_t entry; // distance from start
};

// ERR_INVALID: not a 64-bit x86 ELF executable; headers or segments outside the
// file; segments out of order, overlapping, or with different distances between
// virtual and physical address; an entry outside all segments.
MUST_USE enum error elf_read(const void *file, size_t bytes,
                             struct elf_image *image);

// Copies the segments to `to`, which has image->bytes, and clears the rest.
// Only for an image that elf_read accepted.
void elf_place(const struct elf_image *image, void *to);

#endif

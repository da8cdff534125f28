// SPDX-License-Identifier: MIT
// The first page of a swap disk: the mark that mkswap(8) writes, version 1,
// with no UUID and no label. Linux, include/linux/swap.h, union swap_header.
// Pure. Limits: pages of 4096 bytes, 637 bad pages, 2^32 pages.
#ifndef MACHINE_SWAP_MARK_H
#define MACHINE_SWAP_MARK_H

#include <stddef.h>
#include <stdint.h>

enum {
    SWAP_MARK_BYTES = 4096,
    SWAP_MARK_BAD = 637 // bad pages that fit between their list's place and the
                        // signature
};

// The page at byte 0 of a disk of last_page + 1 pages. `bad` lists pages that
// are never used; at most SWAP_MARK_BAD.
void swap_mark_make(uint32_t last_page, const uint32_t *bad, size_t bad_count,
                    unsigned char mark[SWAP_MARK_BYTES]);

#endif

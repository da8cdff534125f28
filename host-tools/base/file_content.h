// SPDX-License-Identifier: MIT
// The content of the tool's file disk, computed from the page number: the disk
// is made of it, and a prediction needs no disk. Pure.
// Limits: pages of 4096 bytes.
#ifndef BASE_FILE_CONTENT_H
#define BASE_FILE_CONTENT_H

#include <stdint.h>

enum {
    FILE_PAGE = 4096,
    FILE_PAGE_WORDS = FILE_PAGE / 8
};

// Word `index` (0 to 511) of page `page`, stored little-endian:
//     0x9e3779b97f4a7c15 + (page x 512 + index) x 0xd1342543de82ef95
// modulo 2^64. The second factor is odd, so no two words of the disk are equal.
// These are the words that a task with the number 0 would write with seed 1;
// tasks begin at 1, so no page of a task looks like a page of the file.
uint64_t file_content_word(uint64_t page, unsigned index);

#endif

// SPDX-License-Identifier: MIT
// Names of the guest's functions, for the trace that a trap prints. The table
// is made from the linked image and linked into it in a second pass
// (scripts/make-symbols); in the first pass it is empty. Functions only.
#ifndef BASE_SYMBOLS_H
#define BASE_SYMBOLS_H

#include <stdint.h>

// One function. Sorted by offset, no two alike; a function ends where the
// next one starts, the last one at symbols_bytes.
struct symbol_entry {
    uint32_t offset; // from symbols_base, in bytes
    uint32_t name;   // where its name starts in symbols_names
};

extern const uint64_t symbols_base;  // virtual address of the first function
extern const uint32_t symbols_bytes; // from there to the end of the last one
extern const uint32_t symbols_count; // of entries; 0 in the first pass
extern const struct symbol_entry symbols_table[];
extern const char symbols_names[]; // each one ends with a NUL

// The name of the function that holds the address, and in *offset how far
// into it the address is, in bytes. NULL, and *offset untouched, if none
// does. Pure, bounded, without heap: good for any context, panic included.
const char *symbols_find(uint64_t address, uint64_t *offset);

#endif

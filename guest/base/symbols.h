// SPDX-License-Identifier: MIT
// Names of the guest's functions, for backtraces. The table is made from the
// linked image and linked into it in a second pass (scripts/make-symbols); in
// the first pass it is empty. Functions only.
#ifndef BASE_SYMBOLS_H
#define BASE_SYMBOLS_H

#include <stdint.h>

// One function. Sorted by offset, all offsets different; a function ends where
// the next one starts, the last one at symbols_bytes.
struct symbol_entry {
    uint32_t offset; // from symbols_base, in bytes
    uint32_t name;   // start of its name in symbols_names
};

extern const uint64_t symbols_base;  // virtual address of the first function
extern const uint32_t symbols_bytes; // from there to the end of the last one
extern const uint32_t symbols_count; // of entries; 0 in the first pass
extern const struct symbol_entry symbols_table[];
extern const char symbols_names[]; // each one ends with a NUL

// The name of the function that contains the address. *offset: bytes from its
// start to the address. NULL, and *offset unchanged, if there is none. Pure and
// bounded, so any context can use it, panic included.
const char *symbols_find(uint64_t address, uint64_t *offset);

#endif

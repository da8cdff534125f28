// SPDX-License-Identifier: MIT
// Lookup of the function that contains an address, in the linked table.
#include "base/symbols.h"

#include <stddef.h>

// Index of the last entry that starts at or before the offset. It exists: the
// first entry starts at 0.
static uint32_t last_not_after(uint32_t offset)
{
    uint32_t low = 0;
    uint32_t high = symbols_count;

    // symbols_table[low] is not after the offset, symbols_table[high] is.
    while (high - low > 1) {
        uint32_t middle = low + (high - low) / 2;

        if (symbols_table[middle].offset <= offset) {
            low = middle;
        } else {
            high = middle;
        }
    }
    return low;
}

const char *symbols_find(uint64_t address, uint64_t *offset)
{
    // For an address below the base, this wraps to a large number.
    uint64_t from_base = address - symbols_base;
    const struct symbol_entry *entry;

    if (symbols_count == 0 || from_base >= symbols_bytes) {
        return NULL;
    }
    entry = &symbols_table[last_not_after((uint32_t)from_base)];
    *offset = from_base - entry->offset;
    return &symbols_names[entry->name];
}

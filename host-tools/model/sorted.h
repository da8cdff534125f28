// SPDX-License-Identifier: MIT
// A sorted list of numbers, each with two values. Pure.
// Limits: an entry's address is valid until the next change.
#ifndef MODEL_SORTED_H
#define MODEL_SORTED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct sorted_entry {
    uint64_t key;
    uint64_t place; // a frame, a slot, or the length of a run
    uint64_t word;  // the first 8 bytes of the page
};

// A list with all bits zero is empty.
struct sorted {
    struct sorted_chunk **chunks; // ascending, none is empty
    size_t chunk_count;
    size_t capacity;
    uint64_t count; // entries
};

// NULL: there is none.
struct sorted_entry *sorted_find(const struct sorted *list, uint64_t key);
// The first entry at or behind the key; the last one before it.
struct sorted_entry *sorted_from(const struct sorted *list, uint64_t key);
struct sorted_entry *sorted_before(const struct sorted *list, uint64_t key);

// The key must not be in the list.
struct sorted_entry *sorted_add(struct sorted *list, uint64_t key,
                                uint64_t place, uint64_t word);
// The key must be in the list.
void sorted_remove(struct sorted *list, uint64_t key);

// Removes all entries.
void sorted_clear(struct sorted *list);

#endif

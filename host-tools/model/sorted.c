// SPDX-License-Identifier: MIT
// The list is cut into chunks: a change moves the entries of one chunk only,
// and a search halves the chunks, then the entries of one.
#include "model/sorted.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"

enum {
    CHUNK = 128
};

struct sorted_chunk {
    size_t count;
    struct sorted_entry entries[CHUNK];
};

// The last chunk that begins at or before the key, else the first.
static size_t chunk_of(const struct sorted *list, uint64_t key)
{
    size_t low = 0;
    size_t high = list->chunk_count;

    while (high - low > 1) {
        const size_t middle = low + (high - low) / 2;

        if (list->chunks[middle]->entries[0].key <= key) {
            low = middle;
        } else {
            high = middle;
        }
    }
    return low;
}

// The place of the first entry at or behind the key.
static size_t place_in(const struct sorted_chunk *chunk, uint64_t key)
{
    size_t low = 0;
    size_t high = chunk->count;

    while (low < high) {
        const size_t middle = low + (high - low) / 2;

        if (chunk->entries[middle].key < key) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

struct sorted_entry *sorted_from(const struct sorted *list, uint64_t key)
{
    if (list->count == 0) {
        return NULL;
    }
    const size_t at = chunk_of(list, key);
    struct sorted_chunk *chunk = list->chunks[at];
    const size_t place = place_in(chunk, key);

    if (place < chunk->count) {
        return &chunk->entries[place];
    }
    return at + 1 < list->chunk_count ? &list->chunks[at + 1]->entries[0]
                                      : NULL;
}

struct sorted_entry *sorted_before(const struct sorted *list, uint64_t key)
{
    if (list->count == 0) {
        return NULL;
    }
    struct sorted_chunk *chunk = list->chunks[chunk_of(list, key)];
    size_t place = place_in(chunk, key);

    // The key may be the first of its chunk.
    if (place == 0) {
        const size_t at = chunk_of(list, key);

        if (at == 0) {
            return NULL;
        }
        chunk = list->chunks[at - 1];
        place = chunk->count;
    }
    return &chunk->entries[place - 1];
}

struct sorted_entry *sorted_find(const struct sorted *list, uint64_t key)
{
    struct sorted_entry *entry = sorted_from(list, key);

    return entry && entry->key == key ? entry : NULL;
}

static void insert_chunk(struct sorted *list, size_t at)
{
    if (list->chunk_count == list->capacity) {
        const size_t capacity = list->capacity ? 2 * list->capacity : 8;
        struct sorted_chunk **chunks = memory_get(capacity * sizeof *chunks);

        if (list->chunk_count > 0) {
            memcpy(chunks, list->chunks, list->chunk_count * sizeof *chunks);
        }
        free(list->chunks);
        list->chunks = chunks;
        list->capacity = capacity;
    }
    memmove(&list->chunks[at + 1], &list->chunks[at],
            (list->chunk_count - at) * sizeof(struct sorted_chunk *));
    list->chunks[at] = memory_get(sizeof(struct sorted_chunk));
    list->chunk_count++;
}

// A list that grows at its end keeps full chunks.
static void split(struct sorted *list, size_t at, bool at_end)
{
    struct sorted_chunk *chunk = list->chunks[at];
    const size_t kept = at_end ? CHUNK : CHUNK / 2;

    insert_chunk(list, at + 1);
    list->chunks[at + 1]->count = CHUNK - kept;
    memcpy(list->chunks[at + 1]->entries, chunk->entries + kept,
           (CHUNK - kept) * sizeof *chunk->entries);
    chunk->count = kept;
}

struct sorted_entry *sorted_add(struct sorted *list, uint64_t key,
                                uint64_t place, uint64_t word)
{
    assert(!sorted_find(list, key));
    if (list->chunk_count == 0) {
        insert_chunk(list, 0);
    }
    size_t at = chunk_of(list, key);

    if (list->chunks[at]->count == CHUNK) {
        const bool at_end = key > list->chunks[at]->entries[CHUNK - 1].key;

        split(list, at, at_end);
        if (at_end || key > list->chunks[at + 1]->entries[0].key) {
            at++;
        }
    }
    struct sorted_chunk *chunk = list->chunks[at];
    struct sorted_entry *entry = &chunk->entries[place_in(chunk, key)];
    const size_t behind = (size_t)(&chunk->entries[chunk->count] - entry);

    memmove(entry + 1, entry, behind * sizeof *entry);
    *entry = (struct sorted_entry){key, place, word};
    chunk->count++;
    list->count++;
    return entry;
}

void sorted_remove(struct sorted *list, uint64_t key)
{
    assert(sorted_find(list, key));
    const size_t at = chunk_of(list, key);
    struct sorted_chunk *chunk = list->chunks[at];
    struct sorted_entry *entry = &chunk->entries[place_in(chunk, key)];
    const size_t behind = (size_t)(&chunk->entries[chunk->count] - entry) - 1;

    memmove(entry, entry + 1, behind * sizeof *entry);
    chunk->count--;
    list->count--;
    if (chunk->count == 0) {
        free(chunk);
        list->chunk_count--;
        memmove(&list->chunks[at], &list->chunks[at + 1],
                (list->chunk_count - at) * sizeof(struct sorted_chunk *));
    }
}

void sorted_clear(struct sorted *list)
{
    for (size_t i = 0; i < list->chunk_count; i++) {
        free(list->chunks[i]);
    }
    free(list->chunks);
    *list = (struct sorted){0};
}
